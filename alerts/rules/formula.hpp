// The formula language: exact, typed, and able to explain itself.
//
//   treas_close / outflow                      inputs by name
//   time_progress(month) - paid / budget       calendar terms
//   if(unpaid > 0, days_since(wages), 0)       conditions
//   (a + b) * 1.5, max(a, b), min(a, b), abs(a), 30%, 5000万元, a < 0.3 and not (b >= 2)
//
// Names are ASCII identifiers. Numbers are exact decimals; '%' divides by 100; 元/万元/亿元 make
// money in fen. Types: number, money, condition. money / money is a number; money + number does not
// fit and is an error at load, with its column. A bare 0 is money wherever it meets money in a
// comparison, if(), min() or max(). Missing inputs make the value missing; a condition
// has three values: "missing or true" is true, "missing and true" is missing. Division by zero
// gives no value. Calendar terms (dates in the zone of the settings, at the date judged):
//   time_progress(day | month | workday)  month  months_left
//   workdays_to(KIND)  days_to(KIND)  days_since(KIND)     KIND: a payday of the subject
#pragma once

#include "alerts/base/result.hpp"
#include "alerts/model/catalogue.hpp"
#include "alerts/rules/readings.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sanbao::rules {

enum class Type : unsigned char { number, money, condition };

struct Missing {
    std::string why;  // "no reading of treas_close", "division by zero", "too large to be exact"
};

// A number (money is in yuan as a Rational: fen / 100), a condition, or missing with its reason.
using Value = std::variant<Missing, Rational, bool>;

// A name that a formula may use, with its type. Position in the list = index in `arguments` below.
struct Parameter {
    std::string name;
    Type type = Type::number;
};

// Where a formula stands in time and place: what the calendar terms need.
struct Place {
    const Calendar* calendar = nullptr;
    const Subject* subject = nullptr;
    Date date{};
};

// One step of an explanation, outermost first: "balance / outflow" = 0.28, of its two parts.
struct Explanation {
    std::string text;  // the source text of this part
    Value value;
    std::vector<Explanation> parts;
};

struct FormulaError {
    std::size_t column = 1;  // in characters, from 1
    std::string message;     // what is wrong; what to write instead
};

// Compiled once at load; evaluation allocates nothing and throws nothing. Immutable, shareable.
class Formula {
  public:
    // `paydays`: the kinds that days_to(KIND) may name; checked here, and missing at evaluation for
    // a subject that has no such payday.
    static boost::system::result<Formula, FormulaError> compile(
        std::string_view text,
        const std::vector<Parameter>& parameters,
        const std::vector<std::string>& payday_kinds);

    [[nodiscard]] Type type() const;
    [[nodiscard]] const std::string& text() const;
    // Indexes of the parameters that the formula really uses, ascending.
    [[nodiscard]] const std::vector<std::size_t>& uses() const;

    // `arguments` one per parameter. Values must be of the declared type or missing.
    [[nodiscard]] Value evaluate(std::span<const Value> arguments, const Place& place) const;
    [[nodiscard]] Explanation explain(std::span<const Value> arguments, const Place& place) const;

    struct Program;  // program.hpp: the room's own

  private:
    explicit Formula(std::shared_ptr<const Program> program);
    std::shared_ptr<const Program> program_;
};

}  // namespace sanbao::rules
