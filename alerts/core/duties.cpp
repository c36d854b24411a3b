#include "alerts/core/duties.hpp"

#include "alerts/base/digest.hpp"

#include <algorithm>

namespace sanbao::core {

namespace {

using std::chrono::days;

const Duty* duty_of(const State& state, std::string_view feed, std::string_view county) {
    const auto found = state.duties.find({std::string{feed}, std::string{county}});
    return found == state.duties.end() ? nullptr : &found->second;
}

// Newest date of any of the feed's items.
Date newest_reading(const State& state, std::uint32_t feed, std::uint32_t county) {
    auto newest = Date::min();
    for (const auto item : state.rules->feed(feed).items) {
        if (const auto latest = state.readings.latest(item, county)) {
            newest = std::max(newest, latest->date);
        }
    }
    return newest;
}

std::optional<Instant> missing_at(const State& state, const FeedRule& rule, const Period& period) {
    if (rule.missing_after.span == Millis{0} && rule.missing_after.workdays == 0) {
        return std::nullopt;
    }
    const auto& catalogue = state.rules->catalogue();
    return end_of(rule.missing_after, period.due, catalogue.calendar, catalogue.zone);
}

}  // namespace

Date newest_of(const State& state, const FeedRule& rule, std::string_view county) {
    if (rule.arrives == Arrival::hand) {
        const auto* const duty = duty_of(state, rule.id, county);
        return duty == nullptr ? Date::min() : duty->accepted;
    }
    const auto found = state.feeds.find(rule.id);
    auto newest = found == state.feeds.end() ? Date::min() : found->second.newest;
    if (rule.partial) {
        const auto feed = state.rules->catalogue().feed(rule.id);
        for (const auto subject : state.rules->feed(feed).counties) {
            newest = std::min(newest, newest_reading(state, feed, subject));
        }
    }
    return newest;
}

std::vector<std::uint32_t> lagging_counties(const State& state, std::uint32_t feed, Date date) {
    std::vector<std::uint32_t> found;
    for (const auto subject : state.rules->feed(feed).counties) {
        if (newest_reading(state, feed, subject) < date) {
            found.push_back(subject);
        }
    }
    return found;
}

Owed owed_now(const State& state, const FeedRule& rule, std::string_view county, Instant now) {
    const auto& [zone, calendar] =
        std::tie(state.rules->catalogue().zone, state.rules->catalogue().calendar);
    const auto& schedule = *rule.due;
    const auto* const own = duty_of(state, rule.id, county);
    const auto* const first = own != nullptr ? own : duty_of(state, rule.id, "");
    const auto since =
        first != nullptr
            ? first->period
            : period_next(schedule, period_due(schedule, now, calendar, zone), calendar, zone).last;
    const auto from = std::max(newest_of(state, rule, county) + days{1}, since);
    Owed owed{period_ending(schedule, from, calendar, zone), DutyStage::owed, {}};
    if (owed.period.due <= now) {
        owed.moves = missing_at(state, rule, owed.period);
        const bool missing = owed.moves && *owed.moves <= now;
        owed.stage = missing ? DutyStage::missing : DutyStage::late;
        owed.moves = missing ? std::nullopt : owed.moves;
        return owed;
    }
    const auto remind = owed.period.due - rule.remind_before;
    owed.stage =
        rule.remind_before > Millis{0} && remind <= now ? DutyStage::reminded : DutyStage::owed;
    const bool to_remind = rule.remind_before > Millis{0} && remind > now;
    owed.moves = to_remind ? remind : owed.period.due;
    return owed;
}

bool is_overdue(const State& state, std::string_view feed) {
    const auto* const duty = duty_of(state, feed, "");
    return duty != nullptr && duty->stage >= DutyStage::late;
}

std::vector<std::string> filing_counties(const FeedRule& rule) {
    if (!rule.counties.empty()) {
        return rule.counties;
    }
    std::vector<std::string> counties;
    for (const auto& [county, reporter] : rule.reporters) {
        counties.push_back(county);
    }
    return counties;
}

const Filing* waiting_filing(
    const State& state, std::string_view feed, std::string_view county, Date date) {
    const auto found = std::ranges::find_if(state.filings, [&](const auto& entry) {
        const auto& filing = entry.second;
        return filing.feed == feed && filing.subject == county && filing.date >= date;
    });
    return found == state.filings.end() ? nullptr : &found->second;
}

std::string filing_id(
    std::string_view feed, std::string_view county, Date date, std::string_view digest) {
    return derived_id("filing", {feed, county, sanbao::to_text(date), digest});
}

}  // namespace sanbao::core
