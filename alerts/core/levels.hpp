// Inside core/: readings become levels. One machine for what is judged as it comes (levels.cpp) and
// for what is judged again (revise.cpp).
#pragma once

#include "alerts/core/step.hpp"

#include <optional>
#include <vector>

namespace sanbao::core {

// One date of one risk, held against the lines in force on it.
struct Weighed {
    rules::Judgement judgement;
    Watched reading;  // known at: not set
};
// nullopt: no value, and missing data never move a level.
std::optional<Weighed> weigh(const State& state, Key key, Date as_of);

// Where a risk stands, and the readings at the end that pull away from there.
struct Stand {
    Level level = Level::normal;
    std::vector<Watched> window;
};
// Whether neither entering nor leaving takes more than the reading at hand.
bool at_once(const Indicator& indicator);
// Whether entering or leaving takes time beside readings.
bool takes_time(const Indicator& indicator);
bool pends(const Watched& reading, Level now);
// The level that the window allows at `at`; the window keeps what still counts.
void settle(Stand& stand, const Indicator& indicator, Instant at);

struct Moved {
    Key key;
    Level to = Level::normal;
    rules::Judgement judgement;
    std::string why = {};  // of AlertMoved, when not by data alone
    Text correction = {};  // told with it
};
// Records the move, without telling it.
AlertMoved record_move(Step& step, const Moved& moved);
// Records it, and tells whom it concerns at the end of the step.
void move_level(Step& step, const Moved& moved);
text::RiskFacts risk_facts(const Step& step, const Moved& moved, Level from);
// Keeps the window on record, where it differs from the one kept.
void remember(Step& step, Key key, std::vector<Watched> window);
// The levels that the episode reached: whom its end concerns.
std::vector<Level> levels_reached(unsigned reached);

}  // namespace sanbao::core
