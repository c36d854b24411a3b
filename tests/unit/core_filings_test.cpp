#include "alerts/base/limits.hpp"
#include "tests/unit/duty_world.hpp"

using namespace sanbao;
using namespace sanbao::test;
using core::DutyStage;
using Strings = std::vector<std::string>;

namespace {

FeedRule filed(const char* due = "17:00, 3wd after month") {
    FeedRule feed;
    feed.arrives = Arrival::hand;
    feed.due = schedule(due);
    feed.missing_after = Term{Millis{0}, 2};
    feed.reporters = {{"610326", "mei"}, {"610331", "tai"}};
    feed.chief = "boss";
    return feed;
}

core::ProposeFiling proposal(
    const char* by, const char* date, std::int64_t yuan, std::uint32_t county = 0) {
    core::ProposeFiling act;
    act.subject = county;
    act.date = day(date);
    act.digest = to_hex(sha256(date + std::to_string(yuan)));
    act.bytes = 100;
    act.cells = {{0, county, act.date, yuan * 100}, {1, county, act.date, 100'000'000'00}};
    act.by = by;
    return act;
}

std::string id_of(const core::ProposeFiling& act) {
    return core::filing_id(
        "treasury", act.subject == 0 ? "610326" : "610331", act.date, act.digest);
}

// Permitted and done; else the sentence.
std::string act(DutyWorld& world, Instant when, core::Act what) {
    if (auto permitted = core::permit(world.state, what); !permitted) {
        return permitted.error().message;
    }
    world.step(when, std::move(what));
    return "done";
}

}  // namespace

TEST_CASE("filed figures count only when a second person has confirmed them") {
    DutyWorld world{with_feed(filed()), at("2017-02-07", 9h)};
    const auto first = proposal("mei", "2017-02-28", 5'000'000);  // red: 0.05
    CHECK(act(world, at("2017-03-01", 9h), first) == "done");
    CHECK(world.tellings() == Strings{"2017-03-01 09:00 filing_waits li"});
    CHECK(world.state.standing({0, 0}).judged == Date::min());
    CHECK(world.state.filings.size() == 1);
    CHECK_FALSE(world.state.readings.latest(0, 0));

    const auto id = id_of(first);
    CHECK(
        act(world, at("2017-03-01", 10h), core::ConfirmFiling{id, "mei"})
        == "mei filed it: a second person has to confirm it");
    CHECK(
        act(world, at("2017-03-01", 10h), core::ConfirmFiling{id, "tai"}).find("may not")
        != std::string::npos);
    CHECK(
        act(world, at("2017-03-01", 10h), core::ConfirmFiling{id, "nobody"})
        == "nobody has the id nobody");
    CHECK(act(world, at("2017-03-01", 11h), core::ConfirmFiling{id, "li"}) == "done");
    CHECK(world.state.filings.empty());
    CHECK(world.state.standing({0, 0}).level == Level::red);
    CHECK(world.state.duties.at({"treasury", "610326"}).accepted == day("2017-02-28"));
    const auto* accepted = [&]() -> const core::FeedAccepted* {
        for (const auto& [event, when] : world.log) {
            if (const auto* one = std::get_if<core::FeedAccepted>(&event)) {
                return one;
            }
        }
        return nullptr;
    }();
    REQUIRE(accepted != nullptr);
    CHECK(accepted->note == "filed by mei, confirmed by li");
    CHECK(accepted->digest == first.digest);
    CHECK(
        act(world, at("2017-03-01", 12h), core::ConfirmFiling{id, "li"}).find("no filing")
        != std::string::npos);
}

TEST_CASE("only the county's reporter or the feed's owner files, for counties of the feed") {
    DutyWorld world{with_feed(filed()), at("2017-02-07", 9h)};
    const auto says = [&](const char* by, std::uint32_t county) {
        return act(world, at("2017-03-01", 9h), proposal(by, "2017-02-28", 1, county));
    };
    CHECK(says("mei", 1).find("mei does not report for 610331") != std::string::npos);
    CHECK(says("boss", 0).find("does not report") != std::string::npos);
    CHECK(says("ghost", 0) == "nobody has the id ghost");
    CHECK(says("tai", 1) == "done");
    CHECK(says("li", 0) == "done");
    // The owner filed: the county's leader is asked, and may confirm; so may the reporter.
    CHECK(world.tellings().back() == "2017-03-01 09:00 filing_waits zhang");
    CHECK(says("li", 0) == "these very figures wait for their second person already");
    CHECK(
        act(world,
            at("2017-03-01", 9h),
            core::ConfirmFiling{id_of(proposal("li", "2017-02-28", 1)), "mei"})
        == "done");

    auto other = filed();
    other.counties = {"610326"};
    DutyWorld one{with_feed(other), at("2017-02-07", 9h)};
    CHECK(
        act(one, at("2017-03-01", 9h), proposal("tai", "2017-02-28", 1, 1))
        == "nobody files treasury for 610331");
    FeedRule polled;
    DutyWorld machine{with_feed(polled), at("2017-02-07", 9h)};
    CHECK(
        act(machine, at("2017-03-01", 9h), proposal("mei", "2017-02-28", 1))
        == "feed treasury is not filed by hand");
}

TEST_CASE("a newer filing of the same county and date takes the place of the one that waits") {
    DutyWorld world{with_feed(filed()), at("2017-02-07", 9h)};
    const auto first = proposal("mei", "2017-02-28", 5'000'000);
    const auto second = proposal("mei", "2017-02-28", 60'000'000);
    act(world, at("2017-03-01", 9h), first);
    act(world, at("2017-03-01", 9h), second);
    REQUIRE(world.state.filings.size() == 1);
    CHECK(world.state.filings.begin()->first == id_of(second));
    CHECK(world.state.duties.at({"treasury", "610326"}).returned.empty());
    // Another date waits beside it.
    act(world, at("2017-03-01", 9h), proposal("mei", "2017-01-31", 5'000'000));
    CHECK(world.state.filings.size() == 2);
    const auto state = recovered(world);
    CHECK(state.filings == world.state.filings);
    CHECK(state.duties == world.state.duties);
}

TEST_CASE("a filing that waits counts as filed: no reminder, and late says so") {
    auto feed = filed();
    feed.remind_before = 24h;
    DutyWorld world{with_feed(feed), at("2017-02-07", 9h)};
    act(world, at("2017-03-01", 9h), proposal("mei", "2017-02-28", 50'000'000));
    world.tellings();
    world.live(at("2017-03-02", 18h));
    CHECK(world.tellings() == Strings{"2017-03-02 17:00 duty_reminder tai"});
    world.live(at("2017-03-03", 18h));
    REQUIRE(world.told.size() == 3);
    CHECK(world.told[0].person == "li");
    CHECK(world.told[0].text.find("已填报待复核（梅某）") != std::string::npos);
    CHECK(world.told[0].text.find("太白县：截至2017-02-28") != std::string::npos);
    CHECK(world.told[0].text.find("尚未填报") != std::string::npos);
}

TEST_CASE("a returned filing is owed again, and its reporter reads why") {
    DutyWorld world{with_feed(filed()), at("2017-02-07", 9h)};
    const auto first = proposal("mei", "2017-02-28", 50'000'000);
    const auto id = id_of(first);
    act(world, at("2017-03-01", 9h), first);
    world.tellings();
    CHECK(
        act(world, at("2017-03-01", 10h), core::ReturnFiling{id, "li", ""}).find("say why")
        != std::string::npos);
    CHECK(
        act(world,
            at("2017-03-01", 10h),
            core::ReturnFiling{id, "li", std::string(limits::note_bytes_max + 1, 'x')})
            .find("say why")
        != std::string::npos);
    CHECK(act(world, at("2017-03-01", 10h), core::ReturnFiling{id, "li", "与报表不符"}) == "done");
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].person == "mei");
    CHECK(world.told[0].text.find("与报表不符") != std::string::npos);
    CHECK(world.state.duties.at({"treasury", "610326"}).returned == "与报表不符");
    CHECK(recovered(world).duties == world.state.duties);
    world.tellings();
    world.live(at("2017-03-03", 18h));
    CHECK(world.told[0].text.find("上次填报已退回：与报表不符") != std::string::npos);
    // The reporter may take one back without being told of it.
    world.tellings();
    act(world, at("2017-03-06", 9h), first);
    world.tellings();
    CHECK(act(world, at("2017-03-06", 9h), core::ReturnFiling{id, "mei", "填错"}) == "done");
    CHECK(world.tellings().empty());
}

