// A county's plan and how far it has come.
#include "alerts/base/calendar.hpp"
#include "daemon/web/views.hpp"

#include <algorithm>

namespace sanbao::web {

namespace json = boost::json;

namespace {

using Entries = std::map<int, core::PlanRun::Entry>;

struct Course {
    const View& view;
    const core::PlanRun& run;

    // What is common to a step and a report: by when, and what has become of it.
    void add(json::object& to, const Entries& entries, int key, std::optional<Instant> due) const {
        const auto found = entries.find(key);
        const auto entry = found == entries.end() ? core::PlanRun::Entry{} : found->second;
        to["due"] = due ? instant_json(view, *due) : json::value(nullptr);
        to["state"] = entry.settled ? "settled" : entry.overdue ? "overdue" : "open";
        to["by"] = entry.by;
        to["note"] = entry.note;
        to["at"] = entry.settled ? instant_json(view, entry.at) : json::value(nullptr);
    }

    [[nodiscard]] std::optional<Instant> due(
        const std::vector<std::string>& levels, const Term& term) const {
        const auto since = run.ordered_since(levels);
        const auto& catalogue = view.catalogue();
        return since ? std::optional{end_of(term, *since, catalogue.calendar, catalogue.zone)}
                     : std::nullopt;
    }
};

json::object person_json(const View& view, const std::string& id) {
    const auto* person = view.catalogue().person(id);
    if (person == nullptr) {
        return {{"id", id}};
    }
    return {{"id", id}, {"name", person->name}, {"post", person->post}, {"phone", person->phone}};
}

json::array steps_json(const Course& course, const Plan& plan) {
    json::array steps;
    for (const auto& measure : plan.measures) {
        if (!course.run.concerns(measure.levels)) {
            continue;
        }
        const auto* role = plan.role(measure.owner);
        json::object step{
            {"seq", measure.seq},
            {"name", measure.name},
            {"owner", role != nullptr ? role->title : measure.owner},
            {"evidence", measure.evidence},
            {"legal_basis", measure.legal_basis}};
        step["person"] =
            role != nullptr ? json::value(person_json(course.view, role->person)) : nullptr;
        step["term"] = to_text(measure.due);
        course.add(step, course.run.steps, measure.seq, course.due(measure.levels, measure.due));
        steps.push_back(std::move(step));
    }
    return steps;
}

json::array reports_json(const Course& course, const Plan& plan) {
    json::array reports;
    for (std::size_t i = 0; i < plan.reports.size(); ++i) {
        if (!course.run.concerns(plan.reports[i].levels)) {
            continue;
        }
        const auto index = static_cast<int>(i);
        json::object report{
            {"index", index}, {"to", plan.reports[i].to}, {"form", plan.reports[i].form}};
        report["term"] = to_text(plan.reports[i].within);
        course.add(
            report,
            course.run.reports,
            index,
            course.due(plan.reports[i].levels, plan.reports[i].within));
        reports.push_back(std::move(report));
    }
    return reports;
}

}  // namespace

json::object plan_json(const View& view, std::uint32_t subject) {
    const auto& who = view.catalogue().subjects[subject];
    auto result = head_json(view);
    result["subject"] = subject_json(view, subject);
    if (!who.plan) {
        result["plan"] = nullptr;
        return result;
    }
    const auto& plan = *who.plan;
    const auto found = view.state.plans.find(who.id);
    const auto run = found == view.state.plans.end() ? core::PlanRun{} : found->second;
    const Course course{view, run};
    const auto idle = run.state == core::PlanState::idle;
    const auto active = run.state == core::PlanState::active;
    const auto* lead = plan.role("lead");
    const auto* level = plan.level(run.level);
    json::object body{
        {"name", plan.name},
        {"doc_no", run.doc_no.empty() ? plan.doc_no : run.doc_no},
        {"valid_from", to_text(plan.valid_from)},
        {"valid_to", to_text(plan.valid_to)},
        {"digest", idle ? plan.digest : run.digest},
        {"state", core::to_text(run.state)},
        {"level", run.level},
        {"level_name", level != nullptr ? level->name : std::string{}},
        {"cause", run.cause},
        {"activated_by", run.by}};
    body["proposed"] = idle ? json::value(nullptr) : instant_json(view, run.proposed);
    body["activated"] = active ? instant_json(view, run.activated) : json::value(nullptr);
    body["lead"] = lead != nullptr ? json::value(person_json(view, lead->person)) : nullptr;
    body["steps"] = steps_json(course, plan);
    body["reports"] = reports_json(course, plan);
    json::array when;
    std::ranges::for_each(plan.end.when, [&](const auto& clause) { when.emplace_back(clause); });
    body["end"] = json::object{
        {"when", std::move(when)},
        {"hold", to_text(plan.end.hold)},
        {"by", plan.end.by},
        {"holds_since", instant_json(view, run.end_holds_since)},
        {"may_end", run.may_end}};
    result["plan"] = std::move(body);
    return result;
}

}  // namespace sanbao::web
