// Numbers, lines and terms in words. The public ones (money_text, value_text, level_text) stand in
// message.hpp.
#pragma once

#include "alerts/base/calendar.hpp"
#include "alerts/text/message.hpp"

#include <string>

namespace sanbao::text {

// A bound is a rule, not a measurement: printed with as many decimals as it takes to be exact.
std::string bound_text(
    const Rational& bound, const Indicator& indicator, const RiskFacts& risk, Language language);

std::string compare_text(Compare compare, Language language);  // 低于 / below

// "低于红色线 1.00" / "below the red line of 1.00".
std::string crossing_text(const RiskFacts& risk, Level level, Language language);

std::string term_text(const Term& term, Language language);  // 4小时 / 4 hours

// Plain decimal of at most nine digits after the point, without trailing zeros: for machines.
std::string plain_decimal(const Rational& value);

}  // namespace sanbao::text
