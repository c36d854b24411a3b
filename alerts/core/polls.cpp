// What a poll means for the feed it came from, and which series it changes.
#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/core/duties.hpp"
#include "alerts/core/step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

namespace sanbao::core {

using namespace std::chrono_literals;

namespace {

constexpr auto record_again_after = 1h;  // a feed that says nothing new leaves one record an hour

const FeedRule& rule_of(const Step& step, std::uint32_t feed) {
    SANBAO_ASSERT(feed < step.catalogue().feeds.size());
    return step.catalogue().feeds[feed];
}

// Whether the feed is in a trouble that somebody was told of and that now ends.
void tell_recovery(Step& step, const FeedRule& rule, bool was_told) {
    if (was_told) {
        tell_feed(step, rule, {text::Reason::feed_recovered, "", {}, "", {}});
    }
}

}  // namespace

void tell_feed(Step& step, const FeedRule& rule, FeedNews news) {
    const auto found = step.state.feeds.find(rule.id);
    const auto feed = found == step.state.feeds.end() ? FeedStanding{} : found->second;
    Notice notice;
    notice.facts.reason = news.reason;
    text::FeedFacts facts;
    facts.id = rule.id;
    facts.name = rule.name;
    facts.problem = std::move(news.problem);
    facts.lines = std::move(news.lines);
    facts.place = std::move(news.place);
    facts.since = feed.failing_since.value_or(step.at);
    facts.failures = feed.failures;
    notice.topic = Topic::data;
    notice.routes = !news.only_also;
    notice.occasion = fmt::format(
        "feed/{}/{}/{}/{}",
        rule.id,
        text::to_text(news.reason),
        news.about.empty() ? facts.place : news.about,
        to_utc_text(step.at));
    notice.facts.feed = std::move(facts);
    notice.also = std::move(news.also);
    if (!rule.owner.empty() && !news.only_also) {
        notice.also.push_back(rule.owner);
    }
    tell(step, std::move(notice));
}

namespace {

// An exact copy of a delivery of the past that another has taken the place of: a file that was
// dropped again. What is fetched, and what speaks of the newest date, is the source's word of
// today, even when it said the same before; and where it dates its editions, those decide.
bool is_copy(const State& state, const FeedRule& rule, const PollAccepted& poll) {
    const auto found = state.feeds.find(rule.id);
    if (rule.arrives == Arrival::poll || poll.edition || found == state.feeds.end()) {
        return false;
    }
    const auto& feed = found->second;
    const auto of_today = [&](const rules::Cell& cell) {
        return cell.date >= feed.newest;
    };
    return std::ranges::none_of(poll.cells, of_today) && feed.digest != poll.digest
           && std::ranges::find(feed.recent, poll.digest) != feed.recent.end();
}

}  // namespace

void note_accepted(State& state, const FeedAccepted& event, Instant at) {
    auto& feed = state.feeds[event.feed];
    if (!event.copy) {
        feed.digest = event.digest;
        std::erase(feed.recent, event.digest);
        feed.recent.push_back(event.digest);
        if (feed.recent.size() > limits::feed_digests_kept) {
            feed.recent.erase(feed.recent.begin());
        }
    }
    feed.accepted = feed.recorded = feed.checked = at;
    if (event.newest != Date::min() && !event.copy) {
        feed.bodies[event.newest] = event.digest;
    }
    if (event.newest > feed.newest) {
        feed.newest = event.newest;
        feed.late = false;
    }
    feed.failures = 0;
    feed.failing_since.reset();
    feed.problem.reset();
    feed.message.clear();
    feed.told = feed.told && (feed.late || is_overdue(state, event.feed));
    ++feed.accepted_count;
}

// Which body each date's figures came from, so that a reading can name its evidence.
void note_bodies(State& state, const FeedAccepted& event) {
    auto& bodies = state.feeds[event.feed].bodies;
    for (const auto& cell : event.changed) {
        if (cell.date != event.newest) {
            bodies[cell.date] = event.digest;
        }
    }
    while (bodies.size() > limits::feed_bodies_kept) {
        bodies.erase(bodies.begin());
    }
}

void accept_poll(Step& step, const PollAccepted& poll) {
    if (is_copy(step.state, rule_of(step, poll.feed), poll)) {
        take_delivery(step, poll, "");
        return;
    }
    const auto verdict = inspect(step.state, poll);
    if (!verdict.hold.empty()) {
        hold_back(step, poll, verdict.hold);
        return;
    }
    forget_held(step, poll);
    if (!step.catalogue().feeds[poll.feed].partial) {
        forget_overtaken(step, poll);
    }
    take_delivery(step, poll, "");
    flag(step, poll, verdict.flag);
    look_for_gaps(step, poll);
}

namespace {

void add_note(std::string& note, std::string_view more) {
    note += note.empty() ? "" : "; ";
    note += more;
}

std::string too_late_text(std::size_t standings) {
    return fmt::format(
        "{} standings have figures older than {} days: kept as history, not judged again",
        standings,
        limits::restate_days_max);
}

}  // namespace

void take_delivery(Step& step, const PollAccepted& poll, std::string note) {
    const auto& rule = rule_of(step, poll.feed);
    FeedAccepted accepted;
    accepted.feed = rule.id;
    accepted.digest = poll.digest;
    accepted.bytes = poll.bytes;
    accepted.rows = poll.rows;
    accepted.edition = poll.edition;
    accepted.note = std::move(note);
    for (const auto& cell : poll.cells) {
        accepted.newest = std::max(accepted.newest, cell.date);
    }
    const auto newest = accepted.newest;
    const auto was_told = step.state.feeds[rule.id].told;
    // What a person lets through is meant.
    const auto copy = accepted.note.empty() && is_copy(step.state, rule, poll);
    accepted.copy = copy;
    note_accepted(step.state, accepted, step.at);
    // The poll's own record comes first; which cells it changed is known when all are absorbed.
    const auto place = step.events.size();
    step.events.emplace_back(std::move(accepted));
    tell_recovery(step, rule, was_told && !step.state.feeds[rule.id].told);
    if (!poll.cells.empty() && !copy) {
        std::vector<rules::Cell> changed;
        const auto too_late = absorb(step, poll.cells, {newest, poll.edition}, changed);
        auto& event = std::get<FeedAccepted>(step.events[place]);
        event.changed = std::move(changed);
        if (too_late > 0) {
            add_note(event.note, too_late_text(too_late));
        }
    }
    note_bodies(step.state, std::get<FeedAccepted>(step.events[place]));
    settle_feed(step, poll.feed);
}

void note_unchanged(Step& step, const PollUnchanged& poll) {
    const auto& rule = rule_of(step, poll.feed);
    auto& feed = step.state.feeds[rule.id];
    feed.checked = step.at;
    const auto was_failing = feed.failures > 0;
    if (was_failing || !feed.recorded || step.at - *feed.recorded >= record_again_after) {
        const auto was_told = feed.told;
        step.emit(FeedUnchanged{rule.id, feed.digest});
        tell_recovery(step, rule, was_told && !feed.told);
    }
}

void note_failed(Step& step, const PollFailed& poll) {
    const auto& rule = rule_of(step, poll.feed);
    auto& feed = step.state.feeds[rule.id];
    feed.checked = step.at;
    const auto failures = feed.failures + 1;
    const auto was_told = feed.told;
    // What was sent is not sent again by itself: a refusal is told at once.
    const auto comes_again = rule.arrives == Arrival::poll || !is_refusal(poll.problem);
    const auto untold = (failures >= rule.tell_after_failures || !comes_again) && !was_told;
    const auto other = !poll.digest.empty() && poll.digest != feed.refused;
    const auto news =
        other || untold || failures <= rule.tell_after_failures || feed.problem != poll.problem;
    if (news || !feed.recorded || step.at - *feed.recorded >= record_again_after) {
        step.emit(FeedFailed{rule.id, poll.digest, poll.message, poll.problem, failures, untold});
    } else {
        feed.failures = failures;  // counted on; the next record says how often
        feed.message = poll.message;
    }
    if (untold) {
        tell_feed(step, rule, {text::Reason::feed_trouble, poll.message, {}, "", {}});
    }
}

std::optional<Instant> late_at(
    const Catalogue& catalogue, const FeedRule& rule, const FeedStanding& feed) {
    const auto never = rule.late_after.span == Millis{0} && rule.late_after.workdays == 0;
    if (never || feed.late || feed.newest == Date::min()) {
        return std::nullopt;
    }
    const auto end_of_day = at_time(catalogue.zone, feed.newest, 24h) - 1ms;
    return end_of(rule.late_after, end_of_day, catalogue.calendar, catalogue.zone) + 1ms;
}

void check_lateness(Step& step) {
    for (const auto& rule : step.catalogue().feeds) {
        const auto found = step.state.feeds.find(rule.id);
        if (found == step.state.feeds.end()) {
            continue;
        }
        const auto due = late_at(step.catalogue(), rule, found->second);
        if (due && *due <= step.at) {
            const auto was_told = found->second.told;
            step.emit(FeedLate{rule.id, found->second.newest});
            if (!was_told) {
                const auto problem = fmt::format(
                    "no data newer than {}; it is late after {}",
                    sanbao::to_text(found->second.newest),
                    sanbao::to_text(rule.late_after));
                tell_feed(step, rule, {text::Reason::feed_trouble, problem, {}, "", {}});
            }
        }
    }
}

}  // namespace sanbao::core
