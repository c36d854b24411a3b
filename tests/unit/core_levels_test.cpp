#include "tests/unit/sample.hpp"

#include <random>
#include <set>

using namespace sanbao;
using namespace sanbao::test;
using core::AlertMoved;
using core::MessageQueued;

TEST_CASE("a value under the red line opens a red alert and tells the leader and the hook once") {
    World world;
    const auto events = world.balance("2017-02-01", 9'000'000);
    const auto moved = only<AlertMoved>(events);
    REQUIRE(moved.size() == 1);
    CHECK(moved[0].from == Level::normal);
    CHECK(moved[0].to == Level::red);
    CHECK(moved[0].value == "9/100");
    CHECK(moved[0].line == "< 0.10");
    CHECK(moved[0].transition == 1);
    int risk = 0;
    for (const auto& message : only<MessageQueued>(events)) {
        risk += message.reason == text::Reason::first ? 1 : 0;
    }
    CHECK(risk == 2);
    CHECK(only<AlertMoved>(world.balance("2017-02-02", 9'100'000)).empty());
}

TEST_CASE("3,599 of 12,000 is below 0.30 although it prints as 0.30") {
    World world;
    core::PollAccepted poll;
    poll.digest = "d";
    poll.cells = {{0, 0, day("2017-02-01"), 3'599'00}, {1, 0, day("2017-02-01"), 12'000'00}};
    const auto low = only<AlertMoved>(world.step(noon("2017-02-01"), poll));
    REQUIRE(low.size() == 1);
    CHECK(low[0].to == Level::yellow);

    World other;
    poll.cells = {{0, 0, day("2017-02-01"), 3'600'00}, {1, 0, day("2017-02-01"), 12'000'00}};
    CHECK(only<AlertMoved>(other.step(noon("2017-02-01"), poll)).empty());
}

TEST_CASE("a level is left only when the value has recovered by the margin") {
    World world;
    world.balance("2017-02-01", 29'000'000);
    REQUIRE(world.standing().level == Level::yellow);
    world.balance("2017-02-02", 31'000'000);
    CHECK(world.standing().level == Level::yellow);
    const auto cleared = world.balance("2017-02-03", 32'000'000);
    CHECK(world.standing().level == Level::normal);
    REQUIRE(only<AlertMoved>(cleared).size() == 1);
    const auto told = only<MessageQueued>(cleared);
    REQUIRE(told.size() == 2);
    CHECK(told[0].reason == text::Reason::all_clear);
}

TEST_CASE("better but not over is recorded and not told; worse is told") {
    World world;
    world.balance("2017-02-01", 5'000'000);
    const auto better = world.balance("2017-02-02", 15'000'000);
    REQUIRE(only<AlertMoved>(better).size() == 1);
    CHECK(only<AlertMoved>(better)[0].to == Level::orange);
    CHECK(only<MessageQueued>(better).empty());
    const auto worse = world.balance("2017-02-03", 4'000'000);
    REQUIRE_FALSE(only<MessageQueued>(worse).empty());
    CHECK(only<MessageQueued>(worse)[0].reason == text::Reason::worse);
}

TEST_CASE("idle cash is blue: a warning of its own, told as news even after a shortage") {
    World world;
    world.balance("2017-02-01", 25'000'000);
    const auto events = world.balance("2017-02-02", 90'000'000);
    CHECK(world.standing().level == Level::blue);
    REQUIRE_FALSE(only<MessageQueued>(events).empty());
    CHECK(only<MessageQueued>(events)[0].reason == text::Reason::first);
}

TEST_CASE("with a hold of two readings one low reading waits and leaves when the next is good") {
    auto c = catalogue();
    c.indicators[0].hold.readings = 2;
    World world{c};
    const auto first = world.balance("2017-02-01", 25'000'000);
    CHECK(only<AlertMoved>(first).empty());
    REQUIRE(only<core::AlertWatched>(first).size() == 1);
    const auto good = world.balance("2017-02-02", 50'000'000);
    REQUIRE(only<core::AlertWatched>(good).size() == 1);
    CHECK(only<core::AlertWatched>(good)[0].window.empty());

    world.balance("2017-02-03", 5'000'000);
    const auto second = only<AlertMoved>(world.balance("2017-02-06", 25'000'000));
    REQUIRE(second.size() == 1);
    CHECK(second[0].to == Level::yellow);  // the worst that both readings reached
}

