#include "alerts/rules/formula.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <map>

using namespace sanbao;
using namespace sanbao::rules;

namespace {

const std::vector<Parameter> parameters{
    {"balance", Type::money},
    {"outflow", Type::money},
    {"ratio", Type::number},
    {"count", Type::number},
    {"yes", Type::condition},
    {"no", Type::condition},
    {"unknown", Type::condition},
};
const std::vector<std::string> kinds{"pensions", "wages"};

Rational fraction(std::int64_t top, std::int64_t bottom) {
    return Rational::make(top, bottom).value();
}

const std::vector<Value> known{
    Rational{3'599},
    Rational{12'000},
    fraction(1, 4),
    Rational{7},
    true,
    false,
    Missing{"no reading of unknown"}};
const std::vector<Value> nothing_known(parameters.size(), Missing{"no reading of it"});

// 13 November 2026, a Friday; wages are paid on the 15th, a Sunday: that is, today.
struct Setting {
    Calendar calendar;
    Subject subject;
    Place place;

    explicit Setting(std::string_view date = "2026-11-13") {
        subject.paydays = {{"wages", 15}};
        place = {&calendar, &subject, parse_date(date).value()};
    }
};

std::string shown(const Value& value) {
    if (const auto* const missing = std::get_if<Missing>(&value)) {
        return "missing: " + missing->why;
    }
    if (const auto* const condition = std::get_if<bool>(&value)) {
        return *condition ? "true" : "false";
    }
    return to_fraction(std::get<Rational>(value));
}

Formula compiled(std::string_view text) {
    auto formula = Formula::compile(text, parameters, kinds);
    if (!formula) {
        FAIL(text << ": " << formula.error().column << ": " << formula.error().message);
    }
    return *formula;
}

std::string result(std::string_view text, const std::vector<Value>& values = known) {
    const Setting setting;
    return shown(compiled(text).evaluate(values, setting.place));
}

}  // namespace

TEST_CASE("formulas over numbers and money are exact") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"balance / outflow", "3599/12000"},
        {"balance / outflow < 0.30", "true"},
        {"balance / outflow < 3599/12000", "false"},
        {"balance / outflow <= 3599/12000", "true"},
        {"1 / 3 + 1 / 3 + 1 / 3 == 1", "true"},
        {"ratio + 0.5 * count", "15/4"},
        {"(ratio + 0.5) * count", "21/4"},
        {"count - 2 - 3", "2"},
        {"24 / 4 / 3", "2"},
        {"-count + 10", "3"},
        {"2 * -3", "-6"},
        {"abs(-count)", "7"},
        {"abs(outflow - balance)", "8401"},
        {"max(1, count, 3)", "7"},
        {"min(1, count, 3)", "1"},
        {"max(0, balance - outflow)", "0"},
        {"30%", "3/10"},
        {"120 %", "6/5"},
        {"balance + 5000万元", "50003599"},
        {"1.5亿元 / 1万元", "15000"},
        {"2 * 0.5元", "1"},
        {"balance * 2 / outflow", "3599/6000"},
        {"balance / 2", "3599/2"},
        {"if(balance > 0, ratio, 0)", "1/4"},
        {"if(balance < 0, balance, 0)", "0"},
        {"count >= 7 and not (ratio > 1)", "true"},
        {"count != 7 or ratio == 25%", "true"},
        {" \n balance\t> 0 ", "true"},
    };
    for (const auto& [text, expected] : cases) {
        CAPTURE(text);
        CHECK(result(text) == expected);
    }
}

TEST_CASE("conditions have three values") {
    // Columns: yes, no, unknown.
    const std::map<std::string, std::array<std::string, 3>> tables{
        {"yes and {}", {"true", "false", "missing: no reading of unknown"}},
        {"no and {}", {"false", "false", "false"}},
        {"unknown and {}",
         {"missing: no reading of unknown", "false", "missing: no reading of unknown"}},
        {"yes or {}", {"true", "true", "true"}},
        {"no or {}", {"true", "false", "missing: no reading of unknown"}},
        {"unknown or {}",
         {"true", "missing: no reading of unknown", "missing: no reading of unknown"}},
        {"not {}", {"false", "true", "missing: no reading of unknown"}},
        {"not not {}", {"true", "false", "missing: no reading of unknown"}},
    };
    const std::array operands{"yes", "no", "unknown"};
    for (const auto& [pattern, row] : tables) {
        for (std::size_t i = 0; i < operands.size(); ++i) {
            const auto text = fmt::format(fmt::runtime(pattern), operands[i]);
            CAPTURE(text);
            CHECK(result(text) == row[i]);
        }
    }
}

TEST_CASE("a missing input makes every amount and comparison missing") {
    for (const auto* text :
         {"balance",
          "balance + 1元",
          "1元 - balance",
          "2 * ratio",
          "balance / outflow",
          "-ratio",
          "abs(ratio)",
          "max(1, ratio)",
          "min(ratio, 1)",
          "ratio < 1",
          "ratio != 1",
          "if(yes, 1, 2)",
          "if(1 < 2, ratio, 2)"}) {
        CAPTURE(text);
        CHECK(result(text, nothing_known) == "missing: no reading of it");
    }
    CHECK(result("if(1 < 2, 3, ratio)", nothing_known) == "3");
}

