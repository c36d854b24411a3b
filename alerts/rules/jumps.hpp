// What no county's money does overnight: a whole column ×10⁴, of the other sign, or in the place of
// another column; one figure far outside everything that its series ever was. Needs no declaration.
#pragma once

#include "alerts/rules/checks.hpp"

#include <span>
#include <vector>

namespace sanbao::rules {

// Holds the batch's newest figures against the series as it was known. Formulas and thresholds are
// in jumps.cpp with their reasons and in the room's README. `confirmed`: checks that hold for a
// subject vouch for its single figures (a balance may really fall to nothing when the outflow says
// so), never for a whole column's change of unit.
std::vector<Finding> find_jumps(
    const FeedRule& feed,
    const Batch& batch,
    std::span<const Check> checks,
    const Catalogue& catalogue);

}  // namespace sanbao::rules
