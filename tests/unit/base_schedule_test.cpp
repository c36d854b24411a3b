#include "alerts/base/schedule.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace sanbao;
using namespace std::chrono_literals;

namespace {

Date on(std::string_view text) {
    return parse_date(text).value();
}

// Spring Festival and May of 2026 as the State Council set them, with their make-up days.
Calendar calendar_2026() {
    Calendar calendar;
    calendar.add_year(2026);
    const std::pair<const char*, const char*> breaks[] = {
        {"2026-02-15", "2026-02-23"}, {"2026-05-01", "2026-05-05"}, {"2026-10-01", "2026-10-07"}};
    for (const auto& [first, last] : breaks) {
        for (auto date = on(first); date <= on(last); date += std::chrono::days{1}) {
            calendar.set(date, true);
        }
    }
    for (const auto* date : {"2026-02-14", "2026-02-28", "2026-05-09", "2026-10-10"}) {
        calendar.set(on(date), false);
    }
    return calendar;
}

const Zone shanghai;

Schedule schedule_of(std::string_view text) {
    const auto schedule = parse_schedule(text);
    if (!schedule) {
        FAIL(schedule.error().message);
    }
    return *schedule;
}

// "2026-02-14..2026-02-14 by 2026-02-14 10:00" of what was due at that local time.
std::string due(std::string_view schedule, std::string_view date, std::chrono::minutes time) {
    const auto calendar = calendar_2026();
    const auto period =
        period_due(schedule_of(schedule), at_time(shanghai, on(date), time), calendar, shanghai);
    return to_text(period.first) + ".." + to_text(period.last) + " by "
           + to_local_text(shanghai, period.due);
}

// The last days of the periods that fall due from..to, and when: "2026-02-28 by 2026-02-28 17:00".
std::vector<std::string> dues(std::string_view text, std::string_view from, std::string_view to) {
    const auto calendar = calendar_2026();
    const auto schedule = schedule_of(text);
    std::vector<std::string> found;
    auto period = period_due(schedule, at_time(shanghai, on(from), -1min), calendar, shanghai);
    for (;;) {
        period = period_next(schedule, period, calendar, shanghai);
        if (period.due >= at_time(shanghai, on(to), 24h)) {
            return found;
        }
        found.push_back(to_text(period.last) + " by " + to_local_text(shanghai, period.due));
    }
}

}  // namespace

TEST_CASE("a schedule comes back as it was written") {
    for (const auto* text :
         {"10:00 on workdays",
          "00:00 daily",
          "23:59 daily",
          "17:00 at month end",
          "17:00 at 旬 end",
          "17:00, 2wd after 旬",
          "17:00, 5wd after month",
          "17:00, 10wd after quarter",
          "09:30, 60wd after year",
          "10:00, 1wd after workday"}) {
        CHECK(to_text(schedule_of(text)) == text);
    }
    CHECK(schedule_of("17:00, 2wd after ten days") == schedule_of("17:00, 2wd after 旬"));
    CHECK(schedule_of("17:00, 2wd after month end") == schedule_of("17:00, 2wd after month"));
    CHECK(schedule_of("17:00, 2wd after 季度") == schedule_of("17:00, 2wd after quarter"));
    CHECK(schedule_of("17:00 at ten days end") == schedule_of("17:00 at 旬 end"));
}

TEST_CASE("what is no schedule is refused with the forms that there are") {
    for (const auto* text :
         {"",
          "10:00",
          "10:00 ",
          "24:00 daily",
          "10:60 daily",
          "9:00 daily",
          "1000 daily",
          "10:00 on Sundays",
          "10:00 at workday end",
          "10:00 at month",
          "17:00 2wd after month",
          "17:00, 0wd after month",
          "17:00, 61wd after month",
          "17:00, -1wd after month",
          "17:00, wd after month",
          "17:00, 2wd after fortnight",
          "17:00, 2wd after ",
          "17:00, 2d after month"}) {
        CAPTURE(text);
        const auto schedule = parse_schedule(text);
        REQUIRE(schedule.has_error());
        CHECK(schedule.error().message.find("10:00 on workdays") != std::string::npos);
        CHECK(schedule.error().message.find("17:00, 2wd after 旬") != std::string::npos);
    }
}

TEST_CASE("the nine days of the Spring Festival make no period, the worked Saturdays do") {
    CHECK(
        dues("10:00 on workdays", "2026-02-12", "2026-03-02")
        == std::vector<std::string>{
            "2026-02-12 by 2026-02-12 10:00",
            "2026-02-13 by 2026-02-13 10:00",
            "2026-02-14 by 2026-02-14 10:00",
            "2026-02-24 by 2026-02-24 10:00",
            "2026-02-25 by 2026-02-25 10:00",
            "2026-02-26 by 2026-02-26 10:00",
            "2026-02-27 by 2026-02-27 10:00",
            "2026-02-28 by 2026-02-28 10:00",
            "2026-03-02 by 2026-03-02 10:00"});
    for (const auto* date : {"2026-02-15", "2026-02-19", "2026-02-23"}) {
        CHECK(due("10:00 on workdays", date, 12h) == "2026-02-14..2026-02-14 by 2026-02-14 10:00");
    }
    // To the minute.
    CHECK(
        due("10:00 on workdays", "2026-02-24", 9h + 59min)
        == "2026-02-14..2026-02-14 by 2026-02-14 10:00");
    CHECK(
        due("10:00 on workdays", "2026-02-24", 10h)
        == "2026-02-24..2026-02-24 by 2026-02-24 10:00");
}

