#include "alerts/rules/readings.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"

#include <algorithm>
#include <bit>

namespace sanbao::rules {

namespace {

constexpr Reading nothing{Date::min(), 0, 0, {}};

std::uint64_t magnitude(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return value < 0 ? ~bits + 1 : bits;
}

void count_up(std::uint8_t& count) {
    if (count < 255) {
        ++count;
    }
}

// Takes a series' newest figure into what it has been like. `moved`: it is of a new date; else it
// is restated, and what was said before was said.
void grow(Habit& habit, const Reading& before, const Cell& cell, bool moved) {
    if (cell.value != before.value || before.date == nothing.date) {
        habit.still = 0;
    }
    if (moved) {
        count_up(habit.still);
        const auto year = [](Date date) {
            return std::chrono::year_month_day{date}.year();
        };
        if (before.date != nothing.date && magnitude(cell.value) < magnitude(before.value)) {
            habit.restarted = habit.restarted || year(before.date) < year(cell.date);
        }
    }
    if (cell.value == 0) {
        habit.zero = true;
        return;
    }
    const auto size = static_cast<std::uint8_t>(std::bit_width(magnitude(cell.value)));
    habit.lowest = habit.lowest == 0 ? size : std::min(habit.lowest, size);
    habit.highest = std::max(habit.highest, size);
    habit.negative = habit.negative || cell.value < 0;
    habit.positive = habit.positive || cell.value > 0;
    if (moved) {
        count_up(habit.seen);
    }
}

// The first reading that is not before `date`.
auto place_of(auto& series, Date date) {
    // Feeds deliver in order, so the end is nearly always the place.
    return series.empty() || series.back().date < date
               ? series.end()
               : std::ranges::lower_bound(series, date, {}, &Reading::date);
}

// Puts a reading into an ascending series; false when it is there already, or is too old to keep.
bool insert(std::vector<Reading>& series, const Reading& reading) {
    constexpr std::chrono::days span{limits::history_days_max};
    if (!series.empty() && reading.date < series.back().date - span) {
        return false;
    }
    const auto at = place_of(series, reading.date);
    if (at != series.end() && at->date == reading.date) {
        const bool changed = at->value != reading.value;
        at->value = reading.value;
        at->rounding = reading.rounding;
        return changed;
    }
    series.insert(at, reading);
    const auto oldest = place_of(series, series.back().date - span);
    series.erase(series.begin(), oldest);
    return true;
}

}  // namespace

Reading taken(const Reading& before, const Cell& cell) {
    Reading next{cell.date, cell.value, cell.rounding, before.habit};
    grow(next.habit, before, cell, cell.date > before.date);
    return next;
}

Readings::Readings(std::size_t items, std::size_t subjects, std::vector<bool> history)
    : subjects_(subjects)
    , keeps_history_(std::move(history))
    , latest_(items * subjects, nothing)
    , history_(items) {
    SANBAO_ASSERT(keeps_history_.size() == items);
    for (std::size_t item = 0; item < items; ++item) {
        history_[item].resize(keeps_history_[item] ? subjects : 0);
    }
}

bool Readings::put(const Cell& cell) {
    SANBAO_ASSERT(cell.item < items() && cell.subject < subjects_ && cell.date > nothing.date);
    const Reading reading{cell.date, cell.value, cell.rounding, {}};
    auto& newest = latest_[index(cell.item, cell.subject)];
    const bool is_newest = cell.date >= newest.date;
    const bool changes_newest =
        is_newest && (cell.date > newest.date || cell.value != newest.value);
    if (changes_newest) {
        newest = taken(newest, cell);
    }
    if (!keeps_history_[cell.item] || (is_newest && !changes_newest)) {
        return changes_newest;
    }
    return insert(history_[cell.item][cell.subject], reading);
}

void Readings::take_over(
    std::uint32_t item,
    std::uint32_t subject,
    const Readings& from,
    std::uint32_t from_item,
    std::uint32_t from_subject) {
    const auto* newest = from.find(from_item, from_subject);
    if (newest == nullptr) {
        return;
    }
    latest_[index(item, subject)] = *newest;
    if (keeps_history_[item]) {
        const auto series = from.history(from_item, from_subject);
        auto& own = history_[item][subject];
        own.assign(series.begin(), series.end());
        if (own.empty()) {
            own.push_back(*newest);
        }
    }
}

std::optional<Reading> Readings::latest(std::uint32_t item, std::uint32_t subject) const {
    SANBAO_ASSERT(item < items() && subject < subjects_);
    const auto& reading = latest_[index(item, subject)];
    return reading.date == nothing.date ? std::nullopt : std::optional{reading};
}

std::optional<std::int64_t> Readings::at(
    std::uint32_t item, std::uint32_t subject, Date date) const {
    const auto newest = latest(item, subject);
    if (newest && newest->date == date) {
        return newest->value;
    }
    const auto series = history(item, subject);
    const auto found = std::ranges::lower_bound(series, date, {}, &Reading::date);
    return found != series.end() && found->date == date ? std::optional{found->value}
                                                        : std::nullopt;
}

std::optional<Reading> Readings::before(
    std::uint32_t item, std::uint32_t subject, Date date) const {
    const auto newest = latest(item, subject);
    if (!newest || newest->date < date) {
        return newest;
    }
    const auto series = history(item, subject);
    const auto found = std::ranges::lower_bound(series, date, {}, &Reading::date);
    return found == series.begin() ? std::nullopt : std::optional{*std::prev(found)};
}

std::span<const Reading> Readings::history(std::uint32_t item, std::uint32_t subject) const {
    SANBAO_ASSERT(item < items() && subject < subjects_);
    return keeps_history_[item] ? std::span<const Reading>{history_[item][subject]}
                                : std::span<const Reading>{};
}

}  // namespace sanbao::rules
