// What is owed by when: reminded, late, missing.
#include "alerts/base/assert.hpp"
#include "alerts/core/step.hpp"

namespace sanbao::core {

std::string_view to_text(DutyStage stage) {
    switch (stage) {
        case DutyStage::owed:
            return "owed";
        case DutyStage::reminded:
            return "reminded";
        case DutyStage::late:
            return "late";
        case DutyStage::missing:
            return "missing";
    }
    SANBAO_ASSERT(false);
}

void check_dues(Step& /*step*/) {}
std::optional<Instant> next_due(const State& /*state*/, Instant /*after*/) {
    return std::nullopt;
}

}  // namespace sanbao::core
