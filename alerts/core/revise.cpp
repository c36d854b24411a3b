// Time is double: what a late or restated reading makes of the past.
#include "alerts/core/step.hpp"

namespace sanbao::core {

void revise(Step& /*step*/, const std::vector<rules::Cell>& /*changed*/) {}

}  // namespace sanbao::core
