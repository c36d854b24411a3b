// What no county's money does overnight: a whole column ×10⁴, of the other sign, or in the place of
// another column; one figure far outside everything that its series ever was. Needs no declaration.
#pragma once

#include "alerts/rules/checks.hpp"

#include <span>
#include <vector>

namespace sanbao::rules {

// Holds a delivery (`cells` in any order) against each series as it was known, date by date.
// Thresholds stand in jumps.cpp with their reasons and in the room's README. A check that holds for
// a subject vouches for the fall of its single figures (a balance may really fall to nothing when
// the outflow says so), never for a whole column's change of unit.
std::vector<Finding> find_jumps(
    const FeedRule& feed,
    const Readings& known,
    std::span<const Cell> cells,
    std::span<const Check> checks,
    const Catalogue& catalogue);

}  // namespace sanbao::rules
