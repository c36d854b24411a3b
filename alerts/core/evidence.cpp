// From a judgement back to the raw bodies that it rests on.
#include "alerts/base/limits.hpp"
#include "alerts/core/explain.hpp"

#include <algorithm>

namespace sanbao::core {

namespace {

// The dates of the readings that the window looks at, oldest first.
std::vector<Date> dates_of(
    const State& state, std::uint32_t subject, const rules::CompiledInput& input, Date as_of) {
    const auto [first, last] = rules::days_of(input.window, as_of);
    std::vector<Date> dates;
    std::optional<Date> before;  // newest known, at or before the end of the span
    for (const auto& reading : state.readings.history(input.item, subject)) {
        if (reading.date >= first && reading.date <= last) {
            dates.push_back(reading.date);
        }
        if (reading.date <= last) {
            before = reading.date;
        }
    }
    const auto latest = state.readings.latest(input.item, subject);
    if (latest && latest->date <= last && (!before || *before < latest->date)) {
        before = latest->date;
    }
    if (before && (dates.empty() || dates.back() < *before)) {
        dates.push_back(*before);
    }
    return dates;
}

// The body that first can have spoken of `date`; none when it is older than what is remembered.
const std::pair<const Date, std::string>* body_of(const FeedStanding& feed, Date date) {
    const auto found = feed.bodies.lower_bound(date);
    const bool forgotten = found == feed.bodies.begin() && found != feed.bodies.end()
                           && found->first != date
                           && feed.bodies.size() >= limits::feed_bodies_kept;
    return found == feed.bodies.end() || forgotten ? nullptr : &*found;
}

bool delivers(const rules::CompiledFeed& feed, std::uint32_t item) {
    return std::ranges::find(feed.items, item) != feed.items.end();
}

}  // namespace

std::vector<Source> sources_of(const State& state, Key key, std::size_t input, Date as_of) {
    const auto& compiled = state.rules->indicator(key.indicator).inputs.at(input);
    const auto dates = dates_of(state, key.subject, compiled, as_of);
    const auto& feeds = state.rules->catalogue().feeds;
    std::vector<Source> sources;
    for (std::uint32_t i = 0; i < feeds.size(); ++i) {
        const auto standing = state.feeds.find(feeds[i].id);
        if (standing == state.feeds.end() || !delivers(state.rules->feed(i), compiled.item)) {
            continue;
        }
        for (const auto date : dates) {
            const auto* const body = body_of(standing->second, date);
            const Source source{
                feeds[i].id,
                body == nullptr ? "" : body->second,
                body == nullptr ? date : body->first};
            if (body != nullptr && std::ranges::find(sources, source) == sources.end()) {
                sources.push_back(source);
            }
        }
    }
    std::ranges::stable_sort(sources, std::ranges::greater{}, &Source::newest);
    sources.resize(std::min(sources.size(), limits::record_list_max));
    return sources;
}

std::vector<std::string> evidence_of(const State& state, Key key, Date as_of) {
    std::vector<std::string> digests;
    const auto inputs = state.rules->indicator(key.indicator).inputs.size();
    for (std::size_t input = 0; input < inputs; ++input) {
        for (const auto& source : sources_of(state, key, input, as_of)) {
            if (std::ranges::find(digests, source.digest) == digests.end()
                && digests.size() < limits::record_list_max) {
                digests.push_back(source.digest);
            }
        }
    }
    return digests;
}

}  // namespace sanbao::core
