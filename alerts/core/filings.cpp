// Figures that people file by hand; a second person confirms.
#include "alerts/core/step.hpp"

namespace sanbao::core {

void propose_filing(Step& /*step*/, const ProposeFiling& /*act*/) {}
void confirm_filing(Step& /*step*/, const ConfirmFiling& /*act*/) {}
void return_filing(Step& /*step*/, const ReturnFiling& /*act*/) {}
Result<void> permit_filing(const State& /*state*/, const Act& /*act*/) {
    return invalid("nothing can be filed");
}

}  // namespace sanbao::core