TEST_CASE("division by zero and numbers past 128 bits give no value, with the reason") {
    CHECK(result("1 / (count - 7)") == "missing: division by zero");
    CHECK(result("balance / (outflow - outflow)") == "missing: division by zero");
    CHECK(result("if(count == 7, 0, 1 / (count - 7))") == "0");
    CHECK(
        result("100000000000000000000000000000000000000 * 10 * count")
        == "missing: too large to be exact");
    CHECK(result("1 / (count - 7) > 1 or yes") == "true");
}

TEST_CASE("the types of values follow from their parts") {
    CHECK(compiled("balance").type() == Type::money);
    CHECK(compiled("balance / outflow").type() == Type::number);
    CHECK(compiled("balance / 12").type() == Type::money);
    CHECK(compiled("2 * balance").type() == Type::money);
    CHECK(compiled("if(yes, 0, balance)").type() == Type::money);
    CHECK(compiled("max(0, 0, balance)").type() == Type::money);
    CHECK(compiled("ratio > 1").type() == Type::condition);
    CHECK(compiled("month").type() == Type::number);
    CHECK(compiled("balance").text() == "balance");
}

TEST_CASE("a formula says which parameters it uses, in order and once") {
    CHECK(compiled("ratio + count * ratio - 1").uses() == std::vector<std::size_t>{2, 3});
    CHECK(compiled("outflow / balance").uses() == std::vector<std::size_t>{0, 1});
    CHECK(compiled("month").uses().empty());
}

TEST_CASE("calendar terms stand in the place of the subject") {
    const Setting friday;
    const auto at = [&](std::string_view text, const Setting& setting) {
        return shown(compiled(text).evaluate(known, setting.place));
    };
    CHECK(at("month", friday) == "11");
    CHECK(at("months_left", friday) == "1");
    CHECK(at("time_progress(month)", friday) == "11/12");
    CHECK(at("time_progress(day)", friday) == "317/365");
    CHECK(
        at("time_progress( workday )", friday)
        == to_fraction(progress_by_workday({}, friday.place.date)));
    CHECK(at("days_to(wages)", friday) == "0");
    CHECK(at("days_since(wages)", friday) == "0");
    const Setting monday{"2026-11-16"};  // the next payday is Tuesday, 15 December
    CHECK(at("days_to(wages)", monday) == "29");
    CHECK(at("workdays_to(wages)", monday) == "21");
    CHECK(at("days_since(wages)", monday) == "3");
    CHECK(at("days_to(pensions)", monday) == "missing: no payday of kind \"pensions\"");
}

TEST_CASE("of two paydays of one kind the nearest counts") {
    Setting setting{"2026-11-16"};
    setting.subject.paydays.push_back({"wages", 20});
    const auto at = [&](std::string_view text) {
        return shown(compiled(text).evaluate(known, setting.place));
    };
    CHECK(at("days_to(wages)") == "4");
    CHECK(at("days_since(wages)") == "3");
}

