#include "alerts/rules/formula.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/rules/program.hpp"
#include "alerts/rules/syntax.hpp"
#include "alerts/rules/typing.hpp"
#include "alerts/rules/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sanbao::rules {

namespace {

// Walks the tree once: checks names and types, and writes the steps.
class Compiler {
  public:
    Compiler(
        std::string_view text,
        const std::vector<Parameter>& parameters,
        const std::vector<std::string>& kinds)
        : text_(text), parameters_(parameters), kinds_(kinds) {
        program_.text = text;
    }

    boost::system::result<Formula::Program, FormulaError> compile(const Syntax& syntax) {
        const auto whole = value(syntax);
        if (!whole) {
            return error_;
        }
        program_.type = whole->type;
        std::ranges::sort(program_.uses);
        return std::move(program_);
    }

  private:
    using Checked = std::optional<Known>;  // nullopt: error_ says why

    std::nullopt_t fail(std::size_t byte, std::string message) {
        error_ = FormulaError{column_of(text_, byte), std::move(message)};
        return std::nullopt;
    }

    void emit(const Syntax& at, Op op, std::size_t operands, std::size_t index = 0) {
        program_.steps.push_back(
            {op,
             static_cast<std::uint16_t>(operands),
             static_cast<std::uint32_t>(index),
             static_cast<std::uint32_t>(at.begin),
             static_cast<std::uint32_t>(at.end)});
        stack_ += 1 - operands;
    }

    Checked value(const Syntax& part) {
        if (stack_ + 1 > stack_max) {
            return fail(part.anchor, "too much waits to be computed: put parts in parentheses");
        }
        switch (part.kind) {
            case Syntax::Kind::literal:
                return literal(part);
            case Syntax::Kind::name:
                return name(part);
            case Syntax::Kind::call:
                return call(part);
            case Syntax::Kind::operation:
                return operation(part);
        }
        SANBAO_ASSERT(false);
    }

    Checked literal(const Syntax& part) {
        emit(part, Op::literal, 0, program_.literals.size());
        program_.literals.push_back(part.literal.value);
        const bool zero = !part.literal.money && part.literal.value == Rational{0};
        return Known{part.literal.money ? Type::money : Type::number, zero};
    }

    Checked name(const Syntax& part) {
        if (part.name == "month" || part.name == "months_left") {
            emit(part, part.name == "month" ? Op::month : Op::months_left, 0);
            return Known{};
        }
        const auto found = std::ranges::find(parameters_, part.name, &Parameter::name);
        if (found == parameters_.end()) {
            return unknown_name(part);
        }
        const auto index = static_cast<std::size_t>(found - parameters_.begin());
        if (std::ranges::find(program_.uses, index) == program_.uses.end()) {
            if (program_.uses.size() == limits::formula_inputs_max) {
                return fail(
                    part.begin,
                    fmt::format(
                        "more than {} inputs: make an indicator of a part of it",
                        limits::formula_inputs_max));
            }
            program_.uses.push_back(index);
        }
        emit(part, Op::argument, 0, index);
        return Known{found->type, false};
    }

    std::nullopt_t unknown_name(const Syntax& part) {
        if (const auto* const function = function_called(part.name)) {
            return fail(
                part.begin,
                fmt::format("\"{}\" needs its arguments: write {}", part.name, usage(*function)));
        }
        std::vector<std::string> known{"month", "months_left"};
        for (const auto& parameter : parameters_) {
            known.push_back(parameter.name);
        }
        std::ranges::sort(known);
        return fail(
            part.begin,
            fmt::format("unknown name \"{}\": {}", part.name, nearest_hint(part.name, known)));
    }

    Checked call(const Syntax& part) {
        const auto* const function = function_called(part.name);
        if (function == nullptr) {
            return fail(
                part.begin,
                fmt::format(
                    "unknown function \"{}\": {}",
                    part.name,
                    nearest_hint(part.name, function_names())));
        }
        if (!takes(*function, part.parts.size())) {
            return fail(
                part.begin,
                fmt::format(
                    "\"{}\" does not take {} argument{}: write {}",
                    part.name,
                    part.parts.size(),
                    part.parts.size() == 1 ? "" : "s",
                    usage(*function)));
        }
        if (part.name == "time_progress") {
            return time_progress(part);
        }
        if (function->arguments == "PAYDAY") {
            return payday_term(part);
        }
        if (part.name == "if") {
            return choice(part);
        }
        if (part.name == "abs") {
            return one_amount(part, Op::magnitude);
        }
        return same_types(part, part.name == "min" ? Op::smallest : Op::largest);
    }

    static bool takes(const Function& function, std::size_t count) {
        if (function.name == "max" || function.name == "min") {
            return count >= 2 && count <= limits::formula_inputs_max;
        }
        return !function.arguments.empty() && count == (function.name == "if" ? 3U : 1U);
    }

    Checked time_progress(const Syntax& part) {
        constexpr std::array<std::pair<std::string_view, Op>, 3> ways{{
            {"day", Op::progress_by_day},
            {"month", Op::progress_by_month},
            {"workday", Op::progress_by_workday},
        }};
        const auto& way = part.parts.front();
        for (const auto& [way_name, op] : ways) {
            if (way.kind == Syntax::Kind::name && way.name == way_name) {
                emit(part, op, 0);
                return Known{};
            }
        }
        return fail(way.begin, "time_progress goes by day, month or workday: write one of them");
    }

