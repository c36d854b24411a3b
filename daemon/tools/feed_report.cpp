#include "daemon/tools/feed_report.hpp"

#include "alerts/text/figures.hpp"
#include "alerts/text/utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace sanbao::tools {

namespace json = boost::json;

namespace {

constexpr std::size_t cells_shown = 12;
constexpr std::size_t names_shown = 20;
constexpr std::size_t findings_shown = 3;  // of one check

std::span<const rules::Cell> shown(const feeds::Decoded& decoded, bool all) {
    const auto count = all ? decoded.cells.size() : std::min(decoded.cells.size(), cells_shown);
    return {decoded.cells.data(), count};
}

Rational number_of(const rules::Cell& cell, const Item& item) {
    return Rational::make(cell.value, scale_of(item.unit)).value_or(Rational{});
}

std::string figure(const rules::Cell& cell, const Item& item, Language language) {
    return item.unit == Unit::money
               ? text::money_text(number_of(cell, item), item.currency, language)
               : text::plain_decimal(number_of(cell, item));
}

json::array texts(const std::vector<std::string>& from) {
    json::array result;
    std::ranges::for_each(from, [&](const auto& one) { result.emplace_back(one); });
    return result;
}

json::object decoded_json(const feeds::Decoded& decoded, const Catalogue& catalogue, bool all) {
    json::array cells;
    for (const auto& cell : shown(decoded, all)) {
        const auto& item = catalogue.items[cell.item];
        cells.push_back(json::object{
            {"subject", catalogue.subjects[cell.subject].id},
            {"item", item.id},
            {"date", to_text(cell.date)},
            {"value", text::plain_decimal(number_of(cell, item))}});
    }
    json::object result{
        {"how", texts(decoded.how)},
        {"rows", decoded.rows},
        {"rows_filtered", decoded.rows_filtered},
        {"rows_unmapped", decoded.rows_unmapped},
        {"rows_unknown", decoded.rows_unknown},
        {"cells", decoded.cells.size()},
        {"first", std::move(cells)},
        {"unused", texts(decoded.unused)},
        {"columns_unused", texts(decoded.columns_unused)},
        {"names_unmapped", texts(decoded.names_unmapped)}};
    if (decoded.edition) {
        result["published"] = to_utc_text(*decoded.edition);
    }
    return result;
}

json::array checks_json(const std::vector<CheckOutcome>& checks) {
    json::array result;
    for (const auto& [check, findings] : checks) {
        json::array found;
        for (const auto& finding : findings) {
            found.push_back(json::object{{"zh", finding.text.zh}, {"en", finding.text.en}});
        }
        result.push_back(json::object{
            {"name", check->name},
            {"rule", check->rule},
            {"holds", findings.empty()},
            {"findings", std::move(found)}});
    }
    return result;
}

class Report {
  public:
    Report(const FeedReport& report, const Catalogue& catalogue, const Look& look, bool all)
        : report_(report), catalogue_(catalogue), look_(look), all_(all) {}

    std::string write() {
        came();
        if (report_.decoded) {
            decoded(*report_.decoded);
            checks();
            leftovers(*report_.decoded);
        } else {
            refused(report_.decoded.error());
        }
        return std::move(out_);
    }

  private:
    template <class... Args>
    void line(std::string_view zh, std::string_view en, const Args&... args) {
        out_ += fmt::format(fmt::runtime(look_.say(zh, en)), args...) + "\n";
    }
    void head(std::string_view zh, std::string_view en) {
        out_ += look_.paint(std::string{look_.say(zh, en)}, Style::strong) + "\n";
    }

    void came() {
        head("收到", "What came");
        line(
            "  {}字节，SHA-256 {}{}",
            "  {} bytes, SHA-256 {}{}",
            report_.bytes,
            report_.digest,
            report_.status == 0 ? "" : fmt::format(", HTTP {}", report_.status));
    }

