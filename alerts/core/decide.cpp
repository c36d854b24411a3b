#include "alerts/core/decide.hpp"

#include "alerts/base/digest.hpp"
#include "alerts/core/step.hpp"

#include <algorithm>

namespace sanbao::core {

using namespace std::chrono_literals;

namespace {

// Risks whose county or indicator the rules no longer have end here, on record: nobody could ever
// clear them otherwise.
void resolve_orphans(Step& step) {
    const auto orphans = step.state.orphans;
    for (const auto& [id, open] : orphans) {
        auto closed = open;
        closed.from = open.to;
        closed.to = Level::normal;
        ++closed.transition;
        closed.why = "withdrawn: the settings no longer have this county or indicator";
        step.emit(std::move(closed));
    }
}

// Readings that wait for a hold are forgotten, on record, where nothing is judged any more.
void forget_windows(Step& step, const Catalogue& next) {
    const auto watched = step.state.watched;
    for (const auto& [key, window] : watched) {
        const auto& subject = step.catalogue().subjects[key.subject].id;
        const auto& indicator = step.catalogue().indicators[key.indicator].id;
        if (next.subject(subject) == none || next.indicator(indicator) == none) {
            step.emit(AlertWatched{subject, indicator, {}});
        }
    }
}

void load_rules(Step& step, const RulesLoaded& loaded) {
    if (step.state.rules != loaded.rules) {
        forget_windows(step, loaded.rules->catalogue());
        rebase(step.state, loaded.rules);
    }
    if (loaded.readings) {
        step.state.readings = *loaded.readings;
    }
    const auto& catalogue = step.catalogue();
    step.emit(
        ConfigLoaded{catalogue.digest, catalogue.subjects.size(), catalogue.indicators.size()});
    resolve_orphans(step);
    // Other lines may mean another level for the same value: every standing is judged again.
    for (std::uint32_t indicator = 0; indicator < catalogue.indicators.size(); ++indicator) {
        for (std::uint32_t subject = 0; subject < catalogue.subjects.size(); ++subject) {
            const auto judged = step.state.standing({indicator, subject}).judged;
            judge_level(step, {indicator, subject}, judged == Date::min() ? Date::max() : judged);
        }
    }
    review_plans(step);
    check_dues(step);
    give_up_removed_channels(step);
}

void wake(Step& step) {
    check_holds(step);
    check_lateness(step);
    check_dues(step);
    if (step.state.plans_checked != step.today()) {
        review_plans(step);  // a new day: calendar terms in clauses have moved
        return;
    }
    for (std::uint32_t subject = 0; subject < step.catalogue().subjects.size(); ++subject) {
        const auto due = plan_due(step.state, subject);
        if (due && *due <= step.at) {
            review_plan(step, subject);
        }
    }
}

class Decide {
  public:
    explicit Decide(Step& step) : step_(step) {}

    void operator()(const Started& input) { step_.emit(DaemonStarted{input.version}); }
    void operator()(const Stopped& input) { step_.emit(DaemonStopped{input.reason}); }
    void operator()(const PollAccepted& input) { accept_poll(step_, input); }
    void operator()(const PollUnchanged& input) { note_unchanged(step_, input); }
    void operator()(const PollFailed& input) { note_failed(step_, input); }
    void operator()(const RulesLoaded& input) { load_rules(step_, input); }
    void operator()(const RulesRejected& input) { step_.emit(ConfigRejected{input.problems}); }
    void operator()(const Wake& /*input*/) { wake(step_); }
    void operator()(const AttemptsBegun& input) { begin_attempts(step_, input); }
    void operator()(const AttemptsSettled& input) {
        std::ranges::for_each(
            input.attempts, [&](const auto& settled) { settle_attempt(step_, settled); });
    }
    void operator()(const Act& input) { perform(step_, input); }

  private:
    Step& step_;
};

}  // namespace

std::vector<Event> decide(State& state, const Input& input) {
    Step step{state, input.at, {}, {}};
    std::visit(Decide{step}, input.body);
    tell_risks(step);
    return std::move(step.events);
}

std::optional<Instant> next_wake(const State& state, Instant after) {
    const auto& catalogue = state.rules->catalogue();
    std::optional<Instant> next;
    const auto consider = [&next, after](std::optional<Instant> at) {
        if (at && *at > after && (!next || *at < *next)) {
            next = at;
        }
    };
    for (const auto& [key, window] : state.watched) {
        consider(hold_due(state, key, window));
    }
    for (const auto& rule : catalogue.feeds) {
        if (const auto feed = state.feeds.find(rule.id); feed != state.feeds.end()) {
            consider(late_at(catalogue, rule, feed->second));
        }
    }
    for (const auto& [subject, run] : state.plans) {
        const auto index = catalogue.subject(subject);
        if (index != none && run.state != PlanState::idle) {
            consider(plan_due(state, index));
        }
    }
    consider(next_due(state, after));
    if (state.plans_checked != Date::min()) {
        consider(at_time(catalogue.zone, state.plans_checked + std::chrono::days{1}, 0min));
    }
    for (const auto& [id, message] : state.outbox) {
        if (!message.in_flight) {
            consider(message.next);
        }
    }
    return next;
}

std::string alert_id(std::string_view subject, std::string_view indicator, int episode) {
    return derived_id("alert", {subject, indicator, std::to_string(episode)});
}

}  // namespace sanbao::core
