// Time is double: what late and restated readings make of the past, and who hears of it.
#include "alerts/base/limits.hpp"
#include "tests/unit/sample.hpp"

using namespace sanbao;
using namespace sanbao::test;
using core::AlertMoved;
using core::AlertRevised;
using core::FeedAccepted;
using core::MessageQueued;

namespace {

std::vector<core::Turn> turns_of(const World& world) {
    const auto found = world.state.turns.find({0, 0});
    return found == world.state.turns.end() ? std::vector<core::Turn>{} : found->second;
}

core::PollAccepted body(const char* digest, const char* date, std::int64_t yuan) {
    core::PollAccepted poll;
    poll.digest = digest;
    poll.cells = {{0, 0, day(date), yuan * 100}, {1, 0, day(date), 100'000'000'00}};
    return poll;
}

}  // namespace

TEST_CASE("an alert that should not have been is corrected in one message, and calmly") {
    World world;
    world.balance("2017-02-01", 50'000'000);
    world.balance("2017-02-02", 9'000'000);
    world.balance("2017-02-03", 60'000'000);
    REQUIRE(turns_of(world).size() == 2);
    const auto events = world.balance("2017-02-02", 90'000'000 - 20'000'000, noon("2017-02-06"));
    const auto revised = only<AlertRevised>(events);
    REQUIRE(revised.size() == 1);
    CHECK(revised[0].before.size() == 2);
    CHECK(revised[0].after.empty());
    CHECK(revised[0].why == "balance of 2017-02-02: 9000000 -> 70000000");
    CHECK(turns_of(world).empty());
    CHECK(only<AlertMoved>(events).empty());
    const auto told = only<MessageQueued>(events);
    REQUIRE(told.size() == 2);  // the leader and the hook
    for (const auto& message : told) {
        CHECK(message.reason == text::Reason::corrected);
    }
    const auto mail = std::ranges::find(told, "mail", &MessageQueued::channel);
    REQUIRE(mail != told.end());
    CHECK_THAT(mail->title, Catch::StartsWith("【更正】眉县"));
    CHECK_THAT(
        mail->title,
        Catch::Contains(
            "2017-02-02的红色预警不应发出：库款余额原报900万元，更正为7,000万元；现无预警"));
}

TEST_CASE("a correction that changes the level of today says both in one message") {
    World world;
    world.balance("2017-02-01", 50'000'000);
    world.balance("2017-02-02", 9'000'000);
    world.balance("2017-02-03", 31'000'000);  // within the margin: still yellow
    REQUIRE(world.standing().level == Level::yellow);
    const auto events = world.balance("2017-02-02", 70'000'000, noon("2017-02-06"));
    const auto moved = only<AlertMoved>(events);
    REQUIRE(moved.size() == 1);
    CHECK(moved[0].to == Level::normal);
    CHECK_THAT(moved[0].why, Catch::StartsWith("restated: balance of 2017-02-02"));
    for (const auto& message : only<MessageQueued>(events)) {
        CHECK(message.reason == text::Reason::corrected);
    }
    CHECK(only<MessageQueued>(events).size() == 2);
}

TEST_CASE("an alert that should have been, and came and went unseen, is told") {
    World world;
    world.balance("2017-02-01", 50'000'000);
    world.balance("2017-02-02", 60'000'000);
    world.balance("2017-02-03", 60'000'000);
    const auto events = world.balance("2017-02-02", 15'000'000, noon("2017-02-06"));
    REQUIRE(only<AlertRevised>(events).size() == 1);
    CHECK(only<AlertMoved>(events).empty());
    const auto told = only<MessageQueued>(events);
    REQUIRE(told.size() == 2);
    CHECK(std::ranges::any_of(told, [](const auto& m) {
        return m.title.find("2017-02-02起应有橙色预警（至2017-02-03），当时未发出")
               != std::string::npos;
    }));
}

TEST_CASE("a correction that changes no level says nothing") {
    World world;
    world.balance("2017-02-01", 50'000'000);
    world.balance("2017-02-02", 60'000'000);
    const auto events = world.balance("2017-02-01", 55'000'000, noon("2017-02-06"));
    CHECK(only<AlertRevised>(events).empty());
    CHECK(only<MessageQueued>(events).empty());
    REQUIRE(only<FeedAccepted>(events).size() == 1);
    CHECK(only<FeedAccepted>(events)[0].changed.size() == 1);
}

TEST_CASE("a figure restated for the worse on the newest date is an alert as ever") {
    World world;
    world.balance("2017-02-01", 50'000'000);
    const auto events = world.balance("2017-02-01", 5'000'000, noon("2017-02-02"));
    CHECK(only<AlertRevised>(events).empty());
    REQUIRE(only<AlertMoved>(events).size() == 1);
    CHECK(std::ranges::any_of(only<MessageQueued>(events), [](const auto& m) {
        return m.reason == text::Reason::first
               && (m.title.empty() || m.text.find("数据有更正") != std::string::npos);
    }));
}

TEST_CASE("other lines since then correct nothing by themselves") {
    World world;
    world.balance("2017-02-01", 50'000'000);
    world.balance("2017-02-02", 60'000'000);
    auto tighter = catalogue();
    tighter.indicators[0].lines.yellow = line("< 0.55");
    world.step(noon("2017-02-02"), core::RulesLoaded{build(tighter), {}});
    const auto events = world.balance("2017-02-01", 51'000'000, noon("2017-02-06"));
    CHECK(only<AlertRevised>(events).empty());
}

TEST_CASE("a correction older than the horizon is kept, is not judged, and the record says so") {
    auto c = catalogue();
    c.items[1].fresh_for = {Millis{0}, 300};
    World world{c};
    const auto first = day("2017-02-01");
    for (int i = 0; i <= limits::restate_days_max + 1; ++i) {
        world.balance(to_text(first + std::chrono::days{i}).c_str(), 50'000'000);
    }
    const auto late = world.balance("2017-02-01", 5'000'000, noon("2017-04-20"));
    CHECK(only<AlertRevised>(late).empty());
    REQUIRE(only<FeedAccepted>(late).size() == 1);
    CHECK_THAT(only<FeedAccepted>(late)[0].note, Catch::Contains("older than 62 days"));
    CHECK(world.state.readings.at(0, 0, first) == 5'000'000'00);
    CHECK(
        only<AlertRevised>(world.balance("2017-02-02", 5'000'000, noon("2017-04-20"))).size() == 1);
}

TEST_CASE("an older edition only fills gaps; a file of the past that comes again changes nothing") {
    World world;
    auto second = body("b", "2017-02-01", 60'000'000);
    second.edition = noon("2017-02-02");
    world.step(noon("2017-02-02"), second);
    auto first = body("a", "2017-02-01", 5'000'000);
    first.edition = noon("2017-02-01");
    first.cells.push_back({0, 1, day("2017-02-01"), 70'000'000'00});
    const auto events = only<FeedAccepted>(world.step(noon("2017-02-03"), first));
    REQUIRE(events.size() == 1);
    CHECK(events[0].changed == std::vector<rules::Cell>{{0, 1, day("2017-02-01"), 70'000'000'00}});
    CHECK(world.standing().level == Level::normal);

    World undated;
    undated.step(noon("2017-02-01"), body("a", "2017-02-01", 5'000'000));
    undated.step(noon("2017-02-02"), body("b", "2017-02-01", 60'000'000));
    REQUIRE(undated.standing().level == Level::normal);
    // What is fetched is the source's word of today, even when it takes back what it said.
    undated.step(noon("2017-02-03"), body("a", "2017-02-01", 5'000'000));
    CHECK(undated.standing().level == Level::red);

    auto dropped = catalogue();
    dropped.feeds[0].arrives = Arrival::folder;
    World files{dropped};
    files.step(noon("2017-02-01"), body("a", "2017-02-01", 5'000'000));
    files.step(noon("2017-02-02"), body("b", "2017-02-01", 60'000'000));
    files.step(noon("2017-02-03"), body("c", "2017-02-02", 60'000'000));
    const auto again =
        only<FeedAccepted>(files.step(noon("2017-02-03"), body("a", "2017-02-01", 5'000'000)));
    REQUIRE(again.size() == 1);
    CHECK(again[0].copy);  // a file of the past that was dropped again
    CHECK(again[0].changed.empty());
    CHECK(files.standing().level == Level::normal);
}

TEST_CASE("a correction of a reading inside a hold counts on its own date") {
    auto c = catalogue();
    c.indicators[0].hold.readings = 3;
    World world{c};
    world.balance("2017-02-01", 25'000'000);
    world.balance("2017-02-02", 50'000'000);
    world.balance("2017-02-03", 25'000'000);
    REQUIRE(world.standing().level == Level::normal);
    const auto events = world.balance("2017-02-02", 25'000'000, noon("2017-02-04"));
    CHECK(world.standing().level == Level::yellow);
    CHECK(turns_of(world) == std::vector<core::Turn>{{day("2017-02-03"), Level::yellow}});
    CHECK_FALSE(only<MessageQueued>(events).empty());
}
