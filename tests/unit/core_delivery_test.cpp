#include "tests/unit/sample.hpp"

using namespace sanbao;
using namespace sanbao::test;
using core::Outcome;

namespace {

struct Post {
    World world;
    std::string mail, hook;
    Instant at = noon("2017-02-01");

    Post() {
        world.balance("2017-02-01", 25'000'000, at);
        mail = core::due_messages(world.state, "mail", at).at(0);
        hook = core::due_messages(world.state, "hook", at).at(0);
    }
    std::vector<core::Event> attempt(
        const std::string& id, Outcome outcome, std::optional<Millis> retry_after = {}) {
        world.step(at, core::AttemptsBegun{{id}});
        return world.step(
            at,
            core::AttemptsSettled{{core::AttemptSettled{
                id, outcome, outcome == Outcome::refused ? 550 : 0, "answer", retry_after}}});
    }
};

}  // namespace

TEST_CASE("a delivered message leaves the outbox and is never due again") {
    Post post;
    post.attempt(post.mail, Outcome::delivered);
    CHECK(core::due_messages(post.world.state, "mail", post.at + 1000h).empty());
    CHECK(post.world.state.delivered == 1);
}

TEST_CASE("a message in flight is not due; after a restart it is, under the same id") {
    Post post;
    post.world.step(post.at, core::AttemptsBegun{{post.hook}});
    CHECK(core::due_messages(post.world.state, "hook", post.at + 1000h).empty());
    post.world.step(post.at + 1s, core::Started{"test"});
    CHECK(core::due_messages(post.world.state, "hook", post.at + 1s).at(0) == post.hook);
}

TEST_CASE("webhooks are tried again after 5 s, 30 s, 2 min … give or take a fifth, for 72 hours") {
    Post post;
    for (const auto wait : {5s, 30s, 120s, 300s, 900s, 1800s, 3600s, 3600s}) {
        const auto deferred = only<core::MessageDeferred>(post.attempt(post.hook, Outcome::later));
        REQUIRE(deferred.size() == 1);
        CHECK(deferred[0].next >= post.at + Millis{wait} * 8 / 10);
        CHECK(deferred[0].next <= post.at + Millis{wait} * 12 / 10);
        CHECK(core::due_messages(post.world.state, "hook", deferred[0].next - 1ms).empty());
        post.at = deferred[0].next;
    }
    for (int i = 0; i < 200; ++i) {
        const auto events = post.attempt(post.hook, Outcome::later);
        if (!only<core::MessageDead>(events).empty()) {
            break;
        }
        post.at = only<core::MessageDeferred>(events).at(0).next;
    }
    CHECK(post.world.state.dead == 1);
    CHECK(post.at - noon("2017-02-01") <= 72h);
    CHECK(post.at - noon("2017-02-01") > 70h);
}

TEST_CASE("Retry-After is obeyed") {
    Post post;
    const auto deferred = only<core::MessageDeferred>(post.attempt(post.hook, Outcome::later, 77s));
    CHECK(deferred.at(0).next == post.at + 77s);
}

TEST_CASE("a dead message is told to the operators through another channel, and only once") {
    Post post;
    const auto events = post.attempt(post.hook, Outcome::gone);
    REQUIRE(only<core::MessageDead>(events).size() == 1);
    const auto told = only<core::MessageQueued>(events);
    REQUIRE(told.size() == 1);
    CHECK(told[0].reason == text::Reason::undeliverable);
    CHECK(told[0].channel == "mail");
    CHECK(told[0].recipient == "li");
    const auto second = post.attempt(told[0].id, Outcome::gone);
    CHECK(only<core::MessageQueued>(second).empty());
}

TEST_CASE("a mail refused twice is dead; a webhook refused goes on slowly; both are told at once") {
    Post post;
    const auto first = post.attempt(post.mail, Outcome::refused);
    REQUIRE(only<core::MessageDeferred>(first).size() == 1);
    CHECK(only<core::MessageDeferred>(first)[0].next >= post.at + 12min);
    post.at = only<core::MessageDeferred>(first)[0].next;
    CHECK(only<core::MessageDead>(post.attempt(post.mail, Outcome::refused)).size() == 1);

    Post other;
    const auto hook = other.attempt(other.hook, Outcome::refused);
    CHECK(only<core::MessageQueued>(hook).size() == 1);
    other.at = only<core::MessageDeferred>(hook).at(0).next;
    const auto again = other.attempt(other.hook, Outcome::refused);
    CHECK(only<core::MessageDeferred>(again).size() == 1);
    CHECK(only<core::MessageQueued>(again).empty());
}

TEST_CASE(
    "ids derive from what they name: the same history gives the same ids, other news others") {
    const Post a;
    const Post b;
    CHECK(a.mail == b.mail);
    CHECK(a.mail != a.hook);
    Post c;
    c.world.balance("2017-02-02", 5'000'000);
    const auto due = core::due_messages(c.world.state, "hook", noon("2017-02-02"));
    REQUIRE(due.size() == 2);
    CHECK(due[0] != due[1]);
    CHECK(due[0].find('.') == std::string::npos);
}

TEST_CASE("the most urgent goes first") {
    Post post;
    post.world.balance("2017-02-02", 5'000'000);
    const auto due = core::due_messages(post.world.state, "hook", noon("2017-02-02"));
    CHECK(post.world.state.outbox.at(due[0]).level == Level::red);
}

TEST_CASE("a feed in trouble tells its owner once, and once that it is well again") {
    World world;
    core::PollFailed failed;
    failed.message = "connection refused";
    std::size_t told = 0;
    for (int i = 0; i < 100; ++i) {
        told += only<core::MessageQueued>(world.step(noon("2017-02-01") + i * 1min, failed)).size();
    }
    CHECK(told == 1);
    CHECK(world.state.feeds.at("treasury").failures == 100);
    const auto well = world.step(noon("2017-02-01") + 200min, core::PollUnchanged{0});
    REQUIRE(only<core::MessageQueued>(well).size() == 1);
    CHECK(only<core::MessageQueued>(well)[0].reason == text::Reason::feed_recovered);
    CHECK(world.state.feeds.at("treasury").failures == 0);
}

TEST_CASE("a feed that says nothing new leaves one record an hour") {
    World world;
    world.balance("2017-02-01", 50'000'000);
    std::size_t records = 0;
    for (int i = 1; i <= 180; ++i) {
        records += world.step(noon("2017-02-01") + i * 1min, core::PollUnchanged{0}).size();
    }
    CHECK(records == 3);
}

TEST_CASE("a feed without new data is late at its moment") {
    auto c = catalogue();
    c.feeds[0].late_after = Term{Millis{0}, 1};
    World world{c};
    world.balance("2017-02-03", 50'000'000);  // a Friday: late when Monday is over
    CHECK(only<core::FeedLate>(world.step(noon("2017-02-06"), core::Wake{})).empty());
    const auto late = world.step(noon("2017-02-07"), core::Wake{});
    CHECK(only<core::FeedLate>(late).size() == 1);
    CHECK(only<core::MessageQueued>(late).size() == 1);
    CHECK(world.standing().level == Level::normal);
}
