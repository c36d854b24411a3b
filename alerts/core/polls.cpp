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

// Cells in the order of their dates, in which they are absorbed and judged. A body of one date, the
// usual one, is taken as it is: within a date the order of the rows means nothing.
std::vector<rules::Cell> by_date(const std::vector<rules::Cell>& cells) {
    auto ordered = cells;
    std::ranges::stable_sort(ordered, {}, &rules::Cell::date);
    return ordered;
}

bool of_one_date(const std::vector<rules::Cell>& cells) {
    return std::ranges::all_of(cells, [&](const auto& c) { return c.date == cells.front().date; });
}

// The standings that one date's changes touch, each once, in the order of their index.
class Touched {
  public:
    explicit Touched(const State& state) : state_(state), seen_(state.standings.size()) {}

    void add(const rules::Cell& cell) {
        for (const auto indicator : state_.rules->indicators_of(cell.item)) {
            const auto index = state_.index({indicator, cell.subject});
            if (!seen_[index]) {
                seen_[index] = true;
                keys_.push_back({indicator, cell.subject});
            }
        }
    }
    // Whether any risk reads the item.
    [[nodiscard]] bool read(const rules::Cell& cell) const {
        return state_.rules->keeps_past(cell.item);
    }
    std::vector<Key> take() {
        for (const auto& key : keys_) {
            seen_[state_.index(key)] = false;
        }
        std::ranges::sort(keys_);
        return std::exchange(keys_, {});
    }

  private:
    const State& state_;
    std::vector<bool> seen_;
    std::vector<Key> keys_;
};

// A body may bring several dates (a weekend that was missed): each is judged in its turn, so that a
// breach that came and went is still told. A new date at the end is judged as it comes; one that is
// late or restated is judged again with all that follow it (revise.cpp). Dates before anything was
// ever judged are history only.
class Absorb {
  public:
    Absorb(Step& step, rules::Delivery delivery, std::vector<rules::Cell>& changed)
        : step_(step)
        , delivery_(delivery)
        , changed_(changed)
        , touched_(step.state)
        , review_(step.catalogue().subjects.size()) {}

    // Ascending by date.
    void run(std::span<const rules::Cell> cells) {
        changed_.reserve(cells.size());
        for (std::size_t begin = 0; begin < cells.size();) {
            const auto date = cells[begin].date;
            for (; begin < cells.size() && cells[begin].date == date; ++begin) {
                put(cells[begin]);
            }
            for (const auto& key : touched_.take()) {
                judge(key, date);
            }
        }
        for (const auto& [key, from] : late_) {
            revise(step_, key, from, *newest_date(step_.state, key), restated());
        }
        for (const auto& [key, from] : unjudged_) {
            judge_first(step_, key, from);
        }
        for (std::uint32_t subject = 0; subject < review_.size(); ++subject) {
            if (review_[subject]) {
                review_plan(step_, subject);
            }
        }
    }
    // Changed, and too old to be judged again.
    [[nodiscard]] std::size_t too_late() const { return too_late_; }

  private:
    void put(const rules::Cell& cell) {
        auto& readings = step_.state.readings;
        const bool read = touched_.read(cell);
        const auto before = read ? readings.at(cell.item, cell.subject, cell.date) : std::nullopt;
        const auto began = readings.began(cell.item, cell.subject);
        const auto change = readings.put(cell, delivery_);
        if (change == rules::Change::none) {
            return;
        }
        changed_.push_back(cell);
        if (change == rules::Change::edition) {
            return;
        }
        touched_.add(cell);
        review_[cell.subject] = true;
        if (read) {
            auto known = cell;
            if (change == rules::Change::beginning) {
                known.value = *before;  // an older edition came late: what is known stands
            }
            restated_.push_back({known, before, began});
            unordered_ = true;
        }
    }
    void judge(Key key, Date date) {
        const auto judged = step_.state.standing(key).judged;
        if (step_.catalogue().indicators[key.indicator].kind == IndicatorKind::standing) {
            return;
        }
        if (judged == Date::min()) {
            unjudged_.emplace(key, date);  // the first, which is the earliest, stays
            return;
        }
        const auto newest = *newest_date(step_.state, key);
        if (date < newest - std::chrono::days{limits::restate_days_max}) {
            ++too_late_;
            return;
        }
        if (date <= judged || date != newest) {
            if (date != newest || late_.contains(key) || !stands(step_, key, date)) {
                late_.emplace(key, date);
            }
            return;
        }
        if (const auto late = late_.find(key); late != late_.end()) {
            revise(step_, key, late->second, date - std::chrono::days{1}, restated());
            late_.erase(late);
        }
        judge_level(step_, key, date);
    }

    // By subject, and of each in the order in which they were put.
    std::span<const Restated> restated() {
        if (std::exchange(unordered_, false)) {
            std::ranges::stable_sort(
                restated_, {}, [](const Restated& r) { return r.cell.subject; });
        }
        return restated_;
    }

    Step& step_;
    rules::Delivery delivery_;
    std::vector<rules::Cell>& changed_;
    Touched touched_;
    std::vector<Restated> restated_;
    bool unordered_ = false;
    std::map<Key, Date> late_, unjudged_;  // by the earliest date that changed
    std::vector<bool> review_;
    std::size_t too_late_ = 0;
};

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

// An exact duplicate of a body that another has taken the place of.
bool is_replaced(const FeedStanding& feed, std::string_view digest) {
    return feed.digest != digest && std::ranges::find(feed.recent, digest) != feed.recent.end();
}

}  // namespace

void note_accepted(State& state, const FeedAccepted& event, Instant at) {
    auto& feed = state.feeds[event.feed];
    const auto replaced = is_replaced(feed, event.digest) && !event.edition && event.note.empty();
    if (!replaced) {
        feed.digest = event.digest;
        std::erase(feed.recent, event.digest);
        feed.recent.push_back(event.digest);
        if (feed.recent.size() > limits::feed_digests_kept) {
            feed.recent.erase(feed.recent.begin());
        }
    }
    feed.accepted = feed.recorded = feed.checked = at;
    if (event.newest != Date::min() && !replaced) {
        feed.bodies[event.newest] = event.digest;
        if (feed.bodies.size() > limits::feed_bodies_kept) {
            feed.bodies.erase(feed.bodies.begin());
        }
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

void accept_poll(Step& step, const PollAccepted& poll) {
    const auto verdict = inspect(step.state, poll);
    if (!verdict.hold.empty()) {
        hold_back(step, poll, verdict.hold);
        return;
    }
    forget_held(step, poll);
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
    // Where the source dates its editions, those decide; what a person lets through is meant.
    const auto again = is_replaced(step.state.feeds[rule.id], poll.digest) && !poll.edition
                       && accepted.note.empty();
    note_accepted(step.state, accepted, step.at);
    // The poll's own record comes first; which cells it changed is known when all are absorbed.
    const auto place = step.events.size();
    step.events.emplace_back(std::move(accepted));
    tell_recovery(step, rule, was_told && !step.state.feeds[rule.id].told);
    if (!poll.cells.empty() && !again) {
        std::vector<rules::Cell> changed;
        Absorb absorb{step, {newest, poll.edition}, changed};
        if (of_one_date(poll.cells)) {
            absorb.run(poll.cells);
        } else {
            absorb.run(by_date(poll.cells));
        }
        auto& event = std::get<FeedAccepted>(step.events[place]);
        event.changed = std::move(changed);
        if (absorb.too_late() > 0) {
            add_note(event.note, too_late_text(absorb.too_late()));
        }
    }
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
    const auto news =
        untold || failures <= rule.tell_after_failures || feed.problem != poll.problem;
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
