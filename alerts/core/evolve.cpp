// Folding: the only code that changes what stands, live and at recovery alike.
#include "alerts/base/limits.hpp"
#include "alerts/core/duties.hpp"
#include "alerts/core/step.hpp"

#include <algorithm>

namespace sanbao::core {

namespace {

class Fold {
  public:
    Fold(State& state, Instant at) : state_(state), at_(at) {}

    void operator()(const DaemonStarted& /*event*/) {
        // Whether an attempt under way got through is unknown: it is made again, with the same id.
        for (auto& [id, message] : state_.outbox) {
            if (message.in_flight) {
                message.in_flight = false;
                message.next = at_;
            }
        }
    }
    void operator()(const DaemonStopped& /*event*/) {}
    void operator()(const ConfigLoaded& event) { state_.config_digest = event.digest; }
    void operator()(const ConfigRejected& /*event*/) {}

    void operator()(const FeedAccepted& event) {
        for (const auto& cell : event.changed) {
            state_.readings.put(cell, {event.newest, event.edition});
        }
        note_accepted(state_, event, at_);
        note_bodies(state_, event);
    }
    void operator()(const FeedUnchanged& event) {
        auto& feed = state_.feeds[event.feed];
        feed.recorded = feed.checked = at_;
        feed.failures = 0;
        feed.failing_since.reset();
        feed.problem.reset();
        feed.message.clear();
        feed.told = feed.told && (feed.late || is_overdue(state_, event.feed));
    }
    void operator()(const FeedFailed& event) {
        auto& feed = state_.feeds[event.feed];
        feed.recorded = feed.checked = at_;
        feed.failures = event.failures;
        feed.problem = event.problem;
        feed.refused = event.digest.empty() ? feed.refused : event.digest;
        feed.message = event.message;
        if (!feed.failing_since) {
            feed.failing_since = at_;
        }
        feed.told = feed.told || event.told;
    }
    void operator()(const FeedLate& event) {
        auto& feed = state_.feeds[event.feed];
        feed.late = feed.told = true;
        feed.recorded = at_;
    }

    void operator()(const FeedQuarantined& event) {
        auto& feed = state_.feeds[event.feed];
        feed.recorded = feed.checked = at_;
        state_.quarantine.push_back(
            {event.feed,
             event.digest,
             at_,
             event.bytes,
             event.rows,
             event.newest,
             event.edition,
             event.reasons,
             event.changed});
    }
    void operator()(const FeedReleased& event) { leave_quarantine(event.feed, event.digest); }
    void operator()(const FeedDiscarded& event) {
        leave_quarantine(event.feed, event.digest);
        auto& discarded = state_.feeds[event.feed].discarded;
        if (!event.by.empty()) {
            discarded.push_back(event.digest);
        }
        if (discarded.size() > limits::feed_quarantined_max) {
            discarded.erase(discarded.begin());
        }
    }
    void operator()(const FeedFlagged& event) {
        auto& feed = state_.feeds[event.feed];
        feed.recorded = at_;
        feed.flagged_on = date_in(state_.rules->catalogue().zone, at_);
        feed.flagged = event.reasons;
    }
    void operator()(const FeedGap& event) {
        auto& feed = state_.feeds[event.feed];
        feed.recorded = at_;
        feed.gap_count = event.count;
        feed.gap_key = event.key;
        feed.gap = event.missing;
    }
    void operator()(const DutyMoved& event) {
        auto& duty = state_.duties[{event.feed, event.subject}];
        const auto was_overdue = duty.stage >= DutyStage::late;
        duty.period = event.period;
        duty.stage = event.stage;
        if (event.subject.empty() && duty.stage >= DutyStage::late) {
            state_.feeds[event.feed].told = true;
        } else if (event.subject.empty() && was_overdue) {
            auto& feed = state_.feeds[event.feed];
            feed.told = feed.told && (feed.late || feed.failures > 0);
        }
    }
    void operator()(const FilingProposed& event) {
        state_.filings[event.id] = {
            event.feed,
            event.subject,
            event.digest,
            event.by,
            event.bytes,
            event.date,
            at_,
            event.changed};
        state_.duties[{event.feed, event.subject}].returned.clear();
    }
    void operator()(const FilingConfirmed& event) {
        if (const auto filing = state_.filings.find(event.id); filing != state_.filings.end()) {
            auto& duty = state_.duties[{filing->second.feed, filing->second.subject}];
            duty.accepted = std::max(duty.accepted, filing->second.date);
            duty.returned.clear();
            state_.filings.erase(filing);
        }
    }
    void operator()(const FilingReturned& event) {
        if (const auto filing = state_.filings.find(event.id); filing != state_.filings.end()) {
            state_.duties[{filing->second.feed, filing->second.subject}].returned = event.reason;
            state_.filings.erase(filing);
        }
    }
    void operator()(const CalendarMissing& event) { state_.calendar_warned = event.year; }

