#include "daemon/feeds/poller.hpp"

#include "alerts/base/digest.hpp"
#include "tests/unit/fake_transfer.hpp"
#include "tests/unit/feed_samples.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <future>

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;
using core::PollAccepted;
using core::PollFailed;
using core::PollProblem;
using core::PollUnchanged;
namespace asio = boost::asio;

namespace {

std::string body_with(std::string_view value) {
    return fmt::format(
        R"({{"rows":[{{"code":"610326","day":"2026-11-22","bal":{},"out":2}}]}})", value);
}

// A body of a good megabyte: read on a worker.
std::string large_body() {
    std::string rows;
    for (int i = 0; i < 12'000; ++i) {
        rows += fmt::format(
            R"({}{{"code":"610326","day":"{}","bal":{},"out":2,"note":"some more text to pass over"}})",
            i == 0 ? "" : ",",
            to_text(from_day_number(8'000 + i)),
            i);
    }
    return fmt::format(R"({{"rows":[{}]}})", rows);
}

struct Bench {
    asio::io_context loop;
    asio::thread_pool workers{1};  // joined before the loop ends
    std::shared_ptr<const rules::Rulebook> rules = rulebook();
    Memory memory;
    KeepBody keep;
    Fate fate = Fate::taken;  // of what comes

    Poll poll(FakeTransfer& transfer, const FeedSettings& feed = wide_feed()) {
        std::optional<Polled> result;
        const Means means{transfer, workers, &morning, keep};
        asio::co_spawn(
            loop,
            poll_once(feed, rules, means, memory),
            [&](std::exception_ptr failed, Polled got) {
                REQUIRE(failed == nullptr);
                result = std::move(got);
            });
        loop.restart();
        loop.run_for(std::chrono::seconds{20});
        REQUIRE(result.has_value());
        remember(memory, std::move(result->next), fate);
        return std::move(result->poll);
    }
};

const PollFailed& failure(const Poll& poll) {
    REQUIRE(std::holds_alternative<PollFailed>(poll));
    return std::get<PollFailed>(poll);
}

std::string header_of(const io::Request& request, std::string_view name) {
    for (const auto& [key, value] : request.headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

}  // namespace

namespace Catch {
template <>
struct StringMaker<PollProblem> {
    static std::string convert(PollProblem problem) {
        return "problem " + std::to_string(static_cast<int>(problem));
    }
};
}  // namespace Catch

TEST_CASE("the next poll comes after the period, and after failures ever later") {
    auto feed = wide_feed();
    feed.every = Millis{60'000};
    CHECK(next_delay(feed, 0, 12345) == Millis{60'000});
    for (const auto& [failures, base] : std::vector<std::pair<int, int>>{
             {1, 60}, {2, 120}, {3, 240}, {4, 480}, {5, 960}, {6, 960}, {100, 960}}) {
        CHECK(next_delay(feed, failures, 0) == Millis{base * 1000});
        for (const std::uint64_t seed : {1ULL, 29'999ULL, 30'000ULL, 30'001ULL, ~0ULL}) {
            const auto delay = next_delay(feed, failures, seed);
            CHECK(delay >= Millis{base * 1000});
            CHECK(delay <= Millis{base * 1000 + 30'000});
        }
    }
    feed.every = std::chrono::minutes{20};
    CHECK(next_delay(feed, 3, 0) == std::chrono::hours{1});
    feed.every = std::chrono::hours{6};
    CHECK(next_delay(feed, 9, 0) == std::chrono::hours{6});
}

TEST_CASE("a good body is accepted, and the next request is conditional") {
    FakeTransfer transfer{[](const io::Request& request) -> FakeTransfer::Answer {
        return request.headers.empty() ? answer_of(
                   200, body_with("1.5"), {{"etag", "\"v1\""}, {"last-modified", "Sun"}})
                                       : answer_of(304, "");
    }};
    Bench bench;
    const auto poll = bench.poll(transfer);
    REQUIRE(std::holds_alternative<PollAccepted>(poll));
    const auto& accepted = std::get<PollAccepted>(poll);
    CHECK(accepted.feed == 0);
    CHECK(accepted.rows == 1);
    CHECK(accepted.cells.size() == 2);
    CHECK(accepted.bytes == static_cast<std::int64_t>(body_with("1.5").size()));
    CHECK(accepted.digest == to_hex(sha256(body_with("1.5"))));
    CHECK(std::holds_alternative<PollUnchanged>(bench.poll(transfer)));
    CHECK(header_of(transfer.requests[1], "If-None-Match") == "\"v1\"");
    CHECK(header_of(transfer.requests[1], "If-Modified-Since") == "Sun");
}

TEST_CASE("the same body is unchanged, also when it is large or the digest is from the journal") {
    for (const auto& body : {body_with("1"), large_body()}) {
        FakeTransfer transfer{[&](const io::Request&) -> FakeTransfer::Answer {
            return answer_of(200, body);
        }};
        Bench bench;
        CHECK(std::holds_alternative<PollAccepted>(bench.poll(transfer)));
        CHECK(std::holds_alternative<PollUnchanged>(bench.poll(transfer)));
        Bench restarted;
        restarted.memory.digest = to_hex(sha256(body));
        CHECK(std::holds_alternative<PollUnchanged>(restarted.poll(transfer)));
    }
}

TEST_CASE("a large body is read on a worker to the same end") {
    const auto body = large_body();
    REQUIRE(body.size() > (256 << 10));
    FakeTransfer transfer{[&](const io::Request&) -> FakeTransfer::Answer {
        return answer_of(200, body);
    }};
    Bench bench;
    const auto poll = bench.poll(transfer);
    REQUIRE(std::holds_alternative<PollAccepted>(poll));
    CHECK(std::get<PollAccepted>(poll).rows == 12'000);
    CHECK(std::get<PollAccepted>(poll).cells.size() == 24'000);
}

TEST_CASE("a refused body is fetched whole again: its tag is not remembered") {
    std::string value = "1";
    FakeTransfer transfer{[&](const io::Request&) -> FakeTransfer::Answer {
        return answer_of(200, body_with(value), {{"etag", "\"" + value + "\""}});
    }};
    Bench bench;
    CHECK(std::holds_alternative<PollAccepted>(bench.poll(transfer)));
    value = "null";
    const auto poll = bench.poll(transfer);
    CHECK(failure(poll).problem == PollProblem::bad_value);
    CHECK(failure(poll).message.find("row 1, /bal") == 0);
    CHECK(failure(poll).digest == to_hex(sha256(body_with("null"))));
    CHECK(bench.memory.failures == 1);
    CHECK(failure(bench.poll(transfer)).problem == PollProblem::bad_value);
    CHECK(header_of(transfer.requests[2], "If-None-Match") == "\"1\"");
    CHECK(bench.memory.failures == 2);
    value = "3";
    CHECK(std::holds_alternative<PollAccepted>(bench.poll(transfer)));
    CHECK(bench.memory.failures == 0);
}

TEST_CASE("a body that is held back is asked for in full again, until it is taken") {
    FakeTransfer transfer{[](const io::Request& request) -> FakeTransfer::Answer {
        return request.headers.empty() ? answer_of(200, body_with("1"), {{"etag", "\"v1\""}})
                                       : answer_of(304, "");
    }};
    Bench bench;
    for (const auto fate : {Fate::held, Fate::held, Fate::discarded, Fate::lost, Fate::taken}) {
        bench.fate = fate;
        CHECK(std::holds_alternative<PollAccepted>(bench.poll(transfer)));
        CHECK(bench.memory.failures == 0);
    }
    CHECK(std::holds_alternative<PollUnchanged>(bench.poll(transfer)));
}

TEST_CASE("what became of a body is read from the state behind its step") {
    core::State before;
    before.rules = rulebook();
    auto behind = before;
    const Poll poll = PollAccepted{0, "d1", 1, 1, {}, {}};
    const auto fate = [&] {
        return fate_of(poll, before)(behind);
    };
    CHECK(fate() == Fate::held);
    behind.feeds["treasury"].discarded = {"d0"};
    CHECK(fate() == Fate::held);
    behind.feeds["treasury"].discarded = {"d0", "d1"};
    CHECK(fate() == Fate::discarded);
    behind.feeds["treasury"].accepted_count = 1;
    CHECK(fate() == Fate::taken);
    before = behind;
    CHECK(fate() == Fate::discarded);
    CHECK(fate_of(PollUnchanged{0}, before)(behind) == Fate::unchanged);
    CHECK(fate_of(PollFailed{0, PollProblem::tls, "", ""}, before)(behind) == Fate::failed);
    CHECK(fate_of(PollFailed{0, PollProblem::malformed, "", ""}, before)(behind) == Fate::refused);
}

TEST_CASE("statuses other than 200 fail the poll") {
    for (const int status : {204, 206, 304, 401, 404, 500, 503}) {
        FakeTransfer transfer{[&](const io::Request&) -> FakeTransfer::Answer {
            return answer_of(status, body_with("1"));
        }};
        Bench bench;
        const auto poll = bench.poll(transfer);
        CHECK(failure(poll).problem == PollProblem::http_status);
        CHECK(failure(poll).message.find(std::to_string(status)) != std::string::npos);
        CHECK(failure(poll).digest.empty());
    }
}

TEST_CASE("transfer problems keep their kind") {
    using io::TransferProblem;
    for (const auto& [from, to] : std::vector<std::pair<TransferProblem, PollProblem>>{
             {TransferProblem::bad_request, PollProblem::unreachable},
             {TransferProblem::unreachable, PollProblem::unreachable},
             {TransferProblem::timed_out, PollProblem::timed_out},
             {TransferProblem::tls, PollProblem::tls},
             {TransferProblem::too_large, PollProblem::too_large},
             {TransferProblem::truncated, PollProblem::truncated},
             {TransferProblem::redirect, PollProblem::redirect}}) {
        FakeTransfer transfer{[&, problem = from](const io::Request&) -> FakeTransfer::Answer {
            return io::TransferError{problem, 0, "words"};
        }};
        Bench bench;
        CHECK(failure(bench.poll(transfer)).problem == to);
    }
}

TEST_CASE("a feed test tells the whole story and remembers nothing") {
    FakeTransfer transfer{[](const io::Request& request) -> FakeTransfer::Answer {
        return request.url.ends_with("bad") ? answer_of(500, "oops")
                                            : answer_of(200, body_with("1"));
    }};
    Bench bench;
    auto feed = wide_feed();
    const auto test = [&] {
        io::TransferResult<TestReport> result;
        asio::co_spawn(
            bench.loop,
            test_once(feed, bench.rules, transfer, morning()),
            [&](std::exception_ptr, io::TransferResult<TestReport> got) {
                result = std::move(got);
            });
        bench.loop.restart();
        bench.loop.run();
        return result;
    };
    const auto good = test();
    REQUIRE(good.has_value());
    CHECK(good->status == 200);
    CHECK(good->decoded->cells.size() == 2);
    feed.url += "bad";
    const auto bad = test();
    REQUIRE(bad.has_value());
    CHECK(bad->status == 500);
    CHECK(bad->decoded.has_error());
}

namespace {

// A poller on a loop of its own, with what its sink was given.
struct Running {
    asio::io_context loop;
    asio::thread_pool workers{1};  // joined before the loop ends
    std::shared_ptr<const rules::Rulebook> rules;
    FakeTransfer transfer;
    std::vector<Poll> polls;
    Poller poller;

    explicit Running(Catalogue catalogue = sample_catalogue())
        : rules(rulebook(std::move(catalogue)))
        , transfer([](const io::Request& request) -> FakeTransfer::Answer {
            if (request.url.find("down") != std::string::npos) {
                return io::TransferError{io::TransferProblem::unreachable, 0, "down"};
            }
            return answer_of(200, body_with("1"), {{"etag", "\"v1\""}});
        })
        , poller(
              loop.get_executor(),
              {transfer,
               workers,
               &morning,
               [this] { return rules; },
               [this](Poll poll) {
                   polls.push_back(std::move(poll));
                   return Fate::taken;
               }}) {}

    void run_for(Millis time) {
        loop.restart();
        loop.run_for(time);
    }
    [[nodiscard]] std::ptrdiff_t requests_to(std::string_view part) const {
        return std::ranges::count_if(transfer.requests, [&](const io::Request& request) {
            return request.url.find(part) != std::string::npos;
        });
    }
};

FeedSettings feed_at(std::string id, std::string_view path, Millis every) {
    auto feed = wide_feed();
    feed.id = std::move(id);
    feed.url = fmt::format("http://127.0.0.1{}", path);
    feed.every = every;
    return feed;
}

}  // namespace

TEST_CASE("a feed is polled from start to start, however long a poll takes") {
    Running running;
    running.transfer.delay = Millis{60};
    running.poller.set_feeds({feed_at("treasury", "/a", Millis{100})}, {});
    running.run_for(Millis{650});
    CHECK(running.transfer.requests.size() >= 5);  // with waits behind each poll there were four
    CHECK(running.transfer.requests.size() <= 7);
    REQUIRE_FALSE(running.polls.empty());
    CHECK(std::holds_alternative<PollAccepted>(running.polls[0]));
    CHECK(std::holds_alternative<PollUnchanged>(running.polls[1]));
}

TEST_CASE("polls of one feed never overlap and a slow feed delays no other") {
    Running running;
    running.transfer.delay = Millis{150};
    running.poller.set_feeds(
        {feed_at("a", "/slow", Millis{10}), feed_at("b", "/other", Millis{10})}, {});
    int most = 0;
    for (int i = 0; i < 40; ++i) {
        running.run_for(Millis{10});
        most = std::max(most, running.transfer.under_way);
    }
    CHECK(most == 2);
    CHECK(running.requests_to("/slow") >= 2);
    CHECK(running.requests_to("/other") >= 2);
}

TEST_CASE("failures are polled ever less often") {
    Running running;
    running.poller.set_feeds(
        {feed_at("a", "/down", Millis{20}), feed_at("b", "/up", Millis{20})}, {});
    running.run_for(Millis{600});
    CHECK(running.requests_to("/down") <= 7);
    CHECK(running.requests_to("/up") >= 15);
}

TEST_CASE("three hundred feeds do not start in the same moment") {
    Running running;
    std::vector<FeedSettings> feeds;
    for (int i = 0; i < 300; ++i) {
        feeds.push_back(feed_at(fmt::format("feed{}", i), "/a", Millis{60'000}));
    }
    running.poller.set_feeds(feeds, {});
    running.run_for(Millis{200});
    const auto early = running.transfer.requests.size();
    CHECK(early >= 20);
    CHECK(early <= 150);
    running.run_for(Millis{1'200});
    CHECK(running.transfer.requests.size() == 300);
}

TEST_CASE("a reload keeps unchanged feeds, starts changed ones afresh and ends removed ones") {
    Running running;
    const auto kept = feed_at("kept", "/kept", Millis{60'000});
    auto changed = feed_at("changed", "/changed", Millis{60'000});
    running.poller.set_feeds({kept, changed, feed_at("removed", "/removed", Millis{10})}, {});
    running.run_for(Millis{100});
    CHECK(running.requests_to("/kept") == 1);
    changed.timeout = Millis{1'234};
    const std::map<std::string, std::string> digests{
        {"changed", to_hex(sha256(body_with("1")))}, {"fresh", to_hex(sha256(body_with("1")))}};
    running.poller.set_feeds({kept, changed, feed_at("fresh", "/fresh", Millis{60'000})}, digests);
    const auto removed = running.requests_to("/removed");
    const auto polls = running.polls.size();
    running.run_for(Millis{100});
    CHECK(running.requests_to("/kept") == 1);
    CHECK(running.requests_to("/changed") == 2);
    CHECK(running.requests_to("/removed") == removed);
    REQUIRE(running.polls.size() == polls + 2);
    // The changed feed may read the same body otherwise; the new one goes by the journal.
    CHECK(std::holds_alternative<PollAccepted>(running.polls[polls]));
    CHECK(std::holds_alternative<PollUnchanged>(running.polls[polls + 1]));
}

TEST_CASE("a poll of the old rules is dropped and done again by the new ones") {
    Running running;
    running.transfer.delay = Millis{60};
    running.poller.set_feeds({feed_at("treasury", "/a", Millis{60'000})}, {});
    running.run_for(Millis{30});
    auto catalogue = sample_catalogue();
    FeedRule before;
    before.id = "a-feed-before";
    catalogue.feeds.insert(catalogue.feeds.begin(), before);
    running.rules = rulebook(catalogue);
    running.run_for(Millis{200});
    CHECK(running.transfer.requests.size() == 2);
    REQUIRE(running.polls.size() == 1);
    REQUIRE(std::holds_alternative<PollAccepted>(running.polls[0]));
    CHECK(std::get<PollAccepted>(running.polls[0]).feed == 1);
}

TEST_CASE("after stop nothing is polled or told, and what is under way is cancelled") {
    Running running;
    running.transfer.delay = Millis{5'000};
    running.poller.set_feeds({feed_at("a", "/a", Millis{10}), feed_at("b", "/b", Millis{10})}, {});
    running.run_for(Millis{50});
    CHECK(running.transfer.under_way == 2);
    running.poller.stop();
    const auto begin = std::chrono::steady_clock::now();
    running.run_for(Millis{3'000});
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{1});  // nothing is left
    CHECK(running.transfer.under_way == 0);
    CHECK(running.transfer.cancelled == 2);
    CHECK(running.polls.empty());
}

TEST_CASE("a poller may end with polls under way") {
    Running running;
    running.transfer.delay = Millis{5'000};
    running.poller.set_feeds({feed_at("a", "/a", Millis{10})}, {});
    running.run_for(Millis{50});
    CHECK(running.transfer.under_way == 1);
}

TEST_CASE("a poller may end while a worker reads a body") {
    const auto body = large_body();
    asio::io_context loop;
    asio::thread_pool workers{1};
    const auto rules = rulebook();
    FakeTransfer transfer{[&](const io::Request&) -> FakeTransfer::Answer {
        return answer_of(200, body);
    }};
    int polls = 0;
    {
        Poller poller{
            loop.get_executor(),
            {transfer,
             workers,
             &morning,
             [&] { return rules; },
             [&](const Poll&) {
                 ++polls;
                 return Fate::taken;
             }}};
        std::promise<void> go;
        asio::post(workers, [&go] { go.get_future().wait(); });  // the job queues up behind this
        poller.set_feeds({feed_at("treasury", "/a", Millis{10})}, {});
        loop.run_for(std::chrono::milliseconds{30});
        CHECK(transfer.requests.size() == 1);
        poller.stop();
        loop.restart();
        loop.run_for(std::chrono::milliseconds{30});
        go.set_value();
    }
    workers.join();
    loop.restart();
    loop.run();
    CHECK(polls == 0);
}
