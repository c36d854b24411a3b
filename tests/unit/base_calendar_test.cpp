#include "alerts/base/calendar.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>
#include <vector>

using namespace sanbao;
using namespace std::chrono_literals;

namespace {

Date on(std::string_view text) {
    return parse_date(text).value();
}

// The State Council's table of 2026: breaks, then the weekends worked for them.
Calendar calendar_2026() {
    Calendar calendar;
    calendar.add_year(2026);
    const std::pair<const char*, const char*> breaks[] = {
        {"2026-01-01", "2026-01-03"},
        {"2026-02-15", "2026-02-23"},
        {"2026-04-04", "2026-04-06"},
        {"2026-05-01", "2026-05-05"},
        {"2026-06-19", "2026-06-21"},
        {"2026-09-25", "2026-09-27"},
        {"2026-10-01", "2026-10-07"}};
    for (const auto& [first, last] : breaks) {
        for (auto date = on(first); date <= on(last); date += std::chrono::days{1}) {
            calendar.set(date, true);
        }
    }
    for (const auto* date :
         {"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}) {
        calendar.set(on(date), false);
    }
    return calendar;
}

std::vector<std::vector<std::string>> rows_of(const std::string& path) {
    std::ifstream file{path};
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.ends_with('\r')) {
            line.pop_back();
        }
        std::istringstream cells{line};
        rows.emplace_back();
        for (std::string cell; std::getline(cells, cell, ',');) {
            rows.back().push_back(cell);
        }
    }
    return rows;
}

Date payday_of(const Calendar& calendar, Date nominal) {
    const auto date = ymd(nominal);
    return payday_in(
        calendar, date.year() / date.month(), static_cast<int>(static_cast<unsigned>(date.day())));
}

}  // namespace

TEST_CASE("the hard paydays of 2026 fall on the nearest working day before") {
    const auto calendar = calendar_2026();
    const std::pair<const char*, const char*> vectors[] = {
        {"2026-02-20", "2026-02-14"},  // six days early, on a Saturday that is worked
        {"2026-10-10", "2026-10-10"},  // a Saturday that is worked
        {"2026-09-20", "2026-09-20"},  // a Sunday that is worked
        {"2026-01-10", "2026-01-09"},
        {"2026-11-15", "2026-11-13"},
        {"2026-02-28", "2026-02-28"},
        {"2026-05-31", "2026-05-29"},
    };
    for (const auto& [nominal, paid] : vectors) {
        CAPTURE(nominal);
        CHECK(to_text(payday_of(calendar, on(nominal))) == paid);
    }
    // Day 31 is the last day of a short month.
    CHECK(to_text(payday_in(calendar, std::chrono::year{2026} / 2, 31)) == "2026-02-28");
    CHECK(to_text(payday_in(calendar, std::chrono::year{2026} / 4, 31)) == "2026-04-30");
}

TEST_CASE("all payday vectors of the shared table come out") {
    const std::string folder = SANBAO_SHARED_DATA "/domain/";
    const auto vectors = rows_of(folder + "cn_payday_vectors.csv");
    const auto holidays = rows_of(folder + "cn_holidays_2021_2026.csv");
    if (vectors.empty() || holidays.empty()) {
        WARN("no shared data: only the carried-over vectors were tested");
        return;
    }
    Calendar calendar;
    for (const auto& row : holidays) {
        if (row.size() == 3 && row[0] != "date") {
            calendar.set(on(row[0]), row[2] == "off");
        }
    }
    int checked = 0;
    for (const auto& row : vectors) {
        if (row.size() == 7 && row[0] != "month") {
            CAPTURE(row[2]);
            CHECK(to_text(payday_of(calendar, on(row[2]))) == row[5]);
            ++checked;
        }
    }
    CHECK(checked == 108);
}

TEST_CASE("the working days of each month of 2026 are those of the published table") {
    const auto calendar = calendar_2026();
    const int published[] = {21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23};
    for (int number = 1; number <= 12; ++number) {
        const std::chrono::month month{static_cast<unsigned>(number)};
        const Date first{std::chrono::year{2026} / month / 1};
        const Date last{std::chrono::year{2026} / month / std::chrono::last};
        CAPTURE(number);
        CHECK(
            calendar.workdays_between(first - std::chrono::days{1}, last) == published[number - 1]);
    }
}

