#include "alerts/rules/jumps.hpp"

#include "alerts/base/limits.hpp"
#include "alerts/rules/column.hpp"
#include "alerts/rules/figure_words.hpp"
#include "alerts/rules/swaps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

namespace sanbao::rules {

namespace {

// ---- thresholds of single series; powers of two.
constexpr int single_rise = 7;    // 128 times its own record
constexpr int single_near = 3;    // about ×10⁴ to the last, and 8 times its record
constexpr int single_record = 5;  // … and 32 times the record of a restless series known well
constexpr int single_fall = 10;   // a thousandth of its least: a county may run dry, but not so far
constexpr int near_of_one = 2 * factor_2;  // about ×10⁴: the drift of a day on top

constexpr std::size_t column_min = 3;       // counties that make a column
constexpr std::size_t sampled = 32;         // subjects looked at before all are
constexpr std::size_t singles_max = 4'096;  // looked at; more are columns

// "×10⁴", "÷100" where the middle of all ratios is near one; else what that middle is about.
std::string factor_words(int size) {
    constexpr std::array<std::string_view, 9> words{
        "", "10", "100", "1,000", "10⁴", "10⁵", "10⁶", "10⁷", "10⁸"};
    const auto tens = std::min<std::size_t>(
        static_cast<std::size_t>((std::abs(size) + power_of_ten / 2) / power_of_ten), 8);
    return tens == 0 ? "×1" : fmt::format("{}{}", size < 0 ? "÷" : "×", words.at(tens));
}

class JumpFinder {
  public:
    JumpFinder(
        const FeedRule& feed,
        const Readings& known,
        std::span<const Cell> cells,
        std::span<const Check> checks,
        const Catalogue& catalogue)
        : feed_(feed), known_(known), all_(cells), checks_(checks), catalogue_(catalogue) {}

    std::vector<Finding> find() {
        if (feed_.jumps == CheckAction::off || all_.empty()) {
            return {};
        }
        const bool many = std::ranges::any_of(
            all_, [this](const Cell& cell) { return cell.date != all_.front().date; });
        if (!many) {
            look({known_, false}, all_);
            return std::move(findings_);
        }
        std::vector<Cell> ordered(all_.begin(), all_.end());
        std::ranges::stable_sort(ordered, {}, &Cell::date);
        Sight sight{known_, true};
        for (std::size_t begin = 0; begin < ordered.size();) {
            auto end = begin;
            while (end < ordered.size() && ordered[end].date == ordered[begin].date) {
                ++end;
            }
            const auto day = std::span{ordered}.subspan(begin, end - begin);
            look(sight, day);
            sight.follow(day);
            begin = end;
        }
        return std::move(findings_);
    }

  private:
    struct Single {
        const Cell* cell;
        Move move;
    };

    [[nodiscard]] const Item& item(std::uint32_t index) const { return catalogue_.items[index]; }

    // One date.
    void look(const Sight& sight, std::span<const Cell> cells) {
        std::vector<Tally> tallies(catalogue_.items.size());
        std::vector<Single> singles;
        for (const auto& cell : cells) {
            const auto move = sight.move(cell, item(cell.item).kind);
            if (move.vanished(item(cell.item).kind)) {
                tallies[cell.item].vanish();
            }
            if (!move.counts()) {
                continue;
            }
            tallies[cell.item].add(move);
            const bool single = move.above() >= single_near || move.below() >= single_fall;
            if (single && singles.size() < singles_max) {
                singles.push_back({&cell, move});
            }
        }
        look_at_columns(sight, cells, tallies);
        look_for_swaps(sight, cells, tallies);
        for (const auto& [cell, move] : singles) {
            if (!found_.contains(cell->item)) {
                look_at_one(*cell, move);
            }
        }
    }

