// A world with a calendar that is lived through wake by wake, as the daemon does.
#pragma once

#include "alerts/core/duties.hpp"
#include "tests/unit/sample.hpp"

#include <map>
#include <string>
#include <vector>

namespace sanbao::test {

inline Instant at(const char* date, std::chrono::minutes time) {
    return at_time(Zone{}, day(date), time);
}

inline Schedule schedule(const char* text) {
    return parse_schedule(text).value();
}

// Spring Festival 2017 and New Year 2018 as the State Council set them.
inline Calendar chinese_calendar() {
    Calendar calendar;
    calendar.add_year(2017);
    calendar.add_year(2018);
    for (auto date = day("2017-01-27"); date <= day("2017-02-02"); date += std::chrono::days{1}) {
        calendar.set(date, true);
    }
    calendar.set(day("2017-01-22"), false);
    calendar.set(day("2017-02-04"), false);
    calendar.set(day("2018-01-01"), true);
    return calendar;
}

inline Catalogue with_feed(FeedRule feed) {
    auto c = catalogue();
    c.calendar = chinese_calendar();
    feed.id = "treasury";
    feed.owner = "li";
    feed.items = {{"balance"}, {"outflow"}};
    c.feeds = {std::move(feed)};
    c.persons = {
        {"boss", "钱某", "局长", "", "boss@example.test", "", {"mail"}, {}},
        {"li", "李某", "科长", "", "li@example.test", "", {"mail"}, {}},
        {"mei", "梅某", "眉县", "", "mei@example.test", "", {"mail"}, {}},
        {"op", "运某", "运维", "", "op@example.test", "", {"mail"}, {}},
        {"tai", "邰某", "太白县", "", "tai@example.test", "", {"mail"}, {}},
        {"zhang", "张某", "副局长", "", "zhang@example.test", "", {"mail"}, {}}};
    c.operators = {"op"};
    return c;
}

struct Told {
    Instant at{};
    text::Reason reason{};
    std::string person, text;
};

class DutyWorld {
  public:
    DutyWorld(Catalogue c, Instant start) : state(core::make_state(build(std::move(c)))) {
        step(start, core::Started{"test"});
        step(start, core::RulesLoaded{state.rules, {}});
    }

    std::vector<core::Event> step(Instant when, core::Body body) {
        auto events = core::decide(state, {when, "system", std::move(body)});
        for (const auto& event : events) {
            log.emplace_back(event, when);
            if (const auto* message = std::get_if<core::MessageQueued>(&event)) {
                told.push_back({when, message->reason, message->recipient, message->text});
            }
        }
        return events;
    }

    // Wakes at every instant that falls due up to `until`; `wakes` counts them.
    void live(Instant until) {
        for (auto due = core::next_wake(state, last_); due && *due <= until;
             due = core::next_wake(state, last_)) {
            last_ = *due;
            ++wakes;
            step(*due, core::Wake{});
        }
        last_ = until;
    }

    void deliver(const char* date, Instant when, std::vector<std::uint32_t> counties = {0, 1}) {
        live(when);
        core::PollAccepted poll;
        poll.digest = to_hex(sha256(std::to_string(++polls_)));
        for (const auto county : counties) {
            poll.cells.push_back({0, county, day(date), 50'000'000'00});
            poll.cells.push_back({1, county, day(date), 100'000'000'00});
        }
        poll.rows = static_cast<std::int64_t>(counties.size());
        step(when, std::move(poll));
    }

    // "2017-02-06 10:00 duty_late li" of the messages about duties and filings; forgets them.
    std::vector<std::string> tellings() {
        std::vector<std::string> found;
        for (const auto& one : std::exchange(told, {})) {
            found.push_back(
                to_local_text(Zone{}, one.at) + " " + std::string{text::to_text(one.reason)} + " "
                + one.person);
        }
        return found;
    }

    core::State state;
    std::vector<std::pair<core::Event, Instant>> log;
    std::vector<Told> told;
    int wakes = 0;

  private:
    Instant last_{};
    int polls_ = 0;
};

// The state that folding the journal gives: what a restart finds.
inline core::State recovered(const DutyWorld& world) {
    auto state = core::make_state(world.state.rules);
    for (const auto& [event, when] : world.log) {
        core::evolve(state, event, when);
    }
    return state;
}

}  // namespace sanbao::test
