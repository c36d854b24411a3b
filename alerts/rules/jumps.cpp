#include "alerts/rules/jumps.hpp"

#include "alerts/base/limits.hpp"
#include "alerts/rules/figure_words.hpp"
#include "alerts/rules/moves.hpp"
#include "alerts/rules/swaps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

namespace sanbao::rules {

namespace {

// ---- thresholds; the reasons in one place. Powers of two where not said otherwise.
constexpr int power_of_ten = 850;          // log_of(10): 3.3219 x 256
constexpr int near = factor_2;             // "about ×10⁴": within a factor of 2
constexpr int near_of_one = 2 * factor_2;  // of a single series: drift of a day on top
constexpr int stayed = 1'445;              // within a factor of 50: no change of unit
constexpr int out_of_habit = 2;            // flows reach 4 times their record on a great day
constexpr std::uint8_t known_well = 60;    // dates: two months have seen paydays and month ends
constexpr std::uint8_t known_some = 8;
constexpr int far_well = 5;      // 32 times beyond all of two months, in most counties at once
constexpr int far_some = 8;      // 256 times beyond all of some days
constexpr int single_rise = 7;   // 128 times its own record
constexpr int single_near = 3;   // about ×10⁴ to the last, and 8 times its record
constexpr int single_fall = 10;  // a thousandth of its least: a county may run dry, but not so far
constexpr std::size_t column_min = 3;     // counties that make a column
constexpr std::size_t column_small = 10;  // below: a change of unit leaves nobody where he was
constexpr std::size_t sampled = 32;       // subjects looked at before all are
constexpr std::uint8_t still_dates = 5;
constexpr std::size_t singles_max = 4'096;  // looked at; more are columns

// What one pass over a column's cells finds, cheap enough for 352,532 of them.
struct Tally {
    std::size_t counted = 0, far = 0, flipped = 0, moved = 0, stirred = 0;

    void add(const Move& move) {
        ++counted;
        if (move.now == move.before) {
            return;
        }
        ++moved;
        flipped += (move.now < 0) != (move.before < 0) ? 1U : 0U;
        const bool out = move.above() >= out_of_habit || move.below() >= out_of_habit;
        far += out || std::abs(move.size()) > 4 * factor_2 ? 1U : 0U;
        stirred += move.last->habit.still >= still_dates ? 1U : 0U;
    }
    [[nodiscard]] bool suspicious() const {
        return far * 5 >= counted || flipped * 2 >= counted || stirred * 2 >= counted;
    }
};

bool about(int size, int tens, int width) {
    return std::abs(size - tens * power_of_ten) <= width;
}

bool about_unit(int size, int width) {
    return about(size, 4, width) || about(size, 8, width);
}

// Powers of two that count as far, as long as the series is known; none: it is too young.
std::optional<int> far_of(const Habit& habit) {
    return habit.seen >= known_well   ? std::optional{far_well}
           : habit.seen >= known_some ? std::optional{far_some}
                                      : std::nullopt;
}

// A column as a whole.
class Verdict {
  public:
    Verdict(const Column& column, ItemKind kind) : column_(column), kind_(kind) {
        for (std::uint32_t subject = 0; subject < column.moves.size(); ++subject) {
            if (column.moves[subject].counts()) {
                look(subject);
            }
        }
    }

    [[nodiscard]] bool unit_changed() const {
        if (counted_ < column_min) {
            return false;
        }
        const auto ten_thousand = std::max(up_, down_);
        const bool by_ratio = ten_thousand >= 2 && ten_thousand * 10 >= counted_ * 3
                              && (counted_ >= column_small || stayed_ == 0);
        return by_ratio || most(std::max(up_less_, down_less_)) || most(std::max(above_, below_));
    }
    [[nodiscard]] bool sign_changed() const {
        const bool lasting = kind_ != ItemKind::flow && counted_ >= column_min && most(mirrored_);
        return counted_ >= 2 && (most(new_sign_) || lasting);
    }
    // Constants that all changed at once, each by its own factor: figures of something else.
    // Likewise figures that all lie where none ever lay, in no common proportion.
    [[nodiscard]] bool replaced() const {
        return counted_ >= column_min + 2 && kind_ != ItemKind::cumulative && scattered()
               && ((most(stirred_) && std::abs(median()) >= factor_2 / 2) || most(away_));
    }
    [[nodiscard]] std::size_t counted() const { return counted_; }
    [[nodiscard]] int median() const {
        auto sizes = sizes_;
        const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
        std::ranges::nth_element(sizes, middle);
        return *middle;
    }
    [[nodiscard]] std::uint32_t example() const { return example_; }

