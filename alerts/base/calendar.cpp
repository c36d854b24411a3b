#include "alerts/base/calendar.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sanbao {

namespace {

using std::chrono::days;

constexpr int workdays_max = 999;  // of a term

bool is_weekday(Date date) {
    return std::chrono::weekday{date}.iso_encoding() <= 5;  // Monday is 1
}

// Mondays to Fridays in (-infinity, date], counted from a Monday; only differences mean anything.
int weekdays_until(Date date) {
    constexpr Date monday{std::chrono::year{1900} / 1 / 1};
    const auto passed = static_cast<int>((date - monday).count());
    const auto weeks = passed >= 0 ? passed / 7 : -((6 - passed) / 7);
    return weeks * 5 + std::min(passed - weeks * 7 + 1, 5);
}

Date last_day_of(int year) {
    return Date{std::chrono::year{year} / 12 / 31};
}

Rational fraction(std::int64_t part, std::int64_t whole) {
    const auto result = Rational::make(part, whole);
    SANBAO_ASSERT(result.has_value());
    return *result;
}

std::chrono::year_month month_containing(Date date) {
    return std::chrono::year_month{ymd(date).year(), ymd(date).month()};
}

}  // namespace

bool Calendar::is_workday(Date date) const {
    const auto exception = exceptions_.find(date);
    return exception == exceptions_.end() ? is_weekday(date) : !exception->second;
}

Date Calendar::workday_on_or_before(Date date) const {
    while (!is_workday(date)) {
        date -= days{1};
    }
    return date;
}

Date Calendar::add_workdays(Date date, int count) const {
    SANBAO_ASSERT(count >= 0);
    while (count > 0) {
        date += days{1};
        count -= is_workday(date) ? 1 : 0;
    }
    return date;
}

int Calendar::workdays_between(Date from, Date to) const {
    if (to < from) {
        return -workdays_between(to, from);
    }
    int count = weekdays_until(to) - weekdays_until(from);
    const auto end = exceptions_.upper_bound(to);
    for (auto it = exceptions_.upper_bound(from); it != end; ++it) {
        const auto& [date, off] = *it;
        if (off == is_weekday(date)) {
            count += off ? -1 : 1;
        }
    }
    return count;
}

std::vector<int> years_without_calendar(const Calendar& calendar, Date today) {
    constexpr int december = 12;  // the State Council publishes in November
    std::vector<int> years;
    const auto year = year_of(today);
    if (!calendar.covers(year)) {
        years.push_back(year);
    }
    if (month_of(today) == december && !calendar.covers(year + 1)) {
        years.push_back(year + 1);
    }
    return years;
}

Date payday_in(const Calendar& calendar, std::chrono::year_month month, int day) {
    SANBAO_ASSERT(day >= 1 && day <= 31);
    const std::chrono::year_month_day last{month / std::chrono::last};
    const auto nominal = std::min(static_cast<unsigned>(day), static_cast<unsigned>(last.day()));
    return calendar.workday_on_or_before(Date{month / std::chrono::day{nominal}});
}

Date next_payday(const Calendar& calendar, Date today, int day) {
    // The holiday rule may move a payday into the month before: look month by month, from today's.
    auto month = month_containing(today);
    auto payday = payday_in(calendar, month, day);
    while (payday < today) {
        month += std::chrono::months{1};
        payday = payday_in(calendar, month, day);
    }
    return payday;
}

Date last_payday(const Calendar& calendar, Date today, int day) {
    // From next month's, which may already have been paid in this one.
    auto month = month_containing(today) + std::chrono::months{1};
    auto payday = payday_in(calendar, month, day);
    while (payday > today) {
        month -= std::chrono::months{1};
        payday = payday_in(calendar, month, day);
    }
    return payday;
}

Rational progress_by_day(Date date) {
    const auto start = last_day_of(year_of(date) - 1);
    return fraction((date - start).count(), (last_day_of(year_of(date)) - start).count());
}

Rational progress_by_month(Date date) {
    return fraction(month_of(date), 12);
}

Rational progress_by_workday(const Calendar& calendar, Date date) {
    const auto start = last_day_of(year_of(date) - 1);
    return fraction(
        calendar.workdays_between(start, date),
        calendar.workdays_between(start, last_day_of(year_of(date))));
}

std::optional<Term> parse_term(std::string_view text) {
    if (!text.ends_with("wd")) {
        const auto span = parse_duration(text);
        return span ? std::optional{Term{*span, 0}} : std::nullopt;
    }
    const auto* const end = text.data() + text.size() - 2;
    int count = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    const bool allowed = error == std::errc{} && stop == end && count >= 1 && count <= workdays_max;
    return allowed ? std::optional{Term{Millis{0}, count}} : std::nullopt;
}

std::string to_text(const Term& term) {
    return term.workdays > 0 ? fmt::format("{}wd", term.workdays) : to_text(term.span);
}

Instant end_of(const Term& term, Instant start, const Calendar& calendar, const Zone& zone) {
    if (term.workdays == 0) {
        return start + term.span;
    }
    const auto last = calendar.add_workdays(date_in(zone, start), term.workdays);
    return at_time(zone, last + days{1}, std::chrono::minutes{0}) - Millis{1};
}

}  // namespace sanbao
