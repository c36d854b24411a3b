// A compiled check: the tree of its text with every name resolved. Only checks.cpp and
// check_run.cpp look inside.
#pragma once

#include "alerts/rules/checks.hpp"
#include "alerts/rules/program.hpp"

#include <string>
#include <vector>

namespace sanbao::rules {

struct CheckNode {
    enum class Kind : unsigned char {
        literal,
        item,         // of the subject, on the date
        previous,     // … before the date
        day_before,   // … of the working day before, or of a day off since
        year_before,  // … on the same date one year earlier
        counties,     // sum over the subject's counties on the date
        new_year,     // whether the previous reading lies in an earlier year
        operation,
    };
    Kind kind = Kind::literal;
    Op op = Op::literal;
    std::uint32_t item = 0;  // index in the catalogue; of new_year: the item that is looked back on
    Rational value;          // of a literal; money in yuan
    Type type = Type::number;
    std::vector<CheckNode> parts;
};

struct Check::Program {
    FeedCheck source;
    CheckNode root;
    std::vector<std::uint32_t> items, looks_back_on;
    std::vector<std::uint32_t> own, summed;  // of items: those read directly, those by counties()
    std::string currency;                    // of its money; empty: it has none
    std::vector<std::vector<std::uint32_t>> children;  // by subject, where counties() is used
};

}  // namespace sanbao::rules
