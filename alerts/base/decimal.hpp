// Number text from feeds and settings, read exactly.
#pragma once

#include "alerts/base/rational.hpp"
#include "alerts/base/result.hpp"

#include <cstdint>
#include <string_view>

namespace sanbao {

// Plain decimal text, -1234.56 (a leading '+', group commas "1,234.56" in groups of three, and a
// JSON exponent are taken; NaN, Infinity, hex, blanks inside are not). Exact: digits are never
// dropped.
Result<Rational> parse_decimal(std::string_view text);

// What becomes of digits that lie below the integer.
enum class Rest : unsigned char {
    refuse,  // an error: "more digits than the unit holds"
    cut,     // cut off, towards zero
};

struct Printed {
    std::int64_t value = 0;  // text x multiplier
    // Digits behind the point as they were printed: 2 of "2.50". An exponent is how a machine
    // writes, not how somebody rounded: 1.5e3 has 0.
    int decimals = 0;
};
Result<Printed> parse_printed(
    std::string_view text, std::int64_t multiplier, Rest rest = Rest::refuse);

// `text` x `multiplier`, which must be a whole int64: 0.30 with multiplier 1'000'000 (万元 to fen)
// is 300'000. A rest below the integer is an error ("more digits than a fen holds"), as is
// overflow. The fast path of every feed cell.
Result<std::int64_t> parse_scaled(std::string_view text, std::int64_t multiplier);

}  // namespace sanbao
