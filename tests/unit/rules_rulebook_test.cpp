#include "alerts/rules/rulebook.hpp"

#include <catch2/catch.hpp>

using namespace sanbao;
using namespace sanbao::rules;

namespace {

Date on(std::string_view text) {
    return parse_date(text).value();
}

Item item(std::string id, ItemKind kind) {
    Item result;
    result.id = std::move(id);
    result.kind = kind;
    return result;
}

// treasury = balance / monthly mean of the counter; idle = days since wages, never colours.
Catalogue catalogue() {
    Catalogue result;
    result.items = {item("treas_close", ItemKind::stock), item("treas_out", ItemKind::cumulative)};
    Indicator idle;
    idle.id = "idle";
    idle.kind = IndicatorKind::standing;
    idle.inputs = {{"balance", "treas_close", {}}};
    idle.formula = "if(balance > 0, days_since(wages), 0)";
    Indicator treasury;
    treasury.id = "treasury";
    treasury.inputs = {
        {"balance", "treas_close", {}},
        {"outflow", "treas_out", {Take::monthly_mean, Span::year_to_date, 0}}};
    treasury.formula = "balance / outflow";
    treasury.judge = "value * 100";
    result.indicators = {idle, treasury};
    Subject county;
    county.id = "610305";
    county.aliases = {
        {"610322", Date::min(), on("2021-06-30")}, {"610305", on("2021-07-01"), Date::max()}};
    county.paydays = {{"wages", 10}};
    Subject other;
    other.id = "610326";
    other.aliases = {{"610326"}, {"610322", on("2021-07-01"), Date::max()}};
    result.subjects = {county, other};
    return result;
}

Plan plan() {
    Plan result;
    PlanLevel worst;
    worst.id = "I";
    worst.any = {"treasury", "treasury < 0.1 and days_to(wages) <= 5"};
    result.levels = {worst};
    result.end.when = {"treasury >= 0.5"};
    return result;
}

std::shared_ptr<const Rulebook> built(Catalogue from) {
    auto result = Rulebook::build(std::move(from));
    REQUIRE(result.has_value());
    return *result;
}

std::vector<Problem> problems_of(Catalogue from) {
    auto result = Rulebook::build(std::move(from));
    REQUIRE(result.has_error());
    return result.error();
}

constexpr std::uint32_t balance = 0;
constexpr std::uint32_t outflow = 1;
constexpr std::uint32_t idle = 0;
constexpr std::uint32_t treasury = 1;

}  // namespace

TEST_CASE("an indicator is judged on the newest date of its inputs") {
    const auto rules = built(catalogue());
    auto readings = rules->empty_readings();
    CHECK_FALSE(judge(*rules, treasury, 0, readings, on("2026-11-23")));

    readings.put({outflow, 0, on("2026-11-19"), 132'000'00});  // 12,000 yuan a month
    auto judged = judge(*rules, treasury, 0, readings, on("2026-11-23"));
    REQUIRE(judged);
    CHECK(to_text(judged->date) == "2026-11-19");
    CHECK(std::get<Missing>(judged->value).why == "no reading of treas_close");
    CHECK(std::get<Missing>(judged->judged).why == "no reading of treas_close");

    readings.put({balance, 0, on("2026-11-20"), 3'599'00});
    judged = judge(*rules, treasury, 0, readings, on("2026-11-23"));
    REQUIRE(judged);
    CHECK(to_text(judged->date) == "2026-11-20");
    CHECK(to_fraction(std::get<Rational>(judged->value)) == "3599/12000");
    CHECK(to_fraction(std::get<Rational>(judged->judged)) == "3599/120");
    CHECK_FALSE(judge(*rules, treasury, 1, readings, on("2026-11-23")));
}

TEST_CASE("nothing newer than the date asked for is looked at") {
    const auto rules = built(catalogue());
    auto readings = rules->empty_readings();
    readings.put({outflow, 0, on("2026-11-18"), 110'000'00});
    readings.put({outflow, 0, on("2026-11-20"), 132'000'00});
    readings.put({balance, 0, on("2026-11-20"), 3'599'00});
    // The balance keeps no history: its only reading is newer, so it is missing then.
    const auto judged = judge(*rules, treasury, 0, readings, on("2026-11-19"));
    REQUIRE(judged);
    CHECK(to_text(judged->date) == "2026-11-18");
    CHECK(std::get<Missing>(judged->value).why == "no reading of treas_close");
    CHECK_FALSE(judge(*rules, treasury, 0, readings, on("2026-11-17")));
    CHECK_FALSE(judge(*rules, idle, 0, readings, on("2026-11-19")));
}

