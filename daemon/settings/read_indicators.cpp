#include "daemon/settings/draft.hpp"

#include <fmt/format.h>

namespace sanbao::settings {

namespace {

Window read_window(const Section& section) {
    Window window;
    if (section.has("over")) {
        if (const auto over = parse_over(section.text("over"))) {
            window = *over;
        } else {
            section.problem(
                section.where("over"),
                fmt::format("\"{}\" is not a span", section.text("over")),
                "write \"month to date\", \"year to date\", \"last 30 days\", \"last 3 months\" or "
                "\"same period last year\"");
            return window;
        }
    }
    window.take = section.choice<Take>("take");  // whether the two go together: the rulebook
    return window;
}

void keep_input(const Section& section, const Input& input, const Placed& item, Draft& draft) {
    draft.names.refer(Thing::item, item);
    if (!is_name(input.name)) {
        section.problem(
            item.where,
            fmt::format("\"{}\" cannot be used in a formula", input.name),
            "name the input in ASCII letters, digits and _");
    }
    draft.formulas["indicator " + section.id()].emplace(
        "inputs." + input.name, FormulaAt{&section.document(), nullptr, item.where});
}

std::vector<Input> read_inputs(const Section& section, Draft& draft) {
    std::vector<Input> inputs;
    for (const auto& [name, item] : section.named_texts("inputs")) {
        inputs.push_back({name, item.text, {}});
        keep_input(section, inputs.back(), item, draft);
    }
    for (const auto& each : section.named("inputs")) {
        inputs.push_back({each.id(), each.text("item"), read_window(each)});
        keep_input(section, inputs.back(), each.placed("item"), draft);
    }
    return inputs;
}

void keep_formula(const Section& section, std::string_view key, Draft& draft) {
    if (const auto* const node = section.node(key)) {
        draft.formulas["indicator " + section.id()].emplace(
            key, FormulaAt{&section.document(), node, section.where(key)});
    }
}

}  // namespace

std::map<Level, Where> read_lines(
    const Section& section, const std::string& indicator, Lines& lines, Draft& draft) {
    std::map<Level, Where> places;
    for (const auto level : levels_that_warn) {
        const auto key = to_text(level);
        if (!section.has(key)) {
            continue;
        }
        const auto written = parse_written_line(section.text(key));  // checked when it was opened
        lines.at(level) = written->line;
        places.emplace(level, section.where(key));
        const auto at = inside(section.document(), *section.node(key), 1);
        draft.lines.push_back({indicator, *written, {section.text(key), at}});
    }
    return places;
}

void read_indicator(const Section& section, Draft& draft) {
    const auto problems_before = draft.problems.size();
    if (!draft.names.declare(Thing::indicator, section.id(), section.where(), draft.problems)) {
        return;
    }
    Indicator indicator;
    indicator.id = section.id();
    indicator.name = section.name("name");
    indicator.mechanism = section.whole("mechanism");
    indicator.category = section.text("class");
    indicator.owner = section.text("owner");
    indicator.source = section.text("source");
    indicator.confirmed = section.yes("confirmed");
    indicator.kind = section.choice<IndicatorKind>("kind");
    indicator.display = section.choice<Display>("display");
    indicator.digits = section.whole("digits");
    indicator.inputs = read_inputs(section, draft);
    indicator.formula = section.text("formula");
    indicator.judge = section.text("judge");
    indicator.leave = section.number("leave");
    indicator.hold = section.hold("hold");
    indicator.leave_hold = section.hold("leave_hold");
    draft.settings.places[indicator.id] = section.where().to_place();
    for (const auto& [level, where] : read_lines(section, indicator.id, indicator.lines, draft)) {
        draft.settings.places[fmt::format("{}/{}", indicator.id, to_text(level))] =
            where.to_place();
        draft.indicator_lines[{indicator.id, level}] = where;
    }
    if (section.has("leave")) {
        const auto* const node = section.node("leave");
        const auto written = node->is_string()
                                 ? section.text("leave")
                                 : std::string{section.document().slice(node->source())};
        const auto line = parse_written_line("> " + written);
        draft.lines.push_back({indicator.id, *line, {"> " + written, section.where("leave")}});
    }
    keep_formula(section, "formula", draft);
    keep_formula(section, "judge", draft);
    if (draft.problems.size() > problems_before || indicator.formula.empty()) {
        draft.broken_indicators.insert(indicator.id);
    }
    draft.catalogue.indicators.push_back(std::move(indicator));
}

}  // namespace sanbao::settings
