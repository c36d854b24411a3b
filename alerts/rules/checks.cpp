#include "alerts/rules/checks.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/rules/check_program.hpp"
#include "alerts/rules/syntax.hpp"
#include "alerts/rules/typing.hpp"
#include "alerts/rules/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sanbao::rules {

namespace {

using Kind = CheckNode::Kind;

constexpr std::array<Function, 7> functions{{
    {"abs", "value"},
    {"counties", "item"},
    {"day_before", "item"},
    {"max", "value, value, …"},
    {"min", "value, value, …"},
    {"previous", "item"},
    {"year_before", "item"},
}};

bool is_comparison(Op op) {
    return op == Op::below || op == Op::at_most || op == Op::above || op == Op::at_least
           || op == Op::equal;
}

bool is_arithmetic(Op op) {
    return op == Op::add || op == Op::subtract || op == Op::multiply || op == Op::divide
           || op == Op::negate;
}

void insert(std::vector<std::uint32_t>& sorted, std::uint32_t value) {
    const auto at = std::ranges::lower_bound(sorted, value);
    if (at == sorted.end() || *at != value) {
        sorted.insert(at, value);
    }
}

// Walks the tree of a check's text once: resolves names, checks types.
class CheckCompiler {
  public:
    CheckCompiler(const FeedCheck& check, const Catalogue& catalogue)
        : text_(check.rule), catalogue_(catalogue) {
        program_.source = check;
    }

    boost::system::result<Check::Program, FormulaError> compile(const Syntax& syntax) {
        auto root = condition(syntax);
        if (!root) {
            return error_;
        }
        program_.root = *std::move(root);
        if (program_.items.empty()) {
            return FormulaError{1, "a check speaks of at least one item: name one"};
        }
        if (!settle_new_year(program_.root)) {
            return FormulaError{
                1, "new_year is about an item that is looked back on: name previous(ITEM) as well"};
        }
        if (!program_.summed.empty()) {
            program_.children.resize(catalogue_.subjects.size());
            for (std::uint32_t i = 0; i < catalogue_.subjects.size(); ++i) {
                const auto parent = catalogue_.subject(catalogue_.subjects[i].parent);
                if (parent != none) {
                    program_.children[parent].push_back(i);
                }
            }
        }
        return std::move(program_);
    }

  private:
    struct Value {
        CheckNode node;
        Known known;
    };
    using Checked = std::optional<Value>;  // nullopt: error_ says why

    std::nullopt_t fail(std::size_t byte, std::string message) {
        error_ = FormulaError{column_of(text_, byte), std::move(message)};
        return std::nullopt;
    }

    static CheckNode joined(Op op, std::vector<CheckNode> parts) {
        CheckNode node;
        node.kind = Kind::operation;
        node.op = op;
        node.parts = std::move(parts);
        return node;
    }

    std::optional<CheckNode> condition(const Syntax& part) {
        if (part.kind == Syntax::Kind::name && part.name == "new_year") {
            CheckNode node;
            node.kind = Kind::new_year;
            node.item = none;
            return node;
        }
        if (part.kind != Syntax::Kind::operation || is_arithmetic(part.op)) {
            return fail(
                part.anchor,
                "a check is a comparison that must hold: write what it equals, as in "
                "opening + inflow - outflow = closing");
        }
        if (part.op == Op::both || part.op == Op::either) {
            auto left = condition(part.parts[0]);
            auto right = left ? condition(part.parts[1]) : std::nullopt;
            return right ? std::optional{joined(part.op, {*std::move(left), *std::move(right)})}
                         : std::nullopt;
        }
        return is_comparison(part.op) ? comparison(part)
                                      : fail(
                                          part.anchor,
                                          "a check compares with =, <=, >=, < or >, and joins "
                                          "comparisons with and, or");
    }

    std::optional<CheckNode> comparison(const Syntax& part) {
        auto left = value(part.parts[0]);
        auto right = left ? value(part.parts[1]) : std::nullopt;
        if (!right) {
            return std::nullopt;
        }
        const auto type = common_type(left->known, right->known);
        if (!type) {
            return fail(part.anchor, misfit(part.op, left->known.type, right->known.type));
        }
        auto node = joined(part.op, {std::move(left->node), std::move(right->node)});
        node.type = *type;
        return node;
    }

    Checked value(const Syntax& part) {
        switch (part.kind) {
            case Syntax::Kind::literal: {
                CheckNode node;
                node.value = part.literal.value;
                const bool zero = !part.literal.money && part.literal.value == Rational{0};
                return Value{
                    std::move(node), {part.literal.money ? Type::money : Type::number, zero}};
            }
            case Syntax::Kind::name:
                return name(part, Kind::item);
            case Syntax::Kind::call:
                return call(part);
            case Syntax::Kind::operation:
                return operation(part);
        }
        SANBAO_ASSERT(false);
    }

