// What is known of every item of every subject, in columns indexed by (item, subject).
#pragma once

#include "alerts/model/catalogue.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace sanbao::rules {

// One figure of one subject on one date; `value` is scaled by the item's unit (item.hpp).
struct Cell {
    std::uint32_t item = 0;
    std::uint32_t subject = 0;
    Date date{};
    std::int64_t value = 0;
    // Printed figures are rounded: the true one lies within half of 10^rounding stored units.
    // 0: exact. (2.28 亿元 is known to 0.01 亿元 = 10^8 fen: 8.)
    std::uint8_t rounding = 0;

    friend bool operator==(const Cell&, const Cell&) = default;
};

// What a series has been like as long as it is known, in the bytes that a reading has to spare.
// Zeros say nothing of a series' size and are not counted.
struct Habit {
    std::uint8_t lowest = 0, highest = 0;  // std::bit_width of |value|; 0: nothing but zeros
    std::uint8_t seen = 0;                 // dates with a figure that is not zero; stops at 255
    std::uint8_t still = 0;                // dates in a row at exactly this value; stops at 255
    bool positive : 1 = false, negative : 1 = false, zero : 1 = false;  // what it ever was
    bool restarted : 1 = false;  // it fell from one year to the next: a counter's reset
    friend bool operator==(const Habit&, const Habit&) = default;
};

struct Reading {
    Date date{};
    std::int64_t value = 0;
    std::uint8_t rounding = 0;  // as of Cell
    Habit habit = {};           // of the latest reading of a series, not of its history
};

// The newest reading of a series after `cell`, which is not older than it. `before` may be of
// Date::min(): nothing was known.
Reading taken(const Reading& before, const Cell& cell);

// Latest reading of each series, and history only for items whose windows or checks need it: the
// nation's 352,532 series cost 24 bytes each unless somebody looks back.
// Not thread-safe; owned by the loop thread.
class Readings {
  public:
    Readings() = default;
    // `history[i]`: whether item i keeps dated history (limits::history_days_max back).
    Readings(std::size_t items, std::size_t subjects, std::vector<bool> history);

    // True when this changed anything: a new date, or another value on a known date (a
    // restatement). A date older than the latest changes only the history.
    bool put(const Cell& cell);

    // The same series of `from`, with its history and its habit; for other rules over the same
    // facts.
    void take_over(
        std::uint32_t item,
        std::uint32_t subject,
        const Readings& from,
        std::uint32_t from_item,
        std::uint32_t from_subject);

    [[nodiscard]] std::optional<Reading> latest(std::uint32_t item, std::uint32_t subject) const;
    // The same, null where nothing is known; until the next put().
    [[nodiscard]] const Reading* find(std::uint32_t item, std::uint32_t subject) const {
        const auto& reading = latest_[index(item, subject)];
        return reading.date == Date::min() ? nullptr : &reading;
    }
    // The value stored for exactly this date, where it is known (latest, or kept history).
    [[nodiscard]] std::optional<std::int64_t> at(
        std::uint32_t item, std::uint32_t subject, Date date) const;
    // The newest reading before this date.
    [[nodiscard]] std::optional<Reading> before(
        std::uint32_t item, std::uint32_t subject, Date date) const;
    // Ascending by date; empty for items without history.
    [[nodiscard]] std::span<const Reading> history(std::uint32_t item, std::uint32_t subject) const;

    [[nodiscard]] std::size_t items() const { return keeps_history_.size(); }
    [[nodiscard]] std::size_t subjects() const { return subjects_; }

  private:
    // County by county, as most feeds come: a national body walks the memory in order.
    [[nodiscard]] std::size_t index(std::uint32_t item, std::uint32_t subject) const {
        return subject * keeps_history_.size() + item;
    }
    std::size_t subjects_ = 0;
    std::vector<bool> keeps_history_;
    std::vector<Reading> latest_;  // by index(); Date::min(): nothing known
    // By item, then by subject; no subjects for an item that keeps none.
    std::vector<std::vector<std::vector<Reading>>> history_;
};

}  // namespace sanbao::rules
