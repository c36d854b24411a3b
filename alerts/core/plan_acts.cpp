// What people do about a plan: who may, and what it makes of the run.
#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/core/step.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::core {

namespace {

// What permit() checks, by kind of act. Each names what is wrong and what to do.
class Permit {
  public:
    explicit Permit(const State& state) : state_(state) {}

    Result<void> operator()(const ActivatePlan& act) const {
        const auto& run = run_of(act.subject);
        if (run.state != PlanState::proposed) {
            return no(
                "the plan of {} is {}; only a proposed plan can be activated", act.subject, run);
        }
        if (act.doc_no.size() > limits::note_bytes_max) {
            return invalid(
                fmt::format("a document number of at most {} bytes", limits::note_bytes_max));
        }
        return by_role(act.subject, "lead", act.by);
    }
    Result<void> operator()(const SettleStep& act) const {
        const auto& run = run_of(act.subject);
        if (run.state != PlanState::active) {
            return no(
                "the plan of {} is {}; its steps open when it is activated", act.subject, run);
        }
        const auto& measures = subject(act.subject).plan->measures;
        const auto measure = std::ranges::find(measures, act.seq, &PlanMeasure::seq);
        if (measure == measures.end()) {
            return invalid(fmt::format("the plan has no step {}", act.seq));
        }
        const auto entry = run.steps.find(act.seq);
        if (entry != run.steps.end() && entry->second.settled) {
            return invalid(fmt::format("step {} was settled by {}", act.seq, entry->second.by));
        }
        if (act.evidence.size() > limits::note_bytes_max
            || act.waived_because.size() > limits::note_bytes_max) {
            return invalid(fmt::format(
                "at most {} bytes of text; name the document and file the rest",
                limits::note_bytes_max));
        }
        if (act.waived_because.empty() && measure->evidence && act.evidence.empty()) {
            return invalid(fmt::format(
                "step {} needs evidence: name the document with --evidence, or waive it with "
                "--waive REASON",
                act.seq));
        }
        return known(act.by);
    }
    Result<void> operator()(const SendReport& act) const {
        const auto& run = run_of(act.subject);
        if (run.state != PlanState::active) {
            return no("the plan of {} is {}; nothing is to be reported", act.subject, run);
        }
        const auto count = subject(act.subject).plan->reports.size();
        if (act.index < 0 || static_cast<std::size_t>(act.index) >= count) {
            return invalid(fmt::format("the plan has {} reports, counted from 0", count));
        }
        return known(act.by);
    }
    Result<void> operator()(const EndPlan& act) const {
        const auto& run = run_of(act.subject);
        if (run.state != PlanState::active) {
            return no("the plan of {} is {}; there is nothing to end", act.subject, run);
        }
        const auto& plan = *subject(act.subject).plan;
        if (!run.may_end) {
            return invalid(
                fmt::format("the end condition has not held for {} yet", to_text(plan.end.hold)));
        }
        for (const auto& measure : plan.measures) {
            const auto entry = run.steps.find(measure.seq);
            if (run.ordered_since(measure.levels)
                && (entry == run.steps.end() || !entry->second.settled)) {
                return invalid(fmt::format(
                    "step {} is neither done nor waived; settle it first", measure.seq));
            }
        }
        return by_role(act.subject, plan.end.by, act.by);
    }

  private:
    [[nodiscard]] const Subject& subject(std::uint32_t index) const {
        return state_.rules->catalogue().subjects[index];
    }
    [[nodiscard]] const PlanRun& run_of(std::uint32_t index) const {
        static const PlanRun idle;
        const auto found = state_.plans.find(subject(index).id);
        return found == state_.plans.end() || !subject(index).plan ? idle : found->second;
    }
    Result<void> no(std::string_view form, std::uint32_t index, const PlanRun& run) const {
        return invalid(fmt::format(fmt::runtime(form), subject(index).id, to_text(run.state)));
    }
    Result<void> known(const std::string& person) const {
        if (state_.rules->catalogue().person(person) == nullptr) {
            return invalid(fmt::format("no person '{}' in the settings", person));
        }
        return {};
    }
    Result<void> by_role(
        std::uint32_t index, const std::string& key, const std::string& person) const {
        const auto* role = subject(index).plan->role(key);
        SANBAO_ASSERT(role != nullptr);  // the settings are validated
        if (person != role->person && person != role->deputy) {
            return invalid(fmt::format(
                "only {} or the deputy {} may do this, not '{}'",
                role->person,
                role->deputy,
                person));
        }
        return {};
    }
    const State& state_;
};

}  // namespace

Result<void> permit_plan(const State& state, const Act& act) {
    const Permit permit{state};
    return std::visit(
        [&permit](const auto& one) -> Result<void> {
            if constexpr (requires { permit(one); }) {
                return permit(one);
            } else {
                return invalid("no act on a plan");
            }
        },
        act);
}

void perform_plan(Step& step, const Act& act) {
    const auto id = [&](std::uint32_t index) {
        return step.catalogue().subjects[index].id;
    };
    if (const auto* activate = std::get_if<ActivatePlan>(&act)) {
        const auto level = step.state.plans[id(activate->subject)].level;
        step.emit(PlanActivated{id(activate->subject), level, activate->by, activate->doc_no});
        tell_plan(step, activate->subject, {text::Reason::plan_activated, "", "", ""});
    } else if (const auto* settle = std::get_if<SettleStep>(&act)) {
        step.emit(StepSettled{
            id(settle->subject),
            settle->by,
            settle->evidence,
            settle->waived_because,
            settle->seq});
    } else if (const auto* report = std::get_if<SendReport>(&act)) {
        step.emit(ReportSent{id(report->subject), report->by, report->index});
    } else if (const auto* end = std::get_if<EndPlan>(&act)) {
        tell_plan(step, end->subject, {text::Reason::plan_ended, end->by, "", ""});
        step.emit(PlanEnded{id(end->subject), end->by});
    }
}

}  // namespace sanbao::core
