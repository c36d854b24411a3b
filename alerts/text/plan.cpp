#include "alerts/base/assert.hpp"
#include "alerts/text/document.hpp"
#include "alerts/text/figures.hpp"
#include "alerts/text/say.hpp"
#include "alerts/text/utf8.hpp"

namespace sanbao::text {

namespace {

constexpr std::size_t digest_shown = 12;  // hex digits: enough to tell two versions apart

std::string state_text(const std::string& state, const Say& say) {
    if (state == "proposed") {
        return say.format("待启动", "proposed, not yet activated");
    }
    if (state == "active") {
        return say.format("已启动", "active");
    }
    return state == "idle" ? say.format("未启动", "not active") : clean(state);
}

std::string level_words(const PlanFacts& plan, const Say& say) {
    return say.format("{}级响应", "level {} response", clean(plan.level));
}

std::string person_words(const Contact& contact, const Say& say) {
    return contact.post.empty()
               ? clean(contact.name)
               : say.format("{}（{}）", "{} ({})", clean(contact.name), clean(contact.post));
}

std::string lead_name(const PlanFacts& plan, const Say& say) {
    return plan.lead ? say.format("牵头人{}", "{}", clean(plan.lead->name))
                     : say.format("牵头人", "its lead");
}

// 暂停非“三保”资金拨付（国库股 王强）
std::string task_words(const Step& step, const Say& say) {
    const auto who = step.contact && !step.contact->name.empty()
                         ? fmt::format("{} {}", clean(step.owner), clean(step.contact->name))
                         : clean(step.owner);
    return who.empty() ? clean(step.name)
                       : say.format("{}（{}）", "{} ({})", clean(step.name), who);
}

// A report's addressee as the plan names it: "city", "province", or an office.
std::string report_words(const std::string& to, const Say& say) {
    const auto place = to == "city"       ? say.format("市级", "the city")
                       : to == "province" ? say.format("省级", "the province")
                                          : clean(to);
    return say.format("应向{}报告，尚未报告", "report to {} not made", place);
}

std::string headline(const Facts& facts, const Say& say) {
    const auto& plan = *facts.plan;
    switch (facts.reason) {
        case Reason::plan_proposed:
            return say.format(
                "{}，请{}决定", "{}, {} to decide", level_words(plan, say), lead_name(plan, say));
        case Reason::plan_activated:
            return plan.steps.empty() ? level_words(plan, say)
                                      : say.format(
                                          "{}，先做：{}",
                                          "{}, first: {}",
                                          level_words(plan, say),
                                          task_words(plan.steps[0], say));
        case Reason::plan_raised:
            return say.format("升至{}", "now {}", level_words(plan, say));
        case Reason::step_overdue:
            return clean(plan.subject_step);
        case Reason::report_overdue:
            return report_words(plan.subject_step, say);
        case Reason::plan_may_end:
            return say.format(
                "终止条件已满足，请{}决定",
                "its end condition holds, {} to decide",
                lead_name(plan, say));
        case Reason::plan_ended:
            return say.format("{}已终止", "{} is over", level_words(plan, say));
        case Reason::first:
        case Reason::worse:
        case Reason::all_clear:
        case Reason::feed_trouble:
        case Reason::feed_recovered:
        case Reason::undeliverable:
        case Reason::corrected:
        case Reason::feed_held:
        case Reason::feed_flagged:
        case Reason::feed_gap:
        case Reason::feed_missing:
        case Reason::duty_reminder:
        case Reason::duty_late:
        case Reason::duty_missing:
        case Reason::filing_waits:
        case Reason::filing_returned:
        case Reason::calendar_missing:
            break;
    }
    SANBAO_ASSERT(false);
}

std::string_view note(Reason reason, const Say& say) {
    switch (reason) {
        case Reason::plan_proposed:
            return say(
                "预案的触发条件已满足。预案尚未启动，启动须由牵头人决定并记下文号。",
                "The plan's trigger holds. It is not active: its lead decides, and names "
                "the document that activates it.");
        case Reason::plan_activated:
            return say(
                "预案已启动。请按顺序办理下列措施，办结后登记。",
                "The plan is active. Do the steps in order and record each when done.");
        case Reason::plan_raised:
            return say(
                "响应级别已升高，请核对下列措施和时限。",
                "The response level rose: check the steps and their times below.");
        case Reason::step_overdue:
            return say(
                "下述措施已过时限，尚未登记办结。请立即联系责任人。",
                "The step is past its time and not recorded as done. Call its owner now.");
        case Reason::report_overdue:
            return say(
                "下述报告已过时限，尚未登记上报。请立即上报。",
                "The report is past its time and not recorded as sent. Send it now.");
        case Reason::plan_may_end:
            return say(
                "终止条件已保持足够时间。预案不会自动终止，须由牵头人决定。",
                "The end condition has held for long enough. The plan does not end by "
                "itself: its lead decides.");
        case Reason::plan_ended:
            return say(
                "预案已由牵头人终止。监测照常进行。",
                "The lead has ended the plan. Monitoring goes on as always.");
        case Reason::first:
        case Reason::worse:
        case Reason::all_clear:
        case Reason::feed_trouble:
        case Reason::feed_recovered:
        case Reason::undeliverable:
        case Reason::corrected:
        case Reason::feed_held:
        case Reason::feed_flagged:
        case Reason::feed_gap:
        case Reason::feed_missing:
        case Reason::duty_reminder:
        case Reason::duty_late:
        case Reason::duty_missing:
        case Reason::filing_waits:
        case Reason::filing_returned:
        case Reason::calendar_missing:
            break;
    }
    SANBAO_ASSERT(false);
}

Task task(const Step& step, const Options& options) {
    const Say say{options.language};
    Task result{fmt::format("{}. {}", step.seq, clean(step.name)), {}};
    const auto owner = clean(step.owner);
    const auto name = step.contact ? person_words(*step.contact, say) : std::string{};
    const auto between = owner.empty() || name.empty() ? "" : " ";
    result.rows.push_back(
        {say.format("责任", "Owner"),
         fmt::format("{}{}{}", owner, between, name),
         step.contact ? clean(step.contact->phone) : std::string{}});
    const auto term = term_text(step.term, options.language);
    result.rows.push_back(
        {say.format("时限", "Due"),
         step.due ? say.format("{} 前", "by {}", to_local_text(options.zone, *step.due))
                  : say.format("启动后{}内", "within {} of activation", term),
         ""});
    return result;
}

}  // namespace

Section plan_section(const Facts& facts, const Options& options) {
    const Say say{options.language};
    const auto& plan = *facts.plan;
    Section section{std::string{say("应急预案", "Contingency plan")}, {}, {}};
    auto& rows = section.rows;
    rows.push_back({say.format("名称", "Name"), clean(plan.name), ""});
    if (!plan.doc_no.empty()) {
        rows.push_back({say.format("文号", "Document"), clean(plan.doc_no), ""});
    }
    if (!plan.level.empty()) {  // a plan that nothing has called for has none
        rows.push_back(
            {say.format("响应", "Response"),
             say.format("{}级", "level {}", clean(plan.level)),
             ""});
    }
    rows.push_back({say.format("状态", "State"), state_text(plan.state, say), ""});
    if (plan.lead) {
        rows.push_back(
            {say.format("牵头人", "Lead"), person_words(*plan.lead, say), clean(plan.lead->phone)});
    }
    if (!plan.digest.empty()) {
        rows.push_back(
            {say.format("版本", "Version"), clean(plan.digest).substr(0, digest_shown), ""});
    }
    for (const auto& step : plan.steps) {
        section.tasks.push_back(task(step, options));
    }
    return section;
}

Full plan_part(const Facts& facts, const Options& options) {
    const Say say{options.language};
    Full full;
    full.headline = headline(facts, say);
    full.notes.emplace_back(note(facts.reason, say));
    full.sections.push_back(plan_section(facts, options));
    if (facts.risk) {
        full.sections.push_back(risk_section(facts, options));
    }
    return full;
}

}  // namespace sanbao::text
