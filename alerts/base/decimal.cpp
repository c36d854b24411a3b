#include "alerts/base/decimal.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace sanbao {

namespace {

__extension__ typedef unsigned __int128 UInt128;

// 10^0 … 10^18, all that fit 63 bits.
constexpr auto powers_of_ten = [] {
    std::array<std::uint64_t, 19> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) {
        powers[i] = powers[i - 1] * 10;
    }
    return powers;
}();

constexpr int exponent_max = 37;  // 10^37 is the largest power of ten whose tenfold fits 128 bits

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

Error not_a_number(std::string_view text) {
    return invalid(
        text.empty()
            ? std::string{"an empty text where a number is expected"}
            : fmt::format("{} is not a number: write plain digits, as -1234.56", in_quotes(text)));
}

Error too_big(std::string_view text) {
    return Error{
        ErrorKind::overflow,
        fmt::format("{} does not fit: check the unit and the scale of the feed", in_quotes(text))};
}

// The digits of a number without its sign, its point and its group commas.
struct Digits {
    UInt128 mantissa = 0;
    int after_point = 0;
    bool overflow = false;

    void take(char c) {
        UInt128 shifted = 0;
        overflow = overflow || __builtin_mul_overflow(mantissa, UInt128{10}, &shifted)
                   || __builtin_add_overflow(shifted, static_cast<UInt128>(c - '0'), &mantissa);
    }
};

// Takes digits off the front of `text`; with commas only in whole groups of three. There may be
// none before a point: ledgers print .5.
bool take_whole(std::string_view& text, Digits& digits) {
    std::size_t run = 0;
    bool grouped = false;
    std::size_t i = 0;
    for (; i < text.size() && (is_digit(text[i]) || text[i] == ','); ++i) {
        if (text[i] == ',') {
            if (grouped ? run != 3 : run == 0 || run > 3) {
                return false;
            }
            grouped = true;
            run = 0;
            continue;
        }
        digits.take(text[i]);
        ++run;
    }
    text.remove_prefix(i);
    return grouped ? run == 3 : run > 0 || text.starts_with('.');
}

bool take_fraction(std::string_view& text, Digits& digits) {
    if (!text.starts_with('.')) {
        return true;
    }
    text.remove_prefix(1);
    std::size_t i = 0;
    for (; i < text.size() && is_digit(text[i]); ++i) {
        digits.take(text[i]);
        ++digits.after_point;
    }
    text.remove_prefix(i);
    return i > 0;
}

// A JSON exponent; the number it gives is cut at 1,000, far past what can be held.
bool take_exponent(std::string_view& text, int& exponent) {
    if (!text.starts_with('e') && !text.starts_with('E')) {
        return true;
    }
    text.remove_prefix(1);
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative || text.starts_with('+') ? 1 : 0);
    if (text.empty()) {
        return false;
    }
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        exponent = std::min(exponent * 10 + (text.front() - '0'), 1'000);
    }
    exponent = negative ? -exponent : exponent;
    return text.empty();
}

Rational power_of_ten(int exponent) {
    Rational result{1};
    for (int i = 0; i < exponent; ++i) {
        const auto next = multiply(result, Rational{10});
        SANBAO_ASSERT(next.has_value());
        result = *next;
    }
    return result;
}

Error has_a_rest(std::string_view text, std::int64_t multiplier) {
    return invalid(fmt::format(
        "{} has more digits than the unit holds (x {} is not a whole number): "
        "have it rounded at its source, or declare the scale it is really in",
        in_quotes(text),
        multiplier));
}

int decimals_of(std::string_view text) {
    const auto point = text.find('.');
    const auto mark = text.find_first_of("eE");
    const auto end = std::min(mark, text.size());
    const auto printed = point < end ? static_cast<int>(end - point) - 1 : 0;
    int exponent = 0;
    if (mark < text.size()) {
        auto rest = text.substr(mark);
        take_exponent(rest, exponent);
    }
    return std::max(0, printed - exponent);
}

