// Instants, dates and their texts. Time always comes in from outside: nothing here reads a clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sanbao {

using Millis = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Millis>;  // UTC
using Date = std::chrono::sys_days;             // a business date in the zone of the settings

// Offset of a zone without summer time. Asia/Shanghai has had none since 1991.
struct Zone {
    std::chrono::minutes offset{480};
    std::string name = "Asia/Shanghai";
};

Date date_in(const Zone& zone, Instant at);
Instant at_time(const Zone& zone, Date date, std::chrono::minutes of_day);

std::string to_text(Date date);                            // 2026-11-23
std::string to_utc_text(Instant at);                       // 2026-11-23T02:23:24.000Z
std::string to_local_text(const Zone& zone, Instant at);   // 2026-11-23 10:23
std::string to_offset_text(const Zone& zone, Instant at);  // 2026-11-23T10:23:24+08:00
std::optional<Date> parse_date(std::string_view text);     // 2026-11-23, 2026/11/23, 20261123
std::optional<Instant> parse_utc(std::string_view text);   // what to_utc_text wrote

// "250ms" "90s" "15m" "4h" "2d"; 1 ms to 3,660 d. Working days ("3wd") are Term (calendar.hpp).
std::optional<Millis> parse_duration(std::string_view text);
std::string to_text(Millis duration);  // the largest unit that divides it: "90s", "4h"

constexpr std::chrono::year_month_day ymd(Date date) {
    return std::chrono::year_month_day{date};
}
constexpr int year_of(Date date) {
    return static_cast<int>(ymd(date).year());
}
constexpr int month_of(Date date) {
    return static_cast<int>(static_cast<unsigned>(ymd(date).month()));
}
constexpr std::int32_t day_number(Date date) {
    return static_cast<std::int32_t>(date.time_since_epoch().count());
}
constexpr Date from_day_number(std::int32_t n) {
    return Date{std::chrono::days{n}};
}

}  // namespace sanbao
