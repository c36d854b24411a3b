// When something is owed, again and again: "10:00 on workdays", "17:00, 2wd after month end".
#pragma once

#include "alerts/base/calendar.hpp"
#include "alerts/base/result.hpp"
#include "alerts/base/time.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sanbao {

// What a period is. 旬: days 1–10, 11–20, 21–end (预算法实施条例 art. 64: 日报、旬报、月报、年报).
enum class Cadence : unsigned char { workday, day, tenday, month, quarter, year };

// Data of each period are owed at `time`, `workdays_after` working days after its last day
// (0: on that day; a last day that is off counts as the working day after it, but for `day`: what
// comes daily comes on holidays too).
struct Schedule {
    Cadence cadence = Cadence::workday;
    std::chrono::minutes time{0};
    int workdays_after = 0;

    friend bool operator==(const Schedule&, const Schedule&) = default;
};

// "10:00 on workdays", "10:00 daily", "17:00, 2wd after 旬" (or "ten days"), "17:00, 5wd after
// month", "… after quarter", "… after year"; without "Nwd after" ("17:00 at month end") on the last
// day itself. "10:00, 1wd after workday": yesterday's figures. "after month end" is the same as
// "after month". Errors say what forms there are.
Result<Schedule> parse_schedule(std::string_view text);
std::string to_text(const Schedule& schedule);  // parses back

// One period and when its data are owed.
struct Period {
    Date first{}, last{};
    Instant due{};

    friend bool operator==(const Period&, const Period&) = default;
};

// The latest period whose data were due at or before `now`. Of workdays: days that are off make no
// period of their own, so a long closure is silence that is expected.
Period period_due(
    const Schedule& schedule, Instant now, const Calendar& calendar, const Zone& zone);
// The first period that ends on or after `date`.
Period period_ending(
    const Schedule& schedule, Date date, const Calendar& calendar, const Zone& zone);
// The period after that one: the next to fall due.
Period period_next(
    const Schedule& schedule, const Period& period, const Calendar& calendar, const Zone& zone);

}  // namespace sanbao
