// From a value to a level: lines, margins, holds.
#include "alerts/core/levels.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/core/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::core {

namespace {

bool at_once(const Hold& hold) {
    return hold.readings <= 1 && hold.time == Millis{0};
}

// The readings at the end of the window that all satisfy `wanted`.
template <class Wanted>
std::span<const Watched> run_of(const std::vector<Watched>& window, Wanted wanted) {
    auto begin = window.end();
    while (begin != window.begin() && wanted(*std::prev(begin))) {
        --begin;
    }
    return {begin, window.end()};
}

bool held(std::span<const Watched> run, const Hold& hold, Instant at) {
    return !run.empty() && run.size() >= static_cast<std::size_t>(std::max(hold.readings, 1))
           && (hold.time == Millis{0} || at - run.front().at >= hold.time);
}

// The level that the window allows: raised to the worst level that every reading of the hold
// reached; lowered to the worst that any reading of the hold still kept; else as it is.
Level level_after(
    const std::vector<Watched>& window, const Indicator& indicator, Level now, Instant at) {
    for (auto level = Level::red; level > now; level = Level(static_cast<int>(level) - 1)) {
        const auto run = run_of(window, [&](const Watched& w) { return w.entered >= level; });
        if (held(run, indicator.hold, at)) {
            return level;
        }
    }
    const auto run = run_of(window, [&](const Watched& w) { return w.kept < now; });
    if (!held(run, indicator.leave_hold, at)) {
        return now;
    }
    return std::ranges::max(run, {}, &Watched::kept).kept;
}

// What must be remembered: the readings at the end that pull away from the level. No run of a hold
// reaches over one that does not: had the level been such that it did, it would have moved there.
void trim(std::vector<Watched>& window, Level now) {
    const auto run = run_of(window, [&](const Watched& w) { return pends(w, now); });
    window.erase(window.begin(), window.end() - static_cast<std::ptrdiff_t>(run.size()));
    while (window.size() > static_cast<std::size_t>(limits::hold_readings_max)) {
        window.erase(window.begin() + 1);  // the first stays: holds in time count from it
    }
}

std::optional<Rational> rational(const rules::Value& value) {
    const auto* number = std::get_if<Rational>(&value);
    return number != nullptr ? std::optional{*number} : std::nullopt;
}

// bound x denominator - numerator of "a / b < bound" where all inputs are money: what is missing.
std::optional<Rational> gap_of(
    const Step& step, Key key, Date as_of, const Rational& value, const Line& line) {
    if (line.compare != Compare::below && line.compare != Compare::at_most) {
        return std::nullopt;
    }
    const auto& items = step.catalogue().items;
    const auto& compiled = step.state.rules->indicator(key.indicator);
    const auto money = [&](const auto& in) {
        return items[in.item].unit == Unit::money;
    };
    if (compiled.judge || !std::ranges::all_of(compiled.inputs, money)) {
        return std::nullopt;
    }
    const auto how =
        rules::explain(*step.state.rules, key.indicator, key.subject, step.state.readings, as_of);
    if (how.parts.size() != 2) {
        return std::nullopt;
    }
    const auto part = rational(how.parts[0].value);
    const auto whole = rational(how.parts[1].value);
    if (!part || !whole || divide(*part, *whole) != value) {
        return std::nullopt;
    }
    const auto needed = multiply(line.bound, *whole);
    return needed ? subtract(*needed, *part) : std::nullopt;
}

}  // namespace

bool at_once(const Indicator& indicator) {
    return at_once(indicator.hold) && at_once(indicator.leave_hold);
}

bool takes_time(const Indicator& indicator) {
    return indicator.hold.time > Millis{0} || indicator.leave_hold.time > Millis{0};
}

bool pends(const Watched& reading, Level now) {
    return reading.entered > now || reading.kept < now;
}

std::optional<Weighed> weigh(const State& state, Key key, Date as_of) {
    const auto& catalogue = state.rules->catalogue();
    const auto& indicator = catalogue.indicators[key.indicator];
    auto judgement = rules::judge(*state.rules, key.indicator, key.subject, state.readings, as_of);
    const auto judged = judgement ? rational(judgement->judged) : std::nullopt;
    if (!judged) {
        return std::nullopt;
    }
    const auto effective =
        rules::effective_lines(indicator, catalogue.subjects[key.subject], judgement->date);
    const Watched reading{
        judgement->date,
        {},
        rules::level_entered(*judged, effective.lines),
        rules::level_kept(*judged, effective.lines, indicator.leave)};
    return Weighed{std::move(*judgement), reading};
}

