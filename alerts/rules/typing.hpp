// Which types fit each other in a formula.
#pragma once

#include "alerts/rules/formula.hpp"
#include "alerts/rules/program.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sanbao::rules {

// What is known of a part: its type, and whether it is the bare 0 that fits money as well.
struct Known {
    Type type = Type::number;
    bool zero = false;
};

std::string_view to_text(Type type);  // "a number"

// The one type of two values that stand for each other; nullopt when they do not fit.
std::optional<Type> common_type(const Known& a, const Known& b);
// The type of a binary operation over numbers and money; nullopt when they do not fit.
std::optional<Type> type_of(Op op, const Known& left, const Known& right);
// Why they do not, and what to write instead.
std::string misfit(Op op, Type left, Type right);

}  // namespace sanbao::rules
