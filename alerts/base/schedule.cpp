#include "alerts/base/schedule.hpp"

namespace sanbao {

Result<Schedule> parse_schedule(std::string_view /*text*/) {
    return invalid("no schedule");
}
std::string to_text(const Schedule& /*schedule*/) {
    return {};
}
Period period_due(
    const Schedule& /*schedule*/, Instant /*now*/, const Calendar& /*c*/, const Zone& /*zone*/) {
    return {};
}
Period period_next(
    const Schedule& /*schedule*/,
    const Period& period,
    const Calendar& /*calendar*/,
    const Zone& /*zone*/) {
    return period;
}

}  // namespace sanbao
