#include "daemon/settings/values.hpp"

#include "alerts/base/calendar.hpp"
#include "alerts/base/limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sanbao::settings {

namespace {

std::optional<std::int64_t> parse_whole(std::string_view text) {
    std::int64_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

}  // namespace

std::optional<Hold> parse_hold(std::string_view text) {
    for (const std::string_view unit : {" readings", " reading"}) {
        if (text.ends_with(unit)) {
            const auto count = parse_whole(text.substr(0, text.size() - unit.size()));
            const bool allowed = count && *count >= 1 && *count <= limits::hold_readings_max;
            return allowed ? std::optional{Hold{static_cast<int>(*count), Millis{0}}}
                           : std::nullopt;
        }
    }
    const auto time = parse_duration(text);
    return time ? std::optional{Hold{1, *time}} : std::nullopt;
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
    struct Unit {
        std::string_view name;
        std::int64_t bytes;
    };
    constexpr std::array<Unit, 4> units{
        {{"B", 1}, {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30}}};
    const auto split = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = parse_whole(text.substr(0, split));
    const auto* const unit = std::ranges::find(units, text.substr(split), &Unit::name);
    constexpr std::int64_t count_max = 1 << 30;
    if (!count || unit == units.end() || *count > count_max) {
        return std::nullopt;
    }
    return *count * unit->bytes;
}

std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') {
        return std::nullopt;
    }
    const auto hour = parse_whole(text.substr(0, 2));
    const auto minute = parse_whole(text.substr(3));
    if (!hour || !minute || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59) {
        return std::nullopt;
    }
    return std::chrono::hours{*hour} + std::chrono::minutes{*minute};
}

std::optional<Zone> parse_zone(std::string_view text) {
    if (text == "Asia/Shanghai") {
        return Zone{};
    }
    if (text == "Asia/Urumqi") {
        return Zone{std::chrono::hours{6}, std::string{text}};
    }
    if (text == "UTC") {
        return Zone{std::chrono::minutes{0}, std::string{text}};
    }
    const bool east = text.starts_with('+');
    if (!east && !text.starts_with('-')) {
        return std::nullopt;
    }
    const auto offset = parse_time_of_day(text.substr(1));
    if (!offset || *offset > std::chrono::hours{14}) {
        return std::nullopt;
    }
    return Zone{east ? *offset : -*offset, std::string{text}};
}

std::optional<Window> parse_over(std::string_view text) {
    if (text == "month to date") {
        return Window{Take::latest, Span::month_to_date, 0};
    }
    if (text == "year to date") {
        return Window{Take::latest, Span::year_to_date, 0};
    }
    if (text == "same period last year") {
        return Window{Take::latest, Span::same_period_last_year, 0};
    }
    constexpr std::string_view last = "last ";
    const bool days = text.ends_with(" days");
    const std::string_view unit = days ? " days" : " months";
    if (!text.starts_with(last) || !text.ends_with(unit)
        || text.size() <= last.size() + unit.size()) {
        return std::nullopt;
    }
    text.remove_prefix(last.size());
    text.remove_suffix(unit.size());
    const auto count = parse_whole(text);
    const std::int64_t most = days ? limits::history_days_max : limits::history_days_max / 31;
    if (!count || *count < 1 || *count > most) {
        return std::nullopt;
    }
    return Window{
        Take::latest, days ? Span::last_days : Span::last_months, static_cast<int>(*count)};
}

std::optional<std::pair<std::int64_t, std::int64_t>> parse_range(std::string_view text) {
    const auto split = text.find("..");
    if (split == std::string_view::npos) {
        return std::nullopt;
    }
    const auto read = [](std::string_view end) -> std::optional<std::int64_t> {
        if (const auto whole = parse_whole(end)) {
            return whole;
        }
        if (const auto duration = parse_duration(end)) {
            return duration->count();
        }
        return parse_bytes(end);
    };
    const auto low = read(text.substr(0, split));
    const auto high = read(text.substr(split + 2));
    return low && high ? std::optional{std::pair{*low, *high}} : std::nullopt;
}

bool is_name(std::string_view text) {
    constexpr std::string_view first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    constexpr std::string_view all =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return !text.empty() && first.find(text.front()) != std::string_view::npos
           && text.find_first_not_of(all) == std::string_view::npos;
}

bool is_id(std::string_view text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !text.empty() && plain(text.front()) && std::ranges::all_of(text, [&](char c) {
        return plain(c) || c == '-' || c == '_' || c == '.';
    });
}

bool is_address(std::string_view text) {
    const bool clean = std::ranges::all_of(text, [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != '<' && c != '>' && c != ','
               && c != '\x7f';
    });
    const auto at = text.find('@');
    return clean && at != 0 && at != std::string_view::npos && at + 1 < text.size()
           && text.find('@', at + 1) == std::string_view::npos;
}

}  // namespace sanbao::settings
