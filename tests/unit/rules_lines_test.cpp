#include "alerts/rules/lines.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace sanbao;
using namespace sanbao::rules;

namespace {

Line line(std::string_view text) {
    return parse_line(text).value();
}
Rational fraction(std::int64_t top, std::int64_t bottom) {
    return Rational::make(top, bottom).value();
}

// The treasury guarantee level: low is bad, and far above 0.80 is idle cash.
const Lines treasury{line("> 0.80"), line("< 0.30"), line("< 0.20"), line("< 0.10")};

}  // namespace

TEST_CASE("lines are read as people write them") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"< 0.30", "< 0.30"},
        {"<0.3", "< 0.30"},
        {">= 120%", ">= 1.20"},
        {"> 5000万元", "> 50000000"},
        {"<=1.5亿元", "<= 150000000"},
        {"> 12.5%", "> 0.125"},
        {"> -3", "> -3"},
        {"  <  1,000元 ", "< 1000"},
        {"> 0", "> 0"},
    };
    for (const auto& [text, canonical] : cases) {
        CAPTURE(text);
        REQUIRE(parse_line(text).has_value());
        CHECK(to_text(line(text)) == canonical);
        CHECK(line(canonical) == line(text));
    }
    CHECK(to_text(Line{Compare::below, fraction(1, 3)}) == "< 1/3");
}

TEST_CASE("what is no line is refused with an example") {
    for (const auto* text :
         {"", "0.30", "<", "< ", "=< 1", "== 1", "< a", "< 1 2", "≤ 1", "< 5 米"}) {
        CAPTURE(text);
        REQUIRE(parse_line(text).has_error());
        CHECK_THAT(parse_line(text).error().message, Catch::Contains("write it as \"< 0.30\""));
    }
}

TEST_CASE("a value crosses a line exactly, not as it prints") {
    CHECK(crosses(fraction(3'599, 12'000), line("< 0.30")));
    CHECK_FALSE(crosses(fraction(3'600, 12'000), line("< 0.30")));
    CHECK(crosses(fraction(3'600, 12'000), line("<= 0.30")));
    CHECK_FALSE(crosses(Rational{0}, line("> 0")));
    CHECK(crosses(Rational{0}, line(">= 0")));
}

TEST_CASE("the worst line that is crossed gives the level") {
    CHECK(level_entered(fraction(5, 100), treasury) == Level::red);
    CHECK(level_entered(fraction(10, 100), treasury) == Level::orange);
    CHECK(level_entered(fraction(29, 100), treasury) == Level::yellow);
    CHECK(level_entered(fraction(30, 100), treasury) == Level::normal);
    CHECK(level_entered(fraction(80, 100), treasury) == Level::normal);
    CHECK(level_entered(fraction(81, 100), treasury) == Level::blue);
    CHECK(level_entered(Rational{0}, Lines{}) == Level::normal);
}

TEST_CASE("a level is kept until the value has recovered by the margin") {
    const auto leave = fraction(2, 100);
    CHECK(level_kept(fraction(11, 100), treasury, leave) == Level::red);
    CHECK(level_kept(fraction(12, 100), treasury, leave) == Level::orange);
    CHECK(level_kept(fraction(31, 100), treasury, leave) == Level::yellow);
    CHECK(level_kept(fraction(32, 100), treasury, leave) == Level::normal);
    CHECK(level_kept(fraction(79, 100), treasury, leave) == Level::blue);
    CHECK(level_kept(fraction(78, 100), treasury, leave) == Level::normal);
}

TEST_CASE("a level kept is never less severe than the one entered") {
    std::mt19937 random{5};
    for (int i = 0; i < 10'000; ++i) {
        const auto value = fraction(static_cast<std::int64_t>(random() % 120), 100);
        const auto leave = fraction(static_cast<std::int64_t>(random() % 20), 100);
        REQUIRE(level_kept(value, treasury, leave) >= level_entered(value, treasury));
        REQUIRE(level_kept(value, treasury, Rational{0}) == level_entered(value, treasury));
    }
}