TEST_CASE("the same date read twice counts as one reading, restated values are judged again") {
    auto c = catalogue();
    c.indicators[0].hold.readings = 2;
    World world{c};
    world.balance("2017-02-01", 25'000'000);
    CHECK(only<AlertMoved>(world.balance("2017-02-01", 24'000'000)).empty());
    CHECK(only<AlertMoved>(world.balance("2017-02-01", 90'000)).empty());
    CHECK(only<AlertMoved>(world.balance("2017-02-02", 24'000'000)).size() == 1);
}

TEST_CASE("a hold in time raises at its moment by a wake-up, not before") {
    auto c = catalogue();
    c.indicators[0].hold.time = 30min;
    World world{c};
    const auto at = noon("2017-02-01");
    world.balance("2017-02-01", 25'000'000, at);
    REQUIRE(core::next_wake(world.state, at) == at + 30min);
    CHECK(only<AlertMoved>(world.step(at + 29min, core::Wake{})).empty());
    CHECK(only<AlertMoved>(world.step(at + 30min, core::Wake{})).size() == 1);
}

TEST_CASE("missing, failed and refused data never move a level") {
    World world;
    world.balance("2017-02-01", 5'000'000);
    REQUIRE(world.standing().level == Level::red);
    core::PollFailed failed;
    failed.problem = core::PollProblem::malformed;
    for (int i = 0; i < 5; ++i) {
        world.step(noon("2017-02-02") + i * 1min, failed);
    }
    core::PollAccepted zero;
    zero.digest = "zero outflow";
    zero.cells = {{0, 0, day("2017-02-03"), 900'000'000'00}, {1, 0, day("2017-02-03"), 0}};
    world.step(noon("2017-02-03"), zero);
    CHECK(world.standing().level == Level::red);
    CHECK(core::freshness_of(world.state, {0, 0}, day("2017-03-01")).freshness == Freshness::stale);
    CHECK(world.standing().level == Level::red);
}

TEST_CASE("a body that brings a missed weekend is judged day by day") {
    World world;
    world.balance("2017-02-01", 50'000'000);
    core::PollAccepted poll;
    poll.digest = "three days";
    for (const auto& [date, yuan] :
         {std::pair{"2017-02-04", 50'000'000},
          {"2017-02-02", 5'000'000},
          {"2017-02-03", 40'000'000}}) {
        poll.cells.push_back({0, 0, day(date), std::int64_t{yuan} * 100});
        poll.cells.push_back({1, 0, day(date), 100'000'000'00});
    }
    const auto moved = only<AlertMoved>(world.step(noon("2017-02-04"), poll));
    REQUIRE(moved.size() == 2);
    CHECK(moved[0].to == Level::red);
    CHECK(moved[0].as_of == day("2017-02-02"));
    CHECK(moved[1].to == Level::normal);
    CHECK(moved[1].as_of == day("2017-02-03"));
}

TEST_CASE("history before the first judgement is history only") {
    World world;
    core::PollAccepted poll;
    poll.digest = "four years";
    for (const auto* date : {"2014-02-04", "2015-02-04", "2017-02-04"}) {
        const auto low = std::string_view{date} < "2017";
        poll.cells.push_back({0, 0, day(date), low ? 1 : 50'000'000'00});
        poll.cells.push_back({1, 0, day(date), 100'000'000'00});
    }
    CHECK(only<AlertMoved>(world.step(noon("2017-02-04"), poll)).empty());
}

TEST_CASE("an override that is in force tightens the line and is named") {
    auto c = catalogue();
    Override tighter;
    tighter.indicator = "cash_level";
    tighter.lines.red = line("< 0.15");
    tighter.from = day("2017-02-02");
    tighter.to = day("2017-02-28");
    tighter.basis = "宝财库〔2017〕12号";
    c.subjects[0].overrides = {tighter};
    World world{c};
    world.balance("2017-02-01", 14'000'000);
    CHECK(world.standing().level == Level::orange);
    const auto moved = only<AlertMoved>(world.balance("2017-02-02", 14'000'000));
    REQUIRE(moved.size() == 1);
    CHECK(moved[0].layer == "宝财库〔2017〕12号");
    CHECK(moved[0].to == Level::red);
}

TEST_CASE("standing indicators colour nothing and tell nobody") {
    auto c = catalogue();
    c.indicators[0].kind = IndicatorKind::standing;
    c.subjects[0].plan.reset();
    c.subjects[1].plan.reset();
    World world{c};
    const auto events = world.balance("2017-02-01", 1);
    CHECK(only<AlertMoved>(events).empty());
    CHECK(only<MessageQueued>(events).empty());
    CHECK(core::level_of(world.state, 0) == Level::normal);
}

TEST_CASE(
    "a reload with a tighter line judges what is known again; a withdrawn county is resolved") {
    World world;
    world.balance("2017-02-01", 35'000'000);
    auto tighter = catalogue();
    tighter.indicators[0].lines.yellow = line("< 0.40");
    const auto raised =
        only<AlertMoved>(world.step(noon("2017-02-02"), core::RulesLoaded{build(tighter), {}}));
    REQUIRE(raised.size() == 1);
    CHECK(raised[0].to == Level::yellow);

    auto without = catalogue();
    without.subjects.erase(without.subjects.begin());
    const auto resolved =
        only<AlertMoved>(world.step(noon("2017-02-03"), core::RulesLoaded{build(without), {}}));
    REQUIRE(resolved.size() == 1);
    CHECK(resolved[0].to == Level::normal);
    CHECK_FALSE(resolved[0].why.empty());
    CHECK(world.state.orphans.empty());
}

namespace {

bool same(const core::State& a, const core::State& b) {
    return a.watched == b.watched && a.plans == b.plans && a.outbox == b.outbox
           && a.delivered == b.delivered && a.dead == b.dead && a.config_digest == b.config_digest
           && std::ranges::equal(a.standings, b.standings, [](const auto& x, const auto& y) {
                  return x.level == y.level && x.episode == y.episode
                         && x.transition == y.transition && x.reached == y.reached
                         && (x.level == Level::normal || x.since == y.since);
              });
}

}  // namespace

TEST_CASE("folding the recorded events gives the state that deciding left behind") {
    std::mt19937 random{20170201};
    for (int round = 0; round < 50; ++round) {
        auto c = catalogue();
        c.indicators[0].hold.readings = 1 + static_cast<int>(random() % 3);
        c.indicators[0].leave_hold.readings = 1 + static_cast<int>(random() % 3);
        World world{c};
        auto date = day("2017-02-01");
        for (int i = 0; i < 60; ++i) {
            date += std::chrono::days{static_cast<int>(random() % 3)};
            world.balance(
                to_text(date).c_str(), 1'000'000 * static_cast<std::int64_t>(random() % 100));
            world.step(at_time(Zone{}, date, 13h), core::Wake{});
            for (const auto& id :
                 core::due_messages(world.state, "mail", at_time(Zone{}, date, 13h))) {
                world.step(at_time(Zone{}, date, 13h), core::AttemptsBegun{{id}});
                core::AttemptSettled settled{
                    id, static_cast<core::Outcome>(random() % 4), 250, "x", {}};
                world.step(at_time(Zone{}, date, 14h), core::AttemptsSettled{{settled}});
            }
        }
        auto folded = core::make_state(world.state.rules);
        for (const auto& [event, at] : world.log) {
            core::evolve(folded, event, at);
        }
        REQUIRE(same(folded, world.state));
    }
}

TEST_CASE("a county that leaves the settings and comes back never reuses an id") {
    World world;
    std::set<std::string> ids;
    const auto gather = [&](const std::vector<core::Event>& events) {
        for (const auto& message : only<MessageQueued>(events)) {
            CHECK(ids.insert(message.id).second);
        }
    };
    gather(world.balance("2017-02-01", 5'000'000));
    auto without = catalogue();
    without.subjects.erase(without.subjects.begin());
    gather(world.step(noon("2017-02-02"), core::RulesLoaded{build(without), {}}));
    gather(world.step(noon("2017-02-03"), core::RulesLoaded{build(catalogue()), {}}));
    gather(world.balance("2017-02-06", 4'000'000));
    CHECK(world.standing().level == Level::red);
    CHECK(world.standing().episode == 2);
}

TEST_CASE("the all-clear reaches whoever was told, though the level had eased before") {
    auto c = catalogue();
    c.routes = {{{Topic::risk}, {Level::red}, {}, {"channel:hook"}}};
    World world{c};
    world.balance("2017-02-01", 5'000'000);
    CHECK(only<MessageQueued>(world.balance("2017-02-02", 15'000'000)).empty());
    const auto cleared = only<MessageQueued>(world.balance("2017-02-03", 50'000'000));
    REQUIRE(cleared.size() == 1);
    CHECK(cleared[0].channel == "hook");
    CHECK(cleared[0].reason == text::Reason::all_clear);
}

TEST_CASE("a flow that falls silent is missing, not nothing: it never lowers a level") {
    auto c = catalogue();
    c.items[1].kind = ItemKind::flow;
    c.indicators[0].inputs[1].window = {Take::sum, Span::last_days, 3};
    World world{c};
    world.balance("2017-02-01", 25'000'000);
    REQUIRE(world.standing().level == Level::yellow);
    for (int i = 1; i < 60; ++i) {
        core::PollAccepted poll;
        poll.digest = std::to_string(i);
        poll.cells = {{0, 0, day("2017-02-01") + std::chrono::days{i}, 25'000'000'00}};
        world.step(noon("2017-02-01") + i * 24h, poll);
        CHECK(world.standing().level == Level::yellow);
    }
}

TEST_CASE("time alone does not lower a level on data that has gone stale") {
    auto c = catalogue();
    c.indicators[0].leave_hold.time = 72h;
    World world{c};
    world.balance("2017-02-01", 5'000'000);
    world.balance("2017-02-02", 50'000'000);
    world.step(noon("2017-02-20"), core::Wake{});
    CHECK(world.standing().level == Level::red);
}

TEST_CASE("a county that is a day behind the others is judged by what it has") {
    World world;
    core::PollAccepted poll;
    poll.digest = "x";
    poll.cells = {
        {0, 0, day("2017-02-01"), 5'000'000'00},
        {1, 0, day("2017-02-01"), 100'000'000'00},
        {0, 1, day("2017-02-02"), 50'000'000'00},
        {1, 1, day("2017-02-02"), 100'000'000'00}};
    world.step(noon("2017-02-02"), poll);
    CHECK(world.standing().level == Level::red);
}
