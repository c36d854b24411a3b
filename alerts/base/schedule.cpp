#include "alerts/base/schedule.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace sanbao {

namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::year_month;

constexpr int workdays_max = 60;  // a quarter late is no schedule any more

struct Word {
    std::string_view text;
    Cadence cadence;
};
// The first word of a cadence is the one that is written.
constexpr std::array words{
    Word{"workday", Cadence::workday},
    Word{"工作日", Cadence::workday},
    Word{"day", Cadence::day},
    Word{"旬", Cadence::tenday},
    Word{"ten days", Cadence::tenday},
    Word{"month", Cadence::month},
    Word{"月", Cadence::month},
    Word{"quarter", Cadence::quarter},
    Word{"季度", Cadence::quarter},
    Word{"year", Cadence::year},
    Word{"年", Cadence::year}};

std::optional<int> number(std::string_view text, int from, int to) {
    int value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool fits = error == std::errc{} && stop == end && value >= from && value <= to;
    return fits ? std::optional{value} : std::nullopt;
}

// Takes "10:00" from the front.
std::optional<std::chrono::minutes> take_time(std::string_view& text) {
    constexpr std::size_t length = 5;
    if (text.size() < length || text[2] != ':') {
        return std::nullopt;
    }
    const auto hour = number(text.substr(0, 2), 0, 23);
    const auto minute = number(text.substr(3, 2), 0, 59);
    text.remove_prefix(length);
    if (!hour || !minute) {
        return std::nullopt;
    }
    return std::chrono::hours{*hour} + std::chrono::minutes{*minute};
}

bool take(std::string_view& text, std::string_view front) {
    const bool there = text.starts_with(front);
    text.remove_prefix(there ? front.size() : 0);
    return there;
}

std::optional<Cadence> cadence_called(std::string_view text) {
    const auto found = std::ranges::find(words, text, &Word::text);
    return found == words.end() ? std::nullopt : std::optional{found->cadence};
}

// Of " on workdays", " daily", " at month end", ", 2wd after 旬".
std::optional<Schedule> schedule_from(std::string_view rest, std::chrono::minutes time) {
    if (rest == " on workdays") {
        return Schedule{Cadence::workday, time, 0};
    }
    if (rest == " daily") {
        return Schedule{Cadence::day, time, 0};
    }
    constexpr std::string_view end = " end";
    if (take(rest, " at ")) {
        const auto cadence = rest.ends_with(end)
                                 ? cadence_called(rest.substr(0, rest.size() - end.size()))
                                 : std::nullopt;
        const bool whole_days = cadence == Cadence::workday || cadence == Cadence::day;
        return cadence && !whole_days ? std::optional{Schedule{*cadence, time, 0}} : std::nullopt;
    }
    constexpr std::string_view after = "wd after ";
    const auto split = rest.find(after);
    if (!take(rest, ", ") || split == std::string_view::npos) {
        return std::nullopt;
    }
    const auto count = number(rest.substr(0, split - 2), 1, workdays_max);
    rest.remove_prefix(split - 2 + after.size());
    if (rest.ends_with(end)) {
        rest.remove_suffix(end.size());
    }
    const auto cadence = cadence_called(rest);
    return count && cadence ? std::optional{Schedule{*cadence, time, *count}} : std::nullopt;
}

Date workday_on_or_after(const Calendar& calendar, Date date) {
    return calendar.add_workdays(date - days{1}, 1);
}

Date end_of_month(year_month month) {
    return Date{std::chrono::year_month_day_last{month / std::chrono::last}};
}

// First and last day of the first period that ends on or after `date`.
std::pair<Date, Date> span_ending(Cadence cadence, Date date, const Calendar& calendar) {
    const auto day = ymd(date);
    const year_month month{day.year(), day.month()};
    switch (cadence) {
        case Cadence::workday: {
            const auto workday = workday_on_or_after(calendar, date);
            return {workday, workday};
        }
        case Cadence::day:
            return {date, date};
        case Cadence::tenday: {
            constexpr int length = 10;
            const auto passed = (static_cast<int>(static_cast<unsigned>(day.day())) - 1) / length;
            const auto part = std::min(passed, 2);
            const Date first{month / std::chrono::day{static_cast<unsigned>(part * length + 1)}};
            return {first, part == 2 ? end_of_month(month) : first + days{length - 1}};
        }
        case Cadence::month:
            return {Date{month / 1}, end_of_month(month)};
        case Cadence::quarter: {
            const auto first = month - months{(month_of(date) - 1) % 3};
            return {Date{first / 1}, end_of_month(first + months{2})};
        }
        case Cadence::year:
            return {Date{day.year() / 1 / 1}, Date{day.year() / 12 / 31}};
    }
    SANBAO_ASSERT(false);
}

}  // namespace

Result<Schedule> parse_schedule(std::string_view text) {
    auto rest = text;
    const auto time = take_time(rest);
    const auto schedule = time ? schedule_from(rest, *time) : std::nullopt;
    if (!schedule) {
        return invalid(fmt::format(
            "{} is no schedule; write \"10:00 on workdays\", \"10:00 daily\", \"17:00 at month "
            "end\", or \"17:00, 2wd after 旬\" with workday, day, 旬, month, quarter or year and "
            "at "
            "most {}wd",
            in_quotes(text),
            workdays_max));
    }
    return *schedule;
}

std::string to_text(const Schedule& schedule) {
    const std::chrono::hh_mm_ss time{schedule.time};
    const auto clock = fmt::format("{:02}:{:02}", time.hours().count(), time.minutes().count());
    const auto word = std::ranges::find(words, schedule.cadence, &Word::cadence)->text;
    if (schedule.workdays_after > 0) {
        return fmt::format("{}, {}wd after {}", clock, schedule.workdays_after, word);
    }
    if (schedule.cadence == Cadence::workday) {
        return clock + " on workdays";
    }
    return schedule.cadence == Cadence::day ? clock + " daily"
                                            : fmt::format("{} at {} end", clock, word);
}

Period period_ending(
    const Schedule& schedule, Date date, const Calendar& calendar, const Zone& zone) {
    const auto [first, last] = span_ending(schedule.cadence, date, calendar);
    const auto day = schedule.workdays_after > 0
                         ? calendar.add_workdays(last, schedule.workdays_after)
                     : schedule.cadence == Cadence::day ? last
                                                        : workday_on_or_after(calendar, last);
    return {first, last, at_time(zone, day, schedule.time)};
}

Period period_due(
    const Schedule& schedule, Instant now, const Calendar& calendar, const Zone& zone) {
    // Periods fall due in their order, and none before its last day.
    auto period = period_ending(schedule, date_in(zone, now), calendar, zone);
    while (period.due > now) {
        auto before = period.first - days{1};
        if (schedule.cadence == Cadence::workday) {
            before = calendar.workday_on_or_before(before);
        }
        period = period_ending(schedule, before, calendar, zone);
    }
    return period;
}

Period period_next(
    const Schedule& schedule, const Period& period, const Calendar& calendar, const Zone& zone) {
    return period_ending(schedule, period.last + days{1}, calendar, zone);
}

}  // namespace sanbao
