// The catalogue with its formulas compiled and its look-ups built: what decide() works from.
#pragma once

#include "alerts/rules/checks.hpp"
#include "alerts/rules/formula.hpp"
#include "alerts/rules/lines.hpp"
#include "alerts/rules/window.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sanbao::rules {

struct CompiledInput {
    std::uint32_t item = 0;  // index in catalogue.items
    Window window;
};

struct CompiledIndicator {
    std::vector<CompiledInput> inputs;  // in the order of Indicator::inputs
    Formula value;
    std::optional<Formula> judge;  // over one parameter, `value`
};

// A clause of a plan: an indicator at a colour, or a condition over indicator values.
struct CompiledClause {
    std::uint32_t indicator = none;  // set: holds at the plan level's colour or worse
    std::optional<Formula> condition;
    std::vector<std::uint32_t> arguments;  // indicators, one per parameter of the condition
};

struct CompiledPlan {
    std::vector<std::vector<CompiledClause>> levels;  // as Plan::levels
    std::vector<CompiledClause> end;                  // as PlanEnd::when
};

// A feed with its names resolved.
struct CompiledFeed {
    std::vector<std::uint32_t> items;     // as FeedRule::items
    std::vector<std::uint32_t> counties;  // as FeedRule::counties
    std::vector<Check> checks;            // as FeedRule::checks, without those that are off
};

struct Problem {
    std::string subject_or_indicator;  // "indicator treasury_guarantee_level"
    std::string key;         // "formula", "judge", "plan.level[0].any[1]", "plan.end.when[0]"
    std::size_t column = 1;  // inside the text of that key
    std::string message;
};

// Its names must resolve; what is wrong with its checks is added to `problems`.
CompiledFeed compile_feed(
    const FeedRule& feed, const Catalogue& catalogue, std::vector<Problem>& problems);

class Rulebook {
  public:
    // All problems at once; the catalogue must be otherwise valid (names resolve).
    static boost::system::result<std::shared_ptr<const Rulebook>, std::vector<Problem>> build(
        Catalogue catalogue);

    [[nodiscard]] const Catalogue& catalogue() const { return catalogue_; }
    [[nodiscard]] const CompiledIndicator& indicator(std::uint32_t index) const {
        return indicators_[index];
    }
    // Null when the subject has no plan.
    [[nodiscard]] const CompiledPlan* plan(std::uint32_t subject) const;
    [[nodiscard]] const CompiledFeed& feed(std::uint32_t index) const { return feeds_[index]; }
    // Indicators that read this item.
    [[nodiscard]] const std::vector<std::uint32_t>& indicators_of(std::uint32_t item) const {
        return by_item_[item];
    }
    [[nodiscard]] bool keeps_history(std::uint32_t item) const { return history_[item]; }
    // Inputs of risk indicators: their corrections are judged again.
    [[nodiscard]] bool keeps_past(std::uint32_t item) const { return past_[item]; }
    [[nodiscard]] Readings empty_readings() const;

    // The subject that a feed calls `code` on `date`; none when nobody is called so. Sources go on
    // using a code for years after it has ended: until somebody else bears it, it names whoever
    // bore it last. A Chinese name that one subject alone has will do as well.
    [[nodiscard]] std::uint32_t subject_called(std::string_view code, Date date) const;

  private:
    Catalogue catalogue_;
    std::vector<CompiledIndicator> indicators_;
    std::vector<std::optional<CompiledPlan>> plans_;
    std::vector<std::vector<std::uint32_t>> by_item_;
    std::vector<CompiledFeed> feeds_;
    std::vector<bool> history_, past_;
    std::multimap<std::string, std::uint32_t, std::less<>> by_code_;
    std::map<std::string, std::uint32_t, std::less<>> by_name_;  // none: of several subjects
};

// What an indicator says of one subject on the date of its newest input.
struct Judgement {
    Date date{};   // newest date among the inputs' latest readings, not after the limit
    Value value;   // of the formula
    Value judged;  // what is held against the lines
};
// `as_of`: the date judged; inputs newer than it are not looked at. nullopt: no input has any
// reading, so there is nothing to judge.
std::optional<Judgement> judge(
    const Rulebook& rules,
    std::uint32_t indicator,
    std::uint32_t subject,
    const Readings& readings,
    Date as_of);
// The same with the tree of how: for `explain`.
Explanation explain(
    const Rulebook& rules,
    std::uint32_t indicator,
    std::uint32_t subject,
    const Readings& readings,
    Date as_of);

}  // namespace sanbao::rules
