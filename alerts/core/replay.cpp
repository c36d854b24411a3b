#include "alerts/core/replay.hpp"

#include "alerts/base/limits.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace sanbao::core {

std::vector<Date> dates_of(const State& state, Key key, Date from, Date until) {
    std::vector<Date> dates;
    for (const auto& input : state.rules->indicator(key.indicator).inputs) {
        state.readings.add_dates(input.item, key.subject, from, dates);
    }
    std::ranges::sort(dates);
    const auto twice = std::ranges::unique(dates);
    dates.erase(twice.begin(), twice.end());
    dates.erase(std::ranges::upper_bound(dates, until), dates.end());
    return dates;
}

Date start_of(const State& state, Key key) {
    auto began = Date::min();
    for (const auto& input : state.rules->indicator(key.indicator).inputs) {
        began = std::max(began, state.readings.began(input.item, key.subject));
    }
    auto start = Date::min();
    for (const auto& input : state.rules->indicator(key.indicator).inputs) {
        if (const auto reading = state.readings.newest(input.item, key.subject, began)) {
            start = std::max(start, reading->date);
        }
    }
    return start;
}

std::vector<Turn> turns_of(const State& state, Key key, Date from, Date until) {
    std::vector<Turn> turns;
    if (const auto found = state.turns.find(key); found != state.turns.end()) {
        std::ranges::copy_if(found->second, std::back_inserter(turns), [&](const Turn& turn) {
            return from <= turn.date && turn.date <= until;
        });
    }
    return turns;
}

Level level_before(const State& state, Key key, Date date) {
    auto level = Level::normal;
    if (const auto found = state.turns.find(key); found != state.turns.end()) {
        for (const auto& turn : found->second) {
            level = turn.date < date ? turn.to : level;
        }
    }
    return level;
}

namespace {

class Replay {
  public:
    Replay(const State& state, Key key, Date from, Date until)
        : state_(state)
        , key_(key)
        , indicator_(state.rules->catalogue().indicators[key.indicator])
        , from_(from)
        , until_(until) {}

    Replayed run() {
        Replayed result;
        result.stand.level = level_before(state_, key_, from_);
        bool primed = at_once(indicator_);
        for (const auto date : dates_of(state_, key_, from_, until_)) {
            auto weighed = weighed_on(date);
            auto& stand = result.stand;
            if (!weighed) {
                keep_turn(date, result);
                continue;
            }
            if (!std::exchange(primed, true)) {
                stand.window = readings_before();
            }
            stand.window.push_back(weighed->reading);
            const auto now = stand.level;
            settle(stand, indicator_, weighed->reading.at);
            if (stand.level != now) {
                result.turns.push_back({date, stand.level});
            }
            result.last = std::move(weighed->judgement);
        }
        return result;
    }

  private:
    // A date that has no value any more (divided by zero, figures withdrawn) takes back nothing:
    // what was decided on it stays.
    void keep_turn(Date date, Replayed& result) const {
        for (const auto& turn : turns_of(state_, key_, date, date)) {
            result.turns.push_back(turn);
            result.stand.level = turn.to;
            result.stand.window.clear();
        }
    }
    // Of the past it is only known which date came after which: a hold in time has passed between
    // two readings when it lies between their dates.
    [[nodiscard]] std::optional<Weighed> weighed_on(Date date) const {
        auto weighed = weigh(state_, key_, date);
        if (weighed) {
            weighed->reading.at =
                at_time(state_.rules->catalogue().zone, date, std::chrono::minutes{0});
        }
        return weighed;
    }
    // As many as a hold can ask for, of the dates before.
    [[nodiscard]] std::vector<Watched> readings_before() const {
        std::vector<Watched> readings;
        const auto dates =
            dates_of(state_, key_, start_of(state_, key_), from_ - std::chrono::days{1});
        for (const auto date : std::views::reverse(dates)) {
            if (readings.size() == static_cast<std::size_t>(limits::hold_readings_max)) {
                break;
            }
            if (auto weighed = weighed_on(date)) {
                readings.push_back(weighed->reading);
            }
        }
        std::ranges::reverse(readings);
        return readings;
    }

    const State& state_;
    Key key_;
    const Indicator& indicator_;
    Date from_, until_;
};

}  // namespace

Replayed replay(const State& state, Key key, Date from, Date until) {
    return Replay{state, key, from, until}.run();
}

}  // namespace sanbao::core
