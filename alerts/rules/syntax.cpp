#include "alerts/rules/syntax.hpp"

#include "alerts/base/limits.hpp"

#include <fmt/format.h>
#include <tao/pegtl.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace sanbao::rules {

namespace {

namespace peg = tao::pegtl;

namespace grammar {

using namespace tao::pegtl;  // the rules below read as the grammar they are

struct gap : one<' ', '\t', '\r', '\n'> {};
struct blanks : star<gap> {};

template <char... Letters>
struct word : seq<string<Letters...>, not_at<identifier_other>> {};
struct word_and : word<'a', 'n', 'd'> {};
struct word_or : word<'o', 'r'> {};
struct word_not : word<'n', 'o', 't'> {};

struct expression;
struct closing : one<')'> {};

struct digits : plus<digit> {};
struct fraction : if_must<one<'.'>, digits> {};
struct yuan : utf8::one<0x5143> {};
struct suffix : sor<one<'%'>, yuan, seq<utf8::one<0x4E07, 0x4EBF>, yuan>> {};
struct literal : seq<digits, opt<fraction>, opt<blanks, suffix>> {};

struct name : seq<not_at<sor<word_and, word_or, word_not>>, identifier> {};
struct opening : one<'('> {};
struct argument_list : opt<list_must<expression, one<','>, gap>> {};
struct call : if_must<opening, blanks, argument_list, blanks, closing> {};
struct reference : seq<name, blanks, opt<call>> {};
struct group : if_must<one<'('>, blanks, expression, closing> {};
struct primary : seq<sor<group, literal, reference>, blanks> {};

struct negation : if_must<one<'-'>, blanks, primary> {};
struct unary : sor<negation, primary> {};
struct times : if_must<one<'*'>, blanks, unary> {};
struct over : if_must<one<'/'>, blanks, unary> {};
struct product : seq<unary, star<sor<times, over>>> {};
struct added : if_must<one<'+'>, blanks, product> {};
struct taken : if_must<one<'-'>, blanks, product> {};
struct sum : seq<product, star<sor<added, taken>>> {};

struct at_most : if_must<string<'<', '='>, blanks, sum> {};
struct at_least : if_must<string<'>', '='>, blanks, sum> {};
struct below : if_must<one<'<'>, blanks, sum> {};
struct above : if_must<one<'>'>, blanks, sum> {};
struct lone_equal : seq<one<'='>, not_at<one<'='>>> {};  // how the checks of a feed write it
struct equal : if_must<sor<string<'=', '='>, lone_equal>, blanks, sum> {};
struct unequal : if_must<string<'!', '='>, blanks, sum> {};
struct not_chained : not_at<one<'<', '>', '=', '!'>> {};
struct comparison
    : seq<sum, opt<sor<at_most, at_least, below, above, equal, unequal>, must<not_chained>>> {};

struct inversion;
struct inverse : if_must<word_not, blanks, inversion> {};
struct inversion : sor<inverse, comparison> {};
struct both : if_must<word_and, blanks, inversion> {};
struct conjunction : seq<inversion, star<both>> {};
struct either : if_must<word_or, blanks, conjunction> {};
struct expression : seq<conjunction, star<either>> {};
struct formula : must<blanks, expression, eof> {};

}  // namespace grammar

// Error texts by the rule that had to match; all others mean that a value is missing.
template <class>
inline constexpr const char* message_of = "a value is expected: a name, a number or a parenthesis";
template <>
inline constexpr const char* message_of<grammar::closing> = "\")\" or an operator is expected";
template <>
inline constexpr const char* message_of<peg::eof> = "an operator or the end is expected";
template <>
inline constexpr const char* message_of<grammar::digits> = "digits are expected after the point";
template <>
inline constexpr const char* message_of<grammar::not_chained> =
    "comparisons do not chain: write a < b and b < c";

struct Messages {
    template <class Rule>
    static constexpr const char* message = message_of<Rule>;
    template <class>
    static constexpr bool raise_on_failure = false;  // only where the grammar says must
};
template <class Rule>
using Control = peg::must_if<Messages>::control<Rule>;

// Parts that wait for the operator or call they belong to.
struct Builder {
    std::string_view source;
    Equality equality = Equality::doubled;
    std::vector<Syntax> parts;
    std::vector<std::size_t> calls;  // number of parts where each open call began

    template <class Input>
    std::size_t begin(const Input& in) const {
        return static_cast<std::size_t>(in.begin() - source.data());
    }

    template <class Input>
    void push_leaf(Syntax::Kind kind, const Input& in) {
        auto& leaf = parts.emplace_back();
        leaf.kind = kind;
        leaf.begin = leaf.anchor = begin(in);
        leaf.end = leaf.begin + in.size();
        leaf.name = source.substr(leaf.begin, in.size());
    }