    // The moves of the wanted items, by subject; or, as they come, of the first few subjects.
    std::vector<Column> columns(
        const Sight& sight,
        std::span<const Cell> cells,
        const std::vector<bool>& wanted,
        std::size_t subjects_max) const {
        std::vector<std::uint32_t> place(wanted.size(), none);
        std::vector<Column> result;
        const bool all = subjects_max >= catalogue_.subjects.size();
        for (std::uint32_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i]) {
                place[i] = static_cast<std::uint32_t>(result.size());
                result.push_back(
                    {i, std::vector<Move>(all ? catalogue_.subjects.size() : subjects_max)});
            }
        }
        if (result.empty()) {
            return result;
        }
        std::vector<std::size_t> row(catalogue_.subjects.size(), none);
        std::size_t rows = 0;
        for (const auto& cell : cells) {
            auto& at = row[cell.subject];
            if (at == none && rows < subjects_max) {
                at = all ? cell.subject : rows;
                ++rows;
            }
            if (at != none && place[cell.item] != none) {
                result[place[cell.item]].moves[at] = sight.move(cell, item(cell.item).kind);
            }
        }
        return result;
    }

    void look_at_columns(
        const Sight& sight, std::span<const Cell> cells, const std::vector<Tally>& tallies) {
        std::vector<bool> wanted(tallies.size());
        for (std::uint32_t i = 0; i < tallies.size(); ++i) {
            wanted[i] = tallies[i].counted >= 2 && tallies[i].suspicious() && !found_.contains(i);
        }
        for (const auto& column : columns(sight, cells, wanted, catalogue_.subjects.size())) {
            const Verdict verdict{column, item(column.item).kind};
            if (verdict.sign_changed()) {
                tell(column, verdict, {"符号全部反转", "the sign of nearly all turned round"});
            } else if (verdict.vanished()) {
                tell(
                    column, verdict, {"同时变为 0，而以往从不为 0", "zero, which they never were"});
            } else if (verdict.unit_changed()) {
                const auto factor = factor_words(verdict.median());
                tell(
                    column,
                    verdict,
                    {fmt::format("与上次相比约为 {}，疑似单位变化", factor),
                     fmt::format("about {} of what they were: a change of unit?", factor)});
            } else if (verdict.replaced()) {
                tell(
                    column,
                    verdict,
                    {"与以往毫无可比，疑似换成了别的科目",
                     "unlike anything they were: figures of another item?"});
            }
        }
    }

    void tell(const Column& column, const Verdict& verdict, const Text& what) {
        const auto subject = verdict.example();
        const auto& move = column.moves[subject];
        const auto place = subject_words(catalogue_.subjects[subject]);
        const auto& about = item(column.item);
        const auto before = figure_words(about, move.before);
        const auto now = figure_words(about, move.now);
        const auto day = sanbao::to_text(move.date);
        add(
            {feed_.jumps,
             {fmt::format(
                  "{} {}：{} 个县区的数{}（如{}：{} → {}）",
                  day,
                  about.name.in(Language::zh),
                  verdict.counted(),
                  what.zh,
                  place.zh,
                  before.zh,
                  now.zh),
              fmt::format(
                  "{} {}: {} counties at once, {} ({}: {} → {})",
                  day,
                  about.name.in(Language::en),
                  verdict.counted(),
                  what.en,
                  place.en,
                  before.en,
                  now.en)},
             none,
             column.item,
             move.date});
        found_.insert(column.item);
    }

    void look_for_swaps(
        const Sight& sight, std::span<const Cell> cells, const std::vector<Tally>& tallies) {
        std::vector<bool> wanted(tallies.size());
        for (std::uint32_t i = 0; i < tallies.size(); ++i) {
            wanted[i] = tallies[i].counted >= column_min
                        && tallies[i].moved * 2 >= tallies[i].counted && !found_.contains(i);
        }
        const auto few = columns(sight, cells, wanted, sampled);
        for (std::size_t a = 0; a < few.size(); ++a) {
            for (std::size_t b = a + 1; b < few.size(); ++b) {
                const auto& first = item(few[a].item);
                const auto& second = item(few[b].item);
                if (first.unit == second.unit && first.currency == second.currency
                    && look_swapped(few[a], few[b], catalogue_)) {
                    confirm_swap(sight, cells, few[a].item, few[b].item);
                }
            }
        }
    }

