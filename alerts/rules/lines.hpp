// Values against lines.
#pragma once

#include "alerts/base/result.hpp"
#include "alerts/model/catalogue.hpp"

#include <array>
#include <optional>
#include <string>

namespace sanbao::rules {

// "< 0.30", ">= 120%", "> 5000万元" (money in yuan). Error text says what to write instead.
Result<Line> parse_line(std::string_view text);
std::string to_text(const Line& line);  // "< 0.30": as short as it is exact

bool crosses(const Rational& value, const Line& line);

// The worst level whose line `value` crosses.
Level level_entered(const Rational& value, const Lines& lines);
// The worst level that `value` has not yet left: its line, moved outwards by `leave`, is still
// crossed. Never less severe than level_entered.
Level level_kept(const Rational& value, const Lines& lines, const Rational& leave);

// Lines in force for a subject on a date, and the layer that set each: the indicator's own, or a
// dated override ("宝财库〔2026〕12号, approved by li, counties/610326-meixian.toml:12").
struct Effective {
    Lines lines;
    std::array<const Override*, 5> layer{};  // by Level; set where an override replaced the line
};
Effective effective_lines(const Indicator& indicator, const Subject& subject, Date date);

// Order and direction: red must not be easier to reach than orange, orange than yellow; one
// direction for the three; blue must not overlap yellow. nullopt when they agree, else what is
// wrong and what to write instead.
std::optional<std::string> order_problem(const Lines& lines);

}  // namespace sanbao::rules