TEST_CASE("what is wrong with a formula is said with its column in characters") {
    struct Case {
        std::string text;
        std::size_t column;
        std::string says;
    };
    const std::vector<Case> cases{
        {"", 1, "a value is expected"},
        {"   ", 4, "the formula ends here"},
        {"balance /", 10, "the formula ends here"},
        {"balance / )", 11, "\")\" is found"},
        {"(ratio + 1", 11, "\")\" or an operator is expected"},
        {"ratio + 1)", 10, "an operator or the end is expected"},
        {"ratio ratio", 7, "an operator or the end is expected"},
        {"ratio = 1", 7, "equality is written =="},
        {"ratio < 1 < 2", 11, "write a < b and b < c"},
        {"1. + 2", 3, "digits are expected after the point"},
        {"ratio + ¥5", 9, "\"¥\" is found"},
        {"max(1, )", 8, "a value is expected"},
        {"balanse / outflow", 1, "did you mean \"balance\"?"},
        {"5000万元 + outflw", 10, "did you mean \"outflow\"?"},
        {"xyzzy", 1, "known are balance, count"},
        {"maxx(1, 2)", 1, "did you mean \"max\"?"},
        {"2 + wages", 5, "unknown name \"wages\""},
        {"abs + 1", 1, "write abs(value)"},
        {"month(1)", 1, "write month"},
        {"if(yes, 1)", 1, "does not take 2 arguments: write if(condition, value, value)"},
        {"max(1)", 1, "does not take 1 argument:"},
        {"abs()", 1, "does not take 0 arguments"},
        {"time_progress(week)", 15, "day, month or workday"},
        {"days_to(wage)", 9, "did you mean \"wages\"?"},
        {"days_to(1 + 2)", 9, "unknown payday \"1 + 2\""},
        {"balance + ratio", 9, "money and a number do not add up"},
        {"ratio - balance", 7, "a number and money do not add up"},
        {"亿 + balance", 1, "\"亿\" is found"},
        {"3亿元 + balance / outflow", 5, "money and a number do not add up"},
        {"balance + 0", 9, "do not add up"},
        {"balance * outflow", 9, "money cannot be multiplied by money"},
        {"ratio / balance", 7, "a number cannot be divided by money"},
        {"balance > 100", 9, "money cannot be compared with a number"},
        {"balance > 0%", 0, ""},
        {"if(yes, balance, 1)", 18, "if() gives a number here and money before"},
        {"if(ratio, 1, 2)", 4, "a condition is expected, this is a number"},
        {"if(yes, 1, no)", 12, "if() gives a condition here"},
        {"max(balance, 1)", 14, "max() gets a number here and money before"},
        {"abs(yes)", 5, "a condition is no amount"},
        {"1 + (2 > 1)", 5, "a condition is no amount"},
        {"-yes", 2, "a condition is no amount"},
        {"yes and ratio", 9, "a condition is expected, this is a number"},
        {"not balance", 5, "a condition is expected, this is money"},
        {"yes == no", 1, "a condition is no amount"},
        {std::string(40, '9'), 1, "does not fit"},
        {std::string(33, '(') + "1" + std::string(33, ')'), 33, "nested more than 32 deep"},
        {std::string(1'025, ' '), 1, "longer than 1024 bytes"},
    };
    for (const auto& [text, column, says] : cases) {
        CAPTURE(text);
        const auto formula = Formula::compile(text, parameters, kinds);
        if (column == 0) {
            CHECK(formula.has_value());
            continue;
        }
        REQUIRE(formula.has_error());
        CHECK(formula.error().column == column);
        CHECK_THAT(formula.error().message, Catch::Contains(says));
    }
}

TEST_CASE("formulas at their limits are taken, past them refused") {
    CHECK(Formula::compile(std::string(32, '(') + "1" + std::string(32, ')'), {}, {}).has_value());
    std::string nots;
    for (int i = 0; i < 250; ++i) {
        nots += "not ";
    }
    CHECK(result(nots + "yes") == "true");

    std::vector<Parameter> many;
    std::string sum = "0";
    for (int i = 0; i < 17; ++i) {
        many.push_back({fmt::format("x{}", i), Type::number});
        sum += fmt::format(" + x{}", i);
        const auto formula = Formula::compile(sum, many, {});
        CHECK(formula.has_value() == (i < 16));
    }
    // Right-nested terms keep their left sides waiting on the stack.
    std::string nested;
    for (int i = 0; i < 32; ++i) {
        nested += "max(1, 1, 1, 1, (1 < 2 or ";
    }
    CHECK(Formula::compile(nested, {}, {}).has_error());
    std::string wide = "1";
    for (int i = 0; i < 31; ++i) {
        wide = "max(1, 1, 1, 1, " + wide + ")";
    }
    REQUIRE(Formula::compile(wide, {}, {}).has_error());
    CHECK_THAT(Formula::compile(wide, {}, {}).error().message, Catch::Contains("too much waits"));
}

TEST_CASE("an input may not be named like a word of the language") {
    const auto formula = Formula::compile("month", {{"month", Type::money}}, {});
    REQUIRE(formula.has_error());
    CHECK_THAT(formula.error().message, Catch::Contains("rename it"));
}

TEST_CASE("no cut of a formula does more than fail") {
    const std::string text =
        "if(days_to(wages) <= 5 and not (balance / outflow >= 30%), max(1, -ratio), 5000万元 / "
        "1亿元)";
    REQUIRE(compiled(text).type() == Type::number);
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto formula = Formula::compile(text.substr(0, length), parameters, kinds);
        REQUIRE(formula.has_error());
        CHECK(formula.error().column <= length + 1);
    }
}

TEST_CASE("an explanation has the text and value of every part, outermost first") {
    const Setting setting;
    const auto whole =
        compiled("(balance + 1元) / outflow < 30% or unknown").explain(known, setting.place);
    CHECK(whole.text == "(balance + 1元) / outflow < 30% or unknown");
    CHECK(shown(whole.value) == "missing: no reading of unknown");
    REQUIRE(whole.parts.size() == 2);
    const auto& comparison = whole.parts[0];
    CHECK(comparison.text == "(balance + 1元) / outflow < 30%");
    CHECK(shown(comparison.value) == "false");
    REQUIRE(comparison.parts.size() == 2);
    CHECK(comparison.parts[0].text == "(balance + 1元) / outflow");
    CHECK(shown(comparison.parts[0].value) == "3/10");
    CHECK(comparison.parts[0].parts[0].text == "(balance + 1元)");
    CHECK(comparison.parts[0].parts[0].parts[1].text == "1元");
    CHECK(comparison.parts[1].text == "30%");
    CHECK(whole.parts[1].text == "unknown");
    CHECK(compiled("max(count, -1)").explain(known, setting.place).parts[1].text == "-1");
}
