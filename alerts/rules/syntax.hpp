// The text of a formula as a tree, before names and types are looked at.
#pragma once

#include "alerts/rules/formula.hpp"
#include "alerts/rules/literal.hpp"
#include "alerts/rules/program.hpp"

#include <string_view>
#include <vector>

namespace sanbao::rules {

struct Syntax {
    enum class Kind : unsigned char { literal, name, call, operation };

    Kind kind = Kind::literal;
    Op op = Op::literal;    // of an operation
    std::size_t begin = 0;  // bytes of the source that this part covers, parentheses included
    std::size_t end = 0;
    std::size_t anchor = 0;  // byte that an error about it points to: an operator, not its operand
    std::string_view name;   // of a name or call
    Literal literal;
    std::vector<Syntax> parts;
};

// The column, in characters from 1, of a byte of UTF-8 text.
std::size_t column_of(std::string_view text, std::size_t byte);

// Formulas compare with `==`, so that nobody takes a line for an assignment; the checks of a feed
// are equations, and write them with one sign or two.
enum class Equality : unsigned char { doubled, single };

// `text` must outlive the tree.
boost::system::result<Syntax, FormulaError> parse_syntax(
    std::string_view text, Equality equality = Equality::doubled);

}  // namespace sanbao::rules