    // Joins the last `count` parts under an operator that stands at `at`.
    void join(Op op, std::size_t count, std::size_t at) {
        Syntax whole;
        whole.kind = Syntax::Kind::operation;
        whole.op = op;
        whole.parts.assign(
            std::move_iterator{parts.end() - static_cast<std::ptrdiff_t>(count)},
            std::move_iterator{parts.end()});
        whole.begin = std::min(at, whole.parts.front().begin);
        whole.end = whole.parts.back().end;
        whole.anchor = at;
        parts.resize(parts.size() - count);
        parts.push_back(std::move(whole));
    }
};

template <class Rule>
struct Action : peg::nothing<Rule> {};

template <Op op, std::size_t count>
struct Join {
    template <class Input>
    static void apply(const Input& in, Builder& builder) {
        builder.join(op, count, builder.begin(in));
    }
};
// clang-format off
template <> struct Action<grammar::negation> : Join<Op::negate, 1> {};
template <> struct Action<grammar::times> : Join<Op::multiply, 2> {};
template <> struct Action<grammar::over> : Join<Op::divide, 2> {};
template <> struct Action<grammar::added> : Join<Op::add, 2> {};
template <> struct Action<grammar::taken> : Join<Op::subtract, 2> {};
template <> struct Action<grammar::at_most> : Join<Op::at_most, 2> {};
template <> struct Action<grammar::at_least> : Join<Op::at_least, 2> {};
template <> struct Action<grammar::below> : Join<Op::below, 2> {};
template <> struct Action<grammar::above> : Join<Op::above, 2> {};
template <> struct Action<grammar::equal> : Join<Op::equal, 2> {};
template <> struct Action<grammar::unequal> : Join<Op::unequal, 2> {};
template <> struct Action<grammar::inverse> : Join<Op::inverse, 1> {};
template <> struct Action<grammar::both> : Join<Op::both, 2> {};
template <> struct Action<grammar::either> : Join<Op::either, 2> {};
// clang-format on

template <>
struct Action<grammar::literal> {
    template <class Input>
    static void apply(const Input& in, Builder& builder) {
        builder.push_leaf(Syntax::Kind::literal, in);
        const auto literal = parse_literal(builder.parts.back().name);
        if (!literal) {
            throw peg::parse_error(literal.error().message, in);
        }
        builder.parts.back().literal = *literal;
    }
};

template <>
struct Action<grammar::lone_equal> {
    template <class Input>
    static void apply(const Input& in, Builder& builder) {
        if (builder.equality == Equality::doubled) {
            throw peg::parse_error(message_of<peg::eof>, in);
        }
    }
};

template <>
struct Action<grammar::name> {
    template <class Input>
    static void apply(const Input& in, Builder& builder) {
        builder.push_leaf(Syntax::Kind::name, in);
    }
};

template <>
struct Action<grammar::opening> {
    template <class Input>
    static void apply(const Input& /*in*/, Builder& builder) {
        builder.calls.push_back(builder.parts.size());
    }
};

template <>
struct Action<grammar::call> {
    template <class Input>
    static void apply(const Input& in, Builder& builder) {
        const auto first = static_cast<std::ptrdiff_t>(builder.calls.back());
        builder.calls.pop_back();
        auto& parts = builder.parts;
        auto& callee = parts[static_cast<std::size_t>(first) - 1];
        callee.kind = Syntax::Kind::call;
        callee.end = builder.begin(in) + in.size();
        std::vector<Syntax> arguments{
            std::move_iterator{parts.begin() + first}, std::move_iterator{parts.end()}};
        callee.parts = std::move(arguments);
        parts.erase(parts.begin() + first, parts.end());
    }
};

template <>
struct Action<grammar::group> {
    template <class Input>
    static void apply(const Input& in, Builder& builder) {
        auto& inner = builder.parts.back();
        inner.begin = builder.begin(in);
        inner.end = inner.begin + in.size();
    }
};

// The grammar calls itself once a parenthesis, so their depth is limited before it runs.
std::optional<std::size_t> too_deep_at(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '(' && ++depth > limits::formula_depth_max) {
            return i;
        }
        if (text[i] == ')' && depth > 0) {
            --depth;
        }
    }
    return std::nullopt;
}

// What stands at `byte`, for an error text.
std::string found_at(std::string_view text, std::size_t byte) {
    if (byte >= text.size()) {
        return "the formula ends here";
    }
    auto end = byte + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        ++end;
    }
    const auto found = text.substr(byte, end - byte);
    return found == "=" ? "\"=\" is found: equality is written =="
                        : fmt::format("\"{}\" is found", found);
}

}  // namespace

std::size_t column_of(std::string_view text, std::size_t byte) {
    const auto before = text.substr(0, byte);
    const auto characters = std::ranges::count_if(
        before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    return static_cast<std::size_t>(characters) + 1;
}

boost::system::result<Syntax, FormulaError> parse_syntax(std::string_view text, Equality equality) {
    if (const auto deep = too_deep_at(text)) {
        return FormulaError{
            column_of(text, *deep),
            fmt::format(
                "nested more than {} deep: make an indicator of a part of it",
                limits::formula_depth_max)};
    }
    Builder builder;
    builder.source = text;
    builder.equality = equality;
    peg::memory_input<> input{text.data(), text.size(), ""};
    try {
        peg::parse<grammar::formula, Action, Control>(input, builder);
    } catch (const peg::parse_error& error) {
        const auto byte = error.positions().front().byte;
        return FormulaError{
            column_of(text, byte), fmt::format("{}; {}", error.message(), found_at(text, byte))};
    }
    return std::move(builder.parts.front());
}

}  // namespace sanbao::rules
