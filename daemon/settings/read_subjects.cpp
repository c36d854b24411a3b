// One county, one file: who it is, when it pays, its own lines, its plan.
#include "daemon/settings/draft.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::settings {

namespace {

// The id, and where it stands; empty after reporting that there is none, or two.
Placed read_id(const Section& section) {
    const bool has_code = section.has("code");
    if (has_code == section.has("id")) {
        section.problem(
            section.where(has_code ? "id" : "code"),
            has_code ? "a subject has a code or an id, not both"
                     : "this subject has neither code nor id",
            "write code = \"610326\", or id = \"own-name\" where there is no code");
        return {};
    }
    return section.placed(has_code ? "code" : "id");
}

void read_aliases(const Section& section, const Placed& id, Subject& subject, Draft& draft) {
    subject.aliases.push_back({id.text, Date::min(), Date::max()});
    draft.codes.push_back({subject.id, subject.aliases.back(), id.where});
    for (const auto& each : section.tables("aliases")) {
        const Alias alias{
            each.text("code"),
            each.date("from").value_or(Date::min()),
            each.date("to").value_or(Date::max())};
        if (alias.to < alias.from) {
            section.problem(
                each.where("to"), "this alias ends before it begins", "swap from and to");
        }
        subject.aliases.push_back(alias);
        draft.codes.push_back({subject.id, alias, each.where("code")});
    }
}

void read_paydays(const Section& section, Subject& subject) {
    for (const auto& each : section.tables("payday")) {
        const Payday payday{each.text("kind"), each.whole("day")};
        if (!is_name(payday.kind)) {
            section.problem(
                each.where("kind"),
                fmt::format("\"{}\" cannot be used in a formula", payday.kind),
                "write ASCII letters, digits and _: \"wages\"");
        } else if (
            std::ranges::find(subject.paydays, payday.kind, &Payday::kind)
            != subject.paydays.end()) {
            section.problem(
                each.where("kind"), fmt::format("payday \"{}\" stands twice", payday.kind));
        }
        subject.paydays.push_back(payday);
    }
}

void read_override(const Section& section, Subject& subject, Draft& draft) {
    Override override;
    override.indicator = section.text("indicator");
    override.from = section.date("from").value_or(Date{});
    override.to = section.date("to").value_or(Date{});
    override.basis = section.text("basis");
    override.approved = section.text("approved");
    override.where = section.where().to_place();
    draft.names.refer(Thing::indicator, section.placed("indicator"));
    draft.names.refer(Thing::person, section.placed("approved"));
    const auto places = read_lines(section, override.indicator, override.lines, draft);
    if (section.has("from") && section.has("to") && override.to < override.from) {
        section.problem(
            section.where("to"), "this override ends before it begins", "swap from and to");
    }
    const bool wrote_line = std::ranges::any_of(
        levels_that_warn, [&](Level level) { return section.wrote(to_text(level)); });
    if (!wrote_line) {
        section.problem(
            section.where(), "this override changes no line", "write blue, yellow, orange or red");
    }
    draft.overrides.push_back({subject.id, override, places});
    subject.overrides.push_back(std::move(override));
}

void read_plan_of(const Section& section, Subject& subject, Draft& draft) {
    const bool needs_plan =
        subject.kind == SubjectKind::county || subject.kind == SubjectKind::zone;
    if (const auto plan = section.table("plan")) {
        subject.plan = read_plan(*plan, subject.id, draft);
    } else if (needs_plan && !section.wrote("plan")) {
        section.problem(
            section.where("name"),
            fmt::format("{} {} has no plan", section.text("kind"), subject.id),
            "write [plan]: one county, one plan");
    }
}

}  // namespace

void read_subject(const Section& section, Draft& draft) {
    const auto id = read_id(section);
    if (id.text.empty()
        || !draft.names.declare(Thing::subject, id.text, id.where, draft.problems)) {
        return;
    }
    Subject subject;
    subject.id = id.text;
    subject.kind = section.choice<SubjectKind>("kind");
    subject.name = section.name("name");
    subject.parent = section.text("parent");
    subject.leader = section.text("leader");
    subject.synthetic = section.yes("synthetic");
    draft.names.refer(Thing::subject, section.placed("parent"));
    draft.names.refer(Thing::person, section.placed("leader"));
    if (subject.parent == subject.id) {
        section.problem(
            section.where("parent"), "nobody is above themselves", "name another subject");
    }
    if (section.has("leader")) {
        draft.told.push_back(section.placed("leader"));
    }
    if (const auto watch = section.table("watch")) {
        subject.watch = Watch{watch->text("reason"), watch->date("until").value_or(Date{})};
    }
    read_aliases(section, id, subject, draft);
    read_paydays(section, subject);
    for (const auto& each : section.tables("override")) {
        read_override(each, subject, draft);
    }
    read_plan_of(section, subject, draft);
    draft.catalogue.subjects.push_back(std::move(subject));
}

}  // namespace sanbao::settings