void settle(Stand& stand, const Indicator& indicator, Instant at) {
    stand.level = level_after(stand.window, indicator, stand.level, at);
    trim(stand.window, stand.level);
    if (at_once(indicator)) {
        stand.window.clear();
    }
}

text::RiskFacts risk_facts(const Step& step, const Moved& moved, Level from) {
    const auto& subject = step.catalogue().subjects[moved.key.subject];
    const auto at_level = moved.to == Level::normal ? from : moved.to;
    const auto effective = rules::effective_lines(
        step.catalogue().indicators[moved.key.indicator], subject, moved.judgement.date);
    text::RiskFacts facts;
    facts.indicator = &step.catalogue().indicators[moved.key.indicator];
    facts.from = from;
    facts.to = moved.to;
    facts.value = rational(moved.judgement.value).value_or(Rational{});
    if (!facts.indicator->judge.empty()) {
        facts.judged = rational(moved.judgement.judged);
    }
    for (const auto& input : step.state.rules->indicator(moved.key.indicator).inputs) {
        const auto& item = step.catalogue().items[input.item];
        if (item.unit == Unit::money) {
            facts.currency = item.currency;
        }
    }
    if (at_level != Level::normal) {
        facts.line = effective.lines.at(at_level);
    }
    if (const auto* layer = effective.layer[static_cast<std::size_t>(at_level)]) {
        facts.line_layer = layer->basis;
    }
    facts.correction = moved.correction;
    if (facts.line && moved.to > Level::blue) {
        facts.gap = gap_of(step, moved.key, moved.judgement.date, facts.value, *facts.line);
    }
    facts.as_of = moved.judgement.date;
    facts.since = step.state.standing(moved.key).since;
    const auto wages = std::ranges::find(subject.paydays, "wages", &Payday::kind);
    if (wages != subject.paydays.end()) {
        const auto today = step.today();
        facts.days_to_payday =
            (next_payday(step.catalogue().calendar, today, wages->day) - today).count();
    }
    return facts;
}

namespace {

text::Reason reason_of(Level from, Level to) {
    if (to == Level::normal) {
        return text::Reason::all_clear;
    }
    // Idle cash after a shortage is news of its own, not a better shortage.
    return from == Level::normal || to == Level::blue ? text::Reason::first : text::Reason::worse;
}

}  // namespace

std::vector<Level> levels_reached(unsigned reached) {
    std::vector<Level> levels;
    for (const auto level : levels_that_warn) {
        if ((reached & 1U << static_cast<unsigned>(level)) != 0) {
            levels.push_back(level);
        }
    }
    return levels;
}

AlertMoved record_move(Step& step, const Moved& moved) {
    const auto& subject = step.catalogue().subjects[moved.key.subject];
    const auto& indicator = step.catalogue().indicators[moved.key.indicator];
    const auto& standing = step.state.standing(moved.key);
    const auto effective = rules::effective_lines(indicator, subject, moved.judgement.date);
    AlertMoved event;
    event.subject = subject.id;
    event.indicator = indicator.id;
    event.from = standing.level;
    event.to = moved.to;
    const auto opens = standing.level == Level::normal;
    event.episode = standing.episode + (opens ? 1 : 0);
    event.transition = opens ? 1 : standing.transition + 1;
    event.alert = alert_id(subject.id, indicator.id, event.episode);
    event.as_of = moved.judgement.date;
    event.value = to_fraction(rational(moved.judgement.value).value_or(Rational{}));
    event.judged = to_fraction(rational(moved.judgement.judged).value_or(Rational{}));
    const auto at_level = moved.to == Level::normal ? standing.level : moved.to;
    if (const auto& line = effective.lines.at(at_level)) {
        event.line = rules::to_text(*line);
    }
    if (const auto* layer = effective.layer[static_cast<std::size_t>(at_level)]) {
        event.layer = layer->basis;
    }
    if (subject.plan) {
        event.plan = subject.plan->digest;
    }
    event.evidence = evidence_of(step.state, moved.key, moved.judgement.date);
    event.why = moved.why;
    step.emit(event);
    return event;
}

