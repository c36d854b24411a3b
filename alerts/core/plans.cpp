// One county, one plan: proposed, activated, worked through, ended.
#include "alerts/base/assert.hpp"
#include "alerts/base/digest.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/core/step.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::core {

using namespace std::chrono_literals;

void tell_plan(Step& step, std::uint32_t subject, PlanNews news) {
    const auto& county = step.catalogue().subjects[subject];
    const auto& run = step.state.plans[county.id];
    Notice notice;
    notice.facts.reason = news.reason;
    notice.facts.subject = &county;
    notice.facts.plan = plan_facts(step.state, subject);
    notice.facts.plan->subject_step = std::move(news.what);
    notice.facts.alert_id = derived_id("plan", {county.id, run.plan, std::to_string(run.run)});
    notice.topic = Topic::plan;
    const auto* level = county.plan->level(run.level);
    notice.level = level != nullptr ? level->colour : Level::red;
    notice.occasion = fmt::format(
        "{}/{}/{}/{}", notice.facts.alert_id, text::to_text(news.reason), run.level, news.key);
    notice.also = {"lead"};
    if (!news.owner.empty() && county.plan->role(news.owner) != nullptr) {
        notice.also.push_back(std::move(news.owner));
    }
    tell(step, std::move(notice));
}

namespace {

// nullopt: not known, for want of data. A condition's arguments are the values of indicators as
// last judged.
std::optional<bool> holds(
    const Step& step, std::uint32_t subject, const rules::CompiledClause& clause, Level colour) {
    if (clause.indicator != none) {
        return step.state.standing({clause.indicator, subject}).level >= colour;
    }
    std::vector<rules::Value> arguments;
    for (const auto indicator : clause.arguments) {
        const auto judgement =
            rules::judge(*step.state.rules, indicator, subject, step.state.readings, step.today());
        arguments.push_back(
            judgement ? judgement->value : rules::Value{rules::Missing{"never judged"}});
    }
    const rules::Place place{
        &step.catalogue().calendar, &step.catalogue().subjects[subject], step.today()};
    const auto value = clause.condition->evaluate(arguments, place);
    const auto* truth = std::get_if<bool>(&value);
    return truth != nullptr ? std::optional{*truth} : std::nullopt;
}

// Whether a clause of the plan's end holds, by data that is fresh: silence ends nothing.
bool holds_freshly(const Step& step, std::uint32_t subject, const rules::CompiledClause& clause) {
    const auto fresh = [&](std::uint32_t indicator) {
        return freshness_of(step.state, {indicator, subject}, step.today()).freshness
               == Freshness::fresh;
    };
    return std::ranges::all_of(clause.arguments, fresh)
           && holds(step, subject, clause, Level::normal).value_or(false);
}

struct Trigger {
    std::string level;  // empty: nothing triggers
    std::string cause;  // the clause as the plan words it
    bool known = true;  // false: a clause could not be judged, for want of data
};

Trigger trigger_of(const Step& step, std::uint32_t subject) {
    const auto& plan = *step.catalogue().subjects[subject].plan;
    const auto& compiled = *step.state.rules->plan(subject);
    bool known = true;
    for (std::size_t i = 0; i < plan.levels.size(); ++i) {
        for (std::size_t k = 0; k < plan.levels[i].any.size(); ++k) {
            const auto held = holds(step, subject, compiled.levels[i][k], plan.levels[i].colour);
            if (held.value_or(false)) {
                return {plan.levels[i].id, plan.levels[i].any[k], true};
            }
            known = known && held.has_value();
        }
    }
    return {"", "", known};
}

// Position in Plan::levels: 0 is the worst.
std::size_t rank(const Plan& plan, std::string_view level) {
    return static_cast<std::size_t>(
        std::ranges::find(plan.levels, level, &PlanLevel::id) - plan.levels.begin());
}

void propose(Step& step, std::uint32_t subject, const Trigger& trigger) {
    const auto& county = step.catalogue().subjects[subject];
    const auto& plan = *county.plan;
    const auto run = step.state.plans[county.id].run + 1;
    step.emit(PlanProposed{county.id, plan.id, plan.digest, trigger.level, trigger.cause, run});
    if (plan.activate == Activation::at_once) {
        step.emit(PlanActivated{county.id, trigger.level, "", plan.doc_no});
        tell_plan(step, subject, {text::Reason::plan_activated, "", "", ""});
    } else {
        tell_plan(step, subject, {text::Reason::plan_proposed, "", "", ""});
    }
}

Instant due_of(const Step& step, const Term& term, Instant start) {
    return end_of(term, start, step.catalogue().calendar, step.catalogue().zone);
}

void check_steps(Step& step, std::uint32_t subject) {
    const auto& county = step.catalogue().subjects[subject];
    const auto run = step.state.plans[county.id];
    const auto open = [](const auto& entries, int key) {
        const auto found = entries.find(key);
        return found == entries.end() || (!found->second.settled && !found->second.overdue);
    };
    for (const auto& measure : county.plan->measures) {
        const auto since = run.ordered_since(measure.levels);
        if (since && open(run.steps, measure.seq) && due_of(step, measure.due, *since) < step.at) {
            step.emit(StepOverdue{county.id, measure.seq});
            tell_plan(
                step,
                subject,
                {text::Reason::step_overdue,
                 std::to_string(measure.seq),
                 measure.name,
                 measure.owner});
        }
    }
    for (std::size_t i = 0; i < county.plan->reports.size(); ++i) {
        const auto& report = county.plan->reports[i];
        const auto since = run.ordered_since(report.levels);
        if (since && open(run.reports, static_cast<int>(i))
            && due_of(step, report.within, *since) < step.at) {
            step.emit(ReportOverdue{county.id, static_cast<int>(i)});
            tell_plan(
                step, subject, {text::Reason::report_overdue, std::to_string(i), report.to, ""});
        }
    }
}

void check_end(Step& step, std::uint32_t subject) {
    const auto& county = step.catalogue().subjects[subject];
    const auto& end = step.state.rules->plan(subject)->end;
    const auto all = !end.empty() && std::ranges::all_of(end, [&](const auto& clause) {
        return holds_freshly(step, subject, clause);
    });
    const auto& run = step.state.plans[county.id];
    if (all != run.end_holds_since.has_value()) {
        step.emit(PlanEndHolds{county.id, all});
    }
    if (run.end_holds_since && !run.may_end
        && due_of(step, county.plan->end.hold, *run.end_holds_since) <= step.at) {
        step.emit(PlanMayEnd{county.id});
        tell_plan(
            step, subject, {text::Reason::plan_may_end, to_utc_text(*run.end_holds_since), "", ""});
    }
}

}  // namespace

