// Filings that wait, and what each county owes by when (定期报告).
#include "daemon/tools/show.hpp"

namespace sanbao::tools {

namespace {

Cell state_cell(const Facts& duty, const Look& look) {
    const auto state = duty["state"].text();
    const auto overdue = duty["overdue"].yes();
    const auto late = overdue ? look.say("，已逾期", ", LATE") : std::string_view{};
    if (state == "accepted") {
        return {std::string{look.say("已接受", "accepted")}};
    }
    if (state == "filed") {
        return {fmt::format("{}{}", look.say("待复核", "filed, waits"), late), Style::strong};
    }
    if (state == "returned") {
        return {
            look.say.format("已退回{}：{}", "returned{}: {}", late, duty["returned"].text()),
            Style::alarm};
    }
    if (state == "missing") {
        return {std::string{look.say("缺报！", "MISSING!")}, Style::red};
    }
    if (state == "late") {
        return {std::string{look.say("逾期！", "LATE!")}, Style::orange};
    }
    return {std::string{
        state == "reminded" ? look.say("即将到期", "due soon") : look.say("未到期", "owed")}};
}

}  // namespace

std::string show_duties(const Facts& document, const Look& look) {
    Table table;
    document["duties"].each([&](const Facts& duty) {
        const auto county = duty["subject"].there() ? subject_name(duty["subject"], look)
                                                    : std::string{look.say("全部", "all")};
        const auto accepted = duty["accepted"].text();
        table.add(
            {{duty["name"].text(look.say.language)},
             {county, Style::strong},
             state_cell(duty, look),
             {look.say.format("{}一期", "period to {}", duty["last"].text())},
             {look.say.format("{}前", "by {}", duty["due"].time())},
             {accepted.empty() ? std::string{look.say("从未报送", "nothing yet")}
                               : look.say.format("已有至{}", "known to {}", accepted)},
             {duty["by_name"].text()}});
    });
    return banner(document, look)
           + (table.empty()
                  ? std::string{look.say("没有定期报告。\n", "Nothing is owed by date.\n")}
                  : table.to_text(look));
}

std::string show_filings(const Facts& document, const Look& look) {
    auto out = banner(document, look);
    const auto show = [&](const Facts& filing) {
        out += fmt::format(
            "{}  {}  {}  {}\n  {}\n",
            look.paint(subject_name(filing["subject"], look), Style::strong),
            filing["name"].text(look.say.language),
            filing["date"].text(),
            look.say.format(
                "{} {}填报，待复核",
                "filed by {} {}, waits for its second person",
                filing["by_name"].text(),
                filing["at"].time()),
            filing["id"].text());
        Table table{2};
        filing["values"].each([&](const Facts& value) {
            table.add(
                {{value["name"].text(look.say.language)}, {value["text"].text(look.say.language)}});
        });
        out += table.to_text(look);
    };
    if (document["filing"].there()) {
        show(document["filing"]);
        return out;
    }
    document["filings"].each(show);
    if (document["filings"].size() == 0) {
        out += look.say("没有待复核的填报。\n", "No filing waits.\n");
    }
    return out;
}

std::string show_filing_done(const Facts& document, const Look& look) {
    return banner(document, look)
           + look.say.format("已办：{}\n", "done: {}\n", document["done"].text());
}

}  // namespace sanbao::tools
