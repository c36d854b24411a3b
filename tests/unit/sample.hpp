// A small catalogue for tests: one county with a plan, one indicator with lines both ways.
#pragma once

#include "alerts/base/digest.hpp"
#include "alerts/core/decide.hpp"
#include "alerts/rules/rulebook.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace sanbao::test {

using namespace std::chrono_literals;

inline Date day(const char* text) {
    return *parse_date(text);
}
inline Instant noon(const char* text) {
    return at_time(Zone{}, day(text), 12h);
}
inline Line line(const char* text) {
    return *rules::parse_line(text);
}

inline Indicator cash_level() {
    Indicator cash;
    cash.id = "cash_level";
    cash.name = {"库款保障水平", "Cash guarantee level"};
    cash.inputs = {{"balance", "balance", {}}, {"outflow", "outflow", {}}};
    cash.formula = "balance / outflow";
    cash.lines.yellow = line("< 0.30");
    cash.lines.orange = line("< 0.20");
    cash.lines.red = line("< 0.10");
    cash.lines.blue = line("> 0.80");
    cash.leave = *Rational::make(2, 100);
    return cash;
}

inline Plan plan_of(std::string county) {
    Plan plan;
    plan.id = county + "-sanbao";
    plan.name = "“三保”风险应急处置预案";
    plan.valid_from = day("2017-01-01");
    plan.valid_to = day("2030-12-31");
    plan.digest = std::string(64, 'a');
    plan.roles = {{"lead", "组长", "zhang", "li"}, {"treasury", "国库股", "li", "zhang"}};
    plan.levels = {
        {"I", Level::red, "特别重大", {"cash_level"}},
        {"II", Level::orange, "重大", {"cash_level"}}};
    plan.measures = {
        {10, {}, "暂停非“三保”资金拨付", "treasury", {4h, 0}, true, ""},
        {20, {"I"}, "清收财政借垫款", "treasury", {Millis{0}, 3}, false, ""}};
    plan.reports = {{{"I", "II"}, "city", {2h, 0}, "phone"}};
    plan.end = {{"cash_level >= 0.30"}, {Millis{0}, 2}, "lead"};
    return plan;
}

inline Subject county(std::string id, std::string name) {
    Subject subject;
    subject.id = id;
    subject.name = {std::move(name), ""};
    subject.aliases = {{id}};
    subject.leader = "zhang";
    subject.paydays = {{"wages", 15}};
    subject.plan = plan_of(id);
    return subject;
}

inline Catalogue catalogue() {
    Catalogue c;
    c.items = {{"balance", {"库款余额", ""}}, {"outflow", {"月均流出", ""}}};
    c.subjects = {county("610326", "眉县"), county("610331", "太白县")};
    c.indicators = {cash_level()};
    c.persons = {
        {"li", "李某", "科长", "000-2", "li@example.test", "zhang", {"mail"}, {}},
        {"zhang", "张某", "副局长", "000-1", "zhang@example.test", "li", {"mail"}, {}}};
    c.channels = {{"hook", ChannelKind::webhook}, {"mail", ChannelKind::email}};
    FeedRule feed;
    feed.id = "treasury";
    feed.owner = "li";
    c.feeds = {feed};
    c.routes = {{{Topic::risk}, {}, {}, {"leader", "channel:hook"}}};
    c.operators = {"li"};
    c.digest = std::string(64, 'c');
    for (int year = 2015; year <= 2035; ++year) {
        c.calendar.add_year(year);  // Monday to Friday, and nobody warned of missing holidays
    }
    return c;
}

inline std::shared_ptr<const rules::Rulebook> build(Catalogue c) {
    auto built = rules::Rulebook::build(std::move(c));
    if (!built) {
        FAIL(built.error().front().key << ": " << built.error().front().message);
    }
    return *built;
}

// A state, its history of events, and the shortest way to feed it.
class World {
  public:
    explicit World(Catalogue c = catalogue()) : state(core::make_state(build(std::move(c)))) {
        step(noon("2017-01-01"), core::Started{"test"});
        step(noon("2017-01-01"), core::RulesLoaded{state.rules, {}});
    }

    std::vector<core::Event> step(Instant at, core::Body body) {
        auto events = core::decide(state, {at, "system", std::move(body)});
        for (const auto& event : events) {
            log.emplace_back(event, at);
        }
        return events;
    }

    // The balance of the first county in yuan against an outflow of 100,000,000.
    std::vector<core::Event> balance(const char* date, std::int64_t yuan, Instant at = {}) {
        const auto as_of = day(date);
        core::PollAccepted poll;
        poll.digest = fmt_digest();
        poll.cells = {{0, 0, as_of, yuan * 100}, {1, 0, as_of, 100'000'000'00}};
        poll.rows = 1;
        return step(at == Instant{} ? noon(date) : at, std::move(poll));
    }

    [[nodiscard]] const core::Standing& standing() const { return state.standing({0, 0}); }

    core::State state;
    std::vector<std::pair<core::Event, Instant>> log;

  private:
    std::string fmt_digest() { return to_hex(sha256(std::to_string(++polls_))); }
    int polls_ = 0;
};

template <class E>
std::vector<E> only(const std::vector<core::Event>& events) {
    std::vector<E> found;
    for (const auto& event : events) {
        if (const auto* e = std::get_if<E>(&event)) {
            found.push_back(*e);
        }
    }
    return found;
}

}  // namespace sanbao::test
