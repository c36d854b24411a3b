// The checks of a feed: their language, and intervals for rounded figures.
#include "alerts/rules/rulebook.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace sanbao;
using namespace sanbao::rules;

namespace {

Date on(std::string_view text) {
    return parse_date(text).value();
}

Item item(std::string id, Unit unit = Unit::money, std::string currency = "CNY") {
    Item result;
    result.id = std::move(id);
    result.unit = unit;
    result.currency = std::move(currency);
    return result;
}

// Items by id: closing 0, dollars 1, growth 2, inflow 3, opening 4, outflow 5, spent 6.
// Subjects: city 0, its counties 1 and 2.
Catalogue catalogue() {
    Catalogue result;
    result.items = {
        item("closing"),
        item("dollars", Unit::money, "USD"),
        item("growth", Unit::ratio),
        item("inflow"),
        item("opening"),
        item("outflow"),
        item("spent")};
    for (const auto* id : {"6103", "610305", "610326"}) {
        Subject subject;
        subject.id = id;
        subject.name = {id, id};
        subject.parent = subject.id == "6103" ? "" : "6103";
        result.subjects.push_back(subject);
    }
    result.subjects[2].name = {"眉县", "Mei County"};
    return result;
}

Check check(const char* rule, std::string name = "rule") {
    static const auto all = catalogue();
    auto result = Check::compile({std::move(name), rule, CheckAction::quarantine}, all);
    if (!result) {
        FAIL(result.error().message);
    }
    return *result;
}

FormulaError mistake(const char* rule) {
    static const auto all = catalogue();
    const auto result = Check::compile({"rule", rule, CheckAction::quarantine}, all);
    REQUIRE(result.has_error());
    return result.error();
}

constexpr std::uint32_t closing = 0, growth = 2, inflow = 3, opening = 4, outflow = 5, spent = 6;
constexpr std::uint32_t city = 0, fengxiang = 1, mei = 2;

struct Bench {
    Catalogue all = catalogue();
    Readings known{all.items.size(), all.subjects.size(), std::vector<bool>(7, true)};
    std::vector<Cell> cells;

    Bench& put(
        std::uint32_t item,
        std::uint32_t subject,
        const char* date,
        std::int64_t value,
        std::uint8_t rounding = 0) {
        cells.push_back({item, subject, on(date), value, rounding});
        return *this;
    }
    Truth truth(const char* rule, std::uint32_t subject, const char* date) const {
        return holds(check(rule), Batch{known, cells}, all, subject, on(date));
    }
    std::vector<Finding> run(const Check& one) const {
        return run_checks({&one, 1}, Batch{known, cells}, all);
    }
};

}  // namespace

TEST_CASE("an identity holds to the fen, or says by how much it does not") {
    Bench bench;
    bench.put(opening, mei, "2026-11-20", 1'000'000'00)
        .put(inflow, mei, "2026-11-20", 500'000'00)
        .put(outflow, mei, "2026-11-20", 265'500'00)
        .put(closing, mei, "2026-11-20", 1'234'500'00);
    const auto identity = check("opening + inflow - outflow = closing", "期初＋流入－流出＝期末");
    CHECK(bench.run(identity).empty());
    bench.cells.back().value = 1'200'000'00;
    const auto wrong = bench.run(identity);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].text.zh
          == "眉县 2026-11-20：期初＋流入－流出＝期末 不成立：左边 123.45万元，右边 120.00万元，"
             "相差 3.45万元");
    CHECK(wrong[0].text.en
          == "Mei County 2026-11-20: 期初＋流入－流出＝期末 does not hold: left CNY 1,234,500.00, "
             "right CNY 1,200,000.00, off by CNY 34,500.00");
    CHECK(wrong[0].subject == mei);
    bench.cells.back().value = 1'234'500'01;  // one fen
    REQUIRE(bench.run(identity).size() == 1);
    CHECK(bench.run(identity)[0].text.zh.ends_with("相差 0.01元"));
}

