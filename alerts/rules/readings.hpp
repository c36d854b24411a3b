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

// What came with a cell: it decides whether the cell may override, and since when its series is
// judged.
struct Delivery {
    Date newest{Date::min()};  // of the whole body; min: the cell's own
    std::optional<Instant> edition = {};
};
enum class Change : unsigned char {
    none,
    edition,    // the value stands, confirmed by a newer edition
    beginning,  // the value stands, but the series begins earlier: an older edition came late
    value,      // a new date, or another value on a known one (a restatement)
};

// Latest reading of each series; the past of those whose corrections are judged again; and history
// only for items whose windows or checks need it: the nation's 352,532 series cost 24 bytes each
// unless an indicator looks back. Not thread-safe; owned by the loop thread.
class Readings {
  public:
    Readings() = default;
    // `history[i]`: whether item i keeps dated history (limits::history_days_max back).
    // `past[i]` (empty: of none): whether it keeps the dates before its newest, as far back as a
    // correction is judged again (limits::restate_kept_days, and one reading before that).
    Readings(
        std::size_t items,
        std::size_t subjects,
        std::vector<bool> history,
        std::vector<bool> past = {});

    // What this changed. A date older than the latest changes only the history. A cell of an older
    // edition than the reading it meets changes nothing; it only fills gaps.
    Change put(const Cell& cell, const Delivery& delivery);
    bool put(const Cell& cell) { return put(cell, {}) != Change::none; }
    // A date as it was before a restatement: its value (nullopt: there was none), and where its
    // series began. Editions stay.
    void put_back(const Cell& cell, std::optional<std::int64_t> value, Date began);

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
    // The newest reading not after `date`, as far as the past is kept.
    [[nodiscard]] std::optional<Reading> newest(
        std::uint32_t item, std::uint32_t subject, Date date) const;
    // Every reading that is kept of a series, ascending by date.
    template <class Visit>
    void each(std::uint32_t item, std::uint32_t subject, Visit visit) const {
        for (const auto& reading : kept(item, subject)) {
            visit(reading);
        }
        if (const auto last = latest(item, subject)) {
            visit(*last);
        }
    }
    // Appends the dates from `from` on, ascending.
    void add_dates(
        std::uint32_t item, std::uint32_t subject, Date from, std::vector<Date>& dates) const;
    // Where judging may begin: the earliest of the newest dates of the bodies that brought this
    // series new dates. What a first body holds of years before is history only, and in whatever
    // order bodies come, the beginning is the same. max: nothing came.
    [[nodiscard]] Date began(std::uint32_t item, std::uint32_t subject) const;
    // Beginning, editions and habit of the other's series, whose readings were put.
    void adopt(std::uint32_t item, std::uint32_t subject, const Readings& from, const Cell& of);
    // Ascending by date; empty for items whose windows do not look back.
    [[nodiscard]] std::span<const Reading> history(std::uint32_t item, std::uint32_t subject) const;

    [[nodiscard]] std::size_t items() const { return keeps_history_.size(); }
    [[nodiscard]] std::size_t subjects() const { return subjects_; }

  private:
    struct Edition {
        Date date{};
        Instant at{};
    };
    enum class Stored : unsigned char { nothing, restated, added };
    Stored store(const Cell& cell);
    bool begin(const Cell& cell, const Delivery& delivery);
    [[nodiscard]] std::span<const Reading> kept(std::uint32_t item, std::uint32_t subject) const {
        return history_[item].empty() ? std::span<const Reading>{}
                                      : std::span<const Reading>{history_[item][subject]};
    }
    [[nodiscard]] bool has_past(std::uint32_t item) const {
        return item < keeps_past_.size() && keeps_past_[item];
    }
    [[nodiscard]] std::optional<Instant> edition_of(const Cell& cell) const;
    void set_edition(const Cell& cell, Instant edition);
    // County by county, as most feeds come: a national body walks the memory in order.
    [[nodiscard]] std::size_t index(std::uint32_t item, std::uint32_t subject) const {
        return subject * keeps_history_.size() + item;
    }
    std::size_t subjects_ = 0;
    std::vector<bool> keeps_history_;
    std::vector<Reading> latest_;  // by index(); Date::min(): nothing known
    std::vector<bool> keeps_past_;
    std::vector<Date> began_;  // by index(); empty where no item keeps its past
    // By item, then by subject; no subjects for an item that keeps none. Of an item that keeps only
    // its past, without its newest: the sweep of one date stays in latest_.
    std::vector<std::vector<std::vector<Reading>>> history_;
    bool has_editions_ = false;
    // By item, then by subject: only where a feed says when it made its figures; ascending by date.
    std::vector<std::vector<std::vector<Edition>>> editions_;
};

}  // namespace sanbao::rules
