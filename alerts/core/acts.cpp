// What people do: who may, and which part of the step it goes to.
#include "alerts/core/step.hpp"

namespace sanbao::core {

namespace {

struct Permit {
    const State& state;
    Result<void> operator()(const ReleaseBatch& act) const { return permit_release(state, act); }
    Result<void> operator()(const DiscardBatch& act) const { return permit_discard(state, act); }
    Result<void> operator()(const ProposeFiling& act) const { return permit_filing(state, act); }
    Result<void> operator()(const ConfirmFiling& act) const { return permit_filing(state, act); }
    Result<void> operator()(const ReturnFiling& act) const { return permit_filing(state, act); }
    Result<void> operator()(const auto& act) const { return permit_plan(state, act); }
};

struct Perform {
    Step& step;
    void operator()(const ReleaseBatch& act) const { release(step, act); }
    void operator()(const DiscardBatch& act) const { discard(step, act); }
    void operator()(const ProposeFiling& act) const { propose_filing(step, act); }
    void operator()(const ConfirmFiling& act) const { confirm_filing(step, act); }
    void operator()(const ReturnFiling& act) const { return_filing(step, act); }
    void operator()(const auto& act) const { perform_plan(step, act); }
};

}  // namespace

Result<void> permit(const State& state, const Act& act) {
    return std::visit(Permit{state}, act);
}

void perform(Step& step, const Act& act) {
    std::visit(Perform{step}, act);
}

}  // namespace sanbao::core
