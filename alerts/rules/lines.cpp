#include "alerts/rules/lines.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/rules/literal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::rules {

namespace {

// Worst first.
constexpr std::array worst_to_best{Level::red, Level::orange, Level::yellow, Level::blue};

bool looks_down(Compare compare) {
    return compare == Compare::below || compare == Compare::at_most;
}

bool takes_bound(Compare compare) {
    return compare == Compare::at_most || compare == Compare::at_least;
}

std::string_view sign_of(Compare compare) {
    switch (compare) {
        case Compare::below:
            return "<";
        case Compare::at_most:
            return "<=";
        case Compare::above:
            return ">";
        case Compare::at_least:
            return ">=";
    }
    SANBAO_ASSERT(false);
}

// Decimals that say `value` exactly; nullopt when nine do not.
std::optional<int> digits_of(const Rational& value) {
    Int128 power = 1;
    for (int digits = 0; digits <= 9; ++digits, power *= 10) {
        if (power % value.denominator() == 0) {
            return digits;
        }
    }
    return std::nullopt;
}

// Whether every value that crosses `inner` also crosses `outer`; both look the same way.
bool is_within(const Line& inner, const Line& outer) {
    if (inner.bound == outer.bound) {
        return takes_bound(outer.compare) || !takes_bound(inner.compare);
    }
    return (inner.bound < outer.bound) == looks_down(inner.compare);
}

bool overlap(const Line& a, const Line& b) {
    if (looks_down(a.compare) == looks_down(b.compare)) {
        return true;
    }
    const auto& down = looks_down(a.compare) ? a : b;
    const auto& up = looks_down(a.compare) ? b : a;
    return up.bound < down.bound
           || (up.bound == down.bound && takes_bound(up.compare) && takes_bound(down.compare));
}

// `line`, made easier to cross by `leave`. A margin too large to be exact leaves it where it is.
Line moved_outwards(const Line& line, const Rational& leave) {
    const auto bound =
        looks_down(line.compare) ? add(line.bound, leave) : subtract(line.bound, leave);
    return {line.compare, bound.value_or(line.bound)};
}

template <class Crossed>
Level worst_level(const Lines& lines, Crossed crossed) {
    const auto found = std::ranges::find_if(worst_to_best, [&](Level level) {
        const auto& line = lines.at(level);
        return line && crossed(*line);
    });
    return found == worst_to_best.end() ? Level::normal : *found;
}

std::string named(Level level, const Line& line) {
    return fmt::format("{} \"{}\"", sanbao::to_text(level), rules::to_text(line));
}

// What is wrong between a line and the next milder one of the same risk.
std::optional<std::string> pair_problem(
    Level worse, const Line& inner, Level milder, const Line& outer) {
    if (looks_down(inner.compare) != looks_down(outer.compare)) {
        return fmt::format(
            "{} and {} look in opposite directions: write both with < or both with >",
            named(worse, inner),
            named(milder, outer));
    }
    if (!is_within(inner, outer)) {
        return fmt::format(
            "{} is easier to reach than {}: swap them", named(worse, inner), named(milder, outer));
    }
    return std::nullopt;
}

}  // namespace

Result<Line> parse_line(std::string_view text) {
    constexpr std::string_view example = "write it as \"< 0.30\", \">= 120%\" or \"> 5000万元\"";
    auto rest = text;
    const auto skip_blanks = [&rest] {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    };
    skip_blanks();
    // The longer sign first: "<=" begins with "<".
    constexpr std::array signs{Compare::at_most, Compare::at_least, Compare::below, Compare::above};
    const auto sign = std::ranges::find_if(
        signs, [&rest](Compare compare) { return rest.starts_with(sign_of(compare)); });
    if (sign == signs.end()) {
        return invalid(fmt::format("\"{}\" is no line: {}", text, example));
    }
    rest.remove_prefix(sign_of(*sign).size());
    skip_blanks();
    while (rest.ends_with(' ')) {
        rest.remove_suffix(1);
    }
    const auto bound = parse_literal(rest);
    if (!bound) {
        return Error{
            bound.error().kind,
            fmt::format("\"{}\" is no line: {}; {}", text, bound.error().message, example)};
    }
    return Line{*sign, bound->value};
}

std::string to_text(const Line& line) {
    const auto digits = digits_of(line.bound);
    // Two decimals at least, where there are any: people write 0.30.
    const auto bound = !digits ? to_fraction(line.bound)
                               : to_decimal(line.bound, *digits == 0 ? 0 : std::max(*digits, 2));
    return fmt::format("{} {}", sign_of(line.compare), bound);
}

bool crosses(const Rational& value, const Line& line) {
    switch (line.compare) {
        case Compare::below:
            return value < line.bound;
        case Compare::at_most:
            return value <= line.bound;
        case Compare::above:
            return value > line.bound;
        case Compare::at_least:
            return value >= line.bound;
    }
    SANBAO_ASSERT(false);
}

Level level_entered(const Rational& value, const Lines& lines) {
    return worst_level(lines, [&](const Line& line) { return crosses(value, line); });
}

Level level_kept(const Rational& value, const Lines& lines, const Rational& leave) {
    const auto kept = worst_level(
        lines, [&](const Line& line) { return crosses(value, moved_outwards(line, leave)); });
    return std::max(kept, level_entered(value, lines));
}

Effective effective_lines(const Indicator& indicator, const Subject& subject, Date date) {
    Effective result{indicator.lines, {}};
    for (const auto& layer : subject.overrides) {
        if (layer.indicator != indicator.id || date < layer.from || layer.to < date) {
            continue;
        }
        for (const auto level : levels_that_warn) {
            if (layer.lines.at(level)) {
                result.lines.at(level) = layer.lines.at(level);
                result.layer[static_cast<std::size_t>(level)] = &layer;
            }
        }
    }
    return result;
}

std::optional<std::string> order_problem(const Lines& lines) {
    std::optional<Level> milder;
    for (const auto level : {Level::yellow, Level::orange, Level::red}) {
        if (!lines.at(level)) {
            continue;
        }
        if (milder) {
            auto problem = pair_problem(level, *lines.at(level), *milder, *lines.at(*milder));
            if (problem) {
                return problem;
            }
        } else if (lines.blue && overlap(*lines.blue, *lines.at(level))) {
            return fmt::format(
                "{} and {} can both hold: blue is idle cash, write it beyond the other side",
                named(Level::blue, *lines.blue),
                named(level, *lines.at(level)));
        }
        milder = level;
    }
    return std::nullopt;
}

}  // namespace sanbao::rules
