#include "daemon/feeds/fate.hpp"

#include <algorithm>

namespace sanbao::feeds {

namespace {

std::int64_t taken_of(const core::State& state, const std::string& feed) {
    const auto found = state.feeds.find(feed);
    return found == state.feeds.end() ? 0 : found->second.accepted_count;
}

bool is_discarded(const core::State& state, const std::string& feed, const std::string& digest) {
    const auto found = state.feeds.find(feed);
    return found != state.feeds.end()
           && std::ranges::find(found->second.discarded, digest) != found->second.discarded.end();
}

}  // namespace

std::function<Fate(const core::State&)> fate_of(const Poll& poll, const core::State& before) {
    if (const auto* failed = std::get_if<core::PollFailed>(&poll)) {
        const auto fate = core::is_refusal(failed->problem) ? Fate::refused : Fate::failed;
        return [fate](const core::State&) {
            return fate;
        };
    }
    const auto* accepted = std::get_if<core::PollAccepted>(&poll);
    if (accepted == nullptr) {
        return [](const core::State&) {
            return Fate::unchanged;
        };
    }
    const auto feed = before.rules->catalogue().feeds[accepted->feed].id;
    return [feed, digest = accepted->digest, count = taken_of(before, feed)](
               const core::State& after) {
        if (taken_of(after, feed) > count) {
            return Fate::taken;  // also what was discarded once and fits together by now
        }
        return is_discarded(after, feed, digest) ? Fate::discarded : Fate::held;
    };
}

}  // namespace sanbao::feeds
