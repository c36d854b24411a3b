#include "alerts/rules/checks.hpp"

namespace sanbao::rules {

struct Check::Program {
    FeedCheck source;
    std::vector<std::uint32_t> items;
};

Result<Check> Check::compile(const FeedCheck& check, const Catalogue& /*catalogue*/) {
    return Check{std::make_shared<const Program>(Program{check, {}})};
}
const FeedCheck& Check::source() const {
    return program_->source;
}
const std::vector<std::uint32_t>& Check::items() const {
    return program_->items;
}
Batch::Batch(const Readings& known, std::span<const Cell> cells)
    : known_(known), cells_(cells.begin(), cells.end()) {}
std::optional<Cell> Batch::at(
    std::uint32_t /*item*/, std::uint32_t /*subject*/, Date /*date*/) const {
    return std::nullopt;
}
std::optional<Cell> Batch::before(
    std::uint32_t /*item*/, std::uint32_t /*subject*/, Date /*date*/) const {
    return std::nullopt;
}
std::vector<Finding> run_checks(
    std::span<const Check> /*checks*/, const Batch& /*batch*/, const Catalogue& /*catalogue*/) {
    return {};
}

}  // namespace sanbao::rules
