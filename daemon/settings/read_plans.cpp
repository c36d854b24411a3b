// 应急处置预案 as data.
#include "daemon/settings/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sanbao::settings {

namespace {

// Names of people and sections are Chinese; names of roles are not.
bool looks_like_role(std::string_view owner) {
    return std::ranges::all_of(owner, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void report_unknown_role(const Section& section, std::string_view key, const Plan& plan) {
    std::vector<std::string_view> roles;
    for (const auto& role : plan.roles) {
        roles.push_back(role.key);
    }
    section.problem(
        section.where(key),
        fmt::format("\"{}\" is not a role of this plan", section.text(key)),
        suggest(section.text(key), roles));
}

void read_role(const Section& section, Plan& plan, Draft& draft) {
    const PlanRole role{
        section.text("key"), section.text("title"), section.text("person"), section.text("deputy")};
    for (const std::string_view key : {"person", "deputy"}) {
        draft.names.refer(Thing::person, section.placed(key));
        if (section.has(key)) {
            draft.told.push_back(section.placed(key));
        }
    }
    if (!role.person.empty() && role.person == role.deputy) {
        section.problem(
            section.where("deputy"),
            fmt::format("\"{}\" cannot stand in for themselves", role.person),
            "name somebody else");
    }
    if (plan.role(role.key) != nullptr) {
        section.problem(section.where("key"), fmt::format("role \"{}\" stands twice", role.key));
    }
    if (!role.key.empty() && !is_name(role.key)) {
        section.problem(
            section.where("key"),
            fmt::format("\"{}\" cannot be the key of a role", role.key),
            "write ASCII letters, digits and _; the title may be Chinese");
    }
    plan.roles.push_back(role);
}

std::size_t rank(std::string_view level) {
    constexpr std::array<std::string_view, 4> ids{"I", "II", "III", "IV"};
    return static_cast<std::size_t>(std::ranges::find(ids, level) - ids.begin());
}

void read_level(const Section& section, const std::string& subject, Plan& plan, Draft& draft) {
    PlanLevel level;
    level.id = section.text("level");
    level.colour = parse_level(section.text("colour")).value_or(Level::red);
    level.name = section.text("name");
    level.any = section.plain_texts("any");
    keep_formulas(
        section, "any", subject, fmt::format("plan.level[{}].any", plan.levels.size()), draft);
    if (!plan.levels.empty() && section.has("level")) {
        const auto& above = plan.levels.back();
        if (rank(level.id) <= rank(above.id)) {
            section.problem(
                section.where("level"),
                fmt::format("level {} stands after {}", level.id, above.id),
                "write the levels once each, worst first: I, II, III, IV");
        } else if (section.has("colour") && level.colour > above.colour) {
            section.problem(
                section.where("colour"),
                fmt::format(
                    "level {} is {}, worse than {} above it",
                    level.id,
                    to_text(level.colour),
                    to_text(above.colour)),
                "the worse level has the worse colour");
        }
    }
    plan.levels.push_back(std::move(level));
}

void check_levels(const Section& section, std::string_view key, const Plan& plan) {
    for (const auto& each : section.texts(key)) {
        if (plan.level(each.text) == nullptr) {
            section.problem(
                each.where,
                fmt::format("this plan has no level {}", each.text),
                "name a level of this plan");
        }
    }
}

void read_measure(const Section& section, Plan& plan) {
    PlanMeasure measure;
    measure.seq = section.whole("seq");
    measure.levels = section.plain_texts("level");
    measure.name = section.text("name");
    measure.owner = section.text("owner");
    measure.due = section.term("due");
    measure.evidence = section.yes("evidence");
    measure.legal_basis = section.text("legal_basis");
    check_levels(section, "level", plan);
    if (section.has("owner") && looks_like_role(measure.owner)
        && plan.role(measure.owner) == nullptr) {
        report_unknown_role(section, "owner", plan);
    }
    if (section.has("seq") && !plan.measures.empty() && measure.seq <= plan.measures.back().seq) {
        section.problem(
            section.where("seq"),
            fmt::format("measure {} stands after {}", measure.seq, plan.measures.back().seq),
            "write the measures in the order in which they are done, each seq once");
    }
    plan.measures.push_back(std::move(measure));
}

void read_valid(const Section& section, Plan& plan) {
    plan.valid_from = section.date("from").value_or(Date{});
    plan.valid_to = section.date("to").value_or(Date::max());
    if (plan.valid_to < plan.valid_from) {
        section.problem(section.where("to"), "the plan ends before it begins", "swap from and to");
    }
}

void read_end(const Section& section, const std::string& subject, Plan& plan, Draft& draft) {
    plan.end = {section.plain_texts("when"), section.term("hold"), section.text("by")};
    keep_formulas(section, "when", subject, "plan.end.when", draft);
    if (!plan.roles.empty() && plan.role(plan.end.by) == nullptr && plan.end.by != "lead") {
        report_unknown_role(section, "by", plan);
    }
}

}  // namespace

void keep_formulas(
    const Section& section,
    std::string_view key,
    const std::string& owner,
    const std::string& name,
    Draft& draft) {
    const auto* const node = section.node(key);
    const auto keep = [&](const toml::node& text, std::size_t index) {
        draft.formulas["subject " + owner].emplace(
            fmt::format("{}[{}]", name, index),
            FormulaAt{&section.document(), &text, where_of(section.document(), text.source())});
    };
    if (node == nullptr) {
        return;
    }
    if (node->is_string()) {
        keep(*node, 0);
        return;
    }
    std::size_t index = 0;
    for (const auto& each : *node->as_array()) {
        keep(each, index++);
    }
}

std::optional<Plan> read_plan(const Section& section, const std::string& subject, Draft& draft) {
    Plan plan;
    plan.name = section.text("name");
    plan.doc_no = section.text("doc_no");
    plan.basis = section.plain_texts("basis");
    plan.activate = section.choice<Activation>("activate");
    plan.digest = section.document().digest;
    if (const auto valid = section.table("valid")) {
        read_valid(*valid, plan);
    }
    plan.id = section.has("id") ? section.text("id")
                                : fmt::format("{}-{}", subject, year_of(plan.valid_from));
    for (const auto& each : section.tables("role")) {
        read_role(each, plan, draft);
    }
    if (section.has("role") && plan.role("lead") == nullptr) {
        section.problem(
            section.where(),
            "this plan has no role \"lead\"",
            "write [[plan.role]] key = \"lead\" with person and deputy");
    }
    for (const auto& each : section.tables("level")) {
        read_level(each, subject, plan, draft);
    }
    for (const auto& each : section.tables("measure")) {
        read_measure(each, plan);
    }
    for (const auto& each : section.tables("report")) {
        plan.reports.push_back(
            {each.plain_texts("levels"), each.text("to"), each.term("within"), each.text("form")});
        check_levels(each, "levels", plan);
    }
    if (const auto end = section.table("end")) {
        read_end(*end, subject, plan, draft);
    }
    draft.plans.push_back({subject, plan, section.where("valid")});
    return plan;
}

}  // namespace sanbao::settings
