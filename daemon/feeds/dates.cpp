#include "daemon/feeds/dates.hpp"

#include "daemon/feeds/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sanbao::feeds {

namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 10> usual_forms{
    "YYYY-M-D",
    "YYYY/M/D",
    "YYYY.M.D",
    "YYYYMMDD",
    "YYYY年M月D日",
    "YYYY年M月",
    "YYYY年1-M月",
    "YYYY年1－M月",
    "YYYY年1—M月",
    "YYYY年上半年",
};
constexpr std::string_view half_year = "上半年";
constexpr std::array<std::string_view, 12> months{
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december"};
constexpr std::array<std::string_view, 7> weekdays{
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Takes `least` to `most` digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
    int value = 0;
    std::size_t count = 0;
    for (; count < most && count < text.size() && is_digit(text[count]); ++count) {
        value = value * 10 + (text[count] - '0');
    }
    if (count < least) {
        return std::nullopt;
    }
    text.remove_prefix(count);
    return value;
}

// Takes a word off the front that is one of `names`, whole or its first three letters, in any case;
// gives its number from 1.
template <std::size_t size>
std::optional<int> take_word(
    std::string_view& text, const std::array<std::string_view, size>& names) {
    std::string word;
    for (const char c : text) {
        if (!is_letter(c)) {
            break;
        }
        word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    for (std::size_t i = 0; i < size; ++i) {
        if (word == names[i] || word == names[i].substr(0, 3)) {
            text.remove_prefix(word.size());
            return static_cast<int>(i) + 1;
        }
    }
    return std::nullopt;
}

struct Parts {
    std::optional<int> year, month, day, quarter;
};

bool take_part(std::string_view& form, std::string_view& text, Parts& parts) {
    struct Token {
        std::string_view name;
        std::size_t least, most;
        std::optional<int> Parts::*part;
    };
    static constexpr std::array<Token, 5> tokens{{
        {"YYYY", 4, 4, &Parts::year},
        {"MM", 2, 2, &Parts::month},
        {"M", 1, 2, &Parts::month},
        {"DD", 2, 2, &Parts::day},
        {"D", 1, 2, &Parts::day},
    }};
    if (form.starts_with("MMMM")) {
        form.remove_prefix(4);
        parts.month = take_word(text, months);
        return parts.month.has_value();
    }
    if (form.starts_with("Qn")) {
        form.remove_prefix(2);
        if (!text.starts_with('Q') && !text.starts_with('q')) {
            return false;
        }
        text.remove_prefix(1);
        parts.quarter = take_number(text, 1, 1);
        return parts.quarter && *parts.quarter >= 1 && *parts.quarter <= 4;
    }
    for (const auto& token : tokens) {
        if (form.starts_with(token.name)) {
            form.remove_prefix(token.name.size());
            parts.*token.part = take_number(text, token.least, token.most);
            return (parts.*token.part).has_value();
        }
    }
    if (form.starts_with(half_year)) {
        parts.month = 6;  // and its characters are compared as any others
    }
    if (form.front() == ' ') {
        form.remove_prefix(1);
        const auto before = text.size();
        while (const auto blank = blank_bytes(text)) {
            text.remove_prefix(blank);
        }
        return text.size() != before;
    }
    const bool same = text.starts_with(form.front());
    form.remove_prefix(1);
    text.remove_prefix(same ? 1 : 0);
    return same;
}

std::optional<Date> date_of(const Parts& parts) {
    if (!parts.year) {
        return std::nullopt;
    }
    const std::chrono::year year{*parts.year};
    const auto month = parts.quarter ? *parts.quarter * 3 : parts.month.value_or(12);
    const std::chrono::month_day_last end{std::chrono::month{static_cast<unsigned>(month)}};
    if (!end.ok()) {
        return std::nullopt;
    }
    if (!parts.day) {
        return Date{std::chrono::year_month_day_last{year, end}};
    }
    const std::chrono::year_month_day date{
        year, end.month(), std::chrono::day{static_cast<unsigned>(*parts.day)}};
    return date.ok() ? std::optional{Date{date}} : std::nullopt;
}

// Takes a date of this form off the front of `text`.
std::optional<Date> take_date(std::string_view form, std::string_view& text) {
    Parts parts;
    auto rest = text;
    while (!form.empty()) {
        if (!take_part(form, rest, parts)) {
            return std::nullopt;
        }
    }
    const auto date = date_of(parts);
    if (date) {
        text = rest;
    }
    return date;
}

void skip_weekday(std::string_view& text) {
    auto rest = text;
    if (!take_word(rest, weekdays)) {
        return;
    }
    if (rest.starts_with(',')) {
        rest.remove_prefix(1);
    }
    text = trimmed(rest);
}

// A zone behind a time: "Z", "+08:00", "+0800"; nullopt when there is none.
std::optional<minutes> take_zone(std::string_view& text) {
    if (text.starts_with('Z')) {
        text.remove_prefix(1);
        return minutes{0};
    }
    if (!text.starts_with('+') && !text.starts_with('-')) {
        return std::nullopt;
    }
    const bool west = text.front() == '-';
    auto rest = text.substr(1);
    const auto hours = take_number(rest, 2, 2);
    rest.remove_prefix(rest.starts_with(':') ? 1 : 0);
    const auto past = take_number(rest, 2, 2);
    if (!hours || !past || *hours > 14 || *past > 59) {
        return std::nullopt;
    }
    text = rest;
    const minutes offset{*hours * 60 + *past};
    return west ? -offset : offset;
}

// A time of day behind `date`: T09:30, 09:30:15.250, with a zone or in `zone`; the whole of `text`.
std::optional<Instant> moment_of(Date date, std::string_view text, const Zone& zone) {
    text.remove_prefix(text.starts_with('T') ? 1 : 0);
    text = trimmed(text);
    const auto hour = take_number(text, 1, 2);
    if (!hour || *hour > 23 || !text.starts_with(':')) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    const auto minute = take_number(text, 2, 2);
    int second = 0;
    if (minute && text.starts_with(':')) {
        text.remove_prefix(1);
        const auto found = take_number(text, 2, 2);
        second = found ? *found : 60;
        if (text.starts_with('.')) {
            text.remove_prefix(1);
            while (!text.empty() && is_digit(text.front())) {
                text.remove_prefix(1);
            }
        }
    }
    if (!minute || *minute > 59 || second > 59) {
        return std::nullopt;
    }
    const auto offset = take_zone(text).value_or(zone.offset);
    if (!text.empty()) {
        return std::nullopt;
    }
    return Instant{date} + std::chrono::hours{*hour} + minutes{*minute}
           + std::chrono::seconds{second} - offset;
}

// Whether what stands behind a date makes a part or a span of it: 上旬, （1-15日）, 至20日. Which
// day is meant then is not for us to guess.
bool goes_on(std::string_view text) {
    constexpr std::array<std::string_view, 10> spans{
        "上旬", "中旬", "下旬", "旬", "至", "到", "—", "－", "~", "～"};
    const auto near = text.substr(0, 24);
    return near.find("日") != std::string_view::npos || trimmed(near).starts_with('-')
           || std::ranges::any_of(
               spans, [&](auto span) { return near.find(span) != std::string_view::npos; });
}

bool has_day(std::string_view form) {
    return form.find('D') != std::string_view::npos;
}

}  // namespace

DateReader::DateReader(std::string_view form, Zone zone)
    : own_form_(form), wanted_(form), zone_(std::move(zone)) {
    if (form.empty()) {
        forms_.assign(usual_forms.begin(), usual_forms.end());
        wanted_ = "2026-11-23, 2026/11/23, 20261123, 2026年11月23日 or 2026年11月";
    }
}

std::optional<Date> DateReader::read(std::string_view text) const {
    text = trimmed(text);
    if (!own_form_.empty()) {
        skip_weekday(text);
        const auto date = take_date(own_form_, text);
        return text.empty() ? date : std::nullopt;
    }
    for (const auto form : forms_) {
        auto rest = text;
        const auto date = take_date(form, rest);
        if (date && rest.empty()) {
            return date;
        }
        if (const auto moment =
                date && has_day(form) ? moment_of(*date, rest, zone_) : std::nullopt) {
            return date_in(zone_, *moment);
        }
    }
    return std::nullopt;
}

std::optional<Date> DateReader::find(std::string_view text) const {
    std::vector<std::string_view> forms = forms_;
    if (!own_form_.empty()) {
        forms.push_back(own_form_);
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool inside = i > 0
                            && ((is_digit(text[i]) && is_digit(text[i - 1]))
                                || (is_letter(text[i]) && is_letter(text[i - 1])));
        if (inside) {
            continue;
        }
        for (const auto form : forms) {
            auto rest = text.substr(i);
            const auto date = take_date(form, rest);
            if (date && (rest.empty() || !is_digit(rest.front()))) {
                return goes_on(rest) ? std::nullopt : date;
            }
        }
    }
    return std::nullopt;
}

std::optional<Instant> parse_moment(std::string_view text, const Zone& zone) {
    text = trimmed(text);
    for (const auto form : usual_forms) {
        auto rest = text;
        const auto date = take_date(form, rest);
        if (!date || !has_day(form)) {
            continue;
        }
        if (rest.empty()) {
            return at_time(zone, *date, minutes{0});
        }
        if (const auto moment = moment_of(*date, rest, zone)) {
            return moment;
        }
    }
    return std::nullopt;
}

}  // namespace sanbao::feeds
