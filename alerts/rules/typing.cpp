#include "alerts/rules/typing.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>

namespace sanbao::rules {

std::string_view to_text(Type type) {
    switch (type) {
        case Type::number:
            return "a number";
        case Type::money:
            return "money";
        case Type::condition:
            return "a condition";
    }
    SANBAO_ASSERT(false);
}

std::optional<Type> common_type(const Known& a, const Known& b) {
    if (a.type == b.type || (b.zero && a.type == Type::money)) {
        return a.type;
    }
    return a.zero && b.type == Type::money ? std::optional{b.type} : std::nullopt;
}

std::optional<Type> type_of(Op op, const Known& left, const Known& right) {
    const bool same = left.type == right.type;
    if (op == Op::add || op == Op::subtract) {
        return same ? std::optional{left.type} : std::nullopt;
    }
    if (op == Op::multiply) {
        const bool both_money = same && left.type == Type::money;
        return both_money ? std::nullopt : std::optional{same ? left.type : Type::money};
    }
    if (op == Op::divide) {
        if (same) {
            return Type::number;
        }
        return left.type == Type::money ? std::optional{Type::money} : std::nullopt;
    }
    return common_type(left, right) ? std::optional{Type::condition} : std::nullopt;
}

std::string misfit(Op op, Type left, Type right) {
    const auto a = to_text(left);
    const auto b = to_text(right);
    if (op == Op::multiply) {
        return fmt::format(
            "{} cannot be multiplied by {}: divide one of them by money first", a, b);
    }
    if (op == Op::divide) {
        return fmt::format(
            "{} cannot be divided by {}: divide money by money, or money by a number", a, b);
    }
    constexpr std::string_view advice =
        "give the number its unit, as 5000万元, or divide the money";
    return op == Op::add || op == Op::subtract
               ? fmt::format("{} and {} do not add up: {}", a, b, advice)
               : fmt::format("{} cannot be compared with {}: {}", a, b, advice);
}

}  // namespace sanbao::rules