TEST_CASE("what comes daily comes on holidays too") {
    CHECK(due("10:00 daily", "2026-02-19", 10h) == "2026-02-19..2026-02-19 by 2026-02-19 10:00");
    CHECK(dues("10:00 daily", "2026-02-15", "2026-02-23").size() == 9);
    // Figures of the weekend are due together on the next working day.
    CHECK(
        dues("10:00, 1wd after day", "2026-03-06", "2026-03-09")
        == std::vector<std::string>{
            "2026-03-05 by 2026-03-06 10:00",
            "2026-03-06 by 2026-03-09 10:00",
            "2026-03-07 by 2026-03-09 10:00",
            "2026-03-08 by 2026-03-09 10:00"});
    CHECK(
        due("10:00, 1wd after day", "2026-03-09", 11h)
        == "2026-03-08..2026-03-08 by 2026-03-09 10:00");
}

TEST_CASE("yesterday's figures are due on the next working day") {
    CHECK(
        due("10:00, 1wd after workday", "2026-02-24", 10h)
        == "2026-02-14..2026-02-14 by 2026-02-24 10:00");
    CHECK(
        due("10:00, 1wd after workday", "2026-02-24", 9h)
        == "2026-02-13..2026-02-13 by 2026-02-14 10:00");
}

TEST_CASE("旬 that ends on a day off is due on the working day after") {
    // 20 February lies in the Spring Festival; 10 May is a Sunday.
    CHECK(
        dues("17:00 at 旬 end", "2026-02-01", "2026-03-10")
        == std::vector<std::string>{
            "2026-01-31 by 2026-02-02 17:00",
            "2026-02-10 by 2026-02-10 17:00",
            "2026-02-20 by 2026-02-24 17:00",
            "2026-02-28 by 2026-02-28 17:00",
            "2026-03-10 by 2026-03-10 17:00"});
    CHECK(
        due("17:00, 2wd after 旬", "2026-02-25", 17h)
        == "2026-02-11..2026-02-20 by 2026-02-25 17:00");
    CHECK(
        due("17:00, 2wd after 旬", "2026-02-25", 16h)
        == "2026-02-01..2026-02-10 by 2026-02-12 17:00");
}

TEST_CASE("a month ends on a Saturday that is worked, and on a Sunday that is not") {
    CHECK(
        due("17:00 at month end", "2026-02-28", 17h)
        == "2026-02-01..2026-02-28 by 2026-02-28 17:00");
    CHECK(
        due("17:00 at month end", "2026-05-31", 23h)
        == "2026-04-01..2026-04-30 by 2026-04-30 17:00");
    CHECK(
        due("17:00 at month end", "2026-06-01", 17h)
        == "2026-05-01..2026-05-31 by 2026-06-01 17:00");
    CHECK(
        due("17:00, 5wd after month", "2026-06-05", 17h)
        == "2026-05-01..2026-05-31 by 2026-06-05 17:00");
}

TEST_CASE("quarters and years end where they end") {
    CHECK(
        due("17:00, 10wd after quarter", "2026-04-14", 17h)
        == "2026-01-01..2026-03-31 by 2026-04-14 17:00");
    CHECK(
        due("17:00, 10wd after quarter", "2026-04-14", 16h)
        == "2025-10-01..2025-12-31 by 2026-01-14 17:00");
    CHECK(
        due("12:00 at year end", "2026-12-31", 12h)
        == "2026-01-01..2026-12-31 by 2026-12-31 12:00");
}

TEST_CASE("periods follow each other without gap or overlap, and fall due in their order") {
    const auto calendar = calendar_2026();
    for (const auto* text :
         {"10:00 daily",
          "17:00, 2wd after 旬",
          "17:00 at month end",
          "17:00, 10wd after quarter",
          "17:00, 20wd after year",
          "10:00 on workdays"}) {
        CAPTURE(text);
        const auto schedule = schedule_of(text);
        auto period = period_ending(schedule, on("2025-12-20"), calendar, shanghai);
        for (int i = 0; i < 100; ++i) {
            const auto next = period_next(schedule, period, calendar, shanghai);
            REQUIRE(next.due >= period.due);
            REQUIRE(next.first <= next.last);
            if (schedule.cadence == Cadence::workday) {
                REQUIRE(calendar.workdays_between(period.last, next.first) == 1);
            } else {
                REQUIRE(next.first == period.last + std::chrono::days{1});
            }
            // Just before it falls due the one before it is the latest, and then it is.
            if (next.due > period.due) {
                REQUIRE(period_due(schedule, next.due - 1ms, calendar, shanghai) == period);
            }
            period = next;
        }
    }
}

TEST_CASE("what is due is due in the zone of the settings") {
    const Zone utc{0min, "UTC"};
    const auto calendar = calendar_2026();
    const auto schedule = schedule_of("10:00 on workdays");
    const auto ten_in_shanghai = at_time(shanghai, on("2026-03-02"), 10h);
    CHECK(period_due(schedule, ten_in_shanghai, calendar, shanghai).last == on("2026-03-02"));
    CHECK(period_due(schedule, ten_in_shanghai, calendar, utc).last == on("2026-02-28"));
}
