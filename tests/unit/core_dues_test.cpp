#include "alerts/core/step.hpp"
#include "tests/unit/duty_world.hpp"

using namespace sanbao;
using namespace sanbao::test;
using core::DutyStage;
using Strings = std::vector<std::string>;

namespace {

FeedRule daily_feed() {
    FeedRule feed;
    feed.due = schedule("10:00 on workdays");
    feed.missing_after = Term{Millis{0}, 2};
    feed.chief = "zhang";
    return feed;
}

FeedRule hand_feed() {
    FeedRule feed;
    feed.arrives = Arrival::hand;
    feed.due = schedule("17:00, 3wd after month");
    feed.missing_after = Term{Millis{0}, 2};
    feed.remind_before = 24h;
    feed.reporters = {{"610326", "mei"}, {"610331", "tai"}};
    feed.chief = "boss";
    return feed;
}

const core::Duty& duty(const DutyWorld& world, const char* county = "") {
    return world.state.duties.at({"treasury", county});
}

int moves(const DutyWorld& world) {
    int count = 0;
    for (const auto& [event, when] : world.log) {
        count += std::holds_alternative<core::DutyMoved>(event) ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("a feed that comes in time is never late, and leaves no records of its duty") {
    DutyWorld world{with_feed(daily_feed()), at("2017-01-16", 9h)};
    const auto first = moves(world);
    for (auto date = day("2017-01-16"); date <= day("2017-01-26"); date += std::chrono::days{1}) {
        if (world.state.rules->catalogue().calendar.is_workday(date)) {
            const auto text = sanbao::to_text(date);
            world.deliver(text.c_str(), at(text.c_str(), 9h + 30min));
        }
    }
    world.live(at("2017-02-03", 9h));  // through the whole Spring Festival
    CHECK(world.tellings().empty());
    CHECK(first == 1);  // from when on it owes
    CHECK(moves(world) == first);
    CHECK(world.wakes < 80);

    // The first working day after it is owed again.
    world.live(at("2017-02-03", 12h));
    CHECK(world.tellings() == Strings{"2017-02-03 10:00 duty_late li"});
}

TEST_CASE("late is told to the owner, missing to chief and operators, and the end to the owner") {
    DutyWorld world{with_feed(daily_feed()), at("2017-02-05", 9h)};
    world.live(at("2017-02-10", 12h));
    CHECK(
        world.tellings()
        == Strings{
            "2017-02-06 10:00 duty_late li",
            "2017-02-08 23:59 feed_missing zhang",
            "2017-02-08 23:59 feed_missing op",
            "2017-02-08 23:59 feed_missing li"});
    CHECK(duty(world).stage == DutyStage::missing);
    CHECK(duty(world).period == day("2017-02-06"));
    CHECK(core::is_overdue(recovered(world), "treasury"));

    // A delivery that does not reach what is due ends nothing; nobody is told twice.
    world.deliver("2017-02-09", at("2017-02-10", 13h));
    CHECK(world.tellings().empty());
    CHECK(duty(world).stage == DutyStage::late);
    CHECK(duty(world).period == day("2017-02-10"));
    world.deliver("2017-02-10", at("2017-02-10", 14h));
    CHECK(world.tellings() == Strings{"2017-02-10 14:00 feed_recovered li"});
    CHECK(duty(world).stage == DutyStage::owed);
    CHECK_FALSE(world.state.feeds.at("treasury").told);
    // And it is owed again on Monday.
    world.live(at("2017-02-13", 10h));
    CHECK(world.tellings() == Strings{"2017-02-13 10:00 duty_late li"});
}

TEST_CASE("what fell due before the feed was known is nobody's fault") {
    DutyWorld world{with_feed(daily_feed()), at("2017-02-06", 11h)};  // an hour too late for today
    world.live(at("2017-02-07", 9h));
    CHECK(world.tellings().empty());
    world.live(at("2017-02-07", 11h));
    CHECK(world.tellings() == Strings{"2017-02-07 10:00 duty_late li"});
}

TEST_CASE("a restart goes on where the day stood") {
    DutyWorld world{with_feed(daily_feed()), at("2017-02-05", 9h)};
    world.live(at("2017-02-06", 12h));
    CHECK(world.tellings().size() == 1);
    auto state = recovered(world);
    CHECK(state.duties == world.state.duties);
    CHECK(state.feeds.at("treasury").told);
    world.state = std::move(state);
    world.step(at("2017-02-06", 13h), core::Started{"test"});
    world.step(at("2017-02-06", 13h), core::RulesLoaded{world.state.rules, {}});
    world.live(at("2017-02-08", 12h));
    CHECK(world.tellings().empty());  // late was told before
    world.live(at("2017-02-09", 12h));
    CHECK(world.tellings().size() == 3);
}

TEST_CASE("a feed known to be broken is not also told as late; missing still escalates") {
    DutyWorld world{with_feed(daily_feed()), at("2017-02-05", 9h)};
    for (int i = 0; i < 3; ++i) {
        world.step(
            at("2017-02-06", 8h + std::chrono::minutes{i}),
            core::PollFailed{0, core::PollProblem::unreachable, "no answer", ""});
    }
    CHECK(world.tellings() == Strings{"2017-02-06 08:02 feed_trouble li"});
    world.live(at("2017-02-08", 12h));
    CHECK(world.tellings().empty());
    CHECK(duty(world).stage == DutyStage::late);
    // It answers again, with the old figures: the trouble is not over.
    world.step(at("2017-02-08", 13h), core::PollUnchanged{0});
    CHECK(world.tellings().empty());
    world.live(at("2017-02-09", 0h));
    CHECK(world.tellings().size() == 3);
}

TEST_CASE("a feed that brings some counties at a time waits for the last of them, by name") {
    auto feed = daily_feed();
    feed.partial = true;
    feed.counties = {"610326", "610331"};
    DutyWorld world{with_feed(feed), at("2017-02-05", 9h)};
    world.deliver("2017-02-06", at("2017-02-06", 9h), {0});
    CHECK(world.tellings().empty());
    world.live(at("2017-02-06", 10h));
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].text.find("太白县") != std::string::npos);
    CHECK(world.told[0].text.find("眉县") == std::string::npos);
    world.tellings();
    world.deliver("2017-02-06", at("2017-02-06", 11h), {1});
    CHECK(world.tellings() == Strings{"2017-02-06 11:00 feed_recovered li"});
}

TEST_CASE("by hand: reminded, late, missing, each to those concerned and once") {
    DutyWorld world{with_feed(hand_feed()), at("2017-02-07", 9h)};
    world.live(at("2017-03-20", 9h));
    CHECK(
        world.tellings()
        == Strings{
            "2017-03-02 17:00 duty_reminder mei",
            "2017-03-02 17:00 duty_reminder tai",
            "2017-03-03 17:00 duty_late li",
            "2017-03-03 17:00 duty_late mei",
            "2017-03-03 17:00 duty_late tai",
            "2017-03-07 23:59 duty_missing li",
            "2017-03-07 23:59 duty_missing boss",
            "2017-03-07 23:59 duty_missing mei",
            "2017-03-07 23:59 duty_missing tai",
            "2017-03-07 23:59 duty_missing zhang"});  // leader of both counties, one message
    CHECK(duty(world, "610326").stage == DutyStage::missing);
    CHECK(duty(world, "610326").period == day("2017-02-28"));
    // The next month does not hide the one that is missing.
    world.live(at("2017-04-10", 9h));
    CHECK(world.tellings().empty());
    CHECK(duty(world, "610326").period == day("2017-02-28"));
}

TEST_CASE("by hand: who reports for several counties gets one message with a line each") {
    auto feed = hand_feed();
    feed.reporters = {{"610326", "mei"}, {"610331", "mei"}};
    DutyWorld world{with_feed(feed), at("2017-02-07", 9h)};
    world.live(at("2017-03-03", 9h));
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].person == "mei");
    CHECK(world.told[0].text.find("眉县：") != std::string::npos);
    CHECK(world.told[0].text.find("太白县：") != std::string::npos);
    CHECK(world.told[0].text.find("2017-03-03 17:00") != std::string::npos);
}

