// Checks at work: intervals, because a printed figure stands for every value that rounds to it.
#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/rules/check_program.hpp"
#include "alerts/rules/figure_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace sanbao::rules {

namespace {

using Kind = CheckNode::Kind;

struct Interval {
    Rational low, high;
};
using Known = std::optional<Interval>;  // nullopt: missing, or not exact any more

// The ends of an interval from two results, either of which may not be exact.
Known between(const std::optional<Rational>& low, const std::optional<Rational>& high) {
    return low && high ? Known{{*low, *high}} : std::nullopt;
}

Known hull(const std::array<std::optional<Rational>, 4>& ends) {
    if (std::ranges::any_of(ends, [](const auto& end) { return !end; })) {
        return std::nullopt;
    }
    const auto [low, high] = std::ranges::minmax(ends, {}, [](const auto& end) { return *end; });
    return Interval{*low, *high};
}

Known quotient(const Interval& a, const Interval& b) {
    if (b.low <= Rational{0} && b.high >= Rational{0}) {
        return std::nullopt;
    }
    return hull(
        {divide(a.low, b.low),
         divide(a.low, b.high),
         divide(a.high, b.low),
         divide(a.high, b.high)});
}

Known product(const Interval& a, const Interval& b) {
    return hull(
        {multiply(a.low, b.low),
         multiply(a.low, b.high),
         multiply(a.high, b.low),
         multiply(a.high, b.high)});
}

Interval magnitude(const Interval& a) {
    if (a.low >= Rational{0}) {
        return a;
    }
    if (a.high <= Rational{0}) {
        return {negate(a.high), negate(a.low)};
    }
    return {Rational{0}, std::max(negate(a.low), a.high)};
}

Truth compare(Op op, const Interval& left, const Interval& right) {
    const auto truth = [](bool holds) {
        return holds ? Truth::yes : Truth::no;
    };
    if (op == Op::equal) {
        return truth(left.low <= right.high && right.low <= left.high);
    }
    if (op == Op::at_most || op == Op::below) {
        return truth(op == Op::at_most ? left.low <= right.high : left.low < right.high);
    }
    return truth(op == Op::at_least ? left.high >= right.low : left.high > right.low);
}

std::optional<Date> year_earlier(Date date) {
    const std::chrono::year_month_day day{date};
    const auto earlier = day - std::chrono::years{1};
    return earlier.ok() ? Date{earlier}  // 29 February stands for the last of the month
                        : Date{earlier.year() / earlier.month() / std::chrono::last};
}

// What went wrong: the comparison that does not hold, with its sides.
struct Broken {
    const CheckNode* node = nullptr;
    Interval left, right;
};

class Run {
  public:
    Run(const Check::Program& program,
        const Batch& batch,
        const Catalogue& catalogue,
        std::uint32_t subject,
        Date date)
        : program_(program), batch_(batch), catalogue_(catalogue), subject_(subject), date_(date) {}

    Truth truth(const CheckNode& node) {
        if (node.kind == Kind::new_year) {
            const auto last = batch_.before(node.item, subject_, date_);
            return !last                                  ? Truth::unknown
                   : year_of(last->date) < year_of(date_) ? Truth::yes
                                                          : Truth::no;
        }
        if (node.op == Op::both || node.op == Op::either) {
            const auto decisive = node.op == Op::both ? Truth::no : Truth::yes;
            const auto left = truth(node.parts[0]);
            const auto right = left == decisive ? left : truth(node.parts[1]);
            return right == decisive ? decisive : left == Truth::unknown ? left : right;
        }
        const auto left = value(node.parts[0]);
        const auto right = left ? value(node.parts[1]) : std::nullopt;
        if (!right) {
            return Truth::unknown;
        }
        const auto result = compare(node.op, *left, *right);
        if (result == Truth::no && broken_.node == nullptr) {
            broken_ = {&node, *left, *right};
        }
        return result;
    }
    [[nodiscard]] const Broken& broken() const { return broken_; }

  private:
    static std::chrono::year year_of(Date date) { return std::chrono::year_month_day{date}.year(); }

    [[nodiscard]] Known figure(const std::optional<Cell>& cell) const {
        if (!cell) {
            return std::nullopt;
        }
        const auto scale = scale_of(catalogue_.items[cell->item].unit);
        Int128 width = cell->rounding == 0 ? 0 : 1;
        for (int i = 0; i < cell->rounding; ++i) {
            width *= 10;
        }
        const auto middle = Int128{cell->value} * 2;
        return between(
            Rational::make(middle - width, Int128{scale} * 2),
            Rational::make(middle + width, Int128{scale} * 2));
    }

    Known value(const CheckNode& node) {
        switch (node.kind) {
            case Kind::literal:
                return Interval{node.value, node.value};
            case Kind::item:
                return figure(batch_.at(node.item, subject_, date_));
            case Kind::previous:
                return figure(batch_.before(node.item, subject_, date_));
            case Kind::day_before:
                return figure(of_the_day_before(node.item));
            case Kind::year_before:
                return figure(batch_.at(node.item, subject_, *year_earlier(date_)));
            case Kind::counties:
                return sum_of_counties(node.item);
            case Kind::operation:
                return operation(node);
            case Kind::new_year:
                break;
        }
        SANBAO_ASSERT(false);
    }