TEST_CASE("calendar terms use the paydays of the subject judged") {
    const auto rules = built(catalogue());
    auto readings = rules->empty_readings();
    readings.put({balance, 0, on("2026-11-13"), 1});
    readings.put({balance, 1, on("2026-11-13"), 1});
    const auto with = judge(*rules, idle, 0, readings, on("2026-11-13"));
    CHECK(to_fraction(std::get<Rational>(with->value)) == "3");
    const auto without = judge(*rules, idle, 1, readings, on("2026-11-13"));
    CHECK(std::get<Missing>(without->value).why == "no payday of kind \"wages\"");
}

TEST_CASE("an explanation goes from what is judged down to the windows") {
    const auto rules = built(catalogue());
    auto readings = rules->empty_readings();
    CHECK(std::holds_alternative<Missing>(
        explain(*rules, treasury, 0, readings, on("2026-11-23")).value));
    readings.put({outflow, 0, on("2026-11-20"), 132'000'00});
    readings.put({balance, 0, on("2026-11-20"), 3'599'00});
    const auto whole = explain(*rules, treasury, 0, readings, on("2026-11-23"));
    CHECK(whole.text == "value * 100");
    const auto& value = whole.parts.at(0);
    CHECK(value.text == "value");
    const auto& formula = value.parts.at(0);
    CHECK(formula.text == "balance / outflow");
    CHECK(to_fraction(std::get<Rational>(formula.value)) == "3599/12000");
    const auto& window = formula.parts.at(1).parts.at(0);
    CHECK(window.text == "treas_out, monthly mean over year to date, on 2026-11-20");
    CHECK(to_fraction(std::get<Rational>(window.value)) == "12000");
}

TEST_CASE("the rulebook knows who reads an item and which items keep history") {
    const auto rules = built(catalogue());
    CHECK(rules->indicators_of(balance) == std::vector<std::uint32_t>{idle, treasury});
    CHECK(rules->indicators_of(outflow) == std::vector<std::uint32_t>{treasury});
    CHECK_FALSE(rules->keeps_history(balance));
    CHECK(rules->keeps_history(outflow));
    CHECK(rules->empty_readings().items() == 2);
    CHECK(rules->empty_readings().subjects() == 2);
}

TEST_CASE("a code belongs to the subject that had it on the date") {
    const auto rules = built(catalogue());
    CHECK(rules->subject_called("610322", on("2021-06-30")) == 0);
    CHECK(rules->subject_called("610322", on("2021-07-01")) == 1);
    CHECK(rules->subject_called("610305", on("2021-06-30")) == none);
    CHECK(rules->subject_called("610305", on("2026-11-23")) == 0);
    CHECK(rules->subject_called("999999", on("2026-11-23")) == none);
}

TEST_CASE("a code that has ended goes on naming its last bearer until another bears it") {
    auto from = catalogue();
    from.subjects[0].aliases = {
        {"old", Date::min(), on("2019-12-31")}, {"kept", on("2018-01-01"), on("2018-12-31")}};
    from.subjects[1].aliases = {
        {"old", on("2021-01-01"), on("2021-12-31")}, {"kept", on("2016-01-01"), on("2016-12-31")}};
    const auto rules = built(std::move(from));
    CHECK(rules->subject_called("old", on("2020-06-30")) == 0);  // nobody else bears it yet
    CHECK(rules->subject_called("old", on("2021-06-30")) == 1);
    CHECK(rules->subject_called("old", on("2026-06-30")) == 1);  // the last to bear it
    CHECK(rules->subject_called("kept", on("2026-06-30")) == 0);
    CHECK(rules->subject_called("kept", on("2017-06-30")) == 1);
    CHECK(rules->subject_called("kept", on("2015-06-30")) == none);  // not yet anybody's
}

