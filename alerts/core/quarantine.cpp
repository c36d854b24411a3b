// What does not fit together is held back, until somebody lets it through.
#include "alerts/core/step.hpp"

namespace sanbao::core {

Inspection inspect(const State& /*state*/, const PollAccepted& /*poll*/) {
    return {};
}
void hold_back(
    Step& /*step*/, const PollAccepted& /*poll*/, const std::vector<rules::Finding>& /*f*/) {}
void flag(Step& /*step*/, const PollAccepted& /*poll*/, const std::vector<rules::Finding>& /*f*/) {}
void release(Step& /*step*/, const ReleaseBatch& /*act*/) {}
void discard(Step& /*step*/, const DiscardBatch& /*act*/) {}
Result<void> permit_release(const State& /*state*/, const ReleaseBatch& /*act*/) {
    return invalid("nothing is held back");
}
Result<void> permit_discard(const State& /*state*/, const DiscardBatch& /*act*/) {
    return invalid("nothing is held back");
}

}  // namespace sanbao::core
