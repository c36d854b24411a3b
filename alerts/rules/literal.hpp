// Numbers as people write them in formulas and lines: 0.30, 30%, 5000万元.
#pragma once

#include "alerts/base/rational.hpp"
#include "alerts/base/result.hpp"

#include <string_view>

namespace sanbao::rules {

struct Literal {
    Rational value;      // money in yuan
    bool money = false;  // it carried 元, 万元 or 亿元
};

// Exact decimal text, then '%', 元, 万元, 亿元 or nothing; blanks may stand before the suffix.
Result<Literal> parse_literal(std::string_view text);

}  // namespace sanbao::rules
