#include "alerts/text/message.hpp"
#include "daemon/tools/show.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace sanbao::tools {

namespace {

constexpr std::size_t names_max = 40;  // of calm counties on one line

Style style_of(Level level) {
    switch (level) {
        case Level::normal:
            return Style::plain;
        case Level::blue:
            return Style::blue;
        case Level::yellow:
            return Style::yellow;
        case Level::orange:
            return Style::orange;
        case Level::red:
            return Style::red;
    }
    return Style::plain;
}

Cell fresh_cell(const Facts& freshness, const Look& look) {
    const auto state = freshness["state"].text();
    if (state == "fresh") {
        return {look.say.format("数据至{}", "data to {}", freshness["newest"].text())};
    }
    if (state == "stale") {
        return {
            look.say.format("数据陈旧！至{}", "STALE! data to {}", freshness["newest"].text()),
            Style::alarm};
    }
    return {std::string{look.say("从未研判", "never judged")}, Style::strong};
}

std::string worst_words(const Facts& worst, const Look& look) {
    if (!worst.there()) {
        return {};
    }
    const auto line = worst["line"].text();
    return fmt::format(
        "{} {}{}",
        worst["name"].text(look.say.language),
        value_words(worst["value"], look),
        line.empty() ? "" : fmt::format(" ({})", line));
}

// Worst first; of the same level stale before fresh.
std::vector<Facts> by_severity(const Facts& subjects) {
    std::vector<Facts> sorted;
    subjects.each([&](const Facts& subject) { sorted.push_back(subject); });
    const auto rank = [](const Facts& subject) {
        const auto level = parse_level(subject["level"].text()).value_or(Level::normal);
        return std::pair{level, subject["freshness"]["state"].text() == "stale"};
    };
    std::ranges::stable_sort(
        sorted, [&](const Facts& a, const Facts& b) { return rank(a) > rank(b); });
    return sorted;
}

// Nobody knows how a county stands that was never judged: no word of a level then, least of all
// calm.
Cell judged_cell(const Facts& subject, const Look& look) {
    const auto judged = subject["freshness"]["state"].text() != "never judged";
    return judged ? level_cell(subject["level"], look) : Cell{"—", Style::plain};
}

bool is_calm(const Facts& subject) {
    return subject["level"].text() == "normal" && subject["freshness"]["state"].text() == "fresh"
           && (!subject["plan"].there() || subject["plan"]["state"].text() == "idle");
}

std::string subjects_block(const Facts& subjects, const Look& look) {
    Table table;
    std::string calm;
    std::size_t calm_count = 0;
    for (const auto& subject : by_severity(subjects)) {
        if (is_calm(subject)) {
            if (calm_count++ < names_max) {
                calm += (calm.empty() ? "" : look.say("、", ", "));
                calm += subject_name(subject, look);
            }
            continue;
        }
        const auto since = subject["worst"]["since"].time();
        table.add(
            {{subject_name(subject, look), Style::strong},
             judged_cell(subject, look),
             fresh_cell(subject["freshness"], look),
             {worst_words(subject["worst"], look)},
             {since.empty() ? "" : look.say.format("自{}", "since {}", since)},
             {plan_words(subject["plan"], look)}});
    }
    auto out = table.to_text(look);
    if (calm_count > 0) {
        const auto rest = calm_count > names_max ? look.say("等", ", …") : std::string_view{};
        out += look.say.format("正常 {}个：{}{}\n", "normal ({}): {}{}\n", calm_count, calm, rest);
    }
    return out;
}

bool in_trouble(const Facts& feed) {
    return feed["failures"].whole() > 0 || feed["late"].yes() || feed["held"].whole() > 0
           || feed["gaps"].whole() > 0;
}

std::string trouble_words(const Facts& feed, const Look& look) {
    const auto held = feed["held"].whole();
    if (held > 0) {
        return look.say.format(
            "{}批数据未通过核对，已暂存（sanbaod feed held）；所示仍为 {} 的数据",
            "HELD: {} batches failed their checks (sanbaod feed held); data shown is of {}",
            held,
            feed["newest"].text());
    }
    if (feed["failures"].whole() == 0 && !feed["late"].yes()) {
        return look.say.format(
            "缺项：{}个应报数没有报来",
            "INCOMPLETE: {} expected figures are missing",
            feed["gaps"].whole());
    }
    if (feed["failures"].whole() == 0) {
        return look.say.format(
            "迟到：最新数据为{}", "LATE: the newest data is of {}", feed["newest"].text());
    }
    return look.say.format(
        "连续失败{}次，自{}起：{}（{}）",
        "FAILED {} times in a row since {}: {} ({})",
        feed["failures"].whole(),
        feed["failing_since"].time(),
        feed["message"].text(),
        feed["problem"].text());
}

std::string feeds_block(const Facts& feeds, const Look& look, bool troubled) {
    Table table;
    feeds.each([&](const Facts& feed) {
        if (in_trouble(feed) != troubled) {
            return;
        }
        const auto title = feed["name"].text(look.say.language);
        const auto name = look.say.format(
            "数据源 {}{}",
            "feed {}{}",
            feed["id"].text(),
            title.empty() ? "" : fmt::format(" {}", title));
        if (troubled) {
            table.add({{name, Style::alarm}, {trouble_words(feed, look), Style::strong}});
            return;
        }
        const auto newest = feed["newest"].text();
        const auto checked = feed["checked"].time();
        table.add(
            {{name},
             {newest.empty() ? std::string{look.say("尚无数据", "no data yet")}
                             : look.say.format("数据至{}", "data to {}", newest)},
             {checked.empty() ? "" : look.say.format("{}查询", "asked {}", checked)}});
    });
    return table.to_text(look);
}

std::string outbox_line(const Facts& outbox, const Look& look) {
    const auto pending = outbox["pending"].whole();
    auto out = look.say.format(
        "通知：待发{}条，已送达{}条",
        "messages: {} pending, {} delivered",
        pending,
        outbox["delivered"].whole());
    if (pending > 0) {
        out += look.say.format("，最早{}", ", oldest {}", outbox["oldest"].time());
    }
    if (outbox["refused"].whole() > 0) {
        out += look.say.format("，其中被拒{}条", ", {} of them refused", outbox["refused"].whole());
    }
    if (outbox["dead"].whole() > 0) {
        const auto dead = look.say.format("无法送达{}条", "{} GIVEN UP", outbox["dead"].whole());
        out += std::string{look.say("，", ", ")} + look.paint(dead, Style::red);
    }
    return out + "\n";
}

std::string calendar_lines(const Facts& years, const Look& look) {
    std::string out;
    years.each([&](const Facts& year) {
        const auto words = look.say.format(
            "{0}年放假安排尚未录入，暂按周一至周五推算；请在 config/calendar.toml 添加 "
            "[calendar.{0}]",
            "{0} has no table of holidays: weekends stand in; add [calendar.{0}] to "
            "config/calendar.toml",
            year.whole());
        out += look.paint(words, Style::alarm) + "\n";
    });
    return out;
}

}  // namespace

