#include "daemon/feeds/numbers.hpp"

#include "alerts/base/quote.hpp"
#include "daemon/feeds/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sanbao::feeds {

namespace {

struct Spelling {
    std::string_view wide;
    char plain;
};
constexpr std::array<Spelling, 12> spellings{{
    {"．", '.'},
    {"，", ','},
    {"－", '-'},
    {"−", '-'},
    {"＋", '+'},
    {"（", '('},
    {"）", ')'},
    {"％", '%'},
    {"＄", '$'},
    {"￥", '$'},
    {"¥", '$'},
    {"　", ' '},
}};
constexpr std::string_view full_width_zero = "０";  // EF BC 90; nine follows at EF BC 99

// In ASCII: full-width forms as plain ones, every currency sign as $, every blank as a blank.
// Anything else stays as it is, and is then found to be no number.
std::string in_ascii(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto* const found = std::ranges::find_if(
            spellings, [&](const Spelling& each) { return text.starts_with(each.wide); });
        if (found != spellings.end()) {
            result += found->plain;
            text.remove_prefix(found->wide.size());
        } else if (
            text.size() >= 3 && text.starts_with(full_width_zero.substr(0, 2))
            && text[2] >= full_width_zero[2] && text[2] <= full_width_zero[2] + 9) {
            result += static_cast<char>('0' + (text[2] - full_width_zero[2]));
            text.remove_prefix(3);
        } else if (const auto blank = blank_bytes(text)) {
            result += ' ';
            text.remove_prefix(blank);
        } else {
            result += text.front();
            text.remove_prefix(1);
        }
    }
    return result;
}

void trim(std::string_view& text) {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
}

bool take_front(std::string_view& text, char c) {
    const bool taken = text.starts_with(c);
    if (taken) {
        text.remove_prefix(1);
        trim(text);
    }
    return taken;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Digits without their group marks; false when a group is not one of three digits.
bool take_groups(std::string_view whole, char mark, std::string& plain) {
    std::size_t run = 0;
    bool grouped = false;
    for (const char c : whole) {
        if (c != mark) {
            plain += c;
            ++run;
            continue;
        }
        if (grouped ? run != 3 : run == 0 || run > 3) {
            return false;
        }
        grouped = true;
        run = 0;
    }
    return !grouped || run == 3;
}

// "1.234,56" to "1234.56": the digits, their groups and their point, without a sign. Empty: no such
// number.
std::string without_groups(std::string_view text, Numbers numbers) {
    const char point = numbers == Numbers::point ? '.' : ',';
    const char mark = numbers == Numbers::point ? ',' : numbers == Numbers::comma ? '.' : ' ';
    const auto split = text.find_first_of(std::string{point} + "eE");
    const auto whole = text.substr(0, split);
    std::string plain;
    const bool good =
        std::ranges::all_of(whole, [mark](char c) { return is_digit(c) || c == mark; })
        && take_groups(whole, mark, plain);
    if (!good || (split != std::string_view::npos && text.find(point, split + 1) != text.npos)) {
        return {};
    }
    if (split != std::string_view::npos) {
        plain += text[split] == point ? '.' : text[split];
        const auto rest = text.substr(split + 1);
        if (rest.find_first_not_of("0123456789eE+-") != std::string_view::npos) {
            return {};
        }
        plain += rest;
    }
    return plain;
}

Error not_a_number(std::string_view text, Numbers numbers) {
    constexpr std::array examples{"-1,234.56", "-1.234,56", "-1 234,56"};
    return invalid(fmt::format(
        "{} is not a number: have it written as {}, or correct numbers in the feed's settings",
        in_quotes(text),
        examples[static_cast<std::size_t>(numbers)]));
}

Error wrong_percent(std::string_view text) {
    return invalid(fmt::format(
        "{} says percent: set unit = \"percent\" for it, or have the sign taken away",
        in_quotes(text)));
}

}  // namespace

bool NumberReader::is_plain(std::string_view text) const {
    const char point = numbers_ == Numbers::point ? '.' : '0';
    return std::ranges::all_of(
        text, [point](char c) { return is_digit(c) || c == point || c == '-'; });
}

Result<Printed> NumberReader::read(
    std::string_view text, std::int64_t multiplier, Unit unit) const {
    if (is_plain(text)) {
        return parse_printed(text, multiplier, rest_);
    }
    const auto ascii = in_ascii(text);
    std::string_view rest{ascii};
    trim(rest);
    if (rest.empty()) {
        return parse_printed({}, multiplier, rest_);
    }
    constexpr std::int64_t percent = 1'000'000;  // of ratios, 10^8 to the whole
    const bool says_percent = rest.ends_with('%');
    if (says_percent && (unit != Unit::ratio || multiplier != percent)) {
        return wrong_percent(text);
    }
    rest.remove_suffix(says_percent ? 1 : 0);
    trim(rest);
    bool negative = false;
    bool currency = take_front(rest, '$');
    if (rest.starts_with('(') && rest.ends_with(')')) {
        negative = true;
        rest = rest.substr(1, rest.size() - 2);
        trim(rest);
    } else if (take_front(rest, '-')) {
        negative = true;
    } else {
        take_front(rest, '+');
    }
    currency = (!currency && take_front(rest, '$')) || currency;
    const auto plain = without_groups(rest, numbers_);
    if (plain.empty()) {
        return not_a_number(text, numbers_);
    }
    return parse_printed((negative ? "-" : "") + plain, multiplier, rest_);
}

int power_of(std::int64_t multiplier) {
    int power = 0;
    for (; multiplier > 1 && multiplier % 10 == 0; multiplier /= 10) {
        ++power;
    }
    return multiplier == 1 ? power : -1;
}

}  // namespace sanbao::feeds
