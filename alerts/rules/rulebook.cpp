#include "alerts/rules/rulebook.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"

#include <boost/container/static_vector.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace sanbao::rules {

namespace {

using Problems = std::vector<Problem>;
using Kinds = std::vector<std::string>;

Kinds payday_kinds(const std::vector<Payday>& paydays) {
    std::set<std::string> kinds;
    for (const auto& payday : paydays) {
        kinds.insert(payday.kind);
    }
    return {kinds.begin(), kinds.end()};
}

Kinds payday_kinds(const std::vector<Subject>& subjects) {
    std::vector<Payday> all;
    for (const auto& subject : subjects) {
        all.insert(all.end(), subject.paydays.begin(), subject.paydays.end());
    }
    return payday_kinds(all);
}

Type type_of(const Item& item) {
    return item.unit == Unit::money ? Type::money : Type::number;
}

// Collects the problems of one indicator or subject.
class Report {
  public:
    Report(std::string about, Problems& problems) : about_(std::move(about)), problems_(problems) {}

    void add(std::string key, std::size_t column, std::string message) {
        problems_.push_back({about_, std::move(key), column, std::move(message)});
    }

    std::optional<Formula> compile(
        const std::string& key,
        std::string_view text,
        const std::vector<Parameter>& parameters,
        const Kinds& kinds) {
        auto formula = Formula::compile(text, parameters, kinds);
        if (!formula) {
            add(key, formula.error().column, formula.error().message);
            return std::nullopt;
        }
        return *std::move(formula);
    }

    // A formula whose value is held against lines.
    std::optional<Formula> compile_amount(
        const std::string& key,
        std::string_view text,
        const std::vector<Parameter>& parameters,
        const Kinds& kinds) {
        auto formula = compile(key, text, parameters, kinds);
        if (formula && formula->type() == Type::condition) {
            add(key, 1, "a condition cannot be held against lines: write if(condition, 1, 0)");
            return std::nullopt;
        }
        return formula;
    }

  private:
    std::string about_;
    Problems& problems_;
};

// nullopt: `problems` says why.
std::optional<CompiledIndicator> compile(
    const Catalogue& catalogue,
    const Indicator& indicator,
    const Kinds& kinds,
    Problems& problems) {
    Report report{"indicator " + indicator.id, problems};
    const auto before = problems.size();
    std::vector<CompiledInput> inputs;
    std::vector<Parameter> parameters;
    for (const auto& input : indicator.inputs) {
        const auto index = catalogue.item(input.item);
        SANBAO_ASSERT(index != none);
        const auto& item = catalogue.items[index];
        if (auto problem = window_problem(item, input.window)) {
            report.add("inputs." + input.name, 1, *std::move(problem));
        }
        inputs.push_back({index, input.window});
        parameters.push_back({input.name, type_of(item)});
    }
    if (inputs.empty() || inputs.size() > limits::formula_inputs_max) {
        report.add(
            "inputs",
            1,
            fmt::format("{} inputs: write 1 to {}", inputs.size(), limits::formula_inputs_max));
    }
    auto value = report.compile_amount("formula", indicator.formula, parameters, kinds);
    std::optional<Formula> judge;
    if (value && !indicator.judge.empty()) {
        judge = report.compile_amount("judge", indicator.judge, {{"value", value->type()}}, kinds);
    }
    if (problems.size() != before) {
        return std::nullopt;
    }
    return CompiledIndicator{std::move(inputs), *std::move(value), std::move(judge)};
}

// What the clauses of a plan may name: every indicator, with the type of its value.
std::vector<Parameter> clause_parameters(
    const Catalogue& catalogue, const std::vector<std::optional<CompiledIndicator>>& compiled) {
    std::vector<Parameter> parameters;
    for (std::size_t i = 0; i < compiled.size(); ++i) {
        const auto& indicator = catalogue.indicators[i];
        // One that did not compile is guessed by its display, so that its users are still checked.
        const auto guess = indicator.display == Display::money ? Type::money : Type::number;
        parameters.push_back({indicator.id, compiled[i] ? compiled[i]->value.type() : guess});
    }
    return parameters;
}

class PlanCompiler {
  public:
    PlanCompiler(
        const Catalogue& catalogue,
        const std::vector<Parameter>& parameters,
        const Subject& subject,
        Problems& problems)
        : catalogue_(catalogue)
        , parameters_(parameters)
        , kinds_(payday_kinds(subject.paydays))
        , report_("subject " + subject.id, problems) {}

