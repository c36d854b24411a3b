#include "alerts/base/digest.hpp"
#include "daemon/feeds/fetch.hpp"
#include "daemon/feeds/poller.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace sanbao::feeds {

namespace asio = boost::asio;

namespace {

constexpr Millis backoff_max = std::chrono::hours{1};
constexpr int backoff_steps_max = 4;  // 2^4 x every

// Of an answer in pages the first page's tag says nothing about the others.
Headers conditions_of(const FeedSettings& feed, const Memory& memory) {
    Headers headers;
    if (feed.paging.any()) {
        return headers;
    }
    if (!memory.etag.empty()) {
        headers.emplace_back("If-None-Match", memory.etag);
    }
    if (!memory.last_modified.empty()) {
        headers.emplace_back("If-Modified-Since", memory.last_modified);
    }
    return headers;
}

}  // namespace

Millis next_delay(const FeedSettings& feed, int failures, std::uint64_t seed) {
    if (failures <= 0) {
        return feed.every;
    }
    const auto doubled = feed.every * (1 << std::min(failures - 1, backoff_steps_max));
    const auto base = std::max(feed.every, std::min(doubled, backoff_max));
    const auto jitter_max = static_cast<std::uint64_t>(feed.every.count() / 2);
    return base + Millis{static_cast<std::int64_t>(seed % (jitter_max + 1))};
}

Memory after(Memory memory, const Delivery& delivery) {
    if (std::holds_alternative<core::PollFailed>(delivery.poll)) {
        ++memory.failures;
    } else {
        memory.failures = 0;
        memory.digest = delivery.digest;
    }
    return memory;
}

void remember(Memory& memory, Memory next, Fate fate) {
    if (fate == Fate::taken || fate == Fate::unchanged) {
        memory = std::move(next);
    } else {
        memory.failures = next.failures;
    }
}

asio::awaitable<Polled> poll_once(
    const FeedSettings& feed,
    std::shared_ptr<const rules::Rulebook> rules,
    const Means& means,
    const Memory& memory) {
    const auto number = rules->catalogue().feed(feed.id);
    Polled polled{core::PollUnchanged{number}, memory};
    auto conditions = conditions_of(feed, memory);
    auto fetched = co_await fetch(feed, means.transfer, std::move(conditions));
    if (!fetched) {
        ++polled.next.failures;
        const auto& error = fetched.error();
        polled.poll = core::PollFailed{number, error.problem, error.message, ""};
        co_return polled;
    }
    if (fetched->status == 304) {
        polled.next.failures = 0;
        co_return polled;
    }
    Taking taking{feed, std::move(rules), means.now(), memory.digest, means.workers, means.keep};
    auto delivery = co_await take_body(std::move(taking), std::move(fetched->body));
    polled.next = after(std::move(polled.next), delivery);
    if (!std::holds_alternative<core::PollFailed>(delivery.poll)) {
        polled.next.etag = std::move(fetched->etag);
        polled.next.last_modified = std::move(fetched->last_modified);
    }
    polled.poll = std::move(delivery.poll);
    co_return polled;
}

asio::awaitable<io::TransferResult<TestReport>> test_once(
    const FeedSettings& feed,
    std::shared_ptr<const rules::Rulebook> rules,
    io::Transfer& transfer,
    Instant now) {
    TestReport report;
    if (feed.arrives == Arrival::folder) {
        auto dropped = first_dropped(feed);
        if (!dropped) {
            co_return io::TransferError{
                io::TransferProblem::unreachable, 0, dropped.error().message};
        }
        report.status = 200;
        report.bytes = static_cast<std::int64_t>(dropped->size());
        report.digest = to_hex(sha256(*dropped));
        report.decoded = decode(feed, *rules, *dropped, now);
        co_return report;
    }
    if (feed.arrives != Arrival::poll) {
        co_return io::TransferError{
            io::TransferProblem::bad_request, 0, "this feed is not fetched: its figures are sent"};
    }
    Headers none;
    auto fetched = co_await fetch(feed, transfer, std::move(none));
    if (!fetched) {
        const auto& error = fetched.error();
        if (error.problem != core::PollProblem::http_status) {
            co_return io::TransferError{
                io::TransferProblem::unreachable, error.status, error.message};
        }
        Refusal refusal{error.problem, {error.message}};
        report.status = error.status;
        report.decoded = std::move(refusal);
        co_return report;
    }
    report.status = fetched->status;
    report.bytes = static_cast<std::int64_t>(fetched->body.size());
    report.digest = to_hex(sha256(fetched->body));
    report.decoded = decode(feed, *rules, fetched->body, now);
    co_return report;
}

}  // namespace sanbao::feeds
