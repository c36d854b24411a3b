// Lines: their units, their order, and overrides of them.
#include "alerts/rules/lines.hpp"
#include "daemon/settings/draft.hpp"

#include <fmt/format.h>

namespace sanbao::settings {

namespace {

// Nobody means 30-fold by "< 30" on a share: it is 30 for 0.30.
bool is_slip_of_percent(const WrittenLine& written, Display display) {
    constexpr std::int64_t percent_too_large = 2;
    constexpr std::int64_t multiple_too_large = 10;
    if (written.percent || (display != Display::percent && display != Display::multiple)) {
        return false;
    }
    const auto& bound = written.line.bound;
    const auto size = bound < Rational{0} ? negate(bound) : bound;
    return size >= Rational{display == Display::percent ? percent_too_large : multiple_too_large};
}

// What is wrong with the unit of a line, and what to write instead.
std::optional<std::pair<std::string, std::string>> unit_problem(
    const Draft::LineAt& each, const Indicator& indicator) {
    const auto& bound = each.written.line.bound;
    const bool is_share =
        indicator.display == Display::percent || indicator.display == Display::multiple;
    const bool money = indicator.display == Display::money && indicator.judge.empty();
    if (money && each.written.currency.empty() && bound != Rational{0}) {
        return std::pair{
            fmt::format("\"{}\" is money without a unit", each.text.text),
            fmt::format("write \"{}万元\"", each.text.text)};
    }
    if (is_share && !each.written.currency.empty()) {
        return std::pair{
            fmt::format(
                "\"{}\" is an amount of money, but {} is a share", each.text.text, indicator.id),
            std::string{"write \"< 0.30\" or \"< 30%\", or display = \"money\""}};
    }
    if (is_slip_of_percent(each.written, indicator.display)) {
        const auto hundredth = divide(bound, Rational{100});
        const int digits = bound.denominator() == 1 ? 0 : 2;
        return std::pair{
            fmt::format("\"{}\" is {} times the whole", each.text.text, to_decimal(bound, digits)),
            fmt::format(
                "did you mean {}% or {}?",
                to_decimal(bound, digits),
                to_decimal(hundredth.value_or(bound), digits + 2))};
    }
    return std::nullopt;
}

// The indicators whose lines have a wrong unit: their order says nothing.
std::set<std::string> check_line_units(Draft& draft) {
    std::set<std::string> wrong;
    for (const auto& each : draft.lines) {
        const auto* const indicator = find(draft.catalogue.indicators, each.indicator);
        if (indicator == nullptr) {
            continue;
        }
        if (auto problem = unit_problem(each, *indicator)) {
            wrong.insert(indicator->id);
            draft.problems.add(
                each.text.where, std::move(problem->first), std::move(problem->second));
        }
    }
    return wrong;
}

// Where to point when an order is wrong: the worst line that stands here.
Where worst_of(const std::map<Level, Where>& lines) {
    return lines.rbegin()->second;
}

void check_own_order(Draft& draft, const Indicator& indicator) {
    std::map<Level, Where> places;
    for (const auto level : levels_that_warn) {
        const auto found = draft.indicator_lines.find({indicator.id, level});
        if (found != draft.indicator_lines.end()) {
            places.emplace(level, found->second);
        }
    }
    if (auto problem = rules::order_problem(indicator.lines); problem && !places.empty()) {
        draft.problems.add(worst_of(places), std::move(*problem));
    }
}

void check_overridden_order(Draft& draft, const Draft::OverrideAt& each) {
    const auto* const indicator = find(draft.catalogue.indicators, each.override.indicator);
    if (indicator == nullptr || each.lines.empty() || rules::order_problem(indicator->lines)) {
        return;
    }
    auto merged = indicator->lines;
    for (const auto& [level, where] : each.lines) {
        merged.at(level) = each.override.lines.at(level);
    }
    if (auto problem = rules::order_problem(merged)) {
        draft.problems.add(
            worst_of(each.lines), "together with the indicator's own lines, " + *problem);
    }
}

void check_line_orders(Draft& draft, const std::set<std::string>& wrong_units) {
    for (const auto& indicator : draft.catalogue.indicators) {
        if (!wrong_units.contains(indicator.id)) {
            check_own_order(draft, indicator);
        }
    }
    for (const auto& each : draft.overrides) {
        if (!wrong_units.contains(each.override.indicator)) {
            check_overridden_order(draft, each);
        }
    }
}

void check_overlaps(Draft& draft) {
    for (std::size_t i = 0; i < draft.overrides.size(); ++i) {
        const auto& later = draft.overrides[i];
        for (std::size_t j = 0; j < i; ++j) {
            const auto& earlier = draft.overrides[j];
            const bool same = earlier.subject == later.subject
                              && earlier.override.indicator == later.override.indicator;
            if (!same
                || !overlap(
                    earlier.override.from,
                    earlier.override.to,
                    later.override.from,
                    later.override.to)) {
                continue;
            }
            for (const auto& [level, where] : later.lines) {
                if (earlier.lines.contains(level)) {
                    draft.problems.add(
                        where,
                        fmt::format(
                            "this override of {} overlaps the one at {}",
                            to_text(level),
                            earlier.override.where),
                        "let one end before the other begins");
                }
            }
        }
    }
}

}  // namespace

void check_lines(Draft& draft) {
    check_line_orders(draft, check_line_units(draft));
    check_overlaps(draft);
}

}  // namespace sanbao::settings
