#include "alerts/base/time.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>

#include <array>

namespace sanbao {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Millis duration_max = days{3'660};

struct DurationUnit {
    std::string_view name;
    Millis length;
};
// Largest first; "ms" before "m" and "s" does not matter: the name must match to its end.
constexpr std::array<DurationUnit, 5> duration_units{{
    {"d", days{1}},
    {"h", hours{1}},
    {"m", minutes{1}},
    {"s", seconds{1}},
    {"ms", Millis{1}},
}};

// All of `text` as digits; nullopt for anything else or more than nine of them.
std::optional<int> digits_of(std::string_view text) {
    if (text.empty() || text.size() > 9) {
        return std::nullopt;
    }
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<Date> date_of(std::string_view year, std::string_view month, std::string_view day) {
    const auto y = digits_of(year);
    const auto m = digits_of(month);
    const auto d = digits_of(day);
    if (!y || !m || !d) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{
        std::chrono::year{*y},
        std::chrono::month{static_cast<unsigned>(*m)},
        std::chrono::day{static_cast<unsigned>(*d)}};
    return date.ok() ? std::optional{Date{date}} : std::nullopt;
}

std::string clock_text(Instant at) {
    const std::chrono::hh_mm_ss time{at - std::chrono::floor<days>(at)};
    return fmt::format(
        "{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace

Date date_in(const Zone& zone, Instant at) {
    return std::chrono::floor<days>(at + zone.offset);
}

Instant at_time(const Zone& zone, Date date, minutes of_day) {
    return Instant{date} + of_day - zone.offset;
}

std::string to_text(Date date) {
    const auto parts = ymd(date);
    return fmt::format(
        "{:04}-{:02}-{:02}",
        static_cast<int>(parts.year()),
        static_cast<unsigned>(parts.month()),
        static_cast<unsigned>(parts.day()));
}

std::string to_utc_text(Instant at) {
    const auto milliseconds = (at - std::chrono::floor<seconds>(at)).count();
    return fmt::format(
        "{}T{}.{:03}Z", to_text(std::chrono::floor<days>(at)), clock_text(at), milliseconds);
}

std::string to_local_text(const Zone& zone, Instant at) {
    return fmt::format(
        "{} {}", to_text(date_in(zone, at)), clock_text(at + zone.offset).substr(0, 5));
}

std::string to_offset_text(const Zone& zone, Instant at) {
    const auto offset = std::chrono::abs(zone.offset).count();
    return fmt::format(
        "{}T{}{}{:02}:{:02}",
        to_text(date_in(zone, at)),
        clock_text(at + zone.offset),
        zone.offset < minutes{0} ? '-' : '+',
        offset / 60,
        offset % 60);
}

std::optional<Date> parse_date(std::string_view text) {
    if (text.size() == 8) {
        return date_of(text.substr(0, 4), text.substr(4, 2), text.substr(6));
    }
    if (text.size() != 10 || text[4] != text[7] || (text[4] != '-' && text[4] != '/')) {
        return std::nullopt;
    }
    return date_of(text.substr(0, 4), text.substr(5, 2), text.substr(8));
}

std::optional<Instant> parse_utc(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
    if (text.size() != shape.size()) {
        return std::nullopt;
    }
    const auto date = date_of(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
    const auto hour = digits_of(text.substr(11, 2));
    const auto minute = digits_of(text.substr(14, 2));
    const auto second = digits_of(text.substr(17, 2));
    const auto milli = digits_of(text.substr(20, 3));
    if (!date || !hour || !minute || !second || !milli) {
        return std::nullopt;
    }
    const auto at =
        Instant{*date} + hours{*hour} + minutes{*minute} + seconds{*second} + Millis{*milli};
    // One spelling for one instant: 24:00:00 or a blank for the T would not come back the same.
    return to_utc_text(at) == text ? std::optional{at} : std::nullopt;
}

std::optional<Millis> parse_duration(std::string_view text) {
    const auto split = text.find_first_not_of("0123456789");
    if (split == std::string_view::npos) {
        return std::nullopt;
    }
    const auto count = digits_of(text.substr(0, split));
    for (const auto& unit : duration_units) {
        if (count && text.substr(split) == unit.name) {
            const auto length = unit.length * std::int64_t{*count};  // below 10^9 x 1 d: fits
            const bool allowed = length > Millis{0} && length <= duration_max;
            return allowed ? std::optional{length} : std::nullopt;
        }
    }
    return std::nullopt;
}

std::string to_text(Millis duration) {
    if (duration == Millis{0}) {
        return "0s";
    }
    for (const auto& unit : duration_units) {
        if (duration % unit.length == Millis{0}) {
            return fmt::format("{}{}", duration / unit.length, unit.name);
        }
    }
    SANBAO_ASSERT(false);
}

}  // namespace sanbao
