// Inside jumps: how each series of a delivery moved against what was known of it.
#pragma once

#include "alerts/rules/readings.hpp"

#include <span>
#include <vector>

namespace sanbao::rules {

// Sizes are compared as logarithms: 256 units are a factor of 2. Straight between powers of two, so
// up to 9 % off: enough to tell ×10⁴ from what money does, and the same for both sides.
inline constexpr int factor_2 = 256;
// Dates with a figure from which on a series is known well: two months have seen paydays and month
// ends. And a little: the first week and a half.
inline constexpr std::uint8_t known_well = 60;
inline constexpr std::uint8_t known_some = 8;
inline constexpr std::uint8_t still_dates = 5;  // a figure that stood so long is a constant
int log_of(std::int64_t value);                 // of |value|, which is not 0

// One figure beside what was known of its series.
struct Move {
    std::int64_t before = 0, now = 0;
    const Reading* last = nullptr;  // newest that was known; null: the series is new
    Date date{};
    bool reset = false;  // a counter's first figure of a year: it may fall

    // Both figures say something of the series' size.
    [[nodiscard]] bool counts() const { return last != nullptr && before != 0 && now != 0; }
    // It was never zero as long as it is known well, and now it is. Flows rest, counters restart.
    [[nodiscard]] bool vanished(ItemKind kind) const;
    [[nodiscard]] int size() const { return log_of(now) - log_of(before); }
    // Powers of two by which the figure lies above everything that the series ever was, or below.
    // A series like this goes up and down by nature: its last figure says nothing, only its record.
    [[nodiscard]] bool restless(ItemKind kind) const;
    [[nodiscard]] int above() const;
    [[nodiscard]] int below() const;
};

// The series as known, and as the earlier dates of the same delivery leave them.
class Sight {
  public:
    // `many`: the delivery has several dates, so that a copy is kept to follow them.
    Sight(const Readings& known, bool many);
    [[nodiscard]] Move move(const Cell& cell, ItemKind kind) const;
    void follow(std::span<const Cell> cells);

  private:
    [[nodiscard]] const Reading* last(std::uint32_t item, std::uint32_t subject) const;
    const Readings& known_;
    std::vector<Reading> latest_;  // by subject, item; empty: as known
};

// The moves of one item on one date, by subject; subjects that the delivery leaves out have no
// last.
struct Column {
    std::uint32_t item = 0;
    std::vector<Move> moves;
};

}  // namespace sanbao::rules
