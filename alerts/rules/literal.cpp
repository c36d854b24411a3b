#include "alerts/rules/literal.hpp"

#include "alerts/base/decimal.hpp"

#include <fmt/format.h>

#include <array>

namespace sanbao::rules {

namespace {

struct Suffix {
    std::string_view text;
    std::int64_t times;
    std::int64_t parts;
    bool money;
};

// Longest first: 万元 ends with 元.
constexpr std::array<Suffix, 4> suffixes{{
    {"亿元", 100'000'000, 1, true},
    {"万元", 10'000, 1, true},
    {"元", 1, 1, true},
    {"%", 1, 100, false},
}};

}  // namespace

Result<Literal> parse_literal(std::string_view text) {
    Suffix suffix{"", 1, 1, false};
    for (const auto& known : suffixes) {
        if (text.ends_with(known.text)) {
            suffix = known;
            break;
        }
    }
    auto digits = text.substr(0, text.size() - suffix.text.size());
    while (!suffix.text.empty() && digits.ends_with(' ')) {
        digits.remove_suffix(1);
    }
    const auto number = parse_decimal(digits);
    if (!number) {
        return number.error();
    }
    const auto times = multiply(*number, Rational{suffix.times});
    const auto value = times ? divide(*times, Rational{suffix.parts}) : std::nullopt;
    if (!value) {
        return Error{ErrorKind::overflow, fmt::format("\"{}\" is too large to be exact", text)};
    }
    return Literal{*value, suffix.money};
}

}  // namespace sanbao::rules
