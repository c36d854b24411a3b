#include "alerts/base/assert.hpp"
#include "alerts/base/digest.hpp"
#include "daemon/feeds/poller.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace sanbao::feeds {

namespace asio = boost::asio;
using core::PollProblem;

namespace {

constexpr std::size_t worker_bytes_min = 256
                                         << 10;  // below, the hand-over costs more than it saves
constexpr Millis backoff_max = std::chrono::hours{1};
constexpr int backoff_steps_max = 4;  // 2^4 x every

// Everything that reading one body needs and gives; owns it all, for it may outlive its coroutine.
struct Job {
    FeedSettings feed;
    std::shared_ptr<const rules::Rulebook> rules;
    std::string body;
    Instant now;
    std::string known_digest;

    std::string digest;
    std::optional<boost::system::result<Decoded, Refusal>> decoded;  // unset: the known body
    bool done = false;

    void run() {
        digest = to_hex(sha256(body));
        if (digest != known_digest) {
            decoded.emplace(decode(feed, *rules, body, now));
        }
    }
};

// Runs the job on a worker; `done` stays false when the coroutine is cancelled meanwhile. The pool
// must be joined before the loop is destroyed.
asio::awaitable<void> run_on_worker(std::shared_ptr<Job> job, asio::thread_pool& workers) {
    const auto executor = co_await asio::this_coro::executor;
    auto finished =
        std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
    asio::post(workers, [job, finished, executor] {
        job->run();
        asio::post(executor, [job, finished] {
            job->done = true;
            finished->cancel();
        });
    });
    co_await finished->async_wait(asio::as_tuple(asio::use_awaitable));
}

PollProblem problem_of(io::TransferProblem problem) {
    switch (problem) {
        case io::TransferProblem::bad_request:
        case io::TransferProblem::unreachable:
        case io::TransferProblem::denied:
        case io::TransferProblem::later:
            return PollProblem::unreachable;
        case io::TransferProblem::timed_out:
            return PollProblem::timed_out;
        case io::TransferProblem::tls:
            return PollProblem::tls;
        case io::TransferProblem::too_large:
            return PollProblem::too_large;
        case io::TransferProblem::truncated:
            return PollProblem::truncated;
        case io::TransferProblem::redirect:
            return PollProblem::redirect;
    }
    SANBAO_ASSERT(false);
}

io::Request request_for(const FeedSettings& feed) {
    io::Request request;
    request.url = feed.url;
    request.connect_timeout = feed.connect_timeout;
    request.timeout = feed.timeout;
    request.body_max = feed.body_max;
    request.ca_file = feed.ca_file;
    request.proxy = feed.proxy;
    return request;
}

std::string status_message(int status) {
    const auto* const advice = status == 401 || status == 403
                                   ? "see whether the source wants a password"
                               : status == 404 || status == 410 ? "correct the address of the feed"
                               : status == 304 ? "it was not asked for changes only"
                                               : "ask the operator of the source";
    return fmt::format("the source answered HTTP {} instead of 200: {}", status, advice);
}

std::string refusal_message(const Refusal& refusal) {
    const auto others = refusal.problems.size() - 1;
    return others == 0 ? refusal.problems.front()
                       : fmt::format("{} (and {} more)", refusal.problems.front(), others);
}

std::string header_or_empty(const io::Response& response, std::string_view name) {
    const auto* const value = response.header(name);
    return value == nullptr ? std::string{} : *value;
}

// What a finished job means, remembered.
Poll conclude(Job& job, std::uint32_t feed, const io::Response& response, Memory& memory) {
    if (job.decoded && job.decoded->has_error()) {
        const auto& refusal = job.decoded->error();
        ++memory.failures;
        return core::PollFailed{
            feed, refusal.problem, refusal_message(refusal), std::move(job.digest)};
    }
    memory.failures = 0;
    memory.etag = header_or_empty(response, "etag");
    memory.last_modified = header_or_empty(response, "last-modified");
    if (!job.decoded) {
        return core::PollUnchanged{feed};
    }
    memory.digest = job.digest;
    auto& decoded = **job.decoded;
    return core::PollAccepted{
        feed,
        std::move(job.digest),
        static_cast<std::int64_t>(job.body.size()),
        decoded.rows,
        std::move(decoded.cells)};
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

asio::awaitable<Poll> poll_once(
    const FeedSettings& feed,
    std::shared_ptr<const rules::Rulebook> rules,
    io::Transfer& transfer,
    asio::thread_pool& workers,
    Memory& memory,
    std::function<Instant()> now) {
    const auto number = rules->catalogue().feed(feed.id);
    auto request = request_for(feed);
    if (!memory.etag.empty()) {
        request.headers.emplace_back("If-None-Match", memory.etag);
    }
    if (!memory.last_modified.empty()) {
        request.headers.emplace_back("If-Modified-Since", memory.last_modified);
    }
    const bool conditional = !request.headers.empty();

    auto answer = co_await transfer.perform(std::move(request));
    if (!answer) {
        ++memory.failures;
        const auto& error = answer.error();
        core::PollFailed failed{number, problem_of(error.problem), error.message, ""};
        co_return failed;
    }
    auto& response = *answer;
    if (response.status == 304 && conditional) {
        memory.failures = 0;
        co_return core::PollUnchanged{number};
    }
    if (response.status != 200) {
        ++memory.failures;
        core::PollFailed failed{
            number, PollProblem::http_status, status_message(response.status), ""};
        co_return failed;
    }

    auto job = std::make_shared<Job>();
    job->feed = feed;
    job->rules = std::move(rules);
    job->body = std::move(response.body);
    job->now = now();
    job->known_digest = memory.digest;
    if (job->body.size() < worker_bytes_min) {
        job->run();
    } else {
        co_await run_on_worker(job, workers);
        if (!job->done) {
            core::PollFailed failed{number, PollProblem::unreachable, "the poll was cancelled", ""};
            co_return failed;
        }
    }
    co_return conclude(*job, number, response, memory);
}

asio::awaitable<io::TransferResult<TestReport>> test_once(
    const FeedSettings& feed,
    std::shared_ptr<const rules::Rulebook> rules,
    io::Transfer& transfer,
    Instant now) {
    auto request = request_for(feed);
    auto answer = co_await transfer.perform(std::move(request));
    if (!answer) {
        co_return answer.error();
    }
    auto& response = *answer;
    TestReport report;
    report.status = response.status;
    report.bytes = static_cast<std::int64_t>(response.body.size());
    report.digest = to_hex(sha256(response.body));
    if (response.status == 200) {
        report.decoded = decode(feed, *rules, response.body, now);
    } else {
        Refusal refusal{PollProblem::http_status, {status_message(response.status)}};
        report.decoded = std::move(refusal);
    }
    co_return report;
}

}  // namespace sanbao::feeds