TEST_CASE("a figure stands for all values that round to it") {
    Bench bench;  // 66.4 % of 3.44亿 is 2.28亿, as printed; each to its last digit
    bench.put(growth, mei, "2026-12-31", 66'400'000, 5)
        .put(spent, mei, "2026-12-31", 344'000'000'00, 8)
        .put(closing, mei, "2026-12-31", 228'000'000'00, 8);
    CHECK(bench.truth("growth = closing / spent", mei, "2026-12-31") == Truth::yes);
    bench.cells[0].value = 67'400'000;
    CHECK(bench.truth("growth = closing / spent", mei, "2026-12-31") == Truth::no);
    bench.cells[0].value = 66'400'000;
    for (auto& cell : bench.cells) {
        cell.rounding = 0;  // taken as exact they contradict each other
    }
    CHECK(bench.truth("growth = closing / spent", mei, "2026-12-31") == Truth::no);
}

TEST_CASE("order holds unless no values within the rounding satisfy it") {
    Bench bench;
    bench.put(inflow, mei, "2026-11-20", 1'000'00, 4).put(outflow, mei, "2026-11-20", 1'050'00, 4);
    CHECK(bench.truth("outflow <= inflow", mei, "2026-11-20") == Truth::yes);  // 1000..1100
    CHECK(bench.truth("outflow - inflow < 0", mei, "2026-11-20") == Truth::yes);
    CHECK(bench.truth("outflow > inflow * 2", mei, "2026-11-20") == Truth::no);
    CHECK(bench.truth("abs(inflow - outflow) >= 1000元", mei, "2026-11-20") == Truth::no);
    CHECK(bench.truth("max(inflow, outflow) <= 2000元", mei, "2026-11-20") == Truth::yes);
    CHECK(bench.truth("min(inflow, outflow) >= 0.1万元", mei, "2026-11-20") == Truth::yes);
}

TEST_CASE("what is missing, or divides by what may be zero, makes a check not apply") {
    Bench bench;
    bench.put(inflow, mei, "2026-11-20", 5'00).put(spent, mei, "2026-11-20", 10, 2);
    CHECK(bench.truth("inflow = outflow", mei, "2026-11-20") == Truth::unknown);
    CHECK(bench.truth("inflow / spent <= 1", mei, "2026-11-20") == Truth::unknown);
    CHECK(bench.truth("inflow = outflow or inflow = 5元", mei, "2026-11-20") == Truth::yes);
    CHECK(bench.truth("inflow = outflow and inflow = 6元", mei, "2026-11-20") == Truth::no);
    CHECK(bench.run(check("inflow = outflow")).empty());
}

TEST_CASE("previous looks into the batch and behind it, and the batch counts where both speak") {
    Bench bench;
    bench.known.put({closing, mei, on("2026-11-18"), 700});
    bench.known.put({closing, mei, on("2026-11-19"), 800});
    bench.put(opening, mei, "2026-11-20", 800);
    CHECK(bench.truth("opening = previous(closing)", mei, "2026-11-20") == Truth::yes);
    bench.put(closing, mei, "2026-11-19", 900);  // restated by this very delivery
    CHECK(bench.truth("opening = previous(closing)", mei, "2026-11-20") == Truth::no);
    bench.put(opening, mei, "2026-11-19", 700);  // looks back into history
    CHECK(bench.truth("opening = previous(closing)", mei, "2026-11-19") == Truth::yes);
    CHECK(bench.truth("opening = previous(closing)", mei, "2026-11-18") == Truth::unknown);
}

TEST_CASE("day_before is of the working day before, and says nothing across a missed day") {
    Bench bench;
    bench.known.put({closing, mei, on("2026-11-20"), 700});  // a Friday
    bench.put(opening, mei, "2026-11-23", 800);
    bench.put(opening, mei, "2026-11-24", 800);
    CHECK(bench.truth("opening = day_before(closing)", mei, "2026-11-23") == Truth::no);
    CHECK(bench.truth("opening = day_before(closing)", mei, "2026-11-24") == Truth::unknown);
    bench.known.put(
        {closing, mei, on("2026-11-22"), 800});  // a Sunday that was reported all the same
    CHECK(bench.truth("opening = day_before(closing)", mei, "2026-11-23") == Truth::yes);
}

TEST_CASE("previous keeps the rounding with which a reading was known") {
    Bench bench;
    bench.known.put({spent, mei, on("2026-11-18"), 100'00, 4});
    bench.known.put({spent, mei, on("2026-11-19"), 200'00, 4});
    bench.put(closing, mei, "2026-11-20", 240'00).put(closing, mei, "2026-11-19", 145'00);
    CHECK(bench.truth("closing = previous(spent)", mei, "2026-11-20") == Truth::yes);
    CHECK(bench.truth("closing = previous(spent)", mei, "2026-11-19") == Truth::yes);
    bench.cells[1].value = 151'00;
    CHECK(bench.truth("closing = previous(spent)", mei, "2026-11-19") == Truth::no);
}

TEST_CASE("a counter only grows, but for its reset at New Year") {
    Bench bench;
    bench.known.put({spent, mei, on("2026-12-31"), 9'000});
    bench.put(spent, mei, "2027-01-04", 10).put(spent, mei, "2027-01-05", 5);
    const auto* rule = "spent >= previous(spent) or new_year";
    CHECK(bench.truth(rule, mei, "2027-01-04") == Truth::yes);
    CHECK(bench.truth(rule, mei, "2027-01-05") == Truth::no);
    CHECK(bench.run(check(rule)).size() == 1);
}

TEST_CASE("year_before is the same date one year earlier") {
    Bench bench;
    bench.known.put({spent, mei, on("2025-11-20"), 100'00});
    bench.put(spent, mei, "2026-11-20", 110'00).put(growth, mei, "2026-11-20", 10'000'000);
    const auto* rule = "growth = spent / year_before(spent) - 1";
    CHECK(bench.truth(rule, mei, "2026-11-20") == Truth::yes);
    bench.cells[1].value = 11'000'000;
    CHECK(bench.truth(rule, mei, "2026-11-20") == Truth::no);
    bench.known.put({spent, mei, on("2023-02-28"), 100'00});
    bench.put(spent, mei, "2024-02-29", 100'00).put(growth, mei, "2024-02-29", 0);
    CHECK(bench.truth(rule, mei, "2024-02-29") == Truth::yes);
}

TEST_CASE("a city is the sum of its counties, once all of them have said theirs") {
    Bench bench;
    bench.put(spent, city, "2026-11-20", 300).put(spent, mei, "2026-11-20", 100);
    CHECK(bench.truth("counties(spent) = spent", city, "2026-11-20") == Truth::unknown);
    bench.put(spent, fengxiang, "2026-11-20", 200);
    CHECK(bench.truth("counties(spent) = spent", city, "2026-11-20") == Truth::yes);
    CHECK(bench.truth("counties(spent) = spent", mei, "2026-11-20") == Truth::unknown);
    bench.known.put({spent, city, on("2026-11-20"), 301});
    bench.cells.erase(bench.cells.begin());  // the counties' delivery alone is held against it
    REQUIRE(bench.run(check("counties(spent) = spent")).size() == 1);
    CHECK(bench.run(check("counties(spent) = spent"))[0].subject == city);
}

TEST_CASE("no action crowds out another among the findings") {
    Bench bench;
    for (int day = 1; day <= 28; ++day) {
        bench.put(inflow, mei, fmt::format("2026-02-{:02}", day).c_str(), day);
    }
    auto flags = Check::compile({"flag", "inflow < 0", CheckAction::flag}, bench.all);
    const std::vector<Check> checks{*flags, check("inflow > 0.28元")};
    const auto findings = run_checks(checks, Batch{bench.known, bench.cells}, bench.all);
    CHECK(std::ranges::count(findings, CheckAction::flag, &Finding::action) == 20);
    CHECK(std::ranges::count(findings, CheckAction::quarantine, &Finding::action) == 20);
}

TEST_CASE("mistakes in a check say what to write, and where") {
    CHECK(
        mistake("opening = clsing").message
        == "unknown item \"clsing\": did you mean \"closing\"?");
    CHECK(mistake("opening = clsing").column == 11);
    CHECK(
        mistake("previos(closing) = opening").message
        == "unknown function \"previos\": did you mean \"previous\"?");
    CHECK(mistake("previous(closing + 1元) = opening").column == 10);
    CHECK(mistake("opening + growth = closing").message.find("do not add up") != std::string::npos);
    CHECK(mistake("opening = 5").message.find("as 5000万元") != std::string::npos);
    CHECK(mistake("opening + inflow").message.find("a check is a comparison") != std::string::npos);
    CHECK(mistake("opening != closing").message.find("=, <=, >=") != std::string::npos);
    CHECK(mistake("opening = dollars").message.find("one currency") != std::string::npos);
    CHECK(
        mistake("opening = closing or new_year").message.find("looked back on")
        != std::string::npos);
    CHECK(mistake("1 = 1").message.find("at least one item") != std::string::npos);
    CHECK(mistake("opening = ").column == 11);
    CHECK(
        mistake(("opening = closing" + std::string(1'100, ' ')).c_str()).message.find("longer")
        == 0);
}

TEST_CASE("a check of a feed that is wrong is a problem of the settings") {
    auto all = catalogue();
    FeedRule feed;
    feed.id = "treasury";
    feed.checks = {
        {"good", "opening = previous(closing)", CheckAction::quarantine},
        {"off", "nonsense", CheckAction::off},
        {"bad", "opening = clsing", CheckAction::flag}};
    all.feeds = {feed};
    const auto rules = Rulebook::build(all);
    REQUIRE(rules.has_error());
    REQUIRE(rules.error().size() == 1);
    CHECK(rules.error()[0].subject_or_indicator == "feed treasury");
    CHECK(rules.error()[0].key == "check[2].rule");
    CHECK(rules.error()[0].column == 11);
    all.feeds[0].checks.pop_back();
    const auto good = Rulebook::build(all);
    REQUIRE(good.has_value());
    CHECK((*good)->keeps_history(closing));  // what is looked back on must be kept
    CHECK_FALSE((*good)->keeps_history(opening));
}
