#include "alerts/core/explain.hpp"

#include "alerts/base/limits.hpp"
#include "tests/unit/small_county.hpp"

#include <algorithm>

using namespace sanbao;
using sanbao::test::date;
using sanbao::test::line;
using sanbao::test::small_catalogue;
using sanbao::test::SmallCounty;

namespace {

core::Explained explain(const SmallCounty& county, const char* today) {
    return core::explain(county.state, {0, 0}, date(today));
}

void check_says(const core::Explained& explained, const std::string& part) {
    CHECK_THAT(explained.verdict.en, Catch::Contains(part));
}

}  // namespace

TEST_CASE("a county without any reading is never judged, and the verdict says what is missing") {
    const SmallCounty county;
    const auto explained = explain(county, "2026-03-02");
    CHECK_FALSE(explained.date);
    CHECK(explained.fresh.freshness == Freshness::never_judged);
    CHECK(
        explained.verdict.en
        == "Never judged: no reading of cash; without a value there is no level, and nobody is "
           "told of one.");
    CHECK_THAT(explained.verdict.zh, Catch::StartsWith("从未研判"));
}

TEST_CASE("a value that crosses no line is normal, and that is why nobody was told") {
    SmallCounty county;
    county.read("2026-03-02", 4'500);
    const auto explained = explain(county, "2026-03-02");
    CHECK(explained.level == Level::normal);
    CHECK(explained.alert.empty());
    CHECK(
        explained.verdict.en
        == "Normal: the value of 2026-03-02 is 0.45, it crosses no line, so nobody was told.");
}

TEST_CASE("a value just below a line is shown exactly, since its print would lie on the line") {
    SmallCounty county;
    county.read("2026-03-02", 2'999);
    const auto explained = explain(county, "2026-03-02");
    CHECK(explained.level == Level::yellow);
    check_says(explained, "2999/10000");
}

TEST_CASE("a crossed line is named with the level, since when, and the line itself") {
    SmallCounty county;
    county.read("2026-03-02", 800);
    const auto explained = explain(county, "2026-03-02");
    CHECK(explained.level == Level::red);
    CHECK(explained.alert == core::alert_id("610326", "guarantee", 1));
    CHECK(explained.verdict.en == "Red since 2026-03-02 18:00: 0.08 crosses the red line < 0.10.");
    REQUIRE(explained.lines.size() == 4);
    CHECK(explained.lines[0].line.empty());
    CHECK(explained.lines[3].line == "< 0.10");
    CHECK(explained.lines[3].layer == "indicator");
    CHECK(explained.lines[3].crossed);
    REQUIRE(explained.inputs.size() == 2);
    CHECK(explained.inputs[0].name == "cash");
    CHECK(std::get<Rational>(explained.inputs[0].value) == Rational{800});
    CHECK(explained.inputs[0].latest->date == date("2026-03-02"));
    CHECK(explained.formula.text == "cash / outflow");
}

TEST_CASE("an open risk that no route covers says that nobody was told") {
    auto catalogue = small_catalogue();
    catalogue.routes = {{{Topic::data}, {}, {}, {"zhang"}}, {{}, {Level::yellow}, {}, {"zhang"}}};
    SmallCounty county{catalogue};
    county.read("2026-03-02", 800);
    check_says(explain(county, "2026-03-02"), "nobody was told: no route covers");
}

TEST_CASE("a line that is crossed but not held long enough says how long is left") {
    auto catalogue = small_catalogue();
    catalogue.indicators[0].hold = {3, Millis{0}};
    SmallCounty county{catalogue};
    county.read("2026-03-02", 800);
    county.read("2026-03-03", 700);
    const auto explained = explain(county, "2026-03-03");
    CHECK(explained.level == Level::normal);
    CHECK(explained.waiting.size() == 2);
    CHECK(
        explained.verdict.en
        == "Normal: 0.07 crosses the red line < 0.10, but a level is entered only after 3 readings "
           "(2 so far, the first of 2026-03-02); nobody is told yet.");
}

TEST_CASE("a hold in time says when it is over") {
    auto catalogue = small_catalogue();
    catalogue.indicators[0].hold = {1, Millis{2 * 3'600'000}};
    SmallCounty county{catalogue};
    county.read("2026-03-02", 800);
    check_says(explain(county, "2026-03-02"), "only after 2h");
    check_says(explain(county, "2026-03-02"), "the time is over at 2026-03-02 20:00");
}

TEST_CASE("a value above its line but inside the margin keeps the level, and says so") {
    SmallCounty county;
    county.read("2026-03-02", 800);
    county.read("2026-03-03", 1'100);
    const auto explained = explain(county, "2026-03-03");
    CHECK(explained.level == Level::red);
    check_says(
        explained, "0.11 no longer crosses < 0.10, but has not recovered by the margin 0.02");
}

TEST_CASE("a recovery that waits for its hold says so") {
    auto catalogue = small_catalogue();
    catalogue.indicators[0].leave_hold = {2, Millis{0}};
    SmallCounty county{catalogue};
    county.read("2026-03-02", 800);
    county.read("2026-03-03", 9'000);
    const auto explained = explain(county, "2026-03-03");
    CHECK(explained.level == Level::red);
    check_says(
        explained,
        "0.90 has recovered, but the level is left only after 2 readings (1 so far, the first of "
        "2026-03-03)");
}

TEST_CASE("stale data keep the level and are said to be stale") {
    SmallCounty county;
    county.read("2026-03-02", 800);
    const auto explained = explain(county, "2026-03-20");
    CHECK(explained.level == Level::red);
    CHECK(explained.fresh.freshness == Freshness::stale);
    check_says(explained, "the data is stale (cash: the newest reading is of 2026-03-02");
    check_says(explained, "missing data never calms it.");
}

TEST_CASE("readings without a value leave the level and name what is missing") {
    SmallCounty county;
    county.read("2026-03-02", 800);
    county.at += Millis{86'400'000};
    core::PollAccepted poll{0, "d2", 100, 1, {}};
    poll.cells = {{1, 0, date("2026-03-03"), 0}};  // an outflow of nothing
    core::decide(county.state, {county.at, "system", poll});
    const auto explained = explain(county, "2026-03-03");
    CHECK(explained.level == Level::red);
    check_says(explained, "Red since 2026-03-02 18:00: the data of 2026-03-03 give no value");
    check_says(explained, "division by zero");
}

TEST_CASE("an overridden line names its basis, who approved it and where it is written") {
    auto catalogue = small_catalogue();
    Override override_;
    override_.indicator = "guarantee";
    override_.lines.red = line("< 0.15");
    override_.from = date("2026-01-01");
    override_.to = date("2026-12-31");
    override_.basis = "宝财库〔2026〕12号";
    override_.approved = "li";
    override_.where = "counties/610326.toml:12";
    catalogue.subjects[0].overrides = {override_};
    SmallCounty county{catalogue};
    county.read("2026-03-02", 1'200);
    const auto explained = explain(county, "2026-03-02");
    CHECK(explained.level == Level::red);
    CHECK(explained.lines[3].line == "< 0.15");
    CHECK(
        explained.lines[3].layer
        == "宝财库〔2026〕12号, approved by 李四, counties/610326.toml:12");
    CHECK(explained.lines[2].layer == "indicator");
    check_says(explained, "crosses the red line < 0.15 (set by 宝财库〔2026〕12号");
}

TEST_CASE("a standing figure never claims to tell anybody") {
    auto catalogue = small_catalogue();
    catalogue.indicators[0].kind = IndicatorKind::standing;
    catalogue.subjects[0].plan.reset();
    SmallCounty county{catalogue};
    county.read("2026-03-02", 800);
    const auto explained = explain(county, "2026-03-02");
    CHECK(explained.level == Level::normal);
    CHECK(std::get<Rational>(explained.value) == *Rational::make(8, 100));
    check_says(explained, "A standing figure");
}

TEST_CASE("a transition and its inputs name the bodies that brought the readings judged") {
    auto catalogue = small_catalogue();
    catalogue.feeds[0].items = {{"cash", true}, {"outflow", true}};
    SmallCounty county{std::move(catalogue)};
    const auto accept = [&](const char* digest, std::vector<rules::Cell> cells) {
        county.at += Millis{60'000};
        core::PollAccepted poll{0, digest, 100, 1, std::move(cells)};
        return core::decide(county.state, {county.at, "system", std::move(poll)});
    };
    county.at =
        at_time(county.state.rules->catalogue().zone, date("2026-03-01"), std::chrono::minutes{60});
    accept("first", {{0, 0, date("2026-03-01"), 900'000}, {1, 0, date("2026-03-01"), 1'000'000}});
    const auto events = accept("second", {{0, 0, date("2026-03-02"), 50'000}});
    const auto moved = std::ranges::find_if(
        events, [](const auto& e) { return std::holds_alternative<core::AlertMoved>(e); });
    REQUIRE(moved != events.end());
    const auto& event = std::get<core::AlertMoved>(*moved);
    CHECK(event.evidence == std::vector<std::string>{"second", "first"});
    CHECK(county.state.evidence.at(event.alert) == event.evidence);
    const auto inputs = explain(county, "2026-03-02").inputs;
    REQUIRE(inputs.size() == 2);
    CHECK(
        inputs[0].sources == std::vector<core::Source>{{"treasury", "second", date("2026-03-02")}});
    CHECK(
        inputs[1].sources == std::vector<core::Source>{{"treasury", "first", date("2026-03-01")}});
}

TEST_CASE("a body that is no longer remembered is not named, and no other in its place") {
    auto catalogue = small_catalogue();
    catalogue.feeds[0].items = {{"cash", true}, {"outflow", true}};
    SmallCounty county{std::move(catalogue)};
    auto& feed = county.state.feeds["treasury"];
    for (std::size_t i = 0; i < limits::feed_bodies_kept; ++i) {
        feed.bodies[date("2026-03-02") + std::chrono::days{i}] = "later";
    }
    county.state.readings.put({0, 0, date("2026-03-01"), 1});
    CHECK(core::sources_of(county.state, {0, 0}, 0, date("2026-03-01")).empty());
    feed.bodies.erase(feed.bodies.begin());
    CHECK(core::sources_of(county.state, {0, 0}, 0, date("2026-03-01")).size() == 1);
}