    Checked payday_term(const Syntax& part) {
        const auto& kind = part.parts.front();
        if (kind.kind != Syntax::Kind::name
            || std::ranges::find(kinds_, kind.name) == kinds_.end()) {
            const auto written = text_.substr(kind.begin, kind.end - kind.begin);
            return fail(
                kind.begin,
                fmt::format("unknown payday \"{}\": {}", written, nearest_hint(written, kinds_)));
        }
        const auto op = part.name == "workdays_to" ? Op::workdays_to
                        : part.name == "days_to"   ? Op::days_to
                                                   : Op::days_since;
        emit(part, op, 0, program_.kinds.size());
        program_.kinds.emplace_back(kind.name);
        return Known{};
    }

    Checked choice(const Syntax& part) {
        if (!condition(part.parts[0])) {
            return std::nullopt;
        }
        const auto yes = value(part.parts[1]);
        const auto no = yes ? value(part.parts[2]) : std::nullopt;
        const auto common = no ? common_type(*yes, *no) : std::nullopt;
        if (!no) {
            return std::nullopt;
        }
        if (!common) {
            return fail(
                part.parts[2].begin,
                fmt::format(
                    "if() gives {} here and {} before: make both the same",
                    to_text(no->type),
                    to_text(yes->type)));
        }
        emit(part, Op::choose, 3);
        return Known{*common, yes->zero && no->zero};
    }

    Checked same_types(const Syntax& part, Op op) {
        auto all = amount(part.parts[0]);
        for (std::size_t i = 1; all && i < part.parts.size(); ++i) {
            const auto next = amount(part.parts[i]);
            const auto common = next ? common_type(*all, *next) : std::nullopt;
            if (next && !common) {
                return fail(
                    part.parts[i].begin,
                    fmt::format(
                        "{}() gets {} here and {} before: make all the same",
                        part.name,
                        to_text(next->type),
                        to_text(all->type)));
            }
            all = next ? Checked{Known{*common, all->zero && next->zero}} : std::nullopt;
        }
        if (all) {
            emit(part, op, part.parts.size());
        }
        return all;
    }

    Checked one_amount(const Syntax& part, Op op) {
        const auto operand = amount(part.parts[0]);
        if (operand) {
            emit(part, op, 1);
        }
        return operand;
    }

    // A number or money; a condition is an error.
    Checked amount(const Syntax& part) {
        const auto known = value(part);
        return known && known->type == Type::condition
                   ? fail(part.begin, "a condition is no amount: write if(condition, 1, 0)")
                   : known;
    }

    Checked condition(const Syntax& part) {
        const auto known = value(part);
        return known && known->type != Type::condition ? fail(
                   part.begin,
                   fmt::format(
                       "a condition is expected, this is {}: compare it, as with > 0",
                       to_text(known->type)))
                                                       : known;
    }

    Checked operation(const Syntax& part) {
        if (part.op == Op::negate) {
            return one_amount(part, part.op);
        }
        if (part.op == Op::inverse || part.op == Op::both || part.op == Op::either) {
            for (const auto& operand : part.parts) {
                if (!condition(operand)) {
                    return std::nullopt;
                }
            }
            emit(part, part.op, part.parts.size());
            return Known{Type::condition, false};
        }
        const auto left = amount(part.parts[0]);
        const auto right = left ? amount(part.parts[1]) : std::nullopt;
        if (!right) {
            return std::nullopt;
        }
        const auto result = type_of(part.op, *left, *right);
        if (!result) {
            return fail(part.anchor, misfit(part.op, left->type, right->type));
        }
        emit(part, part.op, 2);
        return Known{*result, false};
    }

    std::string_view text_;
    const std::vector<Parameter>& parameters_;
    const std::vector<std::string>& kinds_;
    Formula::Program program_;
    std::size_t stack_ = 0;
    FormulaError error_;
};

// A parameter that hides a term of the language would change what a formula means.
std::optional<FormulaError> parameter_problem(const std::vector<Parameter>& parameters) {
    for (const auto& parameter : parameters) {
        if (function_called(parameter.name) != nullptr) {
            return FormulaError{
                1,
                fmt::format(
                    "an input is named \"{}\" like a word of the language: rename it",
                    parameter.name)};
        }
    }
    return std::nullopt;
}

}  // namespace

Formula::Formula(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

boost::system::result<Formula, FormulaError> Formula::compile(
    std::string_view text,
    const std::vector<Parameter>& parameters,
    const std::vector<std::string>& payday_kinds) {
    if (text.size() > limits::formula_bytes_max) {
        return FormulaError{
            1,
            fmt::format(
                "longer than {} bytes: make an indicator of a part of it",
                limits::formula_bytes_max)};
    }
    if (auto problem = parameter_problem(parameters)) {
        return *std::move(problem);
    }
    const auto syntax = parse_syntax(text);
    if (!syntax) {
        return syntax.error();
    }
    auto program = Compiler{text, parameters, payday_kinds}.compile(*syntax);
    if (!program) {
        return program.error();
    }
    return Formula{std::make_shared<const Program>(*std::move(program))};
}

Type Formula::type() const {
    return program_->type;
}
const std::string& Formula::text() const {
    return program_->text;
}
const std::vector<std::size_t>& Formula::uses() const {
    return program_->uses;
}

}  // namespace sanbao::rules