  private:
    void look(std::uint32_t subject) {
        const auto& move = column_.moves[subject];
        const auto& habit = move.last->habit;
        const int size = move.size();
        ++counted_;
        sizes_.push_back(size);
        if (example_ == none || std::abs(size) > std::abs(largest_)) {
            example_ = subject;
            largest_ = size;
        }
        stayed_ += std::abs(size) <= stayed ? 1U : 0U;
        stirred_ += habit.still >= still_dates && move.now != move.before ? 1U : 0U;
        if ((move.now < 0) != (move.before < 0)) {
            const bool had = move.now < 0 ? habit.negative : habit.positive;
            new_sign_ += !had && habit.seen >= 2 && std::abs(size) <= 3 * factor_2 ? 1U : 0U;
            mirrored_ += std::abs(size) <= factor_2 / 4 ? 1U : 0U;
        }
        if (!move.reset || habit.restarted) {
            look_at_size(move, size);
        }
    }
    void look_at_size(const Move& move, int size) {
        const auto& habit = move.last->habit;
        const bool young = habit.seen < known_some && kind_ != ItemKind::flow;
        const bool rises = young || move.above() >= out_of_habit;
        const bool falls = young || move.below() >= out_of_habit;
        up_ += rises && about_unit(size, near) ? 1U : 0U;
        down_ += falls && about_unit(-size, near) && !move.reset ? 1U : 0U;
        up_less_ += rises && (about(size, 2, near) || about(size, 3, near)) ? 1U : 0U;
        down_less_ +=
            falls && !move.reset && (about(-size, 2, near) || about(-size, 3, near)) ? 1U : 0U;
        if (const auto far = far_of(habit)) {
            above_ += move.above() >= *far ? 1U : 0U;
            below_ += move.below() >= *far ? 1U : 0U;
        }
        away_ += habit.seen >= known_well
                         && (move.above() >= out_of_habit || move.below() >= out_of_habit)
                     ? 1U
                     : 0U;
    }
    [[nodiscard]] bool most(std::size_t part) const { return part > 0 && part * 5 >= counted_ * 4; }
    // The middle four fifths of the ratios span a factor of 4.
    [[nodiscard]] bool scattered() const {
        auto sizes = sizes_;
        std::ranges::sort(sizes);
        const auto cut = sizes.size() / 10;
        return sizes[sizes.size() - 1 - cut] - sizes[cut] >= 2 * factor_2;
    }

    const Column& column_;
    ItemKind kind_;
    std::vector<int> sizes_;
    std::size_t counted_ = 0, stayed_ = 0, stirred_ = 0, new_sign_ = 0, mirrored_ = 0, up_ = 0,
                down_ = 0, up_less_ = 0, down_less_ = 0, above_ = 0, below_ = 0, away_ = 0;
    std::uint32_t example_ = none;
    int largest_ = 0;
};

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

    // The moves of the wanted items; of the first few subjects alone where that is enough.
    std::vector<Column> columns(
        const Sight& sight,
        std::span<const Cell> cells,
        const std::vector<bool>& wanted,
        std::size_t subjects_max) const {
        std::vector<std::uint32_t> place(wanted.size(), none);
        std::vector<Column> result;
        for (std::uint32_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i]) {
                place[i] = static_cast<std::uint32_t>(result.size());
                result.push_back({i, std::vector<Move>(catalogue_.subjects.size())});
            }
        }
        if (result.empty()) {
            return result;
        }
        std::vector<bool> taken_in(catalogue_.subjects.size());
        std::size_t subjects = 0;
        for (const auto& cell : cells) {
            if (!taken_in[cell.subject]) {
                if (subjects == subjects_max) {
                    continue;
                }
                taken_in[cell.subject] = true;
                ++subjects;
            }
            if (place[cell.item] != none) {
                result[place[cell.item]].moves[cell.subject] =
                    sight.move(cell, item(cell.item).kind);
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
        if (move.last->habit.seen < known_some) {
            return;
        }
        const auto kind = item(cell.item).kind;
        const int size = move.size();
        const bool unit = about_unit(std::abs(size), near_of_one);
        if (move.above() >= single_near && size > 0) {
            const bool far = move.above() >= single_rise;
            if (unit || (far && kind != ItemKind::stock)) {
                tell(cell, move, feed_.jumps);
            } else if (far) {
                // What is owed may multiply overnight: a crisis is told, not held back.
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
