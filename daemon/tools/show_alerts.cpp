#include "daemon/tools/show.hpp"

#include <utility>

namespace sanbao::tools {

std::string corrected_words(const Facts& corrected, const Look& look) {
    return look.say.format(
        "{}：{}起的级别重新研判（{}）",
        "{}: judged again from {} on ({})",
        corrected["at"].time(),
        corrected["from"].text(),
        corrected["why"].text());
}

namespace {

// As feed show takes them.
std::string digest_words(const Facts& digests) {
    std::string out;
    digests.each([&](const Facts& digest) {
        out += (out.empty() ? "" : ", ") + digest.text().substr(0, digest_digits_shown);
    });
    return out;
}

// 红色  眉县  库款保障水平 0.08 (< 0.10)  自 2026-03-02 18:00
std::string alert_block(const Facts& alert, const Look& look) {
    const auto language = look.say.language;
    const auto level = level_cell(alert["level"], look);
    auto out = fmt::format(
        "{}  {}  {} {}",
        look.paint(level.text, level.style),
        look.paint(subject_name(alert["subject"], look), Style::strong),
        alert["name"].text(language),
        value_words(alert["value"], look));
    if (const auto line = alert["line"].text(); !line.empty()) {
        out += fmt::format(" ({})", line);
    }
    if (alert["freshness"]["state"].text() == "stale") {
        out += "  " + look.paint(look.say("数据陈旧！", "STALE!"), Style::alarm);
    }
    out += "\n  " + alert["verdict"].text(language) + "\n";
    Table table{2};
    const auto row = [&](std::string_view name, std::string value) {
        if (!value.empty()) {
            table.add({{std::string{name}, Style::faint}, {std::move(value)}});
        }
    };
    row(look.say("数据日期", "data of"), alert["as_of"].text());
    row(look.say("牵头科室", "section"), alert["owner"].text());
    row(look.say("预案", "plan"), plan_words(alert["plan"], look));
    row(look.say("预警号", "alert"), alert["alert"].text());
    row(look.say("原始报文", "bodies"), digest_words(alert["evidence"]));
    alert["corrected"].each([&](const Facts& corrected) {
        row(look.say("更正", "corrected"), corrected_words(corrected, look));
    });
    return out + table.to_text(look);
}

std::string state_words(const Facts& message, const Look& look) {
    const auto state = message["state"].text();
    if (state == "delivered") {
        return look.say.format("{}送达", "delivered {}", message["settled"].time());
    }
    if (state == "dead") {
        return std::string{look.say("无法送达", "GIVEN UP")};
    }
    if (const auto next = message["next"].time(); !next.empty()) {
        return look.say.format(
            "已试{}次，{}再试", "attempts: {}, again at {}", message["attempts"].whole(), next);
    }
    return std::string{look.say("待发", "pending")};
}

std::string reason_words(const std::string& reason, const Look& look) {
    return reason == "first"       ? std::string{look.say("首次", "first")}
           : reason == "worse"     ? std::string{look.say("加重", "worse")}
           : reason == "all_clear" ? std::string{look.say("解除", "all clear")}
                                   : reason;
}

}  // namespace

std::string messages_block(const Facts& messages, const Look& look, std::size_t indent) {
    Table table{indent};
    messages.each([&](const Facts& message) {
        const auto person = message["name"].text();
        const auto answer = message["answer"].text();
        const auto bad = message["state"].text() == "dead";
        table.add(
            {{message["queued"].time()},
             {person.empty() ? message["recipient"].text() : person},
             {message["channel"].text()},
             {reason_words(message["reason"].text(), look)},
             {state_words(message, look), bad ? Style::red : Style::plain},
             {answer}});
    });
    return table.to_text(look);
}

std::string show_alerts(const Facts& document, const Look& look) {
    auto out = banner(document, look);
    if (document["alerts"].size() == 0) {
        return out
               + std::string{look.say(
                   "目前没有未解除的预警。数据是否陈旧，见 sanbaod status。\n",
                   "No risk is open. Whether the data is fresh: sanbaod status.\n")};
    }
    bool first = true;
    document["alerts"].each([&](const Facts& alert) {
        out += (std::exchange(first, false) ? "" : "\n") + alert_block(alert, look);
    });
    return out;
}

std::string show_alert(const Facts& document, const Look& look) {
    auto out = banner(document, look);
    if (document["alert"].there()) {
        if (document["alert"]["state"].text() == "closed") {
            out += look.say(
                "此预警已解除；以下为该指标目前状况。\n",
                "This alert is over; below is how the indicator stands now.\n");
        }
        out += alert_block(document["alert"], look);
    } else if (document["plan"].there()) {
        out += show_plan(document["plan"], look);
    }
    out += look.say("通知：\n", "Messages:\n");
    if (document["messages"].size() == 0) {
        out += look.say("  无人被通知。\n", "  Nobody was told.\n");
    }
    return out + messages_block(document["messages"], look, 2);
}

}  // namespace sanbao::tools