TEST_CASE("an override replaces only its own lines, on its own days") {
    Indicator indicator;
    indicator.id = "treasury";
    indicator.lines = treasury;
    Subject subject;
    const auto on = [](std::string_view text) {
        return parse_date(text).value();
    };
    Override first;
    first.indicator = "treasury";
    first.lines.red = line("< 0.15");
    first.from = on("2026-03-01");
    first.to = on("2026-06-30");
    auto second = first;
    second.lines.red = line("< 0.12");
    second.lines.orange = line("< 0.25");
    second.from = on("2026-06-01");
    second.to = on("2026-12-31");
    auto other = first;
    other.indicator = "another";
    other.lines.red = line("< 9");
    subject.overrides = {first, second, other};

    const auto red_on = [&](std::string_view date) {
        return to_text(*effective_lines(indicator, subject, on(date)).lines.red);
    };
    CHECK(red_on("2026-02-28") == "< 0.10");
    CHECK(red_on("2026-03-01") == "< 0.15");
    CHECK(red_on("2026-05-31") == "< 0.15");
    CHECK(red_on("2026-06-30") == "< 0.12");  // both are in force: the last one written counts
    CHECK(red_on("2026-12-31") == "< 0.12");
    CHECK(red_on("2027-01-01") == "< 0.10");

    const auto effective = effective_lines(indicator, subject, on("2026-07-01"));
    CHECK(to_text(*effective.lines.orange) == "< 0.25");
    CHECK(to_text(*effective.lines.yellow) == "< 0.30");
    CHECK(effective.layer[static_cast<std::size_t>(Level::red)] == &subject.overrides[1]);
    CHECK(effective.layer[static_cast<std::size_t>(Level::yellow)] == nullptr);
}

TEST_CASE("lines in disorder are named with what to write instead") {
    const auto problem =
        [](const char* blue, const char* yellow, const char* orange, const char* red) {
            Lines lines;
            const auto set = [](std::optional<Line>& to, std::string_view text) {
                if (!text.empty()) {
                    to = line(text);
                }
            };
            set(lines.blue, blue);
            set(lines.yellow, yellow);
            set(lines.orange, orange);
            set(lines.red, red);
            return order_problem(lines).value_or("");
        };
    CHECK(problem("> 0.80", "< 0.30", "< 0.20", "< 0.10").empty());
    CHECK(problem("", "> 1%", "> 5%", "> 8%").empty());
    CHECK(problem("", "< 0.30", "", "< 0.10").empty());
    CHECK(problem("", "", "", "").empty());
    CHECK(problem("", "<= 0.30", "< 0.30", "").empty());
    CHECK(problem("> 0.30", "<= 0.30", "", "").empty());
    CHECK(problem("> 0.80", "", "", "").empty());

    CHECK(
        problem("", "< 0.10", "< 0.20", "")
        == "orange \"< 0.20\" is easier to reach than yellow \"< 0.10\": swap them");
    CHECK_THAT(problem("", "< 0.10", "", "< 0.20"), Catch::Contains("red \"< 0.20\" is easier"));
    CHECK_THAT(problem("", "> 8%", "> 5%", ""), Catch::Contains("swap them"));
    CHECK_THAT(problem("", "< 0.30", "<= 0.30", ""), Catch::Contains("is easier to reach"));
    CHECK_THAT(problem("", "< 0.30", "> 0.20", ""), Catch::Contains("opposite directions"));
    CHECK_THAT(problem("> 0.25", "< 0.30", "", ""), Catch::Contains("can both hold"));
    CHECK_THAT(problem(">= 0.30", "<= 0.30", "", ""), Catch::Contains("can both hold"));
    CHECK_THAT(problem("< 0.80", "< 0.30", "", ""), Catch::Contains("can both hold"));
    CHECK_THAT(
        problem("> 0.05", "", "", "< 0.10"), Catch::Contains("red \"< 0.10\" can both hold"));
}
