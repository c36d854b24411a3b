#include "daemon/feeds/take.hpp"

#include "alerts/base/digest.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <optional>

namespace sanbao::feeds {

namespace asio = boost::asio;
using core::PollProblem;

namespace {

constexpr std::size_t worker_bytes_min = 256
                                         << 10;  // below, the hand-over costs more than it saves

// Everything that reading one body needs and gives; owns it all, for it may outlive its coroutine.
struct Job {
    FeedSettings feed;
    std::shared_ptr<const rules::Rulebook> rules;
    std::string body;
    Instant now;
    std::string known_digest;
    KeepBody keep;  // empty: not kept

    std::string digest;
    Result<void> kept;
    std::optional<boost::system::result<Decoded, Refusal>> decoded;  // unset: known, or not kept

    void hash() { digest = to_hex(sha256(body)); }
    [[nodiscard]] bool is_known() const { return digest == known_digest; }
    void read() {
        if (keep) {
            kept = keep(body, digest, feed.keep);
        }
        if (kept) {
            decoded.emplace(decode(feed, *rules, body, now));
        }
    }
};

std::string refusal_message(const Refusal& refusal) {
    const auto others = refusal.problems.size() - 1;
    return others == 0 ? refusal.problems.front()
                       : fmt::format("{} (and {} more)", refusal.problems.front(), others);
}

Delivery conclude(Job& job, std::uint32_t feed) {
    Delivery delivery;
    delivery.digest = job.digest;
    if (job.is_known()) {
        delivery.poll = core::PollUnchanged{feed};
    } else if (!job.kept) {
        delivery.poll =
            core::PollFailed{feed, PollProblem::not_ready, job.kept.error().message, ""};
    } else if (job.decoded->has_error()) {
        auto refusal = job.decoded->error();
        delivery.poll = core::PollFailed{
            feed, refusal.problem, refusal_message(refusal), std::move(job.digest)};
        delivery.problems = std::move(refusal.problems);
    } else {
        auto& decoded = **job.decoded;
        delivery.rows = decoded.rows;
        delivery.poll = core::PollAccepted{
            feed,
            std::move(job.digest),
            static_cast<std::int64_t>(job.body.size()),
            decoded.rows,
            std::move(decoded.cells),
            decoded.edition};
    }
    return delivery;
}

}  // namespace

asio::awaitable<bool> on_worker(asio::thread_pool& workers, std::function<void()> work) {
    const auto executor = co_await asio::this_coro::executor;
    auto finished =
        std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
    auto done = std::make_shared<bool>(false);
    asio::post(workers, [work = std::move(work), done, finished, executor] {
        work();
        asio::post(executor, [done, finished] {
            *done = true;
            finished->cancel();
        });
    });
    co_await finished->async_wait(asio::as_tuple(asio::use_awaitable));
    co_return *done;
}

asio::awaitable<Delivery> take_body(Taking taking, std::string body) {
    const auto number = taking.rules->catalogue().feed(taking.feed.id);
    auto job = std::make_shared<Job>();
    job->feed = taking.feed;
    job->rules = taking.rules;
    job->body = std::move(body);
    job->now = taking.now;
    job->known_digest = std::move(taking.known_digest);
    if (taking.keep && taking.feed.keep != Keep::no) {
        job->keep = taking.keep;
    }
    const bool small = job->body.size() < worker_bytes_min;
    if (small) {
        job->hash();
        if (!job->is_known() && !job->keep) {
            job->read();
        }
        if (job->is_known() || !job->keep) {
            co_return conclude(*job, number);
        }
    }
    std::function<void()> work = [job, small] {
        if (!small) {
            job->hash();
        }
        if (!job->is_known()) {
            job->read();
        }
    };
    const bool done = co_await on_worker(taking.workers, std::move(work));
    if (!done) {
        Delivery cancelled;
        cancelled.poll =
            core::PollFailed{number, PollProblem::unreachable, "the poll was cancelled", ""};
        co_return cancelled;
    }
    co_return conclude(*job, number);
}

}  // namespace sanbao::feeds