TEST_CASE("a confirmed filing ends what is late, and the next month is owed in its turn") {
    DutyWorld world{with_feed(filed()), at("2017-02-07", 9h)};
    world.live(at("2017-03-09", 9h));
    world.tellings();
    const auto first = proposal("mei", "2017-02-28", 50'000'000);
    act(world, at("2017-03-09", 9h), first);
    CHECK(world.state.duties.at({"treasury", "610326"}).stage == DutyStage::missing);
    act(world, at("2017-03-09", 10h), core::ConfirmFiling{id_of(first), "li"});
    CHECK(world.state.duties.at({"treasury", "610326"}).stage == DutyStage::owed);
    CHECK(world.state.duties.at({"treasury", "610331"}).stage == DutyStage::missing);
    world.tellings();
    world.live(at("2017-04-10", 9h));
    // 3 April 2017 is no holiday in this calendar: three working days after March end on the 5th.
    CHECK(
        world.tellings()
        == Strings{
            "2017-04-05 17:00 duty_late li",
            "2017-04-05 17:00 duty_late mei",
            "2017-04-07 23:59 duty_missing li",
            "2017-04-07 23:59 duty_missing boss",
            "2017-04-07 23:59 duty_missing mei",
            "2017-04-07 23:59 duty_missing zhang"});
}