    void confirm_swap(
        const Sight& sight, std::span<const Cell> cells, std::uint32_t a, std::uint32_t b) {
        std::vector<bool> wanted(catalogue_.items.size());
        wanted[a] = wanted[b] = true;
        const auto both = columns(sight, cells, wanted, catalogue_.subjects.size());
        if (!look_swapped(both[0], both[1], catalogue_)
            || checks_explain(both[0], both[1], checks_, batch(), catalogue_)) {
            return;
        }
        const auto& first = item(a).name;
        const auto& second = item(b).name;
        const auto day = sanbao::to_text(cells.front().date);
        add(
            {feed_.jumps,
             {fmt::format(
                  "{} {}与{}：各县区的数互换了位置，疑似两列颠倒",
                  day,
                  first.in(Language::zh),
                  second.in(Language::zh)),
              fmt::format(
                  "{} {} and {} have changed places in nearly all counties: two columns swapped?",
                  day,
                  first.in(Language::en),
                  second.in(Language::en))},
             none,
             a,
             cells.front().date});
        found_.insert(a);
        found_.insert(b);
    }

    void look_at_one(const Cell& cell, const Move& move) {
        const auto kind = item(cell.item).kind;
        const int size = move.size();
        const bool unit = about_unit(std::abs(size), near_of_one);
        if (move.last->habit.seen < known_some) {
            // Of a young series only this is known: a balance does not grow by just so much.
            if (unit && size > 0 && kind == ItemKind::stock) {
                tell(cell, move, feed_.jumps);
            }
            return;
        }
        if (move.above() >= single_near && size > 0) {
            const bool far = move.above() >= single_rise;
            const bool record =
                move.above() >= single_record && move.last->habit.seen >= known_well;
            if (unit && (far || record || !move.restless(kind))) {
                tell(cell, move, feed_.jumps);
            } else if (far) {
                // What is owed may multiply overnight, and one recovery fill a counter: by a factor
                // that no change of unit gives, it is told, not held back.
                tell(cell, move, CheckAction::flag);
            }
        } else if (unit && size < 0 && kind == ItemKind::stock && !vouched(cell)) {
            tell(cell, move, feed_.jumps);
        }
    }

    // An equation that speaks of the item holds with the new figure, and none fails.
    bool vouched(const Cell& cell) {
        bool some = false;
        for (const auto& check : checks_) {
            if (!std::ranges::binary_search(check.items(), cell.item)) {
                continue;
            }
            const auto truth = holds(check, batch(), catalogue_, cell.subject, cell.date);
            if (truth == Truth::no) {
                return false;
            }
            some = some || truth == Truth::yes;
        }
        return some;
    }

    void tell(const Cell& cell, const Move& move, CheckAction action) {
        const auto place = subject_words(catalogue_.subjects[cell.subject]);
        const auto& about = item(cell.item);
        const auto before = figure_words(about, move.before);
        const auto now = figure_words(about, move.now);
        const auto factor = factor_words(move.size());
        add(
            {action,
             {fmt::format(
                  "{} {} {}：{}，此前为 {}，约 {}，远超以往",
                  place.zh,
                  sanbao::to_text(cell.date),
                  about.name.in(Language::zh),
                  now.zh,
                  before.zh,
                  factor),
              fmt::format(
                  "{} {} {}: {}, was {}, about {}, unlike anything it ever was",
                  place.en,
                  sanbao::to_text(cell.date),
                  about.name.in(Language::en),
                  now.en,
                  before.en,
                  factor)},
             cell.subject,
             cell.item,
             cell.date});
    }

    void add(Finding finding) {
        auto& count = told_.at(static_cast<std::size_t>(finding.action));
        if (count < limits::feed_findings_max) {
            findings_.push_back(std::move(finding));
            ++count;
        }
    }

    // What checks speak of, made when it is first needed.
    const Batch& batch() {
        if (!batch_) {
            std::vector<bool> spoken(catalogue_.items.size());
            for (const auto& check : checks_) {
                for (const auto index : check.items()) {
                    spoken[index] = true;
                }
            }
            batch_.emplace(known_, all_, spoken);
        }
        return *batch_;
    }

    const FeedRule& feed_;
    const Readings& known_;
    std::span<const Cell> all_;
    std::span<const Check> checks_;
    const Catalogue& catalogue_;
    std::vector<Finding> findings_;
    std::array<std::size_t, 3> told_{};
    std::set<std::uint32_t> found_;  // items whose column is found
    std::optional<Batch> batch_;
};

}  // namespace

std::vector<Finding> find_jumps(
    const FeedRule& feed,
    const Readings& known,
    std::span<const Cell> cells,
    std::span<const Check> checks,
    const Catalogue& catalogue) {
    return JumpFinder{feed, known, cells, checks, catalogue}.find();
}

}  // namespace sanbao::rules