TEST_CASE("counting working days agrees with looking at each day") {
    const auto calendar = calendar_2026();
    const auto start = on("2025-12-20");
    for (int from = 0; from < 60; ++from) {
        int count = 0;
        for (int length = 0; length < 80; ++length) {
            const auto first = start + std::chrono::days{from};
            const auto last = first + std::chrono::days{length};
            count += length > 0 && calendar.is_workday(last) ? 1 : 0;
            REQUIRE(calendar.workdays_between(first, last) == count);
            REQUIRE(calendar.workdays_between(last, first) == -count);
        }
    }
    CHECK(calendar.workdays_between(on("1899-12-25"), on("1900-01-08")) == 10);
}

TEST_CASE("a year without a table is Monday to Friday") {
    const auto calendar = calendar_2026();
    CHECK(calendar.covers(2026));
    CHECK_FALSE(calendar.covers(2027));
    CHECK(calendar.is_workday(on("2027-01-01")));
    CHECK_FALSE(calendar.is_workday(on("2027-01-02")));
}

TEST_CASE("working days are added over holidays") {
    const auto calendar = calendar_2026();
    CHECK(to_text(calendar.add_workdays(on("2026-02-13"), 1)) == "2026-02-14");
    CHECK(to_text(calendar.add_workdays(on("2026-02-13"), 2)) == "2026-02-24");
    CHECK(to_text(calendar.add_workdays(on("2026-02-18"), 0)) == "2026-02-18");
}

TEST_CASE("next and last payday count today and look over the end of a month") {
    const Calendar plain;
    CHECK(to_text(next_payday(plain, on("2026-11-13"), 15)) == "2026-11-13");
    CHECK(to_text(next_payday(plain, on("2026-11-14"), 15)) == "2026-12-15");
    CHECK(to_text(last_payday(plain, on("2026-11-13"), 15)) == "2026-11-13");
    CHECK(to_text(last_payday(plain, on("2026-11-12"), 15)) == "2026-10-15");
    // 1 February 2026 is a Sunday: paid on 30 January.
    CHECK(to_text(next_payday(plain, on("2026-01-02"), 1)) == "2026-01-30");
    CHECK(to_text(last_payday(plain, on("2026-01-31"), 1)) == "2026-01-30");
    CHECK(to_text(next_payday(plain, on("2026-01-31"), 1)) == "2026-02-27");
    CHECK(to_text(next_payday(plain, on("2026-12-30"), 10)) == "2027-01-08");
    CHECK(to_text(last_payday(plain, on("2027-01-03"), 10)) == "2026-12-10");
}

TEST_CASE("the year passes by days, by months and by working days") {
    const auto calendar = calendar_2026();
    CHECK(to_fraction(progress_by_day(on("2026-01-01"))) == "1/365");
    CHECK(to_fraction(progress_by_day(on("2026-12-31"))) == "1");
    CHECK(to_fraction(progress_by_day(on("2024-02-29"))) == "10/61");  // 60/366
    CHECK(to_fraction(progress_by_month(on("2026-09-01"))) == "3/4");
    CHECK(to_fraction(progress_by_workday(calendar, on("2026-01-31"))) == "21/248");
    CHECK(to_fraction(progress_by_workday(calendar, on("2026-01-01"))) == "0");
    CHECK(to_fraction(progress_by_workday(calendar, on("2026-12-31"))) == "1");
}

TEST_CASE("a term is a span or working days, and comes back as it was written") {
    for (const auto* text : {"3wd", "4h", "30m", "90s", "2d", "999wd"}) {
        const auto term = parse_term(text);
        REQUIRE(term);
        CHECK(to_text(*term) == text);
        CHECK((term->workdays > 0) != (term->span > 0ms));
    }
    for (const auto* text :
         {"", "wd", "0wd", "-1wd", "1000wd", "3 wd", "3", "0h", "4hours", "1.5h"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_term(text));
    }
}

TEST_CASE("a term of working days ends at the close of the last one") {
    const auto calendar = calendar_2026();
    const Zone zone;
    const auto start = at_time(zone, on("2026-02-13"), 17h);
    CHECK(to_utc_text(end_of(Term{0ms, 2}, start, calendar, zone)) == "2026-02-24T15:59:59.999Z");
    CHECK(end_of(Term{4h, 0}, start, calendar, zone) == start + 4h);
    // 23:30 UTC is the next day in Shanghai.
    const auto late = parse_utc("2026-11-23T23:30:00.000Z").value();
    CHECK(to_utc_text(end_of(Term{0ms, 1}, late, calendar, zone)) == "2026-11-25T15:59:59.999Z");
}
