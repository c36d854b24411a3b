#include "daemon/app/engine.hpp"

#include <spdlog/spdlog.h>

#include <type_traits>

namespace sanbao::app {

namespace {

// What an administrator wants to see go by in the system's log. The journal has all of it.
struct Line {
    void operator()(const core::AlertMoved& e) const {
        spdlog::info(
            "alert {}: {} {} {} -> {} (value {}, line {}, as of {})",
            e.alert,
            e.subject,
            e.indicator,
            to_text(e.from),
            to_text(e.to),
            e.value,
            e.line,
            to_text(e.as_of));
    }
    void operator()(const core::PlanProposed& e) const {
        spdlog::info(
            "plan {} of {}: proposed at level {} ({})", e.plan, e.subject, e.level, e.cause);
    }
    void operator()(const core::PlanActivated& e) const {
        spdlog::info(
            "plan of {}: activated at level {} {}",
            e.subject,
            e.level,
            e.by.empty() ? "at once, as it says itself" : "by " + e.by);
    }
    void operator()(const core::FeedFailed& e) const {
        spdlog::warn(
            "feed {}: {} ({} in a row): {}",
            e.feed,
            core::to_text(e.problem),
            e.failures,
            e.message);
    }
    void operator()(const core::FeedLate& e) const {
        spdlog::warn("feed {}: late, nothing newer than {}", e.feed, to_text(e.newest));
    }
    void operator()(const core::MessageDeferred& e) const {
        spdlog::warn(
            "message {}: attempt {} failed, next {}: {}",
            e.id,
            e.attempt,
            to_utc_text(e.next),
            e.answer);
    }
    void operator()(const core::MessageDead& e) const {
        spdlog::critical(
            "message {}: undeliverable after {} attempts: {}", e.id, e.attempt, e.answer);
    }
    void operator()(const core::ConfigLoaded& e) const {
        spdlog::info(
            "settings {}: {} subjects, {} indicators",
            e.digest.substr(0, 12),
            e.subjects,
            e.indicators);
    }
    void operator()(const core::ConfigRejected& e) const {
        spdlog::error(
            "settings refused, the old ones stay in force: {} problems", e.problems.size());
    }
    template <class E>
    void operator()(const E& /*event*/) const {}
};

}  // namespace

Result<core::State> recover(
    const store::Journal& journal, std::shared_ptr<const rules::Rulebook> rules) {
    const auto catalogue_of = rules;
    auto state = core::make_state(std::move(rules));
    const auto fold = [&state](const core::Event& event, Instant at) {
        core::evolve(state, event, at);
    };
    if (auto folded = journal.replay(catalogue_of->catalogue(), fold); !folded) {
        return folded.error();
    }
    core::restore_judged(state);
    return state;
}

Engine::Engine(store::Journal& journal, const io::Clock& clock, core::State state)
    : journal_(journal), clock_(clock), state_(std::move(state)) {}

bool Engine::step(core::Body body, const std::string& actor) {
    if (failed_) {
        return false;
    }
    const auto begin = std::chrono::steady_clock::now();
    const auto now = clock_.now();
    counters_.sweeps += std::holds_alternative<core::PollAccepted>(body) ? 1 : 0;
    counters_.polls += std::holds_alternative<core::PollAccepted>(body)
                               || std::holds_alternative<core::PollUnchanged>(body)
                               || std::holds_alternative<core::PollFailed>(body)
                           ? 1
                           : 0;
    const core::Input input{now, actor, std::move(body)};
    auto events = core::decide(state_, input);
    const auto head = journal_.append(now, actor, events, state_.rules->catalogue());
    if (!head) {
        failed_ = true;
        spdlog::critical("{}", head.error().message);
        if (hooks_.storage_failed) {
            hooks_.storage_failed(head.error());
        }
        return false;
    }
    ++counters_.steps;
    counters_.records += static_cast<std::int64_t>(events.size());
    counters_.in_steps += std::chrono::steady_clock::now() - begin;
    report(events);
    if (hooks_.stepped) {
        hooks_.stepped();
    }
    return true;
}

void Engine::wake() {
    last_wake_ = clock_.now();
    step(core::Wake{});
}

std::optional<Instant> Engine::next_wake() const {
    // A clock that was set back must not silence what became due meanwhile.
    return core::next_wake(state_, std::min(last_wake_, clock_.now()));
}

void Engine::report(const std::vector<core::Event>& events) const {
    for (const auto& event : events) {
        std::visit(Line{}, event);
    }
}

}  // namespace sanbao::app