void review_plan(Step& step, std::uint32_t subject) {
    const auto& county = step.catalogue().subjects[subject];
    if (!county.plan) {
        return;
    }
    const auto known = step.state.plans.find(county.id);
    const auto state = known == step.state.plans.end() ? PlanState::idle : known->second.state;
    const auto in_force = county.plan->in_force(step.today());
    const auto trigger = in_force ? trigger_of(step, subject) : Trigger{};
    switch (state) {
        case PlanState::idle:
            if (!trigger.level.empty()) {
                propose(step, subject, trigger);
            }
            return;
        case PlanState::proposed:
            if (trigger.level.empty() && trigger.known) {
                const auto* why = in_force ? "no clause of the plan holds any more"
                                           : "the plan is not in force any more";
                step.emit(PlanWithdrawn{county.id, why});
                return;
            }
            break;
        case PlanState::active:
            check_steps(step, subject);
            check_end(step, subject);
            break;
    }
    const auto level = step.state.plans[county.id].level;
    if (!trigger.level.empty() && rank(*county.plan, trigger.level) < rank(*county.plan, level)) {
        step.emit(PlanRaised{county.id, level, trigger.level, trigger.cause});
        tell_plan(step, subject, {text::Reason::plan_raised, "", "", ""});
    }
}

void review_plans(Step& step) {
    for (std::uint32_t subject = 0; subject < step.catalogue().subjects.size(); ++subject) {
        review_plan(step, subject);
    }
    step.state.plans_checked = step.today();
}

std::optional<Instant> plan_due(const State& state, std::uint32_t subject) {
    const auto& catalogue = state.rules->catalogue();
    const auto& county = catalogue.subjects[subject];
    const auto found = state.plans.find(county.id);
    if (!county.plan || found == state.plans.end() || found->second.state != PlanState::active) {
        return std::nullopt;
    }
    const auto& run = found->second;
    std::optional<Instant> due;
    const auto consider = [&](const Term& term, Instant start) {
        const auto at = end_of(term, start, catalogue.calendar, catalogue.zone) + 1ms;
        due = due ? std::min(*due, at) : at;
    };
    const auto open = [](const auto& entries, int key) {
        const auto entry = entries.find(key);
        return entry == entries.end() || (!entry->second.settled && !entry->second.overdue);
    };
    for (const auto& measure : county.plan->measures) {
        const auto since = run.ordered_since(measure.levels);
        if (since && open(run.steps, measure.seq)) {
            consider(measure.due, *since);
        }
    }
    for (std::size_t i = 0; i < county.plan->reports.size(); ++i) {
        const auto& report = county.plan->reports[i];
        const auto since = run.ordered_since(report.levels);
        if (since && open(run.reports, static_cast<int>(i))) {
            consider(report.within, *since);
        }
    }
    if (run.end_holds_since && !run.may_end) {
        consider(county.plan->end.hold, *run.end_holds_since);
    }
    return due;
}

}  // namespace sanbao::core
