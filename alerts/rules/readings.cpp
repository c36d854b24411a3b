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

// Drops what no correction reaches; the newest reading before that stays, since it stands on the
// first dates that one does reach. Returns how many were dropped.
std::ptrdiff_t trim_past(std::vector<Reading>& past, Date newest) {
    auto first = place_of(past, newest - std::chrono::days{limits::restate_kept_days});
    if (first != past.begin()) {
        --first;
    }
    const auto dropped = first - past.begin();
    past.erase(past.begin(), first);
    return dropped;
}

}  // namespace

Reading taken(const Reading& before, const Cell& cell) {
    Reading next{cell.date, cell.value, cell.rounding, before.habit};
    grow(next.habit, before, cell, cell.date > before.date);
    return next;
}

Readings::Readings(
    std::size_t items, std::size_t subjects, std::vector<bool> history, std::vector<bool> past)
    : subjects_(subjects)
    , keeps_history_(std::move(history))
    , latest_(items * subjects, nothing)
    , keeps_past_(std::move(past))
    , history_(items)
    , editions_(items) {
    SANBAO_ASSERT(keeps_history_.size() == items);
    for (std::uint32_t item = 0; item < items; ++item) {
        history_[item].resize(keeps_history_[item] || has_past(item) ? subjects : 0);
    }
    if (std::ranges::find(keeps_past_, true) != keeps_past_.end()) {
        began_.resize(items * subjects, Date::max());
    }
}

// What the series says on this date from now on.
Readings::Stored Readings::store(const Cell& cell) {
    const Reading reading{cell.date, cell.value, cell.rounding, {}};
    auto& newest = latest_[index(cell.item, cell.subject)];
    const bool is_newest = cell.date >= newest.date;
    const bool advances = cell.date > newest.date;
    const bool changes_newest = is_newest && (advances || cell.value != newest.value);
    const auto before = newest;
    if (changes_newest) {
        newest = taken(newest, cell);
    }
    const auto stored = advances         ? Stored::added
                        : changes_newest ? Stored::restated
                                         : Stored::nothing;
    if (history_[cell.item].empty() || (is_newest && !changes_newest)) {
        return stored;
    }
    auto& series = history_[cell.item][cell.subject];
    if (keeps_history_[cell.item]) {
        const auto known = series.size();
        const bool changed = insert(series, reading);
        return !changed                 ? Stored::nothing
               : is_newest              ? stored
               : series.size() == known ? Stored::restated
                                        : Stored::added;
    }
    if (is_newest) {
        if (advances && before.date != nothing.date) {
            series.push_back(before);
            trim_past(series, newest.date);
        }
        return stored;
    }
    const auto at = place_of(series, cell.date);
    if (at != series.end() && at->date == cell.date) {
        const bool changed = at->value != cell.value;
        *at = reading;
        return changed ? Stored::restated : Stored::nothing;
    }
    const auto place = at - series.begin();
    series.insert(at, reading);
    return trim_past(series, newest.date) > place ? Stored::nothing : Stored::added;
}

// True when this makes the series begin earlier.
bool Readings::begin(const Cell& cell, const Delivery& delivery) {
    if (began_.empty()) {
        return false;
    }
    auto& began = began_[index(cell.item, cell.subject)];
    const auto date = std::max(delivery.newest, cell.date);
    const bool earlier = date < began;
    began = std::min(began, date);
    return earlier;
}

Change Readings::put(const Cell& cell, const Delivery& delivery) {
    SANBAO_ASSERT(cell.item < items() && cell.subject < subjects_ && cell.date > nothing.date);
    const auto known = has_editions_ ? edition_of(cell) : std::nullopt;
    if (known && delivery.edition && *delivery.edition < *known) {
        // Overtaken on its way; that it came first all the same says since when there is a series.
        return begin(cell, delivery) ? Change::beginning : Change::none;
    }
    const auto stored = store(cell);
    const bool confirms = delivery.edition && (!known || *known < *delivery.edition)
                          && (stored != Stored::nothing || at(cell.item, cell.subject, cell.date));
    if (confirms) {
        set_edition(cell, *delivery.edition);
    }
    if (stored == Stored::added) {
        begin(cell, delivery);
    }
    return stored != Stored::nothing ? Change::value : confirms ? Change::edition : Change::none;
}

