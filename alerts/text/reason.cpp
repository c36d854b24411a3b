#include "alerts/text/reason.hpp"

#include "alerts/base/assert.hpp"

#include <algorithm>
#include <array>

namespace sanbao::text {

namespace {

constexpr Phrase plan_pointer{"有新的应急预案消息", "There is news of a contingency plan"};

constexpr std::array<ReasonWords, 13> table{{
    {Reason::first,
     About::risk,
     "first",
     "sanbao.alert.fired",
     false,
     {},
     {},
     {"有新的预警", "There is a new alert"}},
    {Reason::worse,
     About::risk,
     "worse",
     "sanbao.alert.fired",
     false,
     {},
     {},
     {"有预警加重", "An alert has become worse"}},
    {Reason::all_clear,
     About::risk,
     "all_clear",
     "sanbao.alert.resolved",
     true,
     {"解除", "CLEAR"},
     {"预警已解除", "alert cleared"},
     {"有预警已解除", "An alert has been cleared"}},
    {Reason::plan_proposed,
     About::plan,
     "plan_proposed",
     "sanbao.plan.proposed",
     false,
     {"预案待启动", "PLAN PROPOSED"},
     {"应急预案等待决定", "contingency plan waits for a decision"},
     plan_pointer},
    {Reason::plan_activated,
     About::plan,
     "plan_activated",
     "sanbao.plan.activated",
     false,
     {"预案启动", "PLAN ACTIVATED"},
     {"应急预案已启动", "contingency plan activated"},
     plan_pointer},
    {Reason::plan_raised,
     About::plan,
     "plan_raised",
     "sanbao.plan.raised",
     false,
     {"预案升级", "PLAN RAISED"},
     {"应急预案响应升级", "contingency plan raised"},
     plan_pointer},
    {Reason::step_overdue,
     About::plan,
     "step_overdue",
     "sanbao.plan.step_overdue",
     false,
     {"措施逾期", "STEP OVERDUE"},
     {"应急措施逾期", "step of the contingency plan overdue"},
     plan_pointer},
    {Reason::report_overdue,
     About::plan,
     "report_overdue",
     "sanbao.plan.report_overdue",
     false,
     {"报告逾期", "REPORT OVERDUE"},
     {"应急报告逾期", "report of the contingency plan overdue"},
     plan_pointer},
    {Reason::plan_may_end,
     About::plan,
     "plan_may_end",
     "sanbao.plan.may_end",
     false,
     {"预案可终止", "PLAN MAY END"},
     {"应急预案可以终止", "contingency plan may end"},
     plan_pointer},
    {Reason::plan_ended,
     About::plan,
     "plan_ended",
     "sanbao.plan.ended",
     true,
     {"预案终止", "PLAN ENDED"},
     {"应急预案已终止", "contingency plan ended"},
     plan_pointer},
    {Reason::feed_trouble,
     About::feed,
     "feed_trouble",
     "sanbao.feed.trouble",
     false,
     {"数据问题", "DATA PROBLEM"},
     {"数据问题，不是财政风险", "data problem, not a fiscal risk"},
     {"有新的数据问题，不是财政风险", "There is a data problem, not a fiscal risk"}},
    {Reason::feed_recovered,
     About::feed,
     "feed_recovered",
     "sanbao.feed.recovered",
     true,
     {"数据恢复", "DATA BACK"},
     {"数据已恢复", "data is back"},
     {"有数据问题已恢复", "A data problem is over"}},
    {Reason::undeliverable,
     About::delivery,
     "undeliverable",
     "sanbao.delivery.dead",
     false,
     {"未送达", "NOT DELIVERED"},
     {"有消息未能送达", "a message could not be delivered"},
     {"有消息未能送达", "A message could not be delivered"}},
}};

}  // namespace

const ReasonWords& words_of(Reason reason) {
    const auto found = std::ranges::find(table, reason, &ReasonWords::reason);
    SANBAO_ASSERT(found != table.end());
    return *found;
}

std::string_view to_text(Reason reason) {
    return words_of(reason).name;
}

}  // namespace sanbao::text
