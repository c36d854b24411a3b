// A compiled formula: steps in postfix order over a small stack. Only formula.cpp and program.cpp
// look inside.
#pragma once

#include "alerts/base/limits.hpp"
#include "alerts/rules/formula.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sanbao::rules {

enum class Op : unsigned char {
    literal,   // index: in literals
    argument,  // index: of the parameter
    // Calendar terms.
    progress_by_day,
    progress_by_month,
    progress_by_workday,
    month,
    months_left,
    workdays_to,  // index: in kinds, also of the next two
    days_to,
    days_since,
    // Operators and functions over the top of the stack.
    negate,
    magnitude,
    add,
    subtract,
    multiply,
    divide,
    below,
    at_most,
    above,
    at_least,
    equal,
    unequal,
    both,
    either,
    inverse,
    choose,
    smallest,
    largest,
};

struct Step {
    Op op = Op::literal;
    std::uint16_t operands = 0;  // taken off the stack; every step puts one value on it
    std::uint32_t index = 0;
    std::uint32_t begin = 0;  // bytes of the source text that this step is the value of
    std::uint32_t end = 0;
};

// Each level of nesting keeps at most a few operands waiting; checked at compile.
inline constexpr std::size_t stack_max = 3 * limits::formula_depth_max;

struct Formula::Program {
    std::string text;
    Type type = Type::number;
    std::vector<std::size_t> uses;
    std::vector<Step> steps;
    std::vector<Rational> literals;
    std::vector<std::string> kinds;  // of paydays
};

}  // namespace sanbao::rules
