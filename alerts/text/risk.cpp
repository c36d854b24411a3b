#include "alerts/text/document.hpp"
#include "alerts/text/figures.hpp"
#include "alerts/text/say.hpp"
#include "alerts/text/utf8.hpp"

namespace sanbao::text {

namespace {

std::string value_of(const RiskFacts& risk, Language language) {
    const auto& indicator = *risk.indicator;
    const bool judged_itself = !risk.judged;
    return value_text(
        risk.value, indicator, language, judged_itself ? risk.line : std::nullopt, risk.currency);
}

std::string payday_words(int days, const Say& say) {
    if (days <= 0) {
        return std::string{
            say(days == 0 ? "今天发薪" : "已过发薪日",
                days == 0 ? "payday is today" : "payday has passed")};
    }
    return say.zh() ? fmt::format("距发薪{}天", days)
                    : fmt::format("payday in {} {}", days, days == 1 ? "day" : "days");
}

// 工资兑付覆盖率 0.82，缺口1,832万元，距发薪2天
std::string headline(const RiskFacts& risk, bool clear, const Say& say) {
    auto text = say.format(
        "{} {}",
        "{} {}",
        clean(risk.indicator->name.in(say.language)),
        value_of(risk, say.language));
    if (clear) {
        return text
               + say.format(
                   "，恢复{}（原{}）",
                   ", back to {} (was {})",
                   level_text(risk.to, say.language),
                   level_text(risk.from, say.language));
    }
    if (risk.gap) {
        const auto money = money_text(*risk.gap, risk.currency, say.language);
        text += say.format("，缺口{}", ", short by {}", money);
    }
    if (risk.days_to_payday) {
        text += say("，", ", ");
        text += payday_words(*risk.days_to_payday, say);
    }
    return text;
}

void add_note(std::vector<std::string>& notes, std::string_view note) {
    notes.emplace_back(note);
}

std::vector<std::string> notes_of(const Facts& facts, const Say& say) {
    std::vector<std::string> notes;
    if (facts.reason == Reason::corrected) {
        add_note(
            notes,
            facts.risk->to == Level::normal
                ? say(
                    "这是对已发消息的更正，不是新的预警。",
                    "This corrects what was sent before; it is not a new alert.")
                : say(
                    "这是对已发消息的更正；目前级别见下。",
                    "This corrects what was sent before; the level of today is below."));
    } else if (const auto correction = clean(facts.risk->correction.in(say.language));
               !correction.empty()) {
        add_note(notes, say.format("数据有更正：{}", "Figures were corrected: {}", correction));
    }
    if (facts.reason == Reason::all_clear) {
        add_note(
            notes,
            say("数值已离开预警线并保持，预警解除。",
                "The value has left its line and stayed away: the alert is cleared."));
        if (facts.plan && facts.plan->state == "active") {
            add_note(
                notes,
                say("应急预案仍在执行，不会自动终止，须由牵头人决定。",
                    "The contingency plan goes on: only its lead ends it."));
        }
        return notes;
    }
    if (facts.risk->to == Level::blue) {
        add_note(
            notes,
            say("蓝色是资金闲置预警，不等于平安。",
                "Blue warns of idle cash; it does not mean calm."));
    }
    return notes;
}

// Which line, and who set it.
void add_line_rows(std::vector<Row>& rows, const Facts& facts, const Say& say) {
    const auto& risk = *facts.risk;
    const auto language = say.language;
    if (!risk.line) {
        return;
    }
    const auto level = risk.to == Level::normal ? risk.from : risk.to;
    if (risk.judged) {
        rows.push_back(
            {say.format("判断值", "Judged"),
             fmt::format(
                 "{}  [{}]",
                 value_text(*risk.judged, *risk.indicator, language, risk.line, risk.currency),
                 clean(risk.indicator->judge)),
             ""});
    }
    rows.push_back(
        {say.format("{}线", "{} line", level_text(level, language)),
         fmt::format(
             "{} {}",
             compare_text(risk.line->compare, language),
             bound_text(risk.line->bound, *risk.indicator, risk, language)),
         ""});
    if (!risk.line_layer.empty()) {
        rows.push_back({say.format("线的依据", "Line set by"), clean(risk.line_layer), ""});
    }
}

void add_payday_row(std::vector<Row>& rows, const Facts& facts, const Options& options) {
    if (!facts.risk->days_to_payday || facts.risk->to == Level::normal) {
        return;
    }
    const Say say{options.language};
    const int days = *facts.risk->days_to_payday;
    const auto date = date_in(options.zone, facts.at) + std::chrono::days{days};
    rows.push_back(
        {say.format("发薪日", "Payday"),
         say.format("{}（{}）", "{} ({})", sanbao::to_text(date), payday_words(days, say)),
         ""});
}

}  // namespace

Section risk_section(const Facts& facts, const Options& options) {
    const Say say{options.language};
    const auto& risk = *facts.risk;
    Section section{std::string{say("情况", "The facts")}, {}, {}};
    auto& rows = section.rows;
    const auto to = level_text(risk.to, say.language);
    rows.push_back(
        {say.format("级别", "Level"),
         risk.from == risk.to
             ? to
             : say.format("{}（原{}）", "{} (was {})", to, level_text(risk.from, say.language)),
         ""});
    rows.push_back(
        {clean(risk.indicator->name.in(say.language)), value_of(risk, say.language), ""});
    add_line_rows(rows, facts, say);
    if (risk.gap && risk.to != Level::normal) {
        rows.push_back(
            {say.format("缺口", "Short by"),
             money_text(*risk.gap, risk.currency, say.language),
             ""});
    }
    add_payday_row(rows, facts, options);
    rows.push_back({say.format("数据日期", "Data of"), sanbao::to_text(risk.as_of), ""});
    if (risk.from == Level::normal && risk.to == Level::normal) {
        return section;  // a correction of what is over: nothing is open
    }
    rows.push_back(
        {say.format("开始时间", "Open since"), to_local_text(options.zone, risk.since), ""});
    return section;
}

namespace {

// Nobody is to stop payments because of idle cash, or of a risk that is over.
bool plan_matters(const Facts& facts) {
    const auto calls = facts.risk->to > Level::blue;
    return calls || facts.plan->state != "idle";
}

}  // namespace

Full risk_part(const Facts& facts, const Options& options) {
    const Say say{options.language};
    Full full;
    full.headline = facts.reason == Reason::corrected
                        ? fmt::format(
                            "{}{}{}",
                            clean(facts.risk->indicator->name.in(say.language)),
                            say("：", ": "),
                            clean(facts.risk->correction.in(say.language)))
                        : headline(*facts.risk, facts.reason == Reason::all_clear, say);
    full.notes = notes_of(facts, say);
    full.sections.push_back(risk_section(facts, options));
    if (facts.plan && plan_matters(facts)) {
        full.sections.push_back(plan_section(facts, options));
    }
    return full;
}

}  // namespace sanbao::text