std::string banner(const Facts& document, const Look& look) {
    std::string words;
    const auto say = [&](std::string_view what) {
        words += look.say.zh() ? fmt::format("【{}】", what)
                               : fmt::format("{}[{}]", words.empty() ? "" : " ", what);
    };
    if (document["replay"].yes()) {
        say(look.say(
            "回放：时钟由数据驱动，并非现在", "REPLAY: data drives the clock; this is not now"));
    }
    if (const auto label = document["label"].text(look.say.language); !label.empty()) {
        say(label);
    }
    if (const auto count = document["synthetic"].whole(); count > 0) {
        say(look.say.format("{}个对象为合成数据", "SYNTHETIC DATA for {} of the subjects", count));
    }
    return words.empty() ? "" : look.paint(words, Style::alarm) + "\n";
}

std::string subject_name(const Facts& subject, const Look& look) {
    auto name = subject["name"].text(look.say.language);
    name = name.empty() ? subject["id"].text() : name;
    if (subject["synthetic"].yes()) {
        name += look.say("（合成）", " (synthetic)");
    }
    return name;
}

Cell level_cell(const Facts& level, const Look& look) {
    const auto known = parse_level(level.text()).value_or(Level::normal);
    return {text::level_text(known, look.say.language), style_of(known)};
}

std::string plan_words(const Facts& plan, const Look& look) {
    const auto state = plan["state"].text();
    if (!plan.there() || state == "idle") {
        return {};
    }
    const auto words = state == "proposed" ? look.say("待启动", "proposed, waits for its lead")
                                           : look.say("执行中", "active");
    auto text = look.say.format("预案{}级{}", "plan {} {}", plan["level"].text(), words);
    if (plan["overdue"].whole() > 0) {
        text += look.say.format("，逾期{}项", ", {} overdue", plan["overdue"].whole());
    }
    if (plan["may_end"].yes()) {
        text += look.say("，可终止", ", may end");
    }
    return text;
}

std::string value_words(const Facts& value, const Look& look) {
    if (const auto why = value["missing"].text(); !why.empty()) {
        return look.say.format("无数值（{}）", "no value ({})", why);
    }
    if (value["condition"].there()) {
        return std::string{
            value["condition"].yes() ? look.say("成立", "true") : look.say("不成立", "false")};
    }
    const auto shown = value["text"].text(look.say.language);
    return shown.empty() ? value["decimal"].text() : shown;
}

std::string show_status(const Facts& document, const Look& look) {
    auto out = banner(document, look);
    out += fmt::format(
        "sanbaod {}  {}  {}",
        document["version"].text(),
        document["now"].time(),
        look.say.format("规则 {:.12}", "rules {:.12}", document["config"].text()));
    if (!document["ready"].yes()) {
        out += "  " + look.paint(look.say("未就绪", "NOT READY"), Style::alarm);
    }
    out += "\n" + calendar_lines(document["years_without_calendar"], look);
    if (const auto waiting = document["filings"].whole(); waiting > 0) {
        out += look.say.format(
            "{}份填报待复核，见 sanbaod filings\n",
            "{} filings wait for their second person: sanbaod filings\n",
            waiting);
    }
    for (const auto& block :
         {feeds_block(document["feeds"], look, true),
          subjects_block(document["subjects"], look),
          feeds_block(document["feeds"], look, false) + outbox_line(document["outbox"], look)}) {
        out += block.empty() ? "" : "\n" + block;
    }
    return out;
}

}  // namespace sanbao::tools