void Readings::put_back(const Cell& cell, std::optional<std::int64_t> value, Date began) {
    if (!began_.empty()) {
        began_[index(cell.item, cell.subject)] = began;
    }
    auto& newest = latest_[index(cell.item, cell.subject)];
    const auto habit = newest.habit;  // what the series has been like is not put back
    if (value) {
        store({cell.item, cell.subject, cell.date, *value, cell.rounding});
        newest.habit = habit;
        return;
    }
    auto* const series = history_[cell.item].empty() ? nullptr : &history_[cell.item][cell.subject];
    if (series != nullptr) {
        std::erase_if(*series, [&](const Reading& r) { return r.date == cell.date; });
    }
    if (newest.date == cell.date) {
        newest = series == nullptr || series->empty() ? nothing : series->back();
        newest.habit = habit;
        if (series != nullptr && !series->empty() && !keeps_history_[cell.item]) {
            series->pop_back();
        }
    }
}

std::optional<Instant> Readings::edition_of(const Cell& cell) const {
    if (editions_[cell.item].empty()) {
        return std::nullopt;
    }
    const auto& series = editions_[cell.item][cell.subject];
    const auto found = std::ranges::lower_bound(series, cell.date, {}, &Edition::date);
    return found != series.end() && found->date == cell.date ? std::optional{found->at}
                                                             : std::nullopt;
}

void Readings::set_edition(const Cell& cell, Instant edition) {
    auto& item = editions_[cell.item];
    item.resize(subjects_);
    has_editions_ = true;
    auto& series = item[cell.subject];
    const auto at = std::ranges::lower_bound(series, cell.date, {}, &Edition::date);
    if (at != series.end() && at->date == cell.date) {
        at->at = edition;
        return;
    }
    series.insert(at, {cell.date, edition});
    const auto oldest = history_[cell.item].empty()
                            ? latest_[index(cell.item, cell.subject)].date
                            : series.back().date - std::chrono::days{limits::restate_kept_days};
    series.erase(series.begin(), std::ranges::lower_bound(series, oldest, {}, &Edition::date));
}

Date Readings::began(std::uint32_t item, std::uint32_t subject) const {
    return began_.empty() ? Date::max() : began_[index(item, subject)];
}

void Readings::adopt(
    std::uint32_t item, std::uint32_t subject, const Readings& from, const Cell& of) {
    if (!began_.empty() && !from.began_.empty()) {
        began_[index(item, subject)] = from.began(of.item, of.subject);
    }
    if (const auto* newest = from.find(of.item, of.subject)) {
        latest_[index(item, subject)].habit = newest->habit;
    }
    if (!from.editions_[of.item].empty()) {
        editions_[item].resize(subjects_);
        has_editions_ = true;
        editions_[item][subject] = from.editions_[of.item][of.subject];
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
    if (!newest || newest->date <= date) {
        return newest && newest->date == date ? std::optional{newest->value} : std::nullopt;
    }
    const auto series = kept(item, subject);
    const auto found = std::ranges::lower_bound(series, date, {}, &Reading::date);
    return found != series.end() && found->date == date ? std::optional{found->value}
                                                        : std::nullopt;
}

std::optional<Reading> Readings::before(
    std::uint32_t item, std::uint32_t subject, Date date) const {
    return newest(item, subject, date - std::chrono::days{1});
}

std::optional<Reading> Readings::newest(
    std::uint32_t item, std::uint32_t subject, Date date) const {
    const auto newest = latest(item, subject);
    if (!newest || newest->date <= date) {
        return newest;
    }
    const auto series = kept(item, subject);
    const auto after = std::ranges::upper_bound(series, date, {}, &Reading::date);
    return after == series.begin() ? std::nullopt : std::optional{*std::prev(after)};
}

void Readings::add_dates(
    std::uint32_t item, std::uint32_t subject, Date from, std::vector<Date>& dates) const {
    const auto newest = latest(item, subject);
    if (!newest || newest->date < from) {
        return;
    }
    const auto series = kept(item, subject);
    const auto first = std::ranges::lower_bound(series, from, {}, &Reading::date);
    for (auto it = first; it != series.end() && it->date < newest->date; ++it) {
        dates.push_back(it->date);
    }
    dates.push_back(newest->date);
}

std::span<const Reading> Readings::history(std::uint32_t item, std::uint32_t subject) const {
    SANBAO_ASSERT(item < items() && subject < subjects_);
    return keeps_history_[item] ? std::span<const Reading>{history_[item][subject]}
                                : std::span<const Reading>{};
}

}  // namespace sanbao::rules
