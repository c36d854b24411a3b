#include "alerts/rules/window.hpp"

#include <catch2/catch.hpp>

using namespace sanbao;
using namespace sanbao::rules;
using namespace std::chrono_literals;

namespace {

Date on(std::string_view text) {
    return parse_date(text).value();
}

// One series, money in whole yuan, judged on a date.
struct World {
    Item item;
    Calendar calendar;
    Subject subject;
    Readings readings{1, 1, {true}};

    explicit World(
        ItemKind kind,
        const std::vector<std::pair<const char*, std::int64_t>>& yuan,
        bool history = true)
        : readings{1, 1, {history}} {
        item.id = "treas_out";
        item.kind = kind;
        item.fresh_for = Term{10 * 24h, 0};
        for (const auto& [date, value] : yuan) {
            readings.put({0, 0, on(date), value * 100});
        }
    }

    [[nodiscard]] std::string value(const Window& window, std::string_view date) const {
        const auto result =
            evaluate_window(item, window, 0, 0, readings, {&calendar, &subject, on(date)});
        const auto* const known = std::get_if<Rational>(&result);
        return known != nullptr ? to_fraction(*known) : std::get<Missing>(result).why;
    }
};

const Window latest{};
const Window latest_last_year{Take::latest, Span::same_period_last_year, 0};

Window over(Take take, Span span, int count = 0) {
    return {take, span, count};
}

const std::vector<std::pair<const char*, std::int64_t>> days_of_two_years{
    {"2025-11-20", 900},
    {"2025-12-30", 40},
    {"2026-01-05", 10},
    {"2026-02-10", 20},
    {"2026-10-31", 5},
    {"2026-11-02", 30},
    {"2026-11-10", 60},
    {"2026-11-20", 15},
    {"2026-11-25", 7}};

// A counter that starts again each year.
const std::vector<std::pair<const char*, std::int64_t>> counter_of_two_years{
    {"2025-11-23", 880},
    {"2025-11-30", 900},
    {"2025-12-25", 980},
    {"2025-12-31", 1'000},
    {"2026-01-08", 30},
    {"2026-10-28", 700},
    {"2026-10-31", 720},
    {"2026-11-15", 790},
    {"2026-11-23", 825},
    {"2026-11-24", 999}};

}  // namespace

TEST_CASE("latest is the newest reading not after the date, while it is fresh") {
    const World world{ItemKind::stock, days_of_two_years};
    CHECK(world.value(latest, "2026-11-25") == "7");
    CHECK(world.value(latest, "2026-11-24") == "15");
    CHECK(world.value(latest, "2026-12-05") == "7");
    CHECK(
        world.value(latest, "2026-12-06")
        == "the reading of treas_out of 2026-11-25 is older than 10d on 2026-12-06");
    CHECK(world.value(latest, "2025-11-19") == "no reading of treas_out");
}

TEST_CASE("freshness in working days looks over weekends and holidays") {
    World world{ItemKind::stock, {{"2026-02-13", 5}}};
    world.item.fresh_for = Term{0ms, 1};
    for (auto date = on("2026-02-16"); date <= on("2026-02-23"); date += std::chrono::days{1}) {
        world.calendar.set(date, true);
    }
    CHECK(world.value(latest, "2026-02-24") == "5");
    CHECK_THAT(world.value(latest, "2026-02-25"), Catch::Contains("is older than 1wd"));
}

TEST_CASE("an item without history whose reading is newer than the date is missing") {
    const World world{ItemKind::stock, {{"2026-11-20", 5}}, false};
    CHECK(world.value(latest, "2026-11-20") == "5");
    CHECK(world.value(latest, "2026-11-19") == "no reading of treas_out");
}

TEST_CASE("a flow is summed and averaged over the readings present") {
    World world{ItemKind::flow, days_of_two_years};
    world.item.fresh_for = Term{400 * 24h, 0};  // it comes when it comes
    const auto* const date = "2026-11-23";      // the reading of the 25th is not looked at
    CHECK(world.value(over(Take::sum, Span::month_to_date), date) == "105");
    CHECK(world.value(over(Take::mean, Span::month_to_date), date) == "35");
    CHECK(world.value(over(Take::min, Span::month_to_date), date) == "15");
    CHECK(world.value(over(Take::max, Span::month_to_date), date) == "60");
    CHECK(world.value(over(Take::sum, Span::year_to_date), date) == "140");
    CHECK(world.value(over(Take::monthly_mean, Span::year_to_date), date) == "140/11");
    CHECK(world.value(over(Take::sum, Span::last_days, 4), date) == "15");
    CHECK(world.value(over(Take::sum, Span::last_days, 14), date) == "75");
    CHECK(world.value(over(Take::sum, Span::last_months, 1), date) == "105");
    CHECK(world.value(over(Take::sum, Span::last_months, 2), date) == "110");
    CHECK(world.value(over(Take::monthly_mean, Span::last_months, 2), date) == "55");
    CHECK(world.value(over(Take::sum, Span::last_months, 12), date) == "180");
    CHECK(world.value(over(Take::sum, Span::same_period_last_year), date) == "900");
    CHECK(world.value(over(Take::monthly_mean, Span::same_period_last_year), date) == "900/11");
}

TEST_CASE("a stock is averaged over the readings present") {
    World world{ItemKind::stock, days_of_two_years};
    world.item.fresh_for = Term{400 * 24h, 0};
    CHECK(world.value(over(Take::mean, Span::year_to_date), "2026-11-23") == "70/3");
    CHECK(world.value(over(Take::min, Span::last_months, 12), "2026-11-23") == "5");
    CHECK(world.value(over(Take::max, Span::last_days, 30), "2026-11-30") == "60");
}

TEST_CASE("a span without any reading is missing, and says which") {
    const World world{ItemKind::flow, days_of_two_years};
    CHECK(
        world.value(over(Take::sum, Span::last_days, 3), "2026-11-23")
        == "no reading of treas_out over the last 3 days (2026-11-21 to 2026-11-23)");
    CHECK_THAT(
        world.value(over(Take::mean, Span::month_to_date), "2026-12-20"),
        Catch::Contains("month to date (2026-12-01 to 2026-12-20)"));
}

TEST_CASE("a span that began before the first reading has no value until it has filled") {
    World world{ItemKind::flow, {}};
    world.item.fresh_for = Term{0ms, 3};
    for (auto date = on("2026-11-02"); date <= on("2026-12-31"); date += std::chrono::days{1}) {
        if (world.calendar.is_workday(date)) {
            world.readings.put({0, 0, date, 100});
        }
    }
    const auto sum = over(Take::sum, Span::last_days, 30);
    CHECK(
        world.value(sum, "2026-11-25")
        == "treas_out is known since 2026-11-02 only, and the last 30 days would count from "
           "2026-10-27");
    CHECK(world.value(sum, "2026-11-26") == "19");  // three workdays of silence are expected
    CHECK(world.value(sum, "2026-11-30") == "21");  // from Sunday the 1st: nothing is missing
    CHECK_THAT(
        world.value(over(Take::mean, Span::last_days, 30), "2026-11-20"),
        Catch::Contains("is known since 2026-11-02 only"));
}

TEST_CASE("a gap inside a span is missing, unless it is a holiday") {
    World world{ItemKind::flow, {}};
    world.item.fresh_for = Term{0ms, 3};
    for (const auto* date :
         {"2026-09-28", "2026-09-29", "2026-09-30", "2026-10-08", "2026-10-09", "2026-10-12"}) {
        world.readings.put({0, 0, on(date), 100});
    }
    const auto sum = over(Take::sum, Span::last_days, 15);
    CHECK(
        world.value(sum, "2026-10-12")
        == "no reading of treas_out from 2026-09-30 to 2026-10-08, which is longer than 3wd, "
           "within the last 15 days");
    for (auto date = on("2026-10-01"); date <= on("2026-10-07"); date += std::chrono::days{1}) {
        world.calendar.set(date, true);
    }
    CHECK(world.value(sum, "2026-10-12") == "6");
    CHECK(world.value(over(Take::max, Span::last_days, 15), "2026-10-12") == "1");
}

TEST_CASE("a counter's flow is the difference at the ends of the span, from 0 on 1 January") {
    const World world{ItemKind::cumulative, counter_of_two_years};
    const auto* const date = "2026-11-23";
    CHECK(world.value(over(Take::sum, Span::year_to_date), date) == "825");
    CHECK(world.value(over(Take::monthly_mean, Span::year_to_date), date) == "75");
    CHECK(world.value(over(Take::sum, Span::month_to_date), date) == "105");
    CHECK(world.value(over(Take::sum, Span::last_days, 24), date) == "125");  // since 30 October
    CHECK(world.value(over(Take::sum, Span::same_period_last_year), date) == "880");
    CHECK(world.value(over(Take::monthly_mean, Span::same_period_last_year), date) == "80");
    // Over New Year: what 2025 grew by since 30 November, and all of 2026.
    CHECK(world.value(over(Take::sum, Span::last_months, 2), "2026-01-10") == "130");
}

TEST_CASE("a counter without a fresh reading at an end of the span is missing") {
    const World world{ItemKind::cumulative, counter_of_two_years};
    CHECK(
        world.value(over(Take::sum, Span::year_to_date), "2026-02-01")
        == "the reading of treas_out of 2026-01-08 is older than 10d on 2026-02-01");
    CHECK_THAT(
        world.value(over(Take::sum, Span::last_days, 2), "2026-11-16"),
        Catch::Contains("of 2026-10-31 is older than 10d on 2026-11-14"));
    CHECK(
        world.value(over(Take::sum, Span::last_days, 5), "2026-01-08")
        == "no reading of treas_out in 2026 before 2026-01-04, where the last 5 days begins");
    CHECK_THAT(
        world.value(over(Take::sum, Span::month_to_date), "2026-09-10"),
        Catch::Contains("no reading of treas_out over month to date"));
}

TEST_CASE("the same date last year is 28 February after a leap day") {
    const World world{
        ItemKind::stock,
        {{"2023-02-27", 27}, {"2023-02-28", 28}, {"2023-03-01", 31}, {"2024-02-29", 29}}};
    CHECK(world.value(latest_last_year, "2024-02-29") == "28");
    CHECK(world.value(latest_last_year, "2024-02-28") == "28");
    CHECK(world.value(latest_last_year, "2024-02-27") == "27");
    CHECK(world.value(latest_last_year, "2024-03-01") == "31");
    CHECK(world.value(latest_last_year, "2025-03-01") == "29");
    CHECK_THAT(
        world.value(latest_last_year, "2026-03-01"),
        Catch::Contains("no reading") || Catch::Contains("older than"));
}

TEST_CASE("the integer of a reading is scaled by its unit") {
    World world{ItemKind::stock, {{"2026-11-20", 1}}};
    world.item.unit = Unit::ratio;
    CHECK(world.value(latest, "2026-11-20") == "1/1000000");
    world.item.unit = Unit::number;
    CHECK(world.value(latest, "2026-11-20") == "1/100");
}

TEST_CASE("the widest values do not overflow a sum") {
    World world{ItemKind::flow, {}};
    const auto most = std::numeric_limits<std::int64_t>::max();
    for (int i = 0; i < 100; ++i) {
        world.readings.put({0, 0, on("2026-08-01") + std::chrono::days{i}, most});
    }
    CHECK(
        world.value(over(Take::sum, Span::last_days, 100), "2026-11-08") == "9223372036854775807");
}

TEST_CASE("only windows that look back need history") {
    CHECK_FALSE(needs_history(latest));
    CHECK(needs_history(latest_last_year));
    CHECK(needs_history(over(Take::sum, Span::month_to_date)));
}

TEST_CASE("windows that make no sense over an item are refused with advice") {
    Item item;
    item.id = "x";
    const auto problem = [&](ItemKind kind, const Window& window) {
        item.kind = kind;
        return window_problem(item, window).value_or("");
    };
    CHECK_THAT(
        problem(ItemKind::stock, over(Take::sum, Span::year_to_date)),
        Catch::Contains("does not add up"));
    CHECK_THAT(
        problem(ItemKind::stock, over(Take::monthly_mean, Span::year_to_date)),
        Catch::Contains("does not add up"));
    CHECK_THAT(
        problem(ItemKind::cumulative, over(Take::mean, Span::year_to_date)),
        Catch::Contains("a counter"));
    CHECK_THAT(
        problem(ItemKind::flow, over(Take::sum, Span::none)), Catch::Contains("needs a span"));
    CHECK_THAT(
        problem(ItemKind::flow, over(Take::latest, Span::year_to_date)),
        Catch::Contains("does not look over"));
    CHECK_THAT(
        problem(ItemKind::flow, over(Take::sum, Span::last_days, 0)),
        Catch::Contains("write 1 to 1100"));
    CHECK_THAT(
        problem(ItemKind::flow, over(Take::sum, Span::last_months, 37)),
        Catch::Contains("write 1 to 36"));
    CHECK_THAT(
        problem(ItemKind::flow, over(Take::monthly_mean, Span::last_days, 30)),
        Catch::Contains("monthly mean over days"));
    CHECK(problem(ItemKind::stock, latest).empty());
    CHECK(problem(ItemKind::cumulative, over(Take::monthly_mean, Span::year_to_date)).empty());
    CHECK(problem(ItemKind::flow, over(Take::mean, Span::last_days, 30)).empty());
}

TEST_CASE("a window is written as people say it") {
    CHECK(to_text(latest) == "latest");
    CHECK(
        to_text(over(Take::monthly_mean, Span::year_to_date)) == "monthly mean over year to date");
    CHECK(to_text(over(Take::min, Span::last_days, 30)) == "minimum over the last 30 days");
}