TEST_CASE("a thousand filings may wait, and no more") {
    DutyWorld world{with_feed(filed()), at("2017-02-07", 9h)};
    auto date = day("2014-01-01");
    for (std::size_t i = 0; i < limits::filings_waiting_max; ++i, date += std::chrono::days{1}) {
        const auto text = sanbao::to_text(date);
        REQUIRE(act(world, at("2017-03-01", 9h), proposal("mei", text.c_str(), 1)) == "done");
    }
    CHECK(
        act(world, at("2017-03-01", 9h), proposal("mei", "2017-02-28", 1)).find("filings wait")
        != std::string::npos);
}

TEST_CASE("filings that wait move with the rules, and those without a place are never taken") {
    auto c = with_feed(filed());
    DutyWorld world{c, at("2017-02-07", 9h)};
    const auto first = proposal("tai", "2017-02-28", 5'000'000, 1);
    act(world, at("2017-03-01", 9h), first);
    auto more = c;
    more.subjects.insert(more.subjects.begin(), county("610302", "渭滨区"));
    world.step(at("2017-03-01", 10h), core::RulesLoaded{build(more), {}});
    REQUIRE(act(world, at("2017-03-01", 11h), core::ConfirmFiling{id_of(first), "li"}) == "done");
    CHECK(world.state.standing({0, 2}).level == Level::red);
    CHECK(world.state.standing({0, 1}).judged == Date::min());

    DutyWorld gone{c, at("2017-02-07", 9h)};
    act(gone, at("2017-03-01", 9h), first);
    auto less = c;
    less.subjects.pop_back();
    less.feeds[0].reporters.erase("610331");
    gone.step(at("2017-03-01", 10h), core::RulesLoaded{build(less), {}});
    CHECK(
        act(gone, at("2017-03-01", 11h), core::ConfirmFiling{id_of(first), "li"})
        == "the settings no longer have the feed or county of this filing");
}
