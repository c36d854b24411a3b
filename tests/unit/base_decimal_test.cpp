#include "alerts/base/decimal.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <limits>
#include <random>
#include <utility>

using namespace sanbao;

namespace {

std::string read(std::string_view text) {
    const auto value = parse_decimal(text);
    return value ? to_fraction(*value) : "error";
}

}  // namespace

TEST_CASE("decimal text is read exactly") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"0", "0"},
        {"-0", "0"},
        {"-1234.56", "-30864/25"},
        {"+5", "5"},
        {"0.30", "3/10"},
        {".5", "1/2"},
        {"1,234.56", "30864/25"},
        {"12,345,678", "12345678"},
        {"-1,000", "-1000"},
        {"1.5e3", "1500"},
        {"1E+2", "100"},
        {"25e-2", "1/4"},
        {"0007", "7"},
        {"100000000000000000000000000000000000000", "100000000000000000000000000000000000000"},
        {"0.0000000000000000000000000000000000001", "1/10000000000000000000000000000000000000"},
    };
    for (const auto& [text, fraction] : cases) {
        CAPTURE(text);
        CHECK(read(text) == fraction);
    }
}

TEST_CASE("what is not a plain decimal number is refused with its text") {
    for (const auto* text :
         {"",       "null", "NaN",      "nan",    "Infinity", "--",        "-",     "+",
          " 1",     "1 ",   "1 2",      "0x10",   "1.",       ".",         "1.2.3", "1,23",
          "1,2345", ",123", "1234,567", "1,,234", "1,234,",   "1e",        "1e+",   "1e2.",
          "1-",     "+-1",  "１２",     "1'000",  "<html>",   "1,234,56.7"}) {
        CAPTURE(text);
        for (const auto& message :
             {parse_decimal(text).error().message, parse_scaled(text, 100).error().message}) {
            CHECK(
                message.find(*text == '\0' ? "empty text" : "is not a number")
                != std::string::npos);
        }
        CHECK(parse_decimal(text).error().kind == ErrorKind::invalid);
    }
}

TEST_CASE("a number too large to be held says so") {
    for (const auto* text :
         {"1e999",
          "1e-999",
          "1e99999999999999999999",
          "1e38",
          "170141183460469231731687303715884105728",
          "99999999999999999999999999999999999999999999"}) {
        CAPTURE(text);
        CHECK(parse_decimal(text).error().kind == ErrorKind::overflow);
        CHECK(parse_scaled(text, 100).error().kind == ErrorKind::overflow);
    }
}

TEST_CASE("the text of an error is short, on one line and whole characters") {
    const auto html = std::string{"<!DOCTYPE html>\n"} + std::string(1'000, 'x');
    const auto message = parse_decimal(html).error().message;
    CHECK(message.size() < 150);
    CHECK(message.find('\n') == std::string::npos);
    std::string hanzi;
    for (int i = 0; i < 30; ++i) {
        hanzi += "元";
    }
    CHECK(
        parse_decimal(hanzi).error().message.find("元元元元元元元元元元元元元…\"")
        != std::string::npos);
}

TEST_CASE("scaled numbers become integers without a rest") {
    struct Case {
        std::string text;
        std::int64_t multiplier;
        std::int64_t value;
    };
    const std::vector<Case> cases{
        {"0.30", 1'000'000, 300'000},
        {"332106.0", 100'000'000, 33'210'600'000'000},
        {"332106", 100'000'000, 33'210'600'000'000},
        {"-12.5", 100, -1'250},
        {"1,234.56", 100, 123'456},
        {"1.2e3", 100, 120'000},
        {"+7", 100, 700},
        {"0.7634", 100'000'000, 76'340'000},
        {"1.230000", 100, 123},
        {"92233720368547758.07", 100, std::numeric_limits<std::int64_t>::max()},
        {"-92233720368547758.08", 100, std::numeric_limits<std::int64_t>::min()},
        {"9223372036854775807", 1, std::numeric_limits<std::int64_t>::max()},
        {"0.000000000000000001", 1'000'000'000'000'000'000, 1},
        {"0000000000000000000000000000012.50", 100, 1'250},
        {"-0", 100, 0},
    };
    for (const auto& [text, multiplier, value] : cases) {
        CAPTURE(text);
        const auto got = parse_scaled(text, multiplier);
        REQUIRE(got);
        CHECK(*got == value);
    }
}

TEST_CASE("more digits than a fen holds is an error that says so") {
    for (const auto* text : {"1.234", "-0.001", "1,000.005", "1e-3", "1234567890123456.789"}) {
        CAPTURE(text);
        const auto got = parse_scaled(text, 100);
        REQUIRE_FALSE(got);
        CHECK(got.error().kind == ErrorKind::invalid);
        CHECK(
            got.error().message.find("more digits than the unit holds (x 100")
            != std::string::npos);
    }
}

TEST_CASE("one beyond 64 bits is an overflow, not a wrap") {
    for (const auto* text :
         {"92233720368547758.08", "-92233720368547758.09", "999999999999999999"}) {
        CAPTURE(text);
        CHECK(parse_scaled(text, 100).error().kind == ErrorKind::overflow);
    }
}

TEST_CASE("the fast path agrees with the general one on random text") {
    std::mt19937_64 random{11};
    const auto up_to = [&](int n) {
        return std::uniform_int_distribution<int>{0, n}(random);
    };
    const std::string alphabet = "0123456789.-,e+ ";
    const std::int64_t multipliers[] = {1, 100, 10'000, 1'000'000, 100'000'000};
    for (int i = 0; i < 200'000; ++i) {
        std::string text;
        const int length = up_to(22);
        for (int j = 0; j < length; ++j) {
            // Mostly digits, or hardly any of these would be a number.
            text += alphabet[static_cast<std::size_t>(up_to(9) < 8 ? up_to(9) : up_to(15))];
        }
        const auto multiplier = multipliers[up_to(4)];
        const auto fast = parse_scaled(text, multiplier);
        const auto exact = parse_decimal(text);
        const auto scaled = exact ? multiply(*exact, Rational{multiplier}) : std::nullopt;
        CAPTURE(text, multiplier);
        if (fast) {
            REQUIRE(scaled == Rational{*fast});
        } else if (exact && scaled) {
            REQUIRE((scaled->denominator() != 1 || to_fraction(*scaled).size() >= 19));
        }
    }
}
