// Working days, paydays and time progress after the State Council's yearly table.
#pragma once

#include "alerts/base/rational.hpp"
#include "alerts/base/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao {

// A weekend is not always off (make-up days) and a weekday not always work (holidays). Years
// without a table fall back to Monday to Friday; `covers` tells which ones have one.
class Calendar {
  public:
    void set(Date date, bool off) { exceptions_[date] = off; }
    void add_year(int year) { years_.insert(year); }

    [[nodiscard]] bool covers(int year) const { return years_.contains(year); }
    [[nodiscard]] bool is_workday(Date date) const;
    // The nearest working day on or before `date` (工资支付暂行规定 art. 7).
    [[nodiscard]] Date workday_on_or_before(Date date) const;
    // The date on which `count` (>= 0) further working days have passed; count 0 gives `date`.
    [[nodiscard]] Date add_workdays(Date date, int count) const;
    // Working days in (from, to]; negative when to < from.
    [[nodiscard]] int workdays_between(Date from, Date to) const;

  private:
    std::map<Date, bool> exceptions_;  // true = off
    std::set<int> years_;
};

// Years that the settings should have a table of holidays for and have not: this one, and from
// December on the next.
std::vector<int> years_without_calendar(const Calendar& calendar, Date today);

// Day of the month on which something is paid, before the holiday rule; 31 means the last day.
Date payday_in(const Calendar& calendar, std::chrono::year_month month, int day);
Date next_payday(const Calendar& calendar, Date today, int day);  // today counts
Date last_payday(const Calendar& calendar, Date today, int day);  // today counts

// Share of the year that has passed at the end of `date`.
Rational progress_by_day(Date date);
Rational progress_by_month(Date date);  // month / 12: the form that the ministry's tables use
Rational progress_by_workday(const Calendar& calendar, Date date);

// A span in hours ("4h", "30m") or working days ("3wd"); exactly one of the two is set.
struct Term {
    Millis span{0};
    int workdays = 0;
};
std::optional<Term> parse_term(std::string_view text);
std::string to_text(const Term& term);
// When `term` ends, counted from `start`; working days end at the close of that day, 23:59:59.999.
Instant end_of(const Term& term, Instant start, const Calendar& calendar, const Zone& zone);

}  // namespace sanbao
