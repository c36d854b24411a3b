#include "alerts/base/rational.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace sanbao {

namespace {

__extension__ typedef unsigned __int128 UInt128;

// The range is symmetric, so that every value has a negative: -2^127 is not representable.
constexpr UInt128 magnitude_max = (UInt128{1} << 127) - 1;

constexpr bool fits_64(UInt128 value) {
    return value <= std::numeric_limits<std::uint64_t>::max();
}

constexpr UInt128 magnitude(Int128 value) {
    return value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

// 64-bit division is several times faster than 128-bit, and nearly every figure of a budget fits.
UInt128 gcd(UInt128 a, UInt128 b) {
    while (!(fits_64(a) && fits_64(b))) {
        if (b == 0) {
            return a;
        }
        a = std::exchange(b, a % b);
    }
    const auto large = static_cast<std::uint64_t>(std::max(a, b));
    const auto small = static_cast<std::uint64_t>(std::min(a, b));
    // std::gcd takes a step per bit: one division first brings an amount down to its 100 fen.
    return small == 0 ? large : std::gcd(small, large % small);
}

UInt128 quotient(UInt128 a, UInt128 b) {
    if (b == 1) {
        return a;
    }
    if (fits_64(a) && fits_64(b)) {
        return static_cast<std::uint64_t>(a) / static_cast<std::uint64_t>(b);
    }
    return a / b;
}

// `divisor` divides `value`.
Int128 exact_quotient(Int128 value, UInt128 divisor) {
    const auto result = static_cast<Int128>(quotient(magnitude(value), divisor));
    return value < 0 ? -result : result;
}

std::optional<Int128> product(Int128 a, Int128 b) {
    // Unsigned: clang needs a library call for the signed 128-bit form that libgcc does not have.
    UInt128 result = 0;
    if (__builtin_mul_overflow(magnitude(a), magnitude(b), &result) || result > magnitude_max) {
        return std::nullopt;
    }
    const auto signless = static_cast<Int128>(result);
    return (a < 0) != (b < 0) ? -signless : signless;
}

std::optional<Int128> sum(Int128 a, Int128 b) {
    Int128 result = 0;
    if (__builtin_add_overflow(a, b, &result) || magnitude(result) > magnitude_max) {
        return std::nullopt;
    }
    return result;
}

struct Division {
    Int128 floor;
    Int128 rest;  // 0 <= rest < denominator
};

Division divide_down(Int128 numerator, Int128 denominator) {
    Division result{numerator / denominator, numerator % denominator};
    if (result.rest < 0) {
        result.floor -= 1;
        result.rest += denominator;
    }
    return result;
}

// Compares the integer parts, then the reciprocals of the rests with the sides exchanged. The
// numbers shrink as in Euclid's algorithm, so it ends; nothing is ever multiplied.
std::strong_ordering compare_by_parts(Int128 a, Int128 b, Int128 c, Int128 d) {
    while (true) {
        const auto left = divide_down(a, b);
        const auto right = divide_down(c, d);
        if (left.floor != right.floor) {
            return left.floor <=> right.floor;
        }
        if (left.rest == 0 || right.rest == 0) {
            return left.rest <=> right.rest;
        }
        a = std::exchange(d, right.rest);
        c = std::exchange(b, left.rest);
        std::swap(b, d);
    }
}

std::optional<Int128> parse_whole(std::string_view digits) {
    Int128 value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        const auto shifted = product(value, 10);
        const auto next = shifted ? sum(*shifted, c - '0') : std::nullopt;
        if (!next) {
            return std::nullopt;
        }
        value = *next;
    }
    return value;
}

}  // namespace

std::optional<Rational> Rational::make(Int128 numerator, Int128 denominator) {
    if (denominator == 0) {
        return std::nullopt;
    }
    const auto above = magnitude(numerator);
    const auto below = magnitude(denominator);
    const auto common = gcd(above, below);
    const auto top = quotient(above, common);
    const auto bottom = quotient(below, common);
    if (top > magnitude_max || bottom > magnitude_max) {
        return std::nullopt;
    }
    Rational result;
    const auto signless = static_cast<Int128>(top);
    result.numerator_ = (numerator < 0) != (denominator < 0) ? -signless : signless;
    result.denominator_ = static_cast<Int128>(bottom);
    return result;
}

