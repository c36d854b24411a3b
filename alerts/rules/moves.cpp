#include "alerts/rules/moves.hpp"

#include <bit>
#include <chrono>

namespace sanbao::rules {

namespace {

std::uint64_t magnitude(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return value < 0 ? ~bits + 1 : bits;
}

int width(std::int64_t value) {
    return static_cast<int>(std::bit_width(magnitude(value)));
}

std::chrono::year year_of(Date date) {
    return std::chrono::year_month_day{date}.year();
}

}  // namespace

int log_of(std::int64_t value) {
    const auto size = magnitude(value);
    const int zeros = std::countl_zero(size);
    const auto fraction = static_cast<int>(((size << zeros) >> 55U) & 0xFFU);
    return (63 - zeros) * factor_2 + fraction;
}

bool Move::vanished(ItemKind kind) const {
    return kind != ItemKind::flow && !reset && last != nullptr && before != 0 && now == 0
           && last->habit.seen >= known_some && !last->habit.zero;
}

bool Move::restless(ItemKind kind) const {
    constexpr int wide = 8;  // powers of two: money for one purpose that is spent and comes again
    return kind == ItemKind::flow || last->habit.highest - last->habit.lowest >= wide;
}

int Move::above() const {
    return width(now) - last->habit.highest;
}
int Move::below() const {
    return last->habit.lowest - width(now);
}

Sight::Sight(const Readings& known, bool many) : known_(known) {
    if (!many) {
        return;
    }
    latest_.resize(known.items() * known.subjects());
    std::size_t at = 0;
    for (std::uint32_t subject = 0; subject < known.subjects(); ++subject) {
        for (std::uint32_t item = 0; item < known.items(); ++item, ++at) {
            const auto* reading = known.find(item, subject);
            latest_[at] = reading != nullptr ? *reading : Reading{Date::min(), 0, 0, {}};
        }
    }
}

const Reading* Sight::last(std::uint32_t item, std::uint32_t subject) const {
    if (latest_.empty()) {
        return known_.find(item, subject);
    }
    const auto& reading = latest_[subject * known_.items() + item];
    return reading.date == Date::min() ? nullptr : &reading;
}

Move Sight::move(const Cell& cell, ItemKind kind) const {
    Move move;
    move.now = cell.value;
    move.date = cell.date;
    const auto* newest = last(cell.item, cell.subject);
    if (newest == nullptr) {
        return move;
    }
    if (cell.date < newest->date) {
        // Late, or said again: only its own earlier version is like it.
        const auto own = known_.at(cell.item, cell.subject, cell.date);
        if (own) {
            move.last = newest;
            move.before = *own;
        }
        return move;
    }
    move.last = newest;
    move.before = newest->value;
    move.reset = kind == ItemKind::cumulative && year_of(newest->date) < year_of(cell.date);
    return move;
}

void Sight::follow(std::span<const Cell> cells) {
    if (latest_.empty()) {
        return;
    }
    for (const auto& cell : cells) {
        auto& newest = latest_[cell.subject * known_.items() + cell.item];
        if (cell.date > newest.date || (cell.date == newest.date && cell.value != newest.value)) {
            newest = taken(newest, cell);
        }
    }
}

}  // namespace sanbao::rules
