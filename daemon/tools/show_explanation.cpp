// A chain that reads downwards: data, inputs, formula, line, level, message.
#include "daemon/tools/show.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sanbao::tools {

namespace {

// The fraction where the decimal is not the whole truth: 0.333333333 = 1/3.
std::string exact_words(const Facts& value, const Look& look) {
    auto words = value_words(value, look);
    if (value["rounded"].yes()) {
        words += " = " + value["exact"].text();
    }
    return words;
}

class Chain {
  public:
    Chain(const Look& look, const std::map<std::string, std::string>& feeds)
        : look_(look), say_(look.say), feeds_(feeds) {}

    [[nodiscard]] std::string text(const Facts& one) const {
        const auto level = level_cell(one["level"], look_);
        auto out = fmt::format(
            "{}  {}\n  {}\n",
            look_.paint(one["name"].text(say_.language), Style::strong),
            look_.paint(level.text, level.style),
            one["verdict"].text(say_.language));
        out += section(say_("数据", "Data")) + data(one);
        out += section(say_("公式", "Formula")) + formula(one);
        out += section(say_("预警线", "Lines")) + lines(one);
        out += section(say_("级别", "Level")) + standing(one);
        if (one["kind"].text() == "risk") {
            out += section(say_("通知", "Messages")) + messages(one);
        }
        return out;
    }

  private:
    [[nodiscard]] std::string section(std::string_view title) const {
        return "  " + look_.paint(title, Style::faint) + "\n";
    }

    [[nodiscard]] std::string data(const Facts& one) const {
        Table table{4};
        one["inputs"].each([&](const Facts& input) {
            const auto latest = input["latest"];
            const auto feed = feeds_.find(input["item"].text());
            table.add(
                {{input["name"].text()},
                 {"= " + exact_words(input["value"], look_)},
                 {fmt::format("{}, {}", input["item"].text(), input["window"].text())},
                 {latest.there() ? say_.format(
                      "最新{}：{}",
                      "latest {}: {}",
                      latest["date"].text(),
                      value_words(latest["value"], look_))
                                 : std::string{say_("从无数据", "no reading ever")}},
                 {feed != feeds_.end() ? "← " + feed->second : std::string{}}});
        });
        return table.to_text(look_) + bodies(one);
    }

    // Each body once, with the inputs that it brought.
    [[nodiscard]] std::string bodies(const Facts& one) const {
        std::vector<std::pair<std::string, std::string>> lines;  // feed, date, digest; inputs
        one["inputs"].each([&](const Facts& input) {
            input["sources"].each([&](const Facts& source) {
                const auto line = fmt::format(
                    "{} {} {}",
                    source["feed"].text(),
                    source["date"].text(),
                    source["digest"].text().substr(0, digest_digits_shown));
                const auto known =
                    std::ranges::find(lines, line, &std::pair<std::string, std::string>::first);
                if (known == lines.end()) {
                    lines.emplace_back(line, input["name"].text());
                } else {
                    known->second += ", " + input["name"].text();
                }
            });
        });
        Table table{4};
        for (auto& [line, inputs] : lines) {
            table.add(
                {{std::string{say_("原始报文", "body")}, Style::faint},
                 {line},
                 {inputs, Style::faint}});
        }
        return table.to_text(look_);
    }

    void branch(const Facts& tree, std::size_t depth, Table& table) const {
        table.add(
            {{std::string(depth * 2, ' ') + tree["text"].text()},
             {"= " + exact_words(tree["value"], look_)}});
        tree["parts"].each([&](const Facts& part) { branch(part, depth + 1, table); });
    }

    [[nodiscard]] std::string formula(const Facts& one) const {
        Table table{4};
        branch(one["tree"], 0, table);
        auto out = table.to_text(look_);
        if (const auto place = one["place"].text(); !place.empty()) {
            out += "    " + look_.paint(place, Style::faint) + "\n";
        }
        return out;
    }

    [[nodiscard]] std::string layer(const Facts& line) const {
        if (line["layer"].text() != "indicator") {
            return say_.format("另行规定：{}", "override: {}", line["layer"].text());
        }
        const auto place = line["place"].text();
        return place.empty() ? std::string{say_("指标定义", "of the indicator")} : place;
    }

    [[nodiscard]] std::string lines(const Facts& one) const {
        Table table{4};
        one["lines"].each([&](const Facts& line) {
            if (line["line"].text().empty()) {
                return;
            }
            const auto crossed = line["crossed"].yes();
            auto level = level_cell(line["level"], look_);
            table.add(
                {std::move(level),
                 {line["line"].text()},
                 {std::string{crossed ? say_("已越线", "crossed") : say_("未越线", "not crossed")},
                  crossed ? Style::strong : Style::faint},
                 {layer(line)}});
        });
        if (table.empty()) {
            return "    " + std::string{say_("未设预警线", "none is set")} + "\n";
        }
        auto out = table.to_text(look_);
        if (!one["confirmed"].yes()) {
            out += "    "
                   + look_.paint(
                       say_(
                           "预警线为暂定，未经管理员确认",
                           "provisional: no administrator has confirmed these lines"),
                       Style::faint)
                   + "\n";
        }
        return out;
    }

    [[nodiscard]] std::string standing(const Facts& one) const {
        const auto level = level_cell(one["level"], look_);
        auto out = "    " + look_.paint(level.text, level.style);
        if (const auto since = one["since"].time(); !since.empty()) {
            out += say_.format("，自{}起", " since {}", since);
        }
        if (const auto date = one["date"].text(); !date.empty()) {
            out += say_.format("，研判日期{}", ", judged on the data of {}", date);
        }
        if (one["freshness"]["state"].text() == "stale") {
            out += "  " + look_.paint(say_("数据陈旧！", "STALE!"), Style::alarm);
        }
        out += "\n";
        Table table{4};
        one["waiting"].each([&](const Facts& reading) {
            auto entered = level_cell(reading["entered"], look_);
            table.add(
                {{std::string{say_("等待", "waits")}, Style::faint},
                 {reading["date"].text()},
                 std::move(entered)});
        });
        one["corrected"].each([&](const Facts& corrected) {
            table.add(
                {{std::string{say_("更正", "corrected")}, Style::faint},
                 {corrected_words(corrected, look_)}});
        });
        return out + table.to_text(look_);
    }

    [[nodiscard]] std::string messages(const Facts& one) const {
        if (one["messages"].size() > 0) {
            return messages_block(one["messages"], look_, 4);
        }
        const auto open = !one["alert"].text().empty();
        return "    "
             + std::string{
                 open ? say_("预警已发生，但没有任何通知：请检查通知路由",
                             "the risk is open, but no message exists: check the routes")
                      : say_("没有未解除的预警，无人被通知", "no risk is open, so nobody is told")}
             + "\n";
    }

    const Look& look_;
    const text::Say& say_;
    const std::map<std::string, std::string>& feeds_;
};

}  // namespace

std::string show_explanation(
    const Facts& document, const Look& look, const std::map<std::string, std::string>& feeds) {
    const auto level = level_cell(document["level"], look);
    auto out = banner(document, look);
    out += fmt::format(
        "{}  {}  {}",
        look.paint(subject_name(document["subject"], look), Style::strong),
        look.paint(level.text, level.style),
        document["now"].time());
    if (const auto plan = plan_words(document["plan"], look); !plan.empty()) {
        out += "  " + plan;
    }
    out += "\n";
    const Chain chain{look, feeds};
    document["indicators"].each([&](const Facts& one) { out += "\n" + chain.text(one); });
    return out;
}

}  // namespace sanbao::tools
