// Inside jumps: two columns in each other's place.
#pragma once

#include "alerts/rules/checks.hpp"
#include "alerts/rules/moves.hpp"

#include <span>
#include <utility>
#include <vector>

namespace sanbao::rules {

// Whether the delivery has each column in the other's place.
bool look_swapped(const Column& a, const Column& b, const Catalogue& catalogue);

// Whether a check holds with the figures as they came and would not with the two columns swapped:
// an opening balance that is yesterday's closing one is where it belongs.
bool checks_explain(
    const Column& a,
    const Column& b,
    std::span<const Check> checks,
    const Batch& batch,
    const Catalogue& catalogue);

}  // namespace sanbao::rules
