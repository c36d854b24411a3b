// The texts that settings hold, read exactly: lines, holds, spans, sizes, units.
#pragma once

#include "alerts/base/result.hpp"
#include "alerts/model/indicator.hpp"
#include "alerts/model/item.hpp"
#include "alerts/model/units.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sanbao::settings {

// A line with what tells a slip of the unit: 30 for 30%.
struct WrittenLine {
    Line line;
    bool percent = false;  // written with '%'
    std::string currency;  // written as money; empty: not
};
// As rules::parse_line, and amounts of other currencies ("< 100000 USD million").
Result<WrittenLine> parse_written_line(std::string_view text);
// "0.02", "2%", "100万元": a margin, at least zero.
Result<Rational> parse_amount(std::string_view text);

std::optional<Hold> parse_hold(std::string_view text);           // "2 readings", "30m"
std::optional<std::int64_t> parse_bytes(std::string_view text);  // "8MiB"
std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text);  // "18:00"
std::optional<Zone> parse_zone(std::string_view text);
// "year to date", "last 30 days": the span and count of a window.
std::optional<Window> parse_over(std::string_view text);
// "1..31": both ends included.
std::optional<std::pair<std::int64_t, std::int64_t>> parse_range(std::string_view text);

bool is_name(std::string_view text);  // a name in formulas: ASCII identifier
bool is_id(
    std::string_view text);  // letters, digits, '-', '_', '.'; starts with one of the first two
bool is_address(std::string_view text);  // one '@', no blanks

}  // namespace sanbao::settings