    void operator()(const AlertRevised& event) {
        if (const auto key = key_of(event.subject, event.indicator)) {
            auto& turns = state_.turns[*key];
            std::erase_if(turns, [&](const Turn& turn) { return turn.date >= event.from; });
            turns.insert(turns.end(), event.after.begin(), event.after.end());
            if (turns.empty()) {
                state_.turns.erase(*key);
            }
            auto& corrections = state_.corrections[*key];
            corrections.push_back({at_, event.from, event.why});
            if (corrections.size() > limits::corrections_kept) {
                corrections.erase(corrections.begin());
            }
        }
    }
    void operator()(const AlertWatched& event) {
        const auto key = key_of(event.subject, event.indicator);
        if (!key) {
            return;
        }
        auto& standing = state_.standing(*key);
        for (const auto& reading : event.window) {
            standing.judged = std::max(standing.judged, reading.date);
        }
        if (event.window.empty()) {
            state_.watched.erase(*key);
        } else {
            state_.watched[*key] = event.window;
        }
    }
    void operator()(const AlertMoved& event) {
        if (event.from == Level::normal && event.episode > 1) {
            state_.evidence.erase(alert_id(event.subject, event.indicator, event.episode - 1));
        }
        state_.evidence[event.alert] = event.evidence;
        const auto key = key_of(event.subject, event.indicator);
        if (!key) {
            if (event.to == Level::normal) {
                state_.orphans.erase(event.alert);
            } else {
                state_.orphans[event.alert] = event;
            }
            move(state_.retired[{event.subject, event.indicator}], event);
            return;
        }
        move(state_.standing(*key), event);
        turn(*key, {event.as_of, event.to});
    }

    void operator()(const PlanProposed& event) {
        auto& run = state_.plans[event.subject];
        run = PlanRun{};
        run.state = PlanState::proposed;
        run.run = event.run;
        run.plan = event.plan;
        run.digest = event.digest;
        run.level = event.level;
        run.cause = event.cause;
        run.proposed = at_;
    }
    void operator()(const PlanActivated& event) {
        auto& run = state_.plans[event.subject];
        run.state = PlanState::active;
        run.level = event.level;
        run.by = event.by;
        run.doc_no = event.doc_no;
        run.activated = at_;
        run.reached = {{event.level, at_}};
    }
    void operator()(const PlanRaised& event) {
        auto& run = state_.plans[event.subject];
        run.level = event.to;
        run.cause = event.cause;
        if (run.state == PlanState::active) {
            run.reached.emplace_back(event.to, at_);
        }
    }
    void operator()(const PlanWithdrawn& event) { close_plan(event.subject); }
    void operator()(const StepSettled& event) {
        auto& entry = state_.plans[event.subject].steps[event.seq];
        entry.settled = true;
        entry.by = event.by;
        entry.note = event.evidence.empty() ? event.waived_because : event.evidence;
        entry.at = at_;
    }
    void operator()(const StepOverdue& event) {
        state_.plans[event.subject].steps[event.seq].overdue = true;
    }
    void operator()(const ReportSent& event) {
        auto& entry = state_.plans[event.subject].reports[event.index];
        entry.settled = true;
        entry.by = event.by;
        entry.at = at_;
    }
    void operator()(const ReportOverdue& event) {
        state_.plans[event.subject].reports[event.index].overdue = true;
    }
    void operator()(const PlanEndHolds& event) {
        auto& run = state_.plans[event.subject];
        run.end_holds_since = event.holds ? std::optional{at_} : std::nullopt;
        run.may_end = false;
    }
    void operator()(const PlanMayEnd& event) { state_.plans[event.subject].may_end = true; }
    void operator()(const PlanEnded& event) { close_plan(event.subject); }

