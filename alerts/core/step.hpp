// Inside core/: the step under way. Not for other rooms.
#pragma once

#include "alerts/core/decide.hpp"
#include "alerts/rules/checks.hpp"

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
    bool routes = true;             // false: `also` alone are told
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
// News of a feed, for its owner, `also`, and whom the routes name for data. Sentences in `lines`
// are in both languages; `place` names a county where it is about one.
struct FeedNews {
    text::Reason reason = text::Reason::feed_trouble;
    std::string problem;
    std::vector<Text> lines;
    std::string place;
    std::vector<std::string> also;  // person ids
    bool only_also = false;         // neither the owner nor the routes
    std::string about = {};         // a filing's id: tells two tellings of one moment apart
};
void tell_feed(Step& step, const FeedRule& rule, FeedNews news);
void accept_poll(Step& step, const PollAccepted& poll);
void note_unchanged(Step& step, const PollUnchanged& poll);
void note_failed(Step& step, const PollFailed& poll);
void check_lateness(Step& step);
std::optional<Instant> late_at(
    const Catalogue& catalogue, const FeedRule& rule, const FeedStanding& feed);
// Folds an accepted poll but its readings (the live path has put them already).
void note_accepted(State& state, const FeedAccepted& event, Instant at);
void note_bodies(State& state, const FeedAccepted& event);

// quarantine.cpp: whether the batch must be held back, or is taken with what is to be flagged.
struct Inspection {
    std::vector<rules::Finding> hold, flag;
};
Inspection inspect(const State& state, const PollAccepted& poll);
void hold_back(Step& step, const PollAccepted& poll, const std::vector<rules::Finding>& findings);
void flag(Step& step, const PollAccepted& poll, const std::vector<rules::Finding>& findings);
// A batch that was held and now is taken as it comes again.
void forget_overtaken(Step& step, const PollAccepted& poll);
void forget_held(Step& step, const PollAccepted& poll);
void release(Step& step, const ReleaseBatch& act);
void discard(Step& step, const DiscardBatch& act);
Result<void> permit_release(const State& state, const ReleaseBatch& act);
Result<void> permit_discard(const State& state, const DiscardBatch& act);
// gaps.cpp: what was expected in this delivery and is not in it.
void look_for_gaps(Step& step, const PollAccepted& poll);
// dues.cpp: what is owed by when; reminded, late, missing. Also the calendar of next year.
void check_dues(Step& step);
void settle_feed(Step& step, std::uint32_t feed);  // a delivery has come
void settle_county(Step& step, std::uint32_t feed, const std::string& county);  // … by hand
std::optional<Instant> next_due(const State& state, Instant after);
// filings.cpp
void propose_filing(Step& step, const ProposeFiling& act);
void confirm_filing(Step& step, const ConfirmFiling& act);
void return_filing(Step& step, const ReturnFiling& act);
Result<void> permit_filing(const State& state, const Act& act);
// revise.cpp: judges again what late and restated readings say of the past.
struct Restated {  // a cell that was put, and what stood in its place
    rules::Cell cell;
    std::optional<std::int64_t> before;
    Date began{};  // of its series, before
};
// The newest date of any input of a risk; nullopt: none has a reading.
std::optional<Date> newest_date(const State& state, Key key);
// Judges every date from `from` on for the first time, or from where judging may begin.
void judge_first(Step& step, Key key, Date from);
// Whether the newest date of a risk stands as it did, though its readings changed: nothing was said
// of it, and nothing is to say. The common case of a restated sweep, without a look at the past.
bool stands(Step& step, Key key, Date newest);
// Judges again from `from` up to `until`; `restated` holds what this body changed so far, of any
// key, by subject and then as it was put.
void revise(Step& step, Key key, Date from, Date until, std::span<const Restated> restated);
// polls.cpp: takes a delivery whose checks are done; `note` goes into its record.
void take_delivery(Step& step, const PollAccepted& poll, std::string note);

// absorb.cpp: puts the cells and judges what they touch; how many standings have figures too old to
// be judged again. `changed`: the cells that said something new.
std::size_t absorb(
    Step& step,
    std::span<const rules::Cell> cells,
    const rules::Delivery& delivery,
    std::vector<rules::Cell>& changed);

// levels.cpp: judges one risk indicator of one subject on `as_of`, if there is anything to judge.
void judge_level(Step& step, Key key, Date as_of);
void check_holds(Step& step);  // windows whose hold in time has passed
std::optional<Instant> hold_due(const State& state, Key key, const std::vector<Watched>& window);

// plans.cpp
void review_plan(Step& step, std::uint32_t subject);
void review_plans(Step& step);
struct PlanNews {
    text::Reason reason = text::Reason::plan_proposed;
    std::string key;    // tells it from other news of the same reason and run
    std::string what;   // the step or the addressee of the report that is overdue
    std::string owner;  // role told beside the lead
};
void tell_plan(Step& step, std::uint32_t subject, PlanNews news);
std::optional<Instant> plan_due(const State& state, std::uint32_t subject);

// plan_acts.cpp
Result<void> permit_plan(const State& state, const Act& act);
void perform_plan(Step& step, const Act& act);

// acts.cpp: what a person does.
void perform(Step& step, const Act& act);

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
