// What was expected in a delivery and is not in it: an alarm, never silence and never a zero.
#include "alerts/core/step.hpp"

namespace sanbao::core {

void look_for_gaps(Step& /*step*/, const PollAccepted& /*poll*/) {}

}  // namespace sanbao::core
