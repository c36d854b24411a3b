// The step: what an input means.
#pragma once

#include "alerts/core/input.hpp"
#include "alerts/core/state.hpp"

#include <optional>
#include <vector>

namespace sanbao::core {

// Decides what `input` means, folding each event into `state` as it is decided, so that a plan
// sees the level that the same poll has just raised. No clock, no I/O, no randomness: the same
// state and input always give the same events. The caller commits the events before anything else
// may read the state; if that fails the process must end, since memory may not lead the disk.
// An empty result leaves no trace.
std::vector<Event> decide(State& state, const Input& input);

// Whether a person may do this now: the plan is in the right state, the person holds the role, the
// evidence is there. The engine asks before it decides an Act; the sentence goes to the caller.
Result<void> permit(const State& state, const Act& act);

// Folds one event that happened at `at`. Live and at recovery.
void evolve(State& state, const Event& event, Instant at);

// The first instant later than `after` at which something becomes due that no input will bring: a
// hold in time, an overdue step, a late feed, a new day, a retry. `after`: of the last Wake.
std::optional<Instant> next_wake(const State& state, Instant after);

// Messages that may be attempted at `now`: by channel, oldest and worst first.
std::vector<std::string> due_messages(const State& state, std::string_view channel, Instant now);

// Ids, derived from what they name.
// After folding a log: until when each standing has been judged is not recorded, it follows from
// the readings.
void restore_judged(State& state);

std::string alert_id(std::string_view subject, std::string_view indicator, int episode);

}  // namespace sanbao::core
