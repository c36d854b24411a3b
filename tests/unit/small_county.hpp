// One county with one ratio, small enough to know every answer by heart. Built in code, so these
// tests need no settings.
#pragma once

#include "alerts/core/decide.hpp"
#include "alerts/rules/rulebook.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sanbao::test {

inline Date date(const char* text) {
    return *parse_date(text);
}

inline Line line(const char* text) {
    return *rules::parse_line(text);
}

inline Plan small_plan() {
    Plan plan;
    plan.id = "610326";
    plan.name = "眉县“三保”应急预案";
    plan.doc_no = "眉政办发〔2026〕3号";
    plan.valid_from = date("2026-01-01");
    plan.valid_to = date("2026-12-31");
    plan.roles = {{"lead", "组长", "zhang", "li"}};
    plan.levels = {{"I", Level::red, "Ⅰ级", {"guarantee"}}};
    plan.measures = {{10, {}, "暂停非“三保”拨付", "lead", {Millis{4 * 3'600'000}, 0}, true, ""}};
    plan.reports = {{{}, "city", {Millis{2 * 3'600'000}, 0}, ""}};
    plan.end = {{"guarantee >= 0.3"}, {Millis{0}, 10}, "lead"};
    plan.digest = "feed";
    return plan;
}

// Treasury cash over monthly outflow: yellow < 0.30, orange < 0.20, red < 0.10, leave 0.02.
inline Catalogue small_catalogue() {
    Catalogue catalogue;
    catalogue.label = {"演示数据", "demonstration data"};
    catalogue.digest = "c0ffee";
    catalogue.items = {
        {"cash", {"库款余额", "cash"}, ItemKind::stock, Unit::money, "CNY", {Millis{0}, 3}, false},
        {"outflow",
         {"月均支出", "outflow"},
         ItemKind::stock,
         Unit::money,
         "CNY",
         {Millis{0}, 3},
         false}};
    Indicator indicator;
    indicator.id = "guarantee";
    indicator.name = {"库款保障水平", "cash guarantee"};
    indicator.inputs = {{"cash", "cash", {}}, {"outflow", "outflow", {}}};
    indicator.formula = "cash / outflow";
    indicator.lines = {{}, line("< 0.30"), line("< 0.20"), line("< 0.10")};
    indicator.leave = *Rational::make(2, 100);
    catalogue.indicators = {indicator};
    Subject county;
    county.id = "610326";
    county.name = {"眉县", "Mei County"};
    county.aliases = {{"610326"}, {"0326", date("2020-01-01"), Date::max()}};
    county.synthetic = true;
    county.plan = small_plan();
    catalogue.subjects = {county};
    catalogue.persons = {
        {"li", "李四", "科长", "138", "li@example.org", "", {"mail"}, {}},
        {"zhang", "张三", "副局长", "139", "zhang@example.org", "li", {"mail"}, {}}};
    catalogue.channels = {{"mail", ChannelKind::email, Detail::full}};
    FeedRule treasury;
    treasury.id = "treasury";
    treasury.name = {"国库", "treasury"};
    catalogue.feeds = {treasury};
    catalogue.routes = {{{}, {}, {}, {"zhang"}}};
    return catalogue;
}

class SmallCounty {
  public:
    explicit SmallCounty(Catalogue catalogue = small_catalogue())
        : state(core::make_state(build(std::move(catalogue)))) {
        state.config_digest = state.rules->catalogue().digest;
    }

    // The feed brings 10,000 yuan of outflow and `cash` yuan of cash, at 18:00 of the day.
    std::vector<core::Event> read(const char* day, std::int64_t cash) {
        at = at_time(state.rules->catalogue().zone, date(day), std::chrono::hours{18});
        core::PollAccepted poll{0, "d1", 100, 1, {}};
        poll.cells = {{0, 0, date(day), cash * 100}, {1, 0, date(day), 1'000'000}};
        return core::decide(state, {at, "system", std::move(poll)});
    }

    core::State state;
    Instant at{};

  private:
    static std::shared_ptr<const rules::Rulebook> build(Catalogue catalogue) {
        auto rules = rules::Rulebook::build(std::move(catalogue));
        if (!rules) {
            FAIL(rules.error().front().message);
        }
        return *rules;
    }
};

}  // namespace sanbao::test
