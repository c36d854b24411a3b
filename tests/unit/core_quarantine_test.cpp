// What does not fit together changes nothing until somebody lets it through; what does not come is
// said.
#include "alerts/base/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "small_county.hpp"

using namespace sanbao;
using namespace sanbao::core;
using sanbao::test::date;

namespace {

// Four counties; items cash, inflow, opening, outflow of a feed with one identity and one doubt.
Catalogue city() {
    auto all = test::small_catalogue();
    const auto cash = all.items[0];
    all.items.clear();
    for (const auto* id : {"cash", "inflow", "opening", "outflow"}) {
        auto item = cash;
        item.id = id;
        item.name = {id, id};
        item.kind = std::string_view{id}.ends_with("flow") ? ItemKind::flow : ItemKind::stock;
        all.items.push_back(item);
    }
    all.indicators[0].inputs = {{"cash", "cash", {}}};
    all.indicators[0].formula = "cash / 10000元";
    const auto county = all.subjects[0];
    all.subjects.clear();
    for (const auto* id : {"610323", "610324", "610326", "610329"}) {
        auto other = county;
        other.id = id;
        other.name = {std::string{"县"} + id, std::string{"County "} + id};
        other.aliases = {{id}};
        other.plan.reset();
        all.subjects.push_back(other);
    }
    auto& feed = all.feeds[0];
    feed.owner = "zhang";
    for (const auto& item : all.items) {
        feed.items.push_back({item.id});
    }
    feed.checks = {
        {"期初＋流入－流出＝期末", "opening + inflow - outflow = cash", CheckAction::quarantine},
        {"流入不大", "inflow <= 1000元", CheckAction::flag}};
    all.operators = {"li"};
    return all;
}

struct City : test::SmallCounty {
    explicit City(Catalogue all = city()) : SmallCounty(std::move(all)) {}