void move_level(Step& step, const Moved& moved) {
    const auto& subject = step.catalogue().subjects[moved.key.subject];
    const auto standing = step.state.standing(moved.key);
    const auto event = record_move(step, moved);
    if (moved.to < standing.level && moved.to > Level::blue) {
        return;  // better, but not over: on record, not told
    }
    Notice notice;
    notice.facts.reason = reason_of(standing.level, moved.to);
    notice.facts.alert_id = event.alert;
    notice.facts.transition = event.transition;
    notice.facts.subject = &subject;
    notice.facts.risk = risk_facts(step, moved, standing.level);
    notice.level = moved.to == Level::normal ? standing.level : moved.to;
    if (moved.to == Level::normal) {
        notice.levels = levels_reached(standing.reached);  // the end concerns all who were told
    }
    notice.occasion = fmt::format("{}/{}", event.alert, event.transition);
    step.risks.push_back(std::move(notice));
}

void remember(Step& step, Key key, std::vector<Watched> window) {
    const auto found = step.state.watched.find(key);
    const auto had = found != step.state.watched.end();
    if (had ? found->second != window : !window.empty()) {
        step.emit(AlertWatched{
            step.catalogue().subjects[key.subject].id,
            step.catalogue().indicators[key.indicator].id,
            std::move(window)});
    }
}

namespace {

// Applies what the window allows now, and keeps of it what still counts.
void settle_window(Step& step, std::vector<Watched> window, const Moved& candidate) {
    const auto now = step.state.standing(candidate.key).level;
    Stand stand{now, std::move(window)};
    settle(stand, step.catalogue().indicators[candidate.key.indicator], step.at);
    if (stand.level != now) {
        auto moved = candidate;
        moved.to = stand.level;
        move_level(step, moved);
    }
    remember(step, candidate.key, std::move(stand.window));
}

}  // namespace

void judge_level(Step& step, Key key, Date as_of) {
    const auto& indicator = step.catalogue().indicators[key.indicator];
    if (indicator.kind == IndicatorKind::standing) {
        return;
    }
    auto weighed = weigh(step.state, key, as_of);
    if (!weighed) {
        return;
    }
    auto& reading = weighed->reading;
    reading.at = step.at;
    auto& standing = step.state.standing(key);
    standing.judged = std::max(standing.judged, reading.date);

    const auto found = step.state.watched.find(key);
    if (found == step.state.watched.end() && !pends(reading, standing.level)) {
        return;
    }
    auto window = found == step.state.watched.end() ? std::vector<Watched>{} : found->second;
    const auto same = std::ranges::find(window, reading.date, &Watched::date);
    if (same != window.end()) {
        same->entered = reading.entered;  // restated: judged again, known since the first time
        same->kept = reading.kept;
    } else {
        window.push_back(reading);
        std::ranges::sort(window, {}, &Watched::date);
    }
    settle_window(step, std::move(window), {key, Level::normal, std::move(weighed->judgement)});
}

std::optional<Instant> hold_due(const State& state, Key key, const std::vector<Watched>& window) {
    const auto& indicator = state.rules->catalogue().indicators[key.indicator];
    const auto now = state.standing(key).level;
    std::optional<Instant> due;
    const auto consider = [&](std::span<const Watched> run, const Hold& hold) {
        if (!run.empty() && hold.time > Millis{0}
            && run.size() >= static_cast<std::size_t>(std::max(hold.readings, 1))) {
            const auto at = run.front().at + hold.time;
            due = due ? std::min(*due, at) : at;
        }
    };
    for (const auto level : levels_that_warn) {
        if (level > now) {
            consider(
                run_of(window, [&](const Watched& w) { return w.entered >= level; }),
                indicator.hold);
        }
    }
    consider(run_of(window, [&](const Watched& w) { return w.kept < now; }), indicator.leave_hold);
    return due;
}

void check_holds(Step& step) {
    std::vector<Key> due;
    for (const auto& [key, window] : step.state.watched) {
        const auto at = hold_due(step.state, key, window);
        if (at && *at <= step.at) {
            due.push_back(key);
        }
    }
    for (const auto& key : due) {
        auto judgement = rules::judge(
            *step.state.rules,
            key.indicator,
            key.subject,
            step.state.readings,
            step.state.standing(key).judged);
        const auto fresh =
            freshness_of(step.state, key, step.today()).freshness == Freshness::fresh;
        const auto raises =
            step.state.watched.at(key).back().entered > step.state.standing(key).level;
        // Time alone may raise a level on old data; it may not lower one.
        if (judgement && rational(judgement->judged) && (fresh || raises)) {
            settle_window(
                step, step.state.watched.at(key), {key, Level::normal, std::move(*judgement)});
            review_plan(step, key.subject);
        }
    }
}

}  // namespace sanbao::core