TEST_CASE("a county that is added later is asked for what is open") {
    auto feed = hand_feed();
    feed.reporters.erase("610331");
    DutyWorld world{with_feed(feed), at("2017-02-07", 9h)};
    world.live(at("2017-02-20", 9h));
    auto next = with_feed(hand_feed());
    world.step(at("2017-02-20", 9h), core::RulesLoaded{build(next), {}});
    CHECK(world.tellings().empty());
    world.live(at("2017-03-02", 18h));
    CHECK(
        world.tellings()
        == Strings{"2017-03-02 17:00 duty_reminder mei", "2017-03-02 17:00 duty_reminder tai"});
}

TEST_CASE("a schedule that becomes shorter does not wait for the end of the longer one") {
    DutyWorld world{with_feed(hand_feed()), at("2017-02-07", 9h)};
    auto feed = hand_feed();
    feed.due = schedule("17:00 on workdays");
    feed.remind_before = Millis{0};
    world.step(at("2017-02-07", 9h), core::RulesLoaded{build(with_feed(feed)), {}});
    world.live(at("2017-02-07", 18h));
    CHECK(world.tellings().size() == 3);
}

TEST_CASE("every wake of a duty lies ahead, and none is needless") {
    DutyWorld world{with_feed(hand_feed()), at("2017-02-07", 9h)};
    world.wakes = 0;
    world.live(at("2017-02-28", 12h));
    CHECK(world.wakes == 21);  // the new days, nothing else
    const auto next = core::next_due(world.state, at("2017-02-28", 12h));
    REQUIRE(next);
    CHECK(to_local_text(Zone{}, *next) == "2017-03-02 17:00");
}

TEST_CASE("next year's missing calendar is told once in December, this year's at the start") {
    auto c = with_feed(daily_feed());
    c.feeds[0].due.reset();
    DutyWorld world{c, at("2018-11-20", 9h)};
    world.live(at("2018-11-30", 23h));
    CHECK(world.tellings().empty());
    world.live(at("2018-12-20", 9h));
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].text.find("2019年放假安排尚未录入") != std::string::npos);
    CHECK(world.tellings() == Strings{"2018-12-01 00:00 calendar_missing op"});
    // A restart in the same month does not tell it again; what stands in the journal counts.
    world.state = recovered(world);
    world.step(at("2018-12-21", 9h), core::RulesLoaded{world.state.rules, {}});
    CHECK(world.tellings().empty());

    DutyWorld late{c, at("2020-03-02", 9h)};
    CHECK(late.tellings() == Strings{"2020-03-02 09:00 calendar_missing op"});
    c.calendar.add_year(2021);
    c.calendar.add_year(2020);
    DutyWorld covered{c, at("2020-12-02", 9h)};
    CHECK(covered.tellings().empty());
}
