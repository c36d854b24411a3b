// Which series a delivery changes, and which risks are judged, or judged again, for it.
#include "alerts/base/limits.hpp"
#include "alerts/core/levels.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace sanbao::core {

namespace {

// Cells in the order of their dates, in which they are absorbed and judged. A body of one date, the
// usual one, is taken as it is: within a date the order of the rows means nothing.
std::vector<rules::Cell> by_date(std::span<const rules::Cell> cells) {
    std::vector<rules::Cell> ordered{cells.begin(), cells.end()};
    std::ranges::stable_sort(ordered, {}, &rules::Cell::date);
    return ordered;
}

bool of_one_date(std::span<const rules::Cell> cells) {
    return std::ranges::all_of(cells, [&](const auto& c) { return c.date == cells.front().date; });
}

// The standings that one date's changes touch, each once, in the order of their index.
class Touched {
  public:
    explicit Touched(const State& state) : state_(state), seen_(state.standings.size()) {}

    void add(const rules::Cell& cell) {
        for (const auto indicator : state_.rules->indicators_of(cell.item)) {
            const auto index = state_.index({indicator, cell.subject});
            if (!seen_[index]) {
                seen_[index] = true;
                keys_.push_back({indicator, cell.subject});
            }
        }
    }
    // Whether any risk reads the item.
    [[nodiscard]] bool read(const rules::Cell& cell) const {
        return state_.rules->keeps_past(cell.item);
    }
    std::vector<Key> take() {
        for (const auto& key : keys_) {
            seen_[state_.index(key)] = false;
        }
        std::ranges::sort(keys_);
        return std::exchange(keys_, {});
    }

  private:
    const State& state_;
    std::vector<bool> seen_;
    std::vector<Key> keys_;
};

// A body may bring several dates (a weekend that was missed): each is judged in its turn, so that a
// breach that came and went is still told. A new date at the end is judged as it comes; one that is
// late or restated is judged again with all that follow it (revise.cpp). Dates before anything was
// ever judged are history only.
class Absorb {
  public:
    Absorb(Step& step, rules::Delivery delivery, std::vector<rules::Cell>& changed)
        : step_(step)
        , delivery_(delivery)
        , changed_(changed)
        , touched_(step.state)
        , review_(step.catalogue().subjects.size()) {}

    // Ascending by date.
    void run(std::span<const rules::Cell> cells) {
        changed_.reserve(cells.size());
        for (std::size_t begin = 0; begin < cells.size();) {
            const auto date = cells[begin].date;
            for (; begin < cells.size() && cells[begin].date == date; ++begin) {
                put(cells[begin]);
            }
            for (const auto& key : touched_.take()) {
                judge(key, date);
            }
        }
        for (const auto& [key, from] : late_) {
            revise(step_, key, from, *newest_date(step_.state, key), restated());
        }
        for (const auto& [key, from] : unjudged_) {
            judge_first(step_, key, from);
        }
        for (std::uint32_t subject = 0; subject < review_.size(); ++subject) {
            if (review_[subject]) {
                review_plan(step_, subject);
            }
        }
    }
    // Changed, and too old to be judged again.
    [[nodiscard]] std::size_t too_late() const { return too_late_; }

  private:
    void put(const rules::Cell& cell) {
        auto& readings = step_.state.readings;
        const bool read = touched_.read(cell);
        const auto before = read ? readings.at(cell.item, cell.subject, cell.date) : std::nullopt;
        const auto began = readings.began(cell.item, cell.subject);
        const auto change = readings.put(cell, delivery_);
        if (change == rules::Change::none) {
            return;
        }
        changed_.push_back(cell);
        if (change == rules::Change::edition) {
            return;
        }
        touched_.add(cell);
        review_[cell.subject] = true;
        if (read) {
            auto known = cell;
            if (change == rules::Change::beginning) {
                known.value = *before;  // an older edition came late: what is known stands
            }
            restated_.push_back({known, before, began});
            shuffled_ = true;
        }
    }
    void judge(Key key, Date date) {
        const auto judged = step_.state.standing(key).judged;
        if (step_.catalogue().indicators[key.indicator].kind == IndicatorKind::standing) {
            return;
        }
        if (judged == Date::min()) {
            unjudged_.emplace(key, date);  // the first, which is the earliest, stays
            return;
        }
        const auto newest = *newest_date(step_.state, key);
        if (date < newest - std::chrono::days{limits::restate_days_max}) {
            ++too_late_;
            return;
        }
        if (date <= judged || date != newest) {
            if (date != newest || late_.contains(key) || !stands(step_, key, date)) {
                late_.emplace(key, date);
            }
            return;
        }
        if (const auto late = late_.find(key); late != late_.end()) {
            revise(step_, key, late->second, date - std::chrono::days{1}, restated());
            late_.erase(late);
        }
        judge_level(step_, key, date);
    }

    // By subject, and of each in the order in which they were put.
    std::span<const Restated> restated() {
        if (std::exchange(shuffled_, false)) {
            std::ranges::stable_sort(
                restated_, {}, [](const Restated& r) { return r.cell.subject; });
        }
        return restated_;
    }

    Step& step_;
    rules::Delivery delivery_;
    std::vector<rules::Cell>& changed_;
    Touched touched_;
    std::vector<Restated> restated_;
    bool shuffled_ = false;
    std::map<Key, Date> late_, unjudged_;  // by the earliest date that changed
    std::vector<bool> review_;
    std::size_t too_late_ = 0;
};

}  // namespace

std::size_t absorb(
    Step& step,
    std::span<const rules::Cell> cells,
    const rules::Delivery& delivery,
    std::vector<rules::Cell>& changed) {
    Absorb absorb{step, delivery, changed};
    if (of_one_date(cells)) {
        absorb.run(cells);
    } else {
        absorb.run(by_date(cells));
    }
    return absorb.too_late();
}

}  // namespace sanbao::core
