#include "alerts/text/figures.hpp"
#include "daemon/tools/show.hpp"

namespace sanbao::tools {

namespace {

Cell state_cell(const Facts& entry, const Look& look) {
    const auto state = entry["state"].text();
    if (state == "settled") {
        return {look.say.format(
            "已办（{} {}）", "settled ({} {})", entry["by"].text(), entry["at"].time())};
    }
    if (state == "overdue") {
        return {std::string{look.say("逾期！", "OVERDUE!")}, Style::red};
    }
    return {std::string{look.say("未办", "open")}};
}

std::string due_words(const Facts& entry, const Look& look) {
    const auto due = entry["due"].time();
    return due.empty()
               ? look.say.format("启动后{}内", "within {} of activation", entry["term"].text())
               : look.say.format("{}前", "by {}", due);
}

std::string owner_words(const Facts& step) {
    const auto person = step["person"];
    auto words = step["owner"].text();
    if (person.there()) {
        words += fmt::format(" {} {}", person["name"].text(), person["phone"].text());
    }
    return words;
}

// "city" and "province" are the plan's own keys; anything else is an office's name.
std::string addressee_words(const std::string& to, const Look& look) {
    return to == "city"       ? std::string{look.say("市级", "the city")}
           : to == "province" ? std::string{look.say("省级", "the province")}
                              : to;
}

std::string term_words(const std::string& term, const Look& look) {
    const auto parsed = parse_term(term);
    return parsed ? text::term_text(*parsed, look.say.language) : term;
}

std::string steps_block(const Facts& plan, const Look& look) {
    Table table{2};
    plan["steps"].each([&](const Facts& step) {
        table.add(
            {{std::to_string(step["seq"].whole())},
             state_cell(step, look),
             {step["name"].text()},
             {owner_words(step)},
             {due_words(step, look)},
             {std::string{step["evidence"].yes() ? look.say("须附依据", "evidence needed") : ""}}});
    });
    plan["reports"].each([&](const Facts& report) {
        table.add(
            {{look.say.format("报{}", "report {}", report["index"].whole())},
             state_cell(report, look),
             {look.say.format("上报{}", "to {}", addressee_words(report["to"].text(), look))},
             {report["form"].text()},
             {due_words(report, look)}});
    });
    return table.to_text(look);
}

std::string end_line(const Facts& end, const Look& look) {
    std::string when;
    end["when"].each([&](const Facts& clause) {
        when += when.empty() ? "" : look.say(" 且 ", " and ");
        when += clause.text();
    });
    auto out = look.say.format(
        "终止条件：{}，持续{}，由{}决定",
        "ends when {} for {}, decided by {}",
        when,
        term_words(end["hold"].text(), look),
        end["by"].text() == "lead" ? std::string{look.say("牵头人", "the lead")}
                                   : end["by"].text());
    if (end["may_end"].yes()) {
        out += look.say("；现在可以终止", "; it may end now");
    } else if (const auto since = end["holds_since"].time(); !since.empty()) {
        out += look.say.format("；自{}起成立", "; holds since {}", since);
    }
    return out + "\n";
}

}  // namespace

std::string show_plan(const Facts& document, const Look& look) {
    auto out = banner(document, look);
    const auto plan = document["plan"];
    if (!plan.there()) {
        return out
               + look.say.format(
                   "{}没有预案。\n", "{} has no plan.\n", subject_name(document["subject"], look));
    }
    const auto state = plan["state"].text();
    const auto words = state == "idle" ? look.say("未启动", "idle")
                       : state == "proposed"
                           ? look.say("待牵头人启动", "PROPOSED: waits for its lead")
                           : look.say("执行中", "ACTIVE");
    out += fmt::format(
        "{}  {}  {}\n",
        look.paint(subject_name(document["subject"], look), Style::strong),
        plan["name"].text(),
        plan["doc_no"].text());
    out += look.paint(words, state == "idle" ? Style::plain : Style::alarm);
    if (const auto level = plan["level"].text(); !level.empty()) {
        out += look.say.format(
            "  {}级 {}  因：{}",
            "  level {} {}  because: {}",
            level,
            plan["level_name"].text(),
            plan["cause"].text());
    }
    if (plan["lead"].there()) {
        const auto lead = plan["lead"];
        out += look.say.format(
            "  牵头：{} {} {}",
            "  lead: {} {} {}",
            lead["name"].text(),
            lead["post"].text(),
            lead["phone"].text());
    }
    return out + "\n" + steps_block(plan, look) + end_line(plan["end"], look);
}

}  // namespace sanbao::tools
