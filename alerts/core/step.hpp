// Inside core/: the step under way. Not for other rooms.
#pragma once

#include "alerts/core/decide.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::core {

// What somebody is to be told. `occasion` tells one telling from every other for ever: the ids of
// the messages derive from it.
struct Notice {
    text::Facts facts;
    Topic topic = Topic::risk;
    Level level = Level::normal;
    std::vector<Level> levels;  // any of them matches a route; empty: `level` alone
    std::string occasion;
    std::vector<std::string> also;  // recipients beside the routes: person ids, roles
    // Not this recipient through this channel:
    std::string except_channel, except_person;
};

struct Step {
    State& state;
    Instant at;
    std::vector<Event> events;
    std::vector<Notice> risks;  // told at the end of the step, when the plans have answered them

    // Every decision goes through here: recorded and folded in one breath.
    template <class E>
    void emit(E event) {
        Event any{std::move(event)};
        evolve(state, any, at);
        events.push_back(std::move(any));
    }
    [[nodiscard]] const Catalogue& catalogue() const { return state.rules->catalogue(); }
    [[nodiscard]] Date today() const { return date_in(catalogue().zone, at); }
};

// polls.cpp
void accept_poll(Step& step, const PollAccepted& poll);
void note_unchanged(Step& step, const PollUnchanged& poll);
void note_failed(Step& step, const PollFailed& poll);
void check_lateness(Step& step);
std::optional<Instant> late_at(
    const Catalogue& catalogue, const FeedRule& rule, const FeedStanding& feed);
// Folds an accepted poll but its readings (the live path has put them already).
void note_accepted(State& state, const FeedAccepted& event, Instant at);

// levels.cpp: judges one risk indicator of one subject on `as_of`, if there is anything to judge.
void judge_level(Step& step, Key key, Date as_of);
void check_holds(Step& step);  // windows whose hold in time has passed
std::optional<Instant> hold_due(const State& state, Key key, const std::vector<Watched>& window);

// plans.cpp
void review_plan(Step& step, std::uint32_t subject);
void review_plans(Step& step);
void perform(Step& step, const Act& act);
std::optional<Instant> plan_due(const State& state, std::uint32_t subject);

// tell.cpp: queues a message for everyone whom the routes name for it.
void tell(Step& step, Notice notice);
void tell_risks(Step& step);
text::PlanFacts plan_facts(const State& state, std::uint32_t subject);
std::optional<text::Contact> contact_of(const Catalogue& catalogue, std::string_view person);

// delivery.cpp
void begin_attempts(Step& step, const AttemptsBegun& begun);
void settle_attempt(Step& step, const AttemptSettled& settled);
void give_up_removed_channels(Step& step);

}  // namespace sanbao::core