    // Not what stood there before a gap: after days without a delivery nothing follows from it.
    [[nodiscard]] std::optional<Cell> of_the_day_before(std::uint32_t item) const {
        const auto last = batch_.before(item, subject_, date_);
        const auto working_day =
            catalogue_.calendar.workday_on_or_before(date_ - std::chrono::days{1});
        return last && last->date >= working_day ? last : std::nullopt;
    }

    [[nodiscard]] Known sum_of_counties(std::uint32_t item) const {
        const auto& children = program_.children[subject_];
        Known sum{{Rational{0}, Rational{0}}};
        for (const auto child : children) {
            const auto one = figure(batch_.at(item, child, date_));
            sum = one && sum ? between(add(sum->low, one->low), add(sum->high, one->high))
                             : std::nullopt;
        }
        return children.empty() ? std::nullopt : sum;
    }

    Known operation(const CheckNode& node) {
        std::vector<Interval> in;
        for (const auto& part : node.parts) {
            const auto one = value(part);
            if (!one) {
                return std::nullopt;
            }
            in.push_back(*one);
        }
        if (node.op == Op::negate) {
            return Interval{negate(in[0].high), negate(in[0].low)};
        }
        if (node.op == Op::magnitude) {
            return magnitude(in[0]);
        }
        if (node.op == Op::add) {
            return between(add(in[0].low, in[1].low), add(in[0].high, in[1].high));
        }
        if (node.op == Op::subtract) {
            return between(subtract(in[0].low, in[1].high), subtract(in[0].high, in[1].low));
        }
        if (node.op == Op::multiply) {
            return product(in[0], in[1]);
        }
        if (node.op == Op::divide) {
            return quotient(in[0], in[1]);
        }
        SANBAO_ASSERT(node.op == Op::smallest || node.op == Op::largest);
        const auto pick = [&](auto end) {
            const auto [least, most] = std::ranges::minmax(in, {}, end);
            return node.op == Op::smallest ? std::invoke(end, least) : std::invoke(end, most);
        };
        return Interval{pick(&Interval::low), pick(&Interval::high)};
    }

    const Check::Program& program_;
    const Batch& batch_;
    const Catalogue& catalogue_;
    std::uint32_t subject_;
    Date date_;
    Broken broken_;
};

Rational middle(const Interval& interval) {
    const auto sum = add(interval.low, interval.high);
    const auto half = sum ? divide(*sum, Rational{2}) : std::nullopt;
    return half.value_or(interval.low);
}

Finding describe(
    const Check::Program& program,
    const Broken& broken,
    const Catalogue& catalogue,
    std::uint32_t subject,
    Date date) {
    const auto place = subject_words(catalogue.subjects[subject]);
    const auto day = sanbao::to_text(date);
    Finding finding;
    finding.action = program.source.action;
    finding.subject = subject;
    finding.date = date;
    if (program.items.size() == 1) {
        finding.item = program.items.front();
    }
    const auto& name = program.source.name;
    finding.text = {
        fmt::format("{} {}：{} 不成立", place.zh, day, name),
        fmt::format("{} {}: {} does not hold", place.en, day, name)};
    if (broken.node == nullptr) {  // new_year itself is what does not hold
        return finding;
    }
    const auto left = middle(broken.left);
    const auto right = middle(broken.right);
    const auto gap = subtract(left, right).value_or(Rational{0});
    const auto words = figure_words(
        std::array{left, right, gap < Rational{0} ? negate(gap) : gap},
        broken.node->type,
        program.currency);
    finding.text.zh +=
        fmt::format("：左边 {}，右边 {}，相差 {}", words[0].zh, words[1].zh, words[2].zh);
    finding.text.en +=
        fmt::format(": left {}, right {}, off by {}", words[0].en, words[1].en, words[2].en);
    return finding;
}

// Every (subject, date) of which the batch says something that the check speaks of.
std::vector<std::pair<std::uint32_t, Date>> places_of(
    const Check::Program& program, const Batch& batch, const Catalogue& catalogue) {
    std::vector<std::pair<std::uint32_t, Date>> places;
    for (const auto item : program.own) {
        for (const auto& cell : batch.cells_of(item)) {
            places.emplace_back(cell.subject, cell.date);
        }
    }
    for (const auto item : program.summed) {
        for (const auto& cell : batch.cells_of(item)) {
            const auto parent = catalogue.subject(catalogue.subjects[cell.subject].parent);
            if (parent != none) {
                places.emplace_back(parent, cell.date);
            }
        }
    }
    std::ranges::sort(places);
    const auto rest = std::ranges::unique(places);
    places.erase(rest.begin(), rest.end());
    return places;
}

}  // namespace

Truth holds(
    const Check& check,
    const Batch& batch,
    const Catalogue& catalogue,
    std::uint32_t subject,
    Date date) {
    return Run{check.program(), batch, catalogue, subject, date}.truth(check.program().root);
}

std::vector<Finding> run_checks(
    std::span<const Check> checks, const Batch& batch, const Catalogue& catalogue) {
    std::vector<Finding> findings;
    std::array<std::size_t, 3> told{};  // by action: flags must not crowd out what holds back
    for (const auto& check : checks) {
        const auto& program = check.program();
        auto& count = told.at(static_cast<std::size_t>(program.source.action));
        for (const auto& [subject, date] : places_of(program, batch, catalogue)) {
            if (count == limits::feed_findings_max) {
                break;
            }
            Run run{program, batch, catalogue, subject, date};
            if (run.truth(program.root) == Truth::no) {
                findings.push_back(describe(program, run.broken(), catalogue, subject, date));
                ++count;
            }
        }
    }
    return findings;
}

}  // namespace sanbao::rules