    void operator()(const MessageQueued& event) {
        Pending message;
        message.channel = event.channel;
        message.recipient = event.recipient;
        message.alert = event.alert;
        message.subject = event.subject;
        message.reason = event.reason;
        message.level = event.level;
        message.queued = message.next = at_;
        state_.outbox.emplace(event.id, std::move(message));
    }
    void operator()(const MessageAttempted& event) {
        if (auto* message = find(event.id)) {
            message->attempts = event.attempt;
            message->in_flight = true;
        }
    }
    void operator()(const MessageDelivered& event) {
        state_.delivered += static_cast<std::int64_t>(state_.outbox.erase(event.id));
    }
    void operator()(const MessageDeferred& event) {
        if (auto* message = find(event.id)) {
            message->in_flight = false;
            message->next = event.next;
            message->refused = message->refused || event.refused;
        }
    }
    void operator()(const MessageDead& event) {
        state_.dead += static_cast<std::int64_t>(state_.outbox.erase(event.id));
    }

  private:
    void leave_quarantine(const std::string& feed, const std::string& digest) {
        std::erase_if(state_.quarantine, [&](const Quarantined& held) {
            return held.feed == feed && held.digest == digest;
        });
    }
    void move(Standing& standing, const AlertMoved& event) const {
        if (event.from == Level::normal) {
            standing.since = at_;
            standing.reached = 0;
        }
        standing.level = event.to;
        standing.reached |= 1U << static_cast<unsigned>(event.to);
        standing.episode = event.episode;
        standing.transition = event.transition;
        standing.judged = std::max(standing.judged, event.as_of);
    }
    // A date has one level at its end: a later move of the same date replaces it.
    void turn(Key key, const Turn& turn) {
        auto& turns = state_.turns[key];
        std::erase_if(turns, [&](const Turn& t) { return t.date >= turn.date; });
        if ((turns.empty() ? Level::normal : turns.back().to) != turn.to) {
            turns.push_back(turn);
        }
        // What is older than any look back goes, but for the last one: it says how that began.
        const auto oldest = turn.date - std::chrono::days{limits::history_days_max};
        while (turns.size() > 1 && turns[1].date < oldest) {
            turns.erase(turns.begin());
        }
        if (turns.empty()) {
            state_.turns.erase(key);
        }
    }
    [[nodiscard]] std::optional<Key> key_of(
        const std::string& subject, const std::string& indicator) const {
        const Key key{
            state_.rules->catalogue().indicator(indicator),
            state_.rules->catalogue().subject(subject)};
        return key.indicator == none || key.subject == none ? std::nullopt : std::optional{key};
    }
    Pending* find(const std::string& id) {
        const auto found = state_.outbox.find(id);
        return found == state_.outbox.end() ? nullptr : &found->second;
    }
    // The number of runs stays: the next proposal's ids must differ.
    void close_plan(const std::string& subject) {
        auto& run = state_.plans[subject];
        const auto count = run.run;
        run = PlanRun{};
        run.run = count;
    }
    State& state_;
    Instant at_;
};

}  // namespace

void evolve(State& state, const Event& event, Instant at) {
    std::visit(Fold{state, at}, event);
}

}  // namespace sanbao::core
