#include "alerts/rules/program.hpp"

#include "alerts/base/assert.hpp"

#include <boost/container/static_vector.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <utility>

namespace sanbao::rules {

namespace {

// Why a value is missing, small enough for the stack; it becomes a text only when asked for.
struct Reason {
    enum class Kind : unsigned char { argument, payday, division_by_zero, too_large };
    Kind kind = Kind::argument;
    std::uint32_t index = 0;
};

using Slot = std::variant<Reason, Rational, bool>;
using Operands = std::span<const Slot>;

struct Scope {
    const Formula::Program& program;
    std::span<const Value> arguments;
    const Place& place;
};

const Reason* missing(const Slot& slot) {
    return std::get_if<Reason>(&slot);
}
const Rational& number(const Slot& slot) {
    return std::get<Rational>(slot);
}

Slot exact(const std::optional<Rational>& result) {
    return result ? Slot{*result} : Slot{Reason{Reason::Kind::too_large, 0}};
}

const Reason* first_missing(Operands in) {
    const auto found = std::ranges::find_if(in, [](const Slot& slot) { return missing(slot); });
    return found == in.end() ? nullptr : missing(*found);
}

// `apply` over the operands when none is missing; else the reason of the first that is.
template <class Apply>
Slot when_known(Operands in, Apply apply) {
    const auto* const reason = first_missing(in);
    return reason != nullptr ? Slot{*reason} : Slot{apply()};
}

template <class Test>
Slot compared(Operands in, Test test) {
    return when_known(in, [&] { return Slot{test(number(in[0]) <=> number(in[1]))}; });
}

// `decisive` settles the matter alone: false for "and", true for "or", known or not the rest.
Slot combined(Operands in, bool decisive) {
    for (const auto& slot : in) {
        const auto* const known = std::get_if<bool>(&slot);
        if (known != nullptr && *known == decisive) {
            return decisive;
        }
    }
    return when_known(in, [&] { return Slot{!decisive}; });
}

Slot argument(const Scope& scope, std::uint32_t index) {
    const auto& value = scope.arguments[index];
    if (const auto* const known = std::get_if<Rational>(&value)) {
        return *known;
    }
    if (const auto* const known = std::get_if<bool>(&value)) {
        return *known;
    }
    return Reason{Reason::Kind::argument, index};
}

Slot quotient(Operands in) {
    return when_known(in, [&] {
        return number(in[1]) == Rational{0} ? Slot{Reason{Reason::Kind::division_by_zero, 0}}
                                            : exact(divide(number(in[0]), number(in[1])));
    });
}

Slot extreme(Operands in, bool largest) {
    return when_known(in, [&] {
        const auto less = [](const Slot& a, const Slot& b) {
            return number(a) < number(b);
        };
        return largest ? *std::ranges::max_element(in, less) : *std::ranges::min_element(in, less);
    });
}

// A subject may have two paydays of one kind: the nearest on the side that is asked for counts.
Slot payday_term(const Scope& scope, Op op, std::uint32_t kind) {
    SANBAO_ASSERT(scope.place.calendar != nullptr && scope.place.subject != nullptr);
    const auto& calendar = *scope.place.calendar;
    const auto today = scope.place.date;
    std::optional<Date> nearest;
    for (const auto& payday : scope.place.subject->paydays) {
        if (payday.kind != scope.program.kinds[kind]) {
            continue;
        }
        if (op == Op::days_since) {
            const auto date = last_payday(calendar, today, payday.day);
            nearest = std::max(nearest.value_or(date), date);
        } else {
            const auto date = next_payday(calendar, today, payday.day);
            nearest = std::min(nearest.value_or(date), date);
        }
    }
    if (!nearest) {
        return Reason{Reason::Kind::payday, kind};
    }
    if (op == Op::workdays_to) {
        return Rational{calendar.workdays_between(today, *nearest)};
    }
    return Rational{op == Op::days_to ? (*nearest - today).count() : (today - *nearest).count()};
}

Slot progress_by_workday_at(const Place& place) {
    SANBAO_ASSERT(place.calendar != nullptr);
    return progress_by_workday(*place.calendar, place.date);
}

Slot negated(const Slot& slot) {
    return when_known({&slot, 1}, [&] { return Slot{negate(number(slot))}; });
}

Slot apply(const Step& step, Operands in, const Scope& scope) {
    const auto arithmetic = [in](auto function) {
        return when_known(in, [&] { return exact(function(number(in[0]), number(in[1]))); });
    };
    switch (step.op) {
        case Op::literal:
            return scope.program.literals[step.index];
        case Op::argument:
            return argument(scope, step.index);
        case Op::progress_by_day:
            return progress_by_day(scope.place.date);
        case Op::progress_by_month:
            return progress_by_month(scope.place.date);
        case Op::progress_by_workday:
            return progress_by_workday_at(scope.place);
        case Op::month:
            return Rational{month_of(scope.place.date)};
        case Op::months_left:
            return Rational{12 - month_of(scope.place.date)};
        case Op::workdays_to:
        case Op::days_to:
        case Op::days_since:
            return payday_term(scope, step.op, step.index);
        case Op::negate:
            return negated(in[0]);
        case Op::magnitude:
            return missing(in[0]) == nullptr && number(in[0]) < Rational{0} ? negated(in[0])
                                                                            : in[0];
        case Op::add:
            return arithmetic([](auto& a, auto& b) { return add(a, b); });
        case Op::subtract:
            return arithmetic([](auto& a, auto& b) { return subtract(a, b); });
        case Op::multiply:
            return arithmetic([](auto& a, auto& b) { return multiply(a, b); });
        case Op::divide:
            return quotient(in);
        case Op::below:
            return compared(in, [](auto order) { return order < 0; });
        case Op::at_most:
            return compared(in, [](auto order) { return order <= 0; });
        case Op::above:
            return compared(in, [](auto order) { return order > 0; });
        case Op::at_least:
            return compared(in, [](auto order) { return order >= 0; });
        case Op::equal:
            return compared(in, [](auto order) { return order == 0; });
        case Op::unequal:
            return compared(in, [](auto order) { return order != 0; });
        case Op::both:
            return combined(in, false);
        case Op::either:
            return combined(in, true);
        case Op::inverse:
            return when_known(in, [in] { return Slot{!std::get<bool>(in[0])}; });
        case Op::choose:
            return when_known(in.first(1), [in] { return std::get<bool>(in[0]) ? in[1] : in[2]; });
        case Op::smallest:
            return extreme(in, false);
        case Op::largest:
            return extreme(in, true);
    }
    SANBAO_ASSERT(false);
}

// Runs all steps; `observe(step, value)` sees each result.
template <class Observe>
Slot run(const Scope& scope, Observe observe) {
    boost::container::static_vector<Slot, stack_max> stack;
    for (const auto& step : scope.program.steps) {
        const auto operands = Operands{stack}.last(step.operands);
        const auto value = apply(step, operands, scope);
        stack.resize(stack.size() - step.operands);
        stack.push_back(value);
        observe(step, value);
    }
    SANBAO_ASSERT(stack.size() == 1);
    return stack.back();
}

std::string text_of(const Reason& reason, const Scope& scope) {
    switch (reason.kind) {
        case Reason::Kind::argument:
            return std::get<Missing>(scope.arguments[reason.index]).why;
        case Reason::Kind::payday:
            return fmt::format("no payday of kind \"{}\"", scope.program.kinds[reason.index]);
        case Reason::Kind::division_by_zero:
            return "division by zero";
        case Reason::Kind::too_large:
            return "too large to be exact";
    }
    SANBAO_ASSERT(false);
}

Value value_of(const Slot& slot, const Scope& scope) {
    if (const auto* const reason = missing(slot)) {
        return Missing{text_of(*reason, scope)};
    }
    if (const auto* const condition = std::get_if<bool>(&slot)) {
        return *condition;
    }
    return number(slot);
}

}  // namespace

Value Formula::evaluate(std::span<const Value> arguments, const Place& place) const {
    const Scope scope{*program_, arguments, place};
    return value_of(run(scope, [](const Step&, const Slot&) {}), scope);
}

Explanation Formula::explain(std::span<const Value> arguments, const Place& place) const {
    const Scope scope{*program_, arguments, place};
    std::vector<Explanation> stack;
    run(scope, [&](const Step& step, const Slot& value) {
        Explanation whole{
            program_->text.substr(step.begin, step.end - step.begin), value_of(value, scope), {}};
        const auto first = stack.end() - step.operands;
        whole.parts.assign(std::move_iterator{first}, std::move_iterator{stack.end()});
        stack.erase(first, stack.end());
        stack.push_back(std::move(whole));
    });
    return std::move(stack.back());
}

}  // namespace sanbao::rules
