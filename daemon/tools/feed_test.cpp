// `feed test`: fetch once, show what was understood; store nothing, tell nobody.
#include "alerts/text/figures.hpp"
#include "alerts/text/utf8.hpp"
#include "daemon/feeds/poller.hpp"
#include "daemon/io/clock.hpp"
#include "daemon/tools/commands.hpp"
#include "daemon/tools/tools.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

namespace sanbao::tools {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr std::size_t cells_shown_max = 12;

using Tested = io::TransferResult<feeds::TestReport>;

Tested fetch(const feeds::FeedSettings& feed, const std::shared_ptr<const rules::Rulebook>& rules) {
    asio::io_context loop{1};
    const auto transfer = io::make_curl_transfer(loop.get_executor());
    std::optional<Tested> result;
    asio::co_spawn(
        loop,
        feeds::test_once(feed, rules, *transfer, io::WallClock{}.now()),
        [&](const std::exception_ptr& thrown, Tested tested) {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
            result = std::move(tested);
            loop.stop();  // what libcurl keeps open for a next request is not waited for
        });
    loop.run();
    return std::move(*result);
}

std::string figure(const Item& item, std::int64_t value, Language language) {
    const auto number = Rational::make(value, scale_of(item.unit)).value_or(Rational{});
    return item.unit == Unit::money ? text::money_text(number, item.currency, language)
                                    : text::plain_decimal(number);
}

std::span<const rules::Cell> first_cells(const feeds::Decoded& decoded) {
    return {decoded.cells.data(), std::min(decoded.cells.size(), cells_shown_max)};
}

json::array texts(const std::vector<std::string>& from) {
    json::array result;
    std::ranges::for_each(from, [&](const auto& one) { result.emplace_back(one); });
    return result;
}

json::object decoded_json(const feeds::Decoded& decoded, const Catalogue& catalogue) {
    json::array cells;
    for (const auto& cell : first_cells(decoded)) {
        const auto& item = catalogue.items[cell.item];
        const auto number = Rational::make(cell.value, scale_of(item.unit)).value_or(Rational{});
        cells.push_back(json::object{
            {"subject", catalogue.subjects[cell.subject].id},
            {"item", item.id},
            {"date", to_text(cell.date)},
            {"value", text::plain_decimal(number)}});
    }
    return {
        {"rows", decoded.rows},
        {"rows_filtered", decoded.rows_filtered},
        {"rows_unmapped", decoded.rows_unmapped},
        {"rows_unknown", decoded.rows_unknown},
        {"cells", decoded.cells.size()},
        {"first", std::move(cells)},
        {"unused", texts(decoded.unused)}};
}

void print_json(const Tested& tested, const Catalogue& catalogue) {
    json::object out;
    if (!tested) {
        out = {{"error", tested.error().message}};
    } else {
        out = {{"status", tested->status}, {"bytes", tested->bytes}, {"digest", tested->digest}};
        if (tested->decoded) {
            out["decoded"] = decoded_json(*tested->decoded, catalogue);
        } else {
            const auto& refusal = tested->decoded.error();
            out["refused"] = json::object{
                {"problem", core::to_text(refusal.problem)}, {"problems", texts(refusal.problems)}};
        }
    }
    put(json::serialize(out) + "\n");
}

void print_decoded(const feeds::Decoded& decoded, const Catalogue& catalogue, const Look& look) {
    put(look.say.format(
        "行数：{}，过滤{}，未映射{}，未知县区{}；数值{}个\n",
        "rows: {} ours, {} filtered out, {} of unmapped items, {} of unknown counties; {} "
        "figures\n",
        decoded.rows,
        decoded.rows_filtered,
        decoded.rows_unmapped,
        decoded.rows_unknown,
        decoded.cells.size()));
    Table table{2};
    for (const auto& cell : first_cells(decoded)) {
        const auto& item = catalogue.items[cell.item];
        table.add(
            {{catalogue.subjects[cell.subject].name.in(look.say.language), Style::strong},
             {item.name.in(look.say.language)},
             {to_text(cell.date)},
             {figure(item, cell.value, look.say.language)},
             {item.id, Style::faint}});
    }
    put(table.to_text(look));
    if (decoded.cells.size() > cells_shown_max) {
        put(look.say.format(
            "  … 另有{}个\n", "  … and {} more\n", decoded.cells.size() - cells_shown_max));
    }
    for (const auto& item : decoded.unused) {
        put(look.say.format(
            "注意：已映射而无数据：{}\n", "note: mapped, but no row has it: {}\n", item));
    }
}

void print_text(const Tested& tested, const Catalogue& catalogue, const Look& look) {
    if (!tested) {
        put(look.say.format(
            "取数失败：{}\n", "not fetched: {}\n", text::clean(tested.error().message)));
        return;
    }
    put(look.say.format(
        "状态 {}，{}字节，SHA-256 {}\n",
        "status {}, {} bytes, SHA-256 {}\n",
        tested->status,
        tested->bytes,
        tested->digest));
    if (tested->decoded) {
        print_decoded(*tested->decoded, catalogue, look);
        return;
    }
    const auto& refusal = tested->decoded.error();
    const auto refused = look.say.format(
        "整份拒收（{}）", "REFUSED as a whole ({})", core::to_text(refusal.problem));
    put(look.paint(refused, Style::red) + "\n");
    std::ranges::for_each(
        refusal.problems, [](const auto& problem) { put("  " + text::clean(problem) + "\n"); });
}

}  // namespace

int feed_test(const Options& options, const std::string& name) {
    const auto settings = load_settings(options);
    if (!settings) {
        return exit_found;
    }
    const auto feed = std::ranges::find(settings->feeds, name, &feeds::FeedSettings::id);
    if (feed == settings->feeds.end()) {
        std::string known;
        for (const auto& one : settings->feeds) {
            known += (known.empty() ? "" : ", ") + one.id;
        }
        complain(fmt::format("no feed is called '{}'; known here: {}", name, known));
        return exit_found;
    }
    const auto tested = fetch(*feed, settings->rules);
    const auto& catalogue = settings->rules->catalogue();
    if (options.json) {
        print_json(tested, catalogue);
    } else {
        print_text(tested, catalogue, make_look(options, language_of(*settings)));
    }
    return tested && tested->decoded ? exit_ok : exit_found;
}

}  // namespace sanbao::tools
