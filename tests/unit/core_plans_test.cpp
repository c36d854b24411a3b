#include "tests/unit/sample.hpp"

using namespace sanbao;
using namespace sanbao::test;
using core::PlanState;

namespace {

const core::PlanRun& run_of(const World& world) {
    return world.state.plans.at("610326");
}

World with_proposal() {
    World world;
    world.balance("2017-02-01", 15'000'000);
    return world;
}

World with_active_plan() {
    auto world = with_proposal();
    world.step(
        noon("2017-02-01") + 1h, core::Act{core::ActivatePlan{0, "zhang", "眉政办发〔2017〕3号"}});
    return world;
}

}  // namespace

TEST_CASE("the plan is proposed when its trigger holds, and its lead is told") {
    const auto world = with_proposal();
    CHECK(run_of(world).state == PlanState::proposed);
    CHECK(run_of(world).level == "II");
    bool told = false;
    for (const auto& [id, message] : world.state.outbox) {
        told =
            told || (message.reason == text::Reason::plan_proposed && message.recipient == "zhang");
    }
    CHECK(told);
}

TEST_CASE("only the lead or the deputy activates, and only what is proposed") {
    const auto world = with_proposal();
    const auto by = [&](const char* person) {
        return core::permit(world.state, core::ActivatePlan{0, person, "x"}).has_value();
    };
    CHECK(by("zhang"));
    CHECK(by("li"));
    CHECK_FALSE(by("nobody"));
    CHECK_FALSE(core::permit(world.state, core::ActivatePlan{1, "zhang", "x"}).has_value());
}

TEST_CASE("a proposal whose trigger is gone is withdrawn; an active plan stays") {
    auto world = with_proposal();
    world.balance("2017-02-02", 50'000'000);
    CHECK(run_of(world).state == PlanState::idle);

    auto active = with_active_plan();
    active.balance("2017-02-02", 50'000'000);
    CHECK(active.standing().level == Level::normal);
    CHECK(run_of(active).state == PlanState::active);
}

TEST_CASE("a worse trigger raises the level of the plan") {
    auto world = with_active_plan();
    world.balance("2017-02-02", 5'000'000);
    CHECK(run_of(world).level == "I");
}

TEST_CASE("a step and a report that pass their time are overdue once, at their moment") {
    auto world = with_active_plan();
    const auto active_since = noon("2017-02-01") + 1h;
    REQUIRE(core::next_wake(world.state, active_since) <= active_since + 2h + 1ms);
    const auto report = world.step(active_since + 2h + 1ms, core::Wake{});
    CHECK(only<core::ReportOverdue>(report).size() == 1);
    CHECK(only<core::StepOverdue>(report).empty());
    const auto step = world.step(active_since + 4h + 1ms, core::Wake{});
    REQUIRE(only<core::StepOverdue>(step).size() == 1);
    CHECK(only<core::StepOverdue>(step)[0].seq == 10);
    CHECK(only<core::MessageQueued>(step).size() == 2);  // the step's owner and the lead
    CHECK(only<core::StepOverdue>(world.step(active_since + 5h, core::Wake{})).empty());
}

TEST_CASE(
    "what a worse level orders is due from when that level was reached, not from the activation") {
    auto world = with_active_plan();
    world.balance("2017-02-08", 5'000'000);  // a Wednesday: level I, whose step 20 has 3wd
    REQUIRE(run_of(world).level == "I");
    world.step(noon("2017-02-13"), core::Wake{});
    CHECK_FALSE(run_of(world).steps.contains(20));
    world.step(noon("2017-02-14"), core::Wake{});
    CHECK(run_of(world).steps.at(20).overdue);
}

TEST_CASE("steps need evidence or a reason to be waived") {
    const auto world = with_active_plan();
    const auto may = [&](core::SettleStep act) {
        return core::permit(world.state, act).has_value();
    };
    CHECK_FALSE(may({0, 10, "li", "", ""}));
    CHECK(may({0, 10, "li", "凭证 12", ""}));
    CHECK(may({0, 10, "li", "", "无此类资金"}));
    CHECK_FALSE(may({0, 11, "li", "凭证 12", ""}));
    CHECK_FALSE(may({0, 10, "stranger", "凭证 12", ""}));
}

TEST_CASE("a plan ends by its lead after the end condition has held and every step is settled") {
    auto world = with_active_plan();
    const auto may_end = [&] {
        return core::permit(world.state, core::EndPlan{0, "zhang"}).has_value();
    };
    world.balance("2017-02-02", 50'000'000);  // a Thursday; 2wd end with Monday the 6th
    CHECK_FALSE(may_end());
    world.step(noon("2017-02-06"), core::Wake{});
    CHECK_FALSE(run_of(world).may_end);
    world.step(noon("2017-02-07"), core::Wake{});
    CHECK(run_of(world).may_end);
    CHECK_FALSE(may_end());  // step 10 is open
    world.step(noon("2017-02-07"), core::Act{core::SettleStep{0, 10, "li", "凭证 12", ""}});
    REQUIRE(may_end());
    world.step(noon("2017-02-07"), core::Act{core::EndPlan{0, "zhang"}});
    CHECK(run_of(world).state == PlanState::idle);
    CHECK(run_of(world).run == 1);
}

TEST_CASE("the end condition that ceases to hold starts anew") {
    auto world = with_active_plan();
    world.balance("2017-02-02", 50'000'000);
    world.balance("2017-02-03", 25'000'000);
    CHECK_FALSE(run_of(world).end_holds_since);
    world.balance("2017-02-06", 50'000'000);
    CHECK(run_of(world).end_holds_since == noon("2017-02-06"));
}

TEST_CASE(
    "the first mail about a risk already says what the plan that it opened orders, and by when") {
    auto c = catalogue();
    c.subjects[0].plan->activate = Activation::at_once;
    World world{c};
    for (const auto& message : only<core::MessageQueued>(world.balance("2017-02-01", 15'000'000))) {
        if (message.reason == text::Reason::first && !message.text.empty()) {
            CHECK(message.text.find("已启动") != std::string::npos);
            CHECK(message.text.find("2017-02-01 16:00") != std::string::npos);  // step 10 has 4 h
        }
    }
}

TEST_CASE("a plan that says at once is activated without its lead") {
    auto c = catalogue();
    c.subjects[0].plan->activate = Activation::at_once;
    World world{c};
    world.balance("2017-02-01", 15'000'000);
    CHECK(run_of(world).state == PlanState::active);
}

TEST_CASE("a plan out of force does not open") {
    auto c = catalogue();
    c.subjects[0].plan->valid_to = day("2017-01-31");
    World world{c};
    world.balance("2017-02-01", 15'000'000);
    CHECK_FALSE(world.state.plans.contains("610326"));
}

TEST_CASE("silence neither ends a plan nor withdraws a proposal") {
    auto world = with_active_plan();
    world.balance("2017-02-02", 50'000'000);
    world.step(noon("2017-02-20"), core::Wake{});
    CHECK_FALSE(run_of(world).may_end);

    auto c = catalogue();
    c.subjects[0].plan->levels = {{"I", Level::red, "", {"cash_level < 0.2"}}};
    World proposed{c};
    proposed.balance("2017-02-01", 15'000'000);
    REQUIRE(run_of(proposed).state == PlanState::proposed);
    core::PollAccepted half;  // the other input stays behind and goes stale
    half.digest = "half";
    half.cells = {{0, 0, day("2017-02-20"), 15'000'000'00}};
    proposed.step(noon("2017-02-20"), half);
    CHECK(run_of(proposed).state == PlanState::proposed);
}