    CompiledPlan compile(const Plan& plan) {
        CompiledPlan result;
        for (std::size_t level = 0; level < plan.levels.size(); ++level) {
            auto& clauses = result.levels.emplace_back();
            const auto& any = plan.levels[level].any;
            for (std::size_t i = 0; i < any.size(); ++i) {
                clauses.push_back(trigger(fmt::format("plan.level[{}].any[{}]", level, i), any[i]));
            }
        }
        for (std::size_t i = 0; i < plan.end.when.size(); ++i) {
            result.end.push_back(
                end_condition(fmt::format("plan.end.when[{}]", i), plan.end.when[i]));
        }
        return result;
    }

  private:
    CompiledClause trigger(const std::string& key, const std::string& text) {
        const auto index = catalogue_.indicator(text);
        if (index == none) {
            return condition(key, text);
        }
        CompiledClause clause;
        if (catalogue_.indicators[index].kind != IndicatorKind::risk) {
            standing(key, 1, text);
        }
        clause.indicator = index;
        return clause;
    }

    CompiledClause end_condition(const std::string& key, const std::string& text) {
        if (catalogue_.indicator(text) != none) {
            report_.add(
                key, 1, fmt::format("a plan ends on a condition: compare it, as {} >= 1.2", text));
            return {};
        }
        return condition(key, text);
    }

    CompiledClause condition(const std::string& key, const std::string& text) {
        const auto over_all = report_.compile(key, text, parameters_, kinds_);
        if (!over_all) {
            return {};
        }
        if (over_all->type() != Type::condition) {
            report_.add(key, 1, "this is an amount, not a condition: compare it, as with < 1.0");
            return {};
        }
        // Again over the few that it uses, so that nobody has to lay out every indicator's value.
        CompiledClause clause;
        std::vector<Parameter> used;
        for (const auto index : over_all->uses()) {
            clause.arguments.push_back(static_cast<std::uint32_t>(index));
            used.push_back(parameters_[index]);
            if (catalogue_.indicators[index].kind != IndicatorKind::risk) {
                standing(key, text.find(parameters_[index].name) + 1, parameters_[index].name);
            }
        }
        clause.condition = report_.compile(key, text, used, kinds_);
        return clause;
    }

    void standing(const std::string& key, std::size_t column, const std::string& id) {
        report_.add(
            key,
            column,
            fmt::format("{} is a standing indicator, which opens no plan: name a risk one", id));
    }

    const Catalogue& catalogue_;
    const std::vector<Parameter>& parameters_;
    Kinds kinds_;
    Report report_;
};

using Arguments = boost::container::static_vector<Value, limits::formula_inputs_max>;

// Everything about one indicator of one subject that both judge() and explain() need.
struct Case {
    const Rulebook& rules;
    std::uint32_t indicator;
    std::uint32_t subject;
    const Readings& readings;

    [[nodiscard]] const CompiledIndicator& compiled() const { return rules.indicator(indicator); }
    [[nodiscard]] Place place(Date date) const {
        const auto& catalogue = rules.catalogue();
        return {&catalogue.calendar, &catalogue.subjects[subject], date};
    }
};

std::optional<Date> newest_date(const Case& of, std::uint32_t item, Date as_of) {
    const auto reading = of.readings.newest(item, of.subject, as_of);
    return reading ? std::optional{reading->date} : std::nullopt;
}

// The newest date of any input, not after `as_of`.
std::optional<Date> date_judged(const Case& of, Date as_of) {
    std::optional<Date> result;
    for (const auto& input : of.compiled().inputs) {
        result = std::max(result, newest_date(of, input.item, as_of));  // nullopt is the least
    }
    return result;
}

Arguments arguments_of(const Case& of, const Place& place) {
    Arguments arguments;
    for (const auto& input : of.compiled().inputs) {
        arguments.push_back(evaluate_window(
            of.rules.catalogue().items[input.item],
            input.window,
            input.item,
            of.subject,
            of.readings,
            place));
    }
    return arguments;
}

// Puts `below` under every part of `whole` that is just the name.
void hang_under(Explanation& whole, const std::string& name, const Explanation& below) {
    if (whole.parts.empty() && whole.text == name) {
        whole.parts.push_back(below);
        return;
    }
    for (auto& part : whole.parts) {
        hang_under(part, name, below);
    }
}

}  // namespace