    Checked name(const Syntax& part, Kind kind) {
        const auto index = catalogue_.item(part.name);
        if (index == none) {
            return unknown(part);
        }
        const auto& item = catalogue_.items[index];
        if (item.unit == Unit::money) {
            if (!program_.currency.empty() && program_.currency != item.currency) {
                return fail(
                    part.begin,
                    fmt::format(
                        "{} is in {}, what stands before it in {}: a check keeps to one currency",
                        item.id,
                        item.currency,
                        program_.currency));
            }
            program_.currency = item.currency;
        }
        insert(program_.items, index);
        insert(kind == Kind::counties ? program_.summed : program_.own, index);
        if (kind == Kind::previous || kind == Kind::day_before || kind == Kind::year_before) {
            insert(program_.looks_back_on, index);
        }
        CheckNode node;
        node.kind = kind;
        node.item = index;
        return Value{
            std::move(node), {item.unit == Unit::money ? Type::money : Type::number, false}};
    }

    std::nullopt_t unknown(const Syntax& part) {
        if (part.name == "new_year") {
            return fail(part.begin, "new_year is a condition: write … or new_year");
        }
        std::vector<std::string> known;
        for (const auto& item : catalogue_.items) {
            known.push_back(item.id);
        }
        return fail(
            part.begin,
            fmt::format("unknown item \"{}\": {}", part.name, nearest_hint(part.name, known)));
    }

    Checked call(const Syntax& part) {
        const auto function = std::ranges::find(functions, part.name, &Function::name);
        if (function == functions.end()) {
            std::vector<std::string> known;
            for (const auto& each : functions) {
                known.emplace_back(each.name);
            }
            return fail(
                part.begin,
                fmt::format(
                    "unknown function \"{}\": {}", part.name, nearest_hint(part.name, known)));
        }
        const bool many = part.name == "min" || part.name == "max";
        if (many ? part.parts.size() < 2 : part.parts.size() != 1) {
            return fail(
                part.begin,
                fmt::format(
                    "\"{}\" does not take {} argument{}: write {}",
                    part.name,
                    part.parts.size(),
                    part.parts.size() == 1 ? "" : "s",
                    usage(*function)));
        }
        if (function->arguments == "item") {
            const auto& item = part.parts.front();
            if (item.kind != Syntax::Kind::name) {
                return fail(
                    item.begin, fmt::format("{} looks up one item: name it", usage(*function)));
            }
            return name(
                item,
                part.name == "counties"     ? Kind::counties
                : part.name == "previous"   ? Kind::previous
                : part.name == "day_before" ? Kind::day_before
                                            : Kind::year_before);
        }
        if (many) {
            return extreme(part);
        }
        auto inner = value(part.parts.front());
        if (inner) {
            inner->node = joined(Op::magnitude, {std::move(inner->node)});
        }
        return inner;
    }

    Checked extreme(const Syntax& part) {
        std::vector<CheckNode> parts;
        std::optional<Known> known;
        for (const auto& argument : part.parts) {
            auto one = value(argument);
            if (!one) {
                return std::nullopt;
            }
            const auto type = known ? common_type(*known, one->known) : one->known.type;
            if (!type) {
                return fail(argument.begin, misfit(Op::below, known->type, one->known.type));
            }
            known = Known{*type, (!known || known->zero) && one->known.zero};
            parts.push_back(std::move(one->node));
        }
        const auto op = part.name == "min" ? Op::smallest : Op::largest;
        return Value{joined(op, std::move(parts)), *known};
    }

    Checked operation(const Syntax& part) {
        if (part.op == Op::negate) {
            auto inner = value(part.parts.front());
            if (inner) {
                inner->node = joined(Op::negate, {std::move(inner->node)});
            }
            return inner;
        }
        if (!is_arithmetic(part.op)) {
            return fail(part.anchor, "a condition is no amount: compare amounts on both sides");
        }
        auto left = value(part.parts[0]);
        auto right = left ? value(part.parts[1]) : std::nullopt;
        if (!right) {
            return std::nullopt;
        }
        const auto type = type_of(part.op, left->known, right->known);
        if (!type) {
            return fail(part.anchor, misfit(part.op, left->known.type, right->known.type));
        }
        return Value{
            joined(part.op, {std::move(left->node), std::move(right->node)}), {*type, false}};
    }

    // new_year looks back on the first item that the check itself looks back on.
    bool settle_new_year(CheckNode& node) {
        if (node.kind == Kind::new_year) {
            if (program_.looks_back_on.empty()) {
                return false;
            }
            node.item = program_.looks_back_on.front();
        }
        return std::ranges::all_of(
            node.parts, [this](CheckNode& part) { return settle_new_year(part); });
    }

    std::string_view text_;
    const Catalogue& catalogue_;
    Check::Program program_;
    FormulaError error_;
};

}  // namespace

boost::system::result<Check, FormulaError> Check::compile(
    const FeedCheck& check, const Catalogue& catalogue) {
    if (check.rule.size() > limits::formula_bytes_max) {
        return FormulaError{
            1,
            fmt::format(
                "longer than {} bytes: make several checks of it", limits::formula_bytes_max)};
    }
    const auto syntax = parse_syntax(check.rule, Equality::single);
    if (!syntax) {
        return syntax.error();
    }
    auto program = CheckCompiler{check, catalogue}.compile(*syntax);
    if (!program) {
        return program.error();
    }
    return Check{std::make_shared<const Program>(*std::move(program))};
}

const FeedCheck& Check::source() const {
    return program_->source;
}
const std::vector<std::uint32_t>& Check::items() const {
    return program_->items;
}
const std::vector<std::uint32_t>& Check::looks_back_on() const {
    return program_->looks_back_on;
}

}  // namespace sanbao::rules