Result<Printed> parse_printed_slowly(std::string_view text, std::int64_t multiplier, Rest rest) {
    const auto value = parse_decimal(text);
    if (!value) {
        return value.error();
    }
    const auto scaled = multiply(*value, Rational{multiplier});
    if (!scaled) {
        return too_big(text);
    }
    if (scaled->denominator() != 1 && rest == Rest::refuse) {
        return has_a_rest(text, multiplier);
    }
    const auto whole = scaled->numerator() / scaled->denominator();
    if (whole < std::numeric_limits<std::int64_t>::min()
        || whole > std::numeric_limits<std::int64_t>::max()) {
        return too_big(text);
    }
    return Printed{static_cast<std::int64_t>(whole), decimals_of(text)};
}

}  // namespace

Result<Rational> parse_decimal(std::string_view text) {
    auto rest = text;
    const bool negative = rest.starts_with('-');
    rest.remove_prefix(negative || rest.starts_with('+') ? 1 : 0);
    Digits digits;
    int exponent = 0;
    if (!take_whole(rest, digits) || !take_fraction(rest, digits) || !take_exponent(rest, exponent)
        || !rest.empty()) {
        return not_a_number(text);
    }
    exponent -= digits.after_point;
    if (digits.overflow || digits.mantissa >> 127 != 0 || exponent > exponent_max
        || exponent < -exponent_max) {
        return too_big(text);
    }
    auto mantissa = Rational::make(static_cast<Int128>(digits.mantissa), 1);
    SANBAO_ASSERT(mantissa.has_value());
    const auto value = exponent < 0 ? divide(*mantissa, power_of_ten(-exponent))
                                    : multiply(*mantissa, power_of_ten(exponent));
    if (!value) {
        return too_big(text);
    }
    return negative ? negate(*value) : *value;
}

Result<Printed> parse_printed(std::string_view text, std::int64_t multiplier, Rest rest) {
    SANBAO_ASSERT(multiplier > 0);
    constexpr std::size_t plain_bytes_max = 20;  // '-', '.', and 18 digits: they fit 63 bits
    if (text.empty() || text.size() > plain_bytes_max) {
        return parse_printed_slowly(text, multiplier, rest);
    }
    const bool negative = text.front() == '-';
    const char* const first = text.data() + (negative ? 1 : 0);
    const char* const last = text.data() + text.size();
    const char* point = nullptr;
    std::uint64_t mantissa = 0;
    for (const char* at = first; at != last; ++at) {
        if (is_digit(*at)) {
            mantissa = mantissa * 10 + static_cast<std::uint64_t>(*at - '0');
        } else if (*at == '.' && point == nullptr && at != first && at + 1 != last) {
            point = at;
        } else {
            return parse_printed_slowly(text, multiplier, rest);
        }
    }
    const auto digits = last - first - (point == nullptr ? 0 : 1);
    if (digits < 1 || digits > 18) {
        return parse_printed_slowly(text, multiplier, rest);
    }
    const auto scaled = UInt128{mantissa} * static_cast<std::uint64_t>(multiplier);
    if (scaled > static_cast<UInt128>(std::numeric_limits<std::int64_t>::max())) {
        return parse_printed_slowly(text, multiplier, rest);
    }
    auto whole = static_cast<std::uint64_t>(scaled);
    int decimals = 0;
    if (point != nullptr) {
        decimals = static_cast<int>(last - point) - 1;
        const auto divisor = powers_of_ten[static_cast<std::size_t>(decimals)];
        if (rest == Rest::refuse && whole % divisor != 0) {
            return has_a_rest(text, multiplier);
        }
        whole /= divisor;
    }
    const auto result = static_cast<std::int64_t>(whole);
    return Printed{negative ? -result : result, decimals};
}

Result<std::int64_t> parse_scaled(std::string_view text, std::int64_t multiplier) {
    const auto printed = parse_printed(text, multiplier);
    if (!printed) {
        return printed.error();
    }
    return printed->value;
}

}  // namespace sanbao
