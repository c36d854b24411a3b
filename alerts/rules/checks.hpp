// What figures must satisfy among themselves before they may judge anybody: declared identities,
// ranges and steps, worked out with intervals, because printed figures are rounded.
//
//   opening + inflow - outflow = closing        each name is an item, of one subject on one date
//   opening = day_before(closing)               the reading of the working day before (or of a day
//                                               off since); where none came, the check does not
//                                               apply
//   late = previous(late) + new                 the reading before this date, whenever that was
//   growth = spent / year_before(spent) - 1     the reading of the same date one year earlier
//   allocated <= received                       = <= >= < >
//   spent >= previous(spent) or new_year        a counter only grows, but for its reset
//   abs(close - previous(close)) <= 50% * previous(close)
//   counties(revenue) = revenue                 of a city: the sum over its counties' same date
//
// The operators and literals of formula.hpp; `or` joins comparisons; `new_year` is true where the
// previous reading lies in an earlier year. A figure stands for every value that rounds to it: an
// equation fails only when no such values satisfy it. What is missing makes the check not apply.
#pragma once

#include "alerts/model/catalogue.hpp"
#include "alerts/rules/formula.hpp"
#include "alerts/rules/readings.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::rules {

// One thing that is wrong with a batch. Both languages, whole sentences: which county, item, date,
// what stands there and what would fit.
struct Finding {
    CheckAction action = CheckAction::quarantine;
    Text text;
    std::uint32_t subject = 0xffff'ffff, item = 0xffff'ffff;  // where it is about one
    Date date{};
};

// Compiled at load with the rulebook; immutable.
class Check {
  public:
    // The column of an error is inside FeedCheck::rule.
    static boost::system::result<Check, FormulaError> compile(
        const FeedCheck& check, const Catalogue& catalogue);
    [[nodiscard]] const FeedCheck& source() const;
    [[nodiscard]] const std::vector<std::uint32_t>& items() const;  // that it speaks of, ascending
    [[nodiscard]] const std::vector<std::uint32_t>& looks_back_on() const;  // … of other dates

    struct Program;
    explicit Check(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
    [[nodiscard]] const Program& program() const { return *program_; }

  private:
    std::shared_ptr<const Program> program_;
};

// The cells of a delivery over what was known before it: the delivery counts where both speak.
class Batch {
  public:
    // Only cells of `items` where that is not empty: the few that checks speak of.
    Batch(const Readings& known, std::span<const Cell> cells, const std::vector<bool>& items = {});
    [[nodiscard]] const Readings& known() const { return known_; }
    [[nodiscard]] std::span<const Cell> cells() const { return cells_; }  // by item, subject, date
    [[nodiscard]] std::span<const Cell> cells_of(std::uint32_t item) const;
    // With its rounding; of readings that were known before too.
    [[nodiscard]] std::optional<Cell> at(
        std::uint32_t item, std::uint32_t subject, Date date) const;
    [[nodiscard]] std::optional<Cell> before(
        std::uint32_t item, std::uint32_t subject, Date date) const;

  private:
    const Readings& known_;
    std::vector<Cell> cells_;
};

enum class Truth : unsigned char { no, yes, unknown };  // unknown: the check does not apply

// Whether a check holds for one subject on one date.
Truth holds(
    const Check& check,
    const Batch& batch,
    const Catalogue& catalogue,
    std::uint32_t subject,
    Date date);

// Every declared check over every subject and date of which the batch says something; of each
// action the first limits::feed_findings_max findings.
std::vector<Finding> run_checks(
    std::span<const Check> checks, const Batch& batch, const Catalogue& catalogue);

}  // namespace sanbao::rules