boost::system::result<std::shared_ptr<const Rulebook>, std::vector<Problem>> Rulebook::build(
    Catalogue catalogue) {
    Problems problems;
    const auto kinds = payday_kinds(catalogue.subjects);
    std::vector<std::optional<CompiledIndicator>> compiled;
    for (const auto& indicator : catalogue.indicators) {
        compiled.push_back(compile(catalogue, indicator, kinds, problems));
    }
    const auto rules = std::make_shared<Rulebook>();
    const auto parameters = clause_parameters(catalogue, compiled);
    for (std::uint32_t i = 0; i < catalogue.subjects.size(); ++i) {
        const auto& subject = catalogue.subjects[i];
        auto& plan = rules->plans_.emplace_back();
        if (subject.plan) {
            plan = PlanCompiler{catalogue, parameters, subject, problems}.compile(*subject.plan);
        }
        const auto [name, first] = rules->by_name_.emplace(catalogue.subjects[i].name.zh, i);
        name->second = first ? i : none;
        for (const auto& alias : subject.aliases) {
            rules->by_code_.emplace(alias.code, i);
        }
    }
    for (const auto& feed : catalogue.feeds) {
        rules->feeds_.push_back(compile_feed(feed, catalogue, problems));
    }
    if (!problems.empty()) {
        return problems;
    }
    rules->by_item_.resize(catalogue.items.size());
    rules->history_.resize(catalogue.items.size());
    rules->past_.resize(catalogue.items.size());
    for (std::uint32_t i = 0; i < compiled.size(); ++i) {
        for (const auto& input : compiled[i]->inputs) {
            auto& readers = rules->by_item_[input.item];
            if (readers.empty() || readers.back() != i) {
                readers.push_back(i);
            }
            rules->history_[input.item] =
                rules->history_[input.item] || needs_history(input.window);
            rules->past_[input.item] =
                rules->past_[input.item] || catalogue.indicators[i].kind == IndicatorKind::risk;
        }
        rules->indicators_.push_back(*std::move(compiled[i]));
    }
    for (const auto& feed : rules->feeds_) {
        for (const auto& check : feed.checks) {
            for (const auto item : check.looks_back_on()) {
                rules->history_[item] = true;
            }
        }
    }
    rules->catalogue_ = std::move(catalogue);
    return std::shared_ptr<const Rulebook>{rules};
}

const CompiledPlan* Rulebook::plan(std::uint32_t subject) const {
    const auto& plan = plans_[subject];
    return plan ? &*plan : nullptr;
}

Readings Rulebook::empty_readings() const {
    return Readings{catalogue_.items.size(), catalogue_.subjects.size(), history_, past_};
}

std::optional<Judgement> judge(
    const Rulebook& rules,
    std::uint32_t indicator,
    std::uint32_t subject,
    const Readings& readings,
    Date as_of) {
    const Case of{rules, indicator, subject, readings};
    const auto date = date_judged(of, as_of);
    if (!date) {
        return std::nullopt;
    }
    const auto place = of.place(*date);
    const auto arguments = arguments_of(of, place);
    Judgement result{*date, of.compiled().value.evaluate(arguments, place), {}};
    const auto& judged = of.compiled().judge;
    result.judged = judged ? judged->evaluate({&result.value, 1}, place) : result.value;
    return result;
}

Explanation explain(
    const Rulebook& rules,
    std::uint32_t indicator,
    std::uint32_t subject,
    const Readings& readings,
    Date as_of) {
    const Case of{rules, indicator, subject, readings};
    const auto& compiled = of.compiled();
    const auto date = date_judged(of, as_of);
    if (!date) {
        return {compiled.value.text(), Missing{"no reading of any input"}, {}};
    }
    const auto place = of.place(*date);
    const auto arguments = arguments_of(of, place);
    auto whole = compiled.value.explain(arguments, place);
    const auto& inputs = rules.catalogue().indicators[indicator].inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto text = fmt::format(
            "{}, {}, on {}", inputs[i].item, to_text(inputs[i].window), sanbao::to_text(*date));
        hang_under(whole, inputs[i].name, {text, arguments[i], {}});
    }
    if (!compiled.judge) {
        return whole;
    }
    auto judged = compiled.judge->explain({&whole.value, 1}, place);
    hang_under(judged, "value", whole);
    return judged;
}

}  // namespace sanbao::rules