std::optional<Rational> add(const Rational& a, const Rational& b) {
    if (a.denominator_ == b.denominator_) {
        const auto total = sum(a.numerator_, b.numerator_);
        return total ? Rational::make(*total, a.denominator_) : std::nullopt;
    }
    // Knuth 4.5.1: with the common factor taken out first, the steps stay as small as they can.
    const auto common = gcd(magnitude(a.denominator_), magnitude(b.denominator_));
    const auto left = product(a.numerator_, exact_quotient(b.denominator_, common));
    const auto right = product(b.numerator_, exact_quotient(a.denominator_, common));
    const auto total = left && right ? sum(*left, *right) : std::nullopt;
    if (!total) {
        return std::nullopt;
    }
    const auto rest = gcd(magnitude(*total), common);
    const auto denominator =
        product(exact_quotient(a.denominator_, common), exact_quotient(b.denominator_, rest));
    if (!denominator) {
        return std::nullopt;
    }
    Rational result;
    result.numerator_ = exact_quotient(*total, rest);
    result.denominator_ = *denominator;
    return result;
}

std::optional<Rational> subtract(const Rational& a, const Rational& b) {
    return add(a, negate(b));
}

std::optional<Rational> multiply(const Rational& a, const Rational& b) {
    const auto first = gcd(magnitude(a.numerator_), magnitude(b.denominator_));
    const auto second = gcd(magnitude(b.numerator_), magnitude(a.denominator_));
    const auto numerator =
        product(exact_quotient(a.numerator_, first), exact_quotient(b.numerator_, second));
    const auto denominator =
        product(exact_quotient(a.denominator_, second), exact_quotient(b.denominator_, first));
    if (!numerator || !denominator) {
        return std::nullopt;
    }
    Rational result;
    result.numerator_ = *numerator;
    result.denominator_ = *denominator;
    return result;
}

std::optional<Rational> divide(const Rational& a, const Rational& b) {
    if (b.numerator_ == 0) {
        return std::nullopt;
    }
    Rational reciprocal;
    reciprocal.numerator_ = b.numerator_ < 0 ? -b.denominator_ : b.denominator_;
    reciprocal.denominator_ = b.numerator_ < 0 ? -b.numerator_ : b.numerator_;
    return multiply(a, reciprocal);
}

Rational negate(const Rational& a) {
    auto result = a;
    result.numerator_ = -a.numerator_;
    return result;
}

std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
    if (a.denominator_ == b.denominator_) {
        return a.numerator_ <=> b.numerator_;
    }
    const auto left = product(a.numerator_, b.denominator_);
    const auto right = product(b.numerator_, a.denominator_);
    if (left && right) {
        return *left <=> *right;
    }
    return compare_by_parts(a.numerator_, a.denominator_, b.numerator_, b.denominator_);
}

std::string to_decimal(const Rational& value, int digits) {
    SANBAO_ASSERT(digits >= 0 && digits <= 9);
    const auto denominator = magnitude(value.denominator());
    auto whole = magnitude(value.numerator()) / denominator;
    auto rest = magnitude(value.numerator()) % denominator;
    std::uint64_t fraction = 0;
    std::uint64_t one = 1;
    for (int i = 0; i < digits; ++i) {
        // rest x 10 by addition: it could pass 128 bits before the division.
        std::uint64_t digit = 0;
        UInt128 tenfold = 0;
        for (int j = 0; j < 10; ++j) {
            tenfold += rest;
            if (tenfold >= denominator) {
                tenfold -= denominator;
                ++digit;
            }
        }
        rest = tenfold;
        fraction = fraction * 10 + digit;
        one *= 10;
    }
    if (rest >= denominator - rest && ++fraction == one) {
        fraction = 0;
        ++whole;
    }
    const bool negative = value.numerator() < 0 && (whole != 0 || fraction != 0);
    const auto sign = negative ? "-" : "";
    return digits == 0 ? fmt::format("{}{}", sign, whole)
                       : fmt::format("{}{}.{:0{}}", sign, whole, fraction, digits);
}

std::string to_fraction(const Rational& value) {
    return value.denominator() == 1 ? fmt::format("{}", value.numerator())
                                    : fmt::format("{}/{}", value.numerator(), value.denominator());
}

std::optional<Rational> from_fraction(std::string_view text) {
    const auto slash = text.find('/');
    auto above = text.substr(0, slash);
    const bool negative = above.starts_with('-');
    above.remove_prefix(negative ? 1 : 0);
    const auto numerator = parse_whole(above);
    const auto denominator = slash == std::string_view::npos ? std::optional<Int128>{1}
                                                             : parse_whole(text.substr(slash + 1));
    if (!numerator || !denominator) {
        return std::nullopt;
    }
    const auto result = Rational::make(negative ? -*numerator : *numerator, *denominator);
    // What is hashed has one spelling: "2/4", "+1", "007" and "" are none of ours.
    return result && to_fraction(*result) == text ? result : std::nullopt;
}

}  // namespace sanbao
