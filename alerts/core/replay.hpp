// Inside core/: the history of a risk, worked out anew from the readings known.
#pragma once

#include "alerts/core/levels.hpp"

#include <optional>
#include <vector>

namespace sanbao::core {

// The dates on which any input of the risk has a reading, ascending.
std::vector<Date> dates_of(const State& state, Key key, Date from, Date until);
// Where the judging of a risk begins: when the last of its inputs began, or on the newest date
// before that on which it has any reading (a county that is a day behind the others).
Date start_of(const State& state, Key key);
// The turns on record from `from` to `until`, and the level before a date.
std::vector<Turn> turns_of(const State& state, Key key, Date from, Date until);
Level level_before(const State& state, Key key, Date date);

// What the readings known say of some dates of a risk.
struct Replayed {
    std::vector<Turn> turns;
    Stand stand;
    std::optional<rules::Judgement> last;  // of the newest date that has a value
};
// Runs the level machine over the dates from `from` to `until`.
Replayed replay(const State& state, Key key, Date from, Date until);

}  // namespace sanbao::core
