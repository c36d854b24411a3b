#include "alerts/rules/jumps.hpp"

namespace sanbao::rules {

std::vector<Finding> find_jumps(
    const FeedRule& /*feed*/,
    const Batch& /*batch*/,
    std::span<const Check> /*checks*/,
    const Catalogue& /*catalogue*/) {
    return {};
}

}  // namespace sanbao::rules