    void decoded(const feeds::Decoded& decoded) {
        head("读法", "How it was read");
        for (const auto& how : decoded.how) {
            out_ += "  " + text::clean(how) + "\n";
        }
        line(
            "  行数：{}，过滤{}，未映射{}，未知县区{}；数值{}个",
            "  rows: {} ours, {} filtered out, {} of unmapped items, {} of unknown counties; {} "
            "figures",
            decoded.rows,
            decoded.rows_filtered,
            decoded.rows_unmapped,
            decoded.rows_unknown,
            decoded.cells.size());
        if (decoded.edition) {
            line(
                "  发布时间：{}",
                "  published: {}",
                to_local_text(catalogue_.zone, *decoded.edition));
        }
        head("数值", "Figures");
        Table table{2};
        for (const auto& cell : shown(decoded, all_)) {
            const auto& item = catalogue_.items[cell.item];
            table.add(
                {{catalogue_.subjects[cell.subject].name.in(look_.say.language), Style::strong},
                 {item.name.in(look_.say.language)},
                 {to_text(cell.date)},
                 {figure(cell, item, look_.say.language)},
                 {item.id, Style::faint}});
        }
        out_ += table.to_text(look_);
        if (const auto count = shown(decoded, all_).size(); count < decoded.cells.size()) {
            line(
                "  … 另有{}个；--all 全部列出",
                "  … and {} more; --all shows every one",
                decoded.cells.size() - count);
        }
    }

    void checks() {
        if (report_.checks.empty()) {
            return;
        }
        head("核对", "Checks");
        for (const auto& [check, findings] : report_.checks) {
            const auto holds = findings.empty();
            const auto verdict =
                holds ? look_.say("未见矛盾", "nothing against it")
                : check->action == CheckAction::flag
                    ? look_.say("有疑点，仍会采用", "in doubt, would be taken")
                    : look_.say("不成立，整批会被暂存", "FAILS: would be held back");
            out_ += fmt::format(
                "  {}  {}\n",
                text::clean(check->name),
                look_.paint(std::string{verdict}, holds ? Style::plain : Style::red));
            for (std::size_t i = 0; i < findings.size() && i < findings_shown; ++i) {
                out_ += "    " + findings[i].text.in(look_.say.language) + "\n";
            }
            if (findings.size() > findings_shown) {
                line("    … 另有{}处", "    … and {} more", findings.size() - findings_shown);
            }
        }
    }

    void leftovers(const feeds::Decoded& decoded) {
        names("已映射而无数据", "Mapped, but no row has it", decoded.unused);
        names("未使用的栏目", "Columns that nothing uses", decoded.columns_unused);
        names("未映射的项目名", "Item names that nothing maps", decoded.names_unmapped);
    }

    void names(std::string_view zh, std::string_view en, const std::vector<std::string>& names) {
        if (names.empty()) {
            return;
        }
        head(zh, en);
        for (std::size_t i = 0; i < names.size() && (all_ || i < names_shown); ++i) {
            out_ += "  " + text::clean(names[i]) + "\n";
        }
        if (!all_ && names.size() > names_shown) {
            line("  … 另有{}个", "  … and {} more", names.size() - names_shown);
        }
    }

    void refused(const feeds::Refusal& refusal) {
        out_ +=
            look_.paint(
                look_.say.format(
                    "整份拒收（{}）", "REFUSED as a whole ({})", core::to_text(refusal.problem)),
                Style::red)
            + "\n";
        for (const auto& problem : refusal.problems) {
            out_ += "  " + text::clean(problem) + "\n";
        }
    }

    const FeedReport& report_;
    const Catalogue& catalogue_;
    const Look& look_;
    bool all_;
    std::string out_;
};

}  // namespace

bool FeedReport::would_be_taken() const {
    return decoded && std::ranges::none_of(checks, [](const CheckOutcome& outcome) {
               return outcome.check->action == CheckAction::quarantine && !outcome.findings.empty();
           });
}

std::vector<CheckOutcome> outcomes_of(
    const rules::CompiledFeed& feed, const feeds::Decoded& decoded, const rules::Rulebook& rules) {
    const auto nothing = rules.empty_readings();
    const rules::Batch batch{nothing, decoded.cells};
    std::vector<CheckOutcome> outcomes;
    for (const auto& check : feed.checks) {
        outcomes.push_back(
            {&check.source(), rules::run_checks({&check, 1}, batch, rules.catalogue())});
    }
    return outcomes;
}

std::string report_json(const FeedReport& report, const Catalogue& catalogue, bool all) {
    json::object out{{"bytes", report.bytes}, {"digest", report.digest}};
    if (report.status != 0) {
        out["status"] = report.status;
    }
    if (report.decoded) {
        out["decoded"] = decoded_json(*report.decoded, catalogue, all);
        out["checks"] = checks_json(report.checks);
    } else {
        const auto& refusal = report.decoded.error();
        out["refused"] = json::object{
            {"problem", core::to_text(refusal.problem)}, {"problems", texts(refusal.problems)}};
    }
    return json::serialize(out) + "\n";
}

std::string report_text(
    const FeedReport& report, const Catalogue& catalogue, const Look& look, bool all) {
    return Report{report, catalogue, look, all}.write();
}

}  // namespace sanbao::tools
