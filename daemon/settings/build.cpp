// From a draft to a rulebook: the formulas are compiled, and what is wrong with them is reported
// where they stand.
#include "alerts/base/assert.hpp"
#include "daemon/settings/draft.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::settings {

namespace {

// The rulebook takes only catalogues whose names resolve. An indicator with a mistake in it is made
// harmless, so that all others are still compiled; what is then said of it is left out.
Catalogue without_broken(Draft& draft) {
    auto catalogue = draft.catalogue;
    for (auto& indicator : catalogue.indicators) {
        const bool unknown_item = std::ranges::any_of(indicator.inputs, [&](const Input& input) {
            return catalogue.item(input.item) == none;
        });
        if (unknown_item) {
            draft.broken_indicators.insert(indicator.id);
        }
        if (draft.broken_indicators.contains(indicator.id)) {
            indicator.inputs.clear();
            indicator.formula = "0";
            indicator.judge.clear();
        }
    }
    return catalogue;
}

// A compiled formula gives money or a number; lines and display must speak of the same.
void check_display(Draft& draft, const rules::Rulebook& rules) {
    const auto& indicators = rules.catalogue().indicators;
    for (std::uint32_t i = 0; i < indicators.size(); ++i) {
        const auto& compiled = rules.indicator(i);
        const bool money = compiled.value.type() == rules::Type::money;
        if (money != (indicators[i].display == Display::money)) {
            const auto& at = draft.formulas["indicator " + indicators[i].id].at("formula");
            draft.problems.add(
                at.where,
                fmt::format("this formula gives {}", money ? "money" : "a number"),
                money ? "write display = \"money\", or divide by money"
                      : "write another display than \"money\"");
        }
    }
}

void report(Draft& draft, const rules::Problem& problem) {
    const auto owner = problem.subject_or_indicator;
    const auto id = owner.substr(owner.find(' ') + 1);
    const bool is_indicator = owner.starts_with("indicator ");
    // With a file missing, a plan may well name what stands there.
    if (is_indicator ? draft.broken_indicators.contains(id) : !draft.whole) {
        return;
    }
    const auto& places = draft.formulas[owner];
    const auto at = places.find(problem.key);
    if (at == places.end()) {
        const auto formula = places.find("formula");
        const auto where =
            formula == places.end() ? Where{&draft.documents.front(), 1, 1} : formula->second.where;
        draft.problems.add(where, fmt::format("{}: {}: {}", owner, problem.key, problem.message));
        return;
    }
    const auto& place = at->second;
    draft.problems.add(
        place.node == nullptr ? place.where : inside(*place.document, *place.node, problem.column),
        problem.message);
}

}  // namespace

void build_rules(Draft& draft) {
    const bool clean = draft.problems.size() == 0;
    const auto built = rules::Rulebook::build(clean ? draft.catalogue : without_broken(draft));
    if (!built) {
        for (const auto& problem : built.error()) {
            report(draft, problem);
        }
        SANBAO_ASSERT(draft.problems.size() > 0);
        return;
    }
    if (clean) {
        check_display(draft, **built);
        draft.settings.rules = *built;
    }
}

}  // namespace sanbao::settings