    // One day of figures that fit: each county's cash in yuan.
    static std::vector<rules::Cell> figures(const char* day, std::int64_t cash) {
        std::vector<rules::Cell> cells;
        for (std::uint32_t subject = 0; subject < 4; ++subject) {
            const auto own = (cash + subject * 1'000) * 100;
            cells.push_back({0, subject, date(day), own});
            cells.push_back({1, subject, date(day), 300'00});
            cells.push_back({2, subject, date(day), own - 100'00});
            cells.push_back({3, subject, date(day), 200'00});
        }
        return cells;
    }
    std::vector<Event> poll(const char* day, std::vector<rules::Cell> cells, std::string digest) {
        at = at_time(state.rules->catalogue().zone, date(day), std::chrono::hours{18});
        PollAccepted body{0, std::move(digest), 100, std::ssize(cells), std::move(cells)};
        return decide(state, {at, "system", std::move(body)});
    }
    std::vector<Event> act(Act body) { return decide(state, {at, "cli:root", std::move(body)}); }
};

template <class E>
std::vector<E> all_of(const std::vector<Event>& events) {
    std::vector<E> found;
    for (const auto& event : events) {
        if (const auto* one = std::get_if<E>(&event)) {
            found.push_back(*one);
        }
    }
    return found;
}

std::vector<std::string> told(const std::vector<Event>& events, text::Reason reason) {
    std::vector<std::string> people;
    for (const auto& message : all_of<MessageQueued>(events)) {
        if (message.reason == reason) {
            people.push_back(message.recipient);
        }
    }
    return people;
}

const std::string first_digest = "aaaaaaaa11111111";
const std::string second_digest = "bbbbbbbb22222222";

}  // namespace

TEST_CASE("a batch that breaks an identity changes nothing and is told to owner and operators") {
    City city;
    city.poll("2026-03-02", City::figures("2026-03-02", 9'000), "day1");
    const auto before = city.state.standings;
    auto wrong = City::figures("2026-03-03", 500);  // a red level, if it were believed
    wrong[2].value += 1;
    const auto events = city.poll("2026-03-03", wrong, first_digest);
    const auto held = all_of<FeedQuarantined>(events);
    REQUIRE(held.size() == 1);
    CHECK(held[0].reasons.front().find("County 610323 2026-03-03") == 0);
    CHECK(held[0].changed.size() == wrong.size());
    CHECK(all_of<AlertMoved>(events).empty());
    CHECK(all_of<FeedAccepted>(events).empty());
    CHECK(told(events, text::Reason::feed_held) == std::vector<std::string>{"zhang", "li"});
    CHECK(city.state.standings == before);
    CHECK(city.state.readings.latest(0, 0)->value == 9'000'00);
    CHECK(city.state.feeds["treasury"].newest == date("2026-03-02"));  // it ages on
    REQUIRE(city.state.quarantine.size() == 1);
}

TEST_CASE("the same body again says nothing new, and the same trouble of a new day tells nobody") {
    City city;
    auto wrong = City::figures("2026-03-03", 9'000);
    wrong[2].value += 1;
    city.poll("2026-03-03", wrong, first_digest);
    CHECK(city.poll("2026-03-03", wrong, first_digest).empty());
    wrong[2].value += 7;
    const auto again = city.poll("2026-03-03", wrong, second_digest);
    CHECK(all_of<FeedQuarantined>(again).size() == 1);
    CHECK(told(again, text::Reason::feed_held).empty());
    CHECK(city.state.quarantine.size() == 2);
}

TEST_CASE("a batch that is held clears no risk") {
    City city;
    city.poll("2026-03-02", City::figures("2026-03-02", 500), "day1");
    REQUIRE(city.state.standing({0, 0}).level == Level::red);
    auto calm = City::figures("2026-03-03", 9'000);
    calm[2].value += 1;
    city.poll("2026-03-03", calm, first_digest);
    CHECK(city.state.standing({0, 0}).level == Level::red);
}

TEST_CASE("a released batch is judged as any other, with who let it through") {
    City city;
    city.poll("2026-03-02", City::figures("2026-03-02", 9'000), "day1");
    auto wrong = City::figures("2026-03-03", 500);
    wrong[2].value += 1;
    city.poll("2026-03-03", wrong, first_digest);
    const ReleaseBatch act{"", "aaaaaaaa", "zhang", "与国库核对无误"};
    REQUIRE(permit(city.state, act).has_value());
    const auto events = city.act(act);
    REQUIRE(all_of<FeedReleased>(events).size() == 1);
    CHECK(all_of<FeedReleased>(events)[0].digest == first_digest);
    REQUIRE(all_of<FeedAccepted>(events).size() == 1);
    CHECK(all_of<FeedAccepted>(events)[0].note == "released by zhang: 与国库核对无误");
    CHECK(city.state.standing({0, 0}).level == Level::red);
    CHECK(city.state.quarantine.empty());
}

TEST_CASE("a released change of unit is the new normal") {
    City city;
    for (int day = 2; day <= 20; ++day) {
        const auto text = fmt::format("2026-03-{:02}", day);
        city.poll(text.c_str(), City::figures(text.c_str(), 9'000 + day), "day" + text);
    }
    auto times = [](std::vector<rules::Cell> cells) {
        for (auto& cell : cells) {
            cell.value *= 10'000;
        }
        return cells;
    };
    const auto jump =
        city.poll("2026-03-21", times(City::figures("2026-03-21", 9'000)), first_digest);
    REQUIRE(all_of<FeedQuarantined>(jump).size() == 1);
    CHECK(all_of<FeedQuarantined>(jump)[0].reasons.front().find("×10⁴") != std::string::npos);
    city.act(ReleaseBatch{"treasury", first_digest, "zhang", "单位改为元"});
    const auto next = city.poll("2026-03-22", times(City::figures("2026-03-22", 9'100)), "day22");
    CHECK(all_of<FeedQuarantined>(next).empty());
    CHECK(all_of<FeedAccepted>(next).size() == 1);
    const auto back = city.poll("2026-03-23", City::figures("2026-03-23", 9'100), second_digest);
    CHECK(all_of<FeedQuarantined>(back).size() == 1);  // and its end is a change as well
}

TEST_CASE("who decides about a batch must exist, say why, and name one") {
    City city;
    auto wrong = City::figures("2026-03-03", 500);
    wrong[2].value += 1;
    city.poll("2026-03-03", wrong, first_digest);
    const auto problem = [&](ReleaseBatch act) {
        const auto permitted = permit(city.state, act);
        return permitted ? std::string{} : permitted.error().message;
    };
    CHECK(problem({"", first_digest, "nobody", "why"}) == "no person has the id 'nobody'");
    CHECK(problem({"", first_digest, "zhang", ""}).find("say why") == 0);
    CHECK(
        problem({"", first_digest, "zhang", std::string(501, 'x')}).find("longer than 500")
        != std::string::npos);
    CHECK(problem({"", "aaaa", "zhang", "why"}).find("at least 8") != std::string::npos);
    CHECK(problem({"", "cccccccc", "zhang", "why"}).find("no batch cccccccc") == 0);
    CHECK(problem({"other", first_digest, "zhang", "why"}).find("no batch") == 0);
    wrong[2].value += 1;
    city.poll("2026-03-03", wrong, first_digest + "other");
    CHECK(problem({"", "aaaaaaaa", "zhang", "why"}).find("several") == 0);
    CHECK(permit(city.state, DiscardBatch{"", first_digest + "o", "zhang", "why"}).has_value());
}

TEST_CASE("a discarded batch is gone, on record") {
    City city;
    auto wrong = City::figures("2026-03-03", 500);
    wrong[2].value += 1;
    city.poll("2026-03-03", wrong, first_digest);
    const auto events = city.act(DiscardBatch{"", first_digest, "zhang", "源头有误"});
    REQUIRE(all_of<FeedDiscarded>(events).size() == 1);
    CHECK(all_of<FeedDiscarded>(events)[0].by == "zhang");
    CHECK(city.state.quarantine.empty());
    CHECK_FALSE(city.state.readings.latest(0, 0).has_value());
    CHECK(city.poll("2026-03-03", wrong, first_digest).empty());  // said again by the source
}

TEST_CASE("beyond so many held batches of a feed the oldest is given up, on record") {
    City city;
    for (std::size_t i = 0; i <= limits::feed_quarantined_max; ++i) {
        auto wrong = City::figures("2026-03-03", 500);
        wrong[2].value += 1 + static_cast<std::int64_t>(i);
        const auto events = city.poll("2026-03-03", wrong, fmt::format("digest{:02}", i));
        CHECK(
            all_of<FeedDiscarded>(events).size() == (i == limits::feed_quarantined_max ? 1U : 0U));
    }
    CHECK(city.state.quarantine.size() == limits::feed_quarantined_max);
    CHECK(city.state.quarantine.front().digest == "digest01");
}

TEST_CASE("a batch of too many or too few rows is held") {
    auto all = city();
    all.feeds[0].row_count = {{16, 20}};
    City city{all};
    CHECK(
        all_of<FeedAccepted>(city.poll("2026-03-02", City::figures("2026-03-02", 9'000), "d"))
            .size()
        == 1);
    auto few = City::figures("2026-03-03", 9'000);
    few.resize(8);
    const auto held = all_of<FeedQuarantined>(city.poll("2026-03-03", few, first_digest));
    REQUIRE(held.size() == 1);
    CHECK(held[0].reasons == std::vector<std::string>{"8 rows came, 16 to 20 are expected"});
}

TEST_CASE("a doubt is taken, and told once a day") {
    City city;
    const auto doubtful = [](const char* day, std::int64_t more) {
        auto cells = City::figures(day, 9'000 + more);
        cells[1].value += 900'00;
        cells[2].value -= 900'00;
        return cells;
    };
    const auto first = city.poll("2026-03-02", doubtful("2026-03-02", 0), "d1");
    CHECK(all_of<FeedAccepted>(first).size() == 1);
    CHECK(all_of<FeedFlagged>(first).size() == 1);
    CHECK(told(first, text::Reason::feed_flagged) == std::vector<std::string>{"zhang", "li"});
    CHECK(all_of<FeedFlagged>(city.poll("2026-03-02", doubtful("2026-03-02", 1), "d2")).empty());
    CHECK(
        all_of<FeedFlagged>(city.poll("2026-03-03", doubtful("2026-03-03", 1), "d3")).size() == 1);
}

TEST_CASE("held batches keep their figures when the settings change") {
    City city;
    auto wrong = City::figures("2026-03-03", 500);
    wrong[2].value += 1;
    city.poll("2026-03-03", wrong, first_digest);
    auto other = ::city();
    other.subjects.erase(other.subjects.begin());
    other.items.insert(other.items.begin(), other.items.front());
    other.items.front().id = "advances";
    rebase(city.state, *rules::Rulebook::build(other));
    REQUIRE(city.state.quarantine.size() == 1);
    CHECK(city.state.quarantine[0].cells.size() == wrong.size() - 4);
    CHECK(
        city.state.quarantine[0].cells.front() == rules::Cell{1, 0, date("2026-03-03"), 1'500'00});
}

TEST_CASE("an account, a county or a single figure that does not come is said, never a zero") {
    City city;
    city.poll("2026-03-02", City::figures("2026-03-02", 9'000), "d1");
    const auto day = [](const char* on, auto leave_out) {
        auto cells = City::figures(on, 9'000);
        std::erase_if(cells, leave_out);
        return cells;
    };
    auto events =
        city.poll("2026-03-03", day("2026-03-03", [](const auto& c) { return c.item == 3; }), "d2");
    auto gaps = all_of<FeedGap>(events);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].count == 4);
    CHECK(
        gaps[0].missing
        == std::vector<std::string>{"\"outflow\" of all counties, last on 2026-03-02"});
    CHECK_FALSE(told(events, text::Reason::feed_gap).empty());
    CHECK(city.state.readings.latest(3, 0)->value == 200'00);

    const auto no_county = [](const auto& c) {
        return c.subject == 3;
    };
    events = city.poll("2026-03-04", day("2026-03-04", no_county), "d3");
    gaps = all_of<FeedGap>(events);
    REQUIRE(gaps.size() == 1);
    CHECK(
        gaps[0].missing
        == std::vector<std::string>{"all figures of County 610329, last on 2026-03-03"});
    CHECK(all_of<FeedGap>(city.poll("2026-03-05", day("2026-03-05", no_county), "d4")).empty());

    events = city.poll("2026-03-06", City::figures("2026-03-06", 9'000), "d5");
    gaps = all_of<FeedGap>(events);
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].count == 0);
    CHECK_FALSE(told(events, text::Reason::feed_recovered).empty());

    events = city.poll(
        "2026-03-09",
        day("2026-03-09", [](const auto& c) { return c.item == 1 && c.subject == 2; }),
        "d6");
    CHECK(
        all_of<FeedGap>(events)[0].missing
        == std::vector<std::string>{"\"inflow\" of County 610326, last on 2026-03-06"});
}

TEST_CASE("in a delivery of several days the newest of each county counts") {
    City city;
    auto cells = City::figures("2026-03-02", 9'000);
    auto second = City::figures("2026-03-03", 9'000);
    std::erase_if(second, [](const auto& c) { return c.item == 3 || c.subject == 1; });
    cells.insert(cells.end(), second.begin(), second.end());
    const auto gaps = all_of<FeedGap>(city.poll("2026-03-03", cells, "d1"));
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].count == 3);  // the county that is a day late is not missing
}

TEST_CASE("a partial feed is expected to be whole only where it speaks") {
    auto all = city();
    all.feeds[0].partial = true;
    City city{all};
    city.poll("2026-03-02", City::figures("2026-03-02", 9'000), "d1");
    auto one = City::figures("2026-03-03", 9'000);
    one.resize(4);
    CHECK(all_of<FeedGap>(city.poll("2026-03-03", one, "d2")).empty());
    one.pop_back();
    CHECK(all_of<FeedGap>(city.poll("2026-03-03", one, "d3")).size() == 1);
}

TEST_CASE("counties that are declared are missed from the first delivery on") {
    auto all = city();
    all.feeds[0].counties = {"610323", "610324", "610326", "610329"};
    City city{all};
    auto cells = City::figures("2026-03-02", 9'000);
    std::erase_if(cells, [](const auto& c) { return c.subject == 0; });
    const auto gaps = all_of<FeedGap>(city.poll("2026-03-02", cells, "d1"));
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].missing == std::vector<std::string>{"all figures of County 610323, never yet"});
}

TEST_CASE("a county that runs dry is a crisis, not a typing error") {
    auto all = city();
    all.feeds[0].checks.clear();  // nothing vouches for it
    City city{all};
    for (int day = 2; day <= 20; ++day) {
        const auto text = fmt::format("2026-03-{:02}", day);
        city.poll(text.c_str(), City::figures(text.c_str(), 900'000 + day), "d" + text);
    }
    auto dry = City::figures("2026-03-21", 900'000);
    dry[0].value /= 900;  // 1,000 yuan are left
    auto events = city.poll("2026-03-21", dry, "dry");
    CHECK(all_of<FeedQuarantined>(events).empty());
    CHECK(city.state.standing({0, 0}).level == Level::orange);
    for (auto& cell : dry) {
        cell.date = date("2026-03-22");
    }
    dry[0].value = 0;
    events = city.poll("2026-03-22", dry, "nothing");
    CHECK(all_of<FeedQuarantined>(events).empty());
    CHECK(city.state.standing({0, 0}).level == Level::red);
}

TEST_CASE("a fall by ten thousand is held, unless the books say where the money went") {
    City city;
    for (int day = 2; day <= 20; ++day) {
        const auto text = fmt::format("2026-03-{:02}", day);
        city.poll(text.c_str(), City::figures(text.c_str(), 900'000 + day), "d" + text);
    }
    auto typed = City::figures("2026-03-21", 900'000);
    typed[0].value /= 10'000;
    CHECK(all_of<FeedQuarantined>(city.poll("2026-03-21", typed, first_digest)).size() == 1);
    auto spent = City::figures("2026-03-21", 900'000);
    spent[0].value = 90'00;
    spent[3].value = spent[2].value + spent[1].value - spent[0].value;
    const auto events = city.poll("2026-03-21", spent, second_digest);
    for (const auto& held : all_of<FeedQuarantined>(events)) {
        CHECK(
            held.reasons.front().find("cash") == std::string::npos);  // the outflow is odd, not it
    }
}