TEST_CASE("a clause of a plan is an indicator or a condition over the values it names") {
    auto from = catalogue();
    from.subjects[0].plan = plan();
    const auto rules = built(std::move(from));
    CHECK(rules->plan(1) == nullptr);
    const auto* const compiled = rules->plan(0);
    REQUIRE(compiled != nullptr);
    const auto& clauses = compiled->levels.at(0);
    CHECK(clauses.at(0).indicator == treasury);
    CHECK_FALSE(clauses.at(0).condition);
    CHECK(clauses.at(1).indicator == none);
    CHECK(clauses.at(1).arguments == std::vector<std::uint32_t>{treasury});
    CHECK(compiled->end.at(0).arguments == std::vector<std::uint32_t>{treasury});

    const auto& catalogue_now = rules->catalogue();
    const Place place{&catalogue_now.calendar, &catalogue_now.subjects[0], on("2026-11-06")};
    const Value low = Rational::make(1, 20).value();
    CHECK(std::get<bool>(clauses.at(1).condition->evaluate({&low, 1}, place)));
}

TEST_CASE("all problems are reported in one run, each with its key and column") {
    auto from = catalogue();
    from.indicators[0].formula = "balance + 1";
    from.indicators[1].inputs[0].window = {Take::sum, Span::year_to_date, 0};
    from.indicators[1].judge = "valu * 100";
    from.subjects[0].plan = plan();
    auto& plan = *from.subjects[0].plan;
    plan.levels[0].any = {
        "idle",
        "treasury",
        "treasury + 1",
        "treasury < 1 or idle > 5",
        "nobody < 1",
        "days_to(pensions) < 1"};
    plan.end.when = {"treasury"};
    const auto problems = problems_of(std::move(from));
    std::vector<std::string> seen;
    for (const auto& problem : problems) {
        seen.push_back(
            problem.subject_or_indicator + " " + problem.key + ":"
            + std::to_string(problem.column));
    }
    CHECK(
        seen
        == std::vector<std::string>{
            "indicator idle formula:9",
            "indicator treasury inputs.balance:1",
            "indicator treasury judge:1",
            "subject 610305 plan.level[0].any[0]:1",
            "subject 610305 plan.level[0].any[2]:1",
            "subject 610305 plan.level[0].any[3]:17",
            "subject 610305 plan.level[0].any[4]:1",
            "subject 610305 plan.level[0].any[5]:9",
            "subject 610305 plan.end.when[0]:1"});
    CHECK_THAT(problems[2].message, Catch::Contains("did you mean \"value\"?"));
    CHECK_THAT(problems[3].message, Catch::Contains("opens no plan"));
}

TEST_CASE("an indicator needs an amount and at least one input") {
    auto from = catalogue();
    from.indicators[0].formula = "balance > 0";
    from.indicators[1].inputs.clear();
    from.indicators[1].formula = "month";
    from.indicators[1].judge = "value > 1";
    const auto problems = problems_of(std::move(from));
    REQUIRE(problems.size() == 3);
    CHECK_THAT(problems[0].message, Catch::Contains("if(condition, 1, 0)"));
    CHECK_THAT(problems[1].message, Catch::Contains("0 inputs"));
    CHECK(problems[2].key == "judge");
}

TEST_CASE("a county has several paydays, each brought forward over the Spring Festival by itself") {
    auto several = catalogue();
    several.calendar.add_year(2026);
    for (auto date = on("2026-02-15"); date <= on("2026-02-23"); date += std::chrono::days{1}) {
        several.calendar.set(date, true);
    }
    several.calendar.set(on("2026-02-14"), false);
    auto& county = several.subjects.front();
    county.paydays = {{"wages", 10}, {"pensions", 16}, {"village", 31}};
    several.indicators.resize(1);
    auto& indicator = several.indicators.front();
    indicator.formula =
        "if(balance > 0, days_to(wages) * 10000 + days_to(pensions) * 100 + "
        "days_to(village), 0)";
    const auto built = Rulebook::build(several);
    REQUIRE(built.has_value());
    auto readings = (*built)->empty_readings();
    readings.put({0, 0, on("2026-02-09"), 100});
    // From Monday the 9th: wages on the 10th, pensions on the 14th (a Saturday that is worked),
    // village cadres on the 27th.
    const auto judged = judge(**built, 0, 0, readings, on("2026-02-09"));
    REQUIRE(judged.has_value());
    REQUIRE(std::holds_alternative<Rational>(judged->value));
    CHECK(to_fraction(std::get<Rational>(judged->value)) == "10518");
}
