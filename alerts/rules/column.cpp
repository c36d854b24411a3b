#include "alerts/rules/column.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace sanbao::rules {

namespace {

// ---- thresholds; sizes in powers of two where not said otherwise. Reasons in the room's README.
constexpr int near = factor_2;                  // "about ×10⁴": within a factor of 2
constexpr int near_of_flow = 3 * factor_2 / 2;  // flows differ from day to day
constexpr int stayed = 1'445;                   // within a factor of 50: no change of unit
constexpr int out_of_habit = 2;                 // flows reach 4 times their record on a great day
constexpr int far_well = 5;  // 32 times beyond all of two months, in most counties at once
constexpr int far_some = 8;  // 256 times beyond all of some days
constexpr std::size_t column_min = 3;     // counties that make a column
constexpr std::size_t column_enough = 5;  // … that show a proportion, or that there is none
constexpr std::size_t column_small = 10;  // below: a change of unit leaves nobody where he was

bool about(int size, int tens, int width) {
    return std::abs(size - tens * power_of_ten) <= width;
}

// How far is far, as long as the series is known; none: it is too young.
std::optional<int> far_of(const Habit& habit) {
    return habit.seen >= known_well   ? std::optional{far_well}
           : habit.seen >= known_some ? std::optional{far_some}
                                      : std::nullopt;
}

bool turned(const Move& move) {
    return (move.now < 0) != (move.before < 0);
}

bool is_away(const Move& move) {
    return move.above() >= out_of_habit || move.below() >= out_of_habit;
}

}  // namespace

bool about_unit(int size, int width) {
    return about(size, 4, width) || about(size, 8, width);
}

void Tally::add(const Move& move) {
    ++counted;
    if (move.now == move.before) {
        return;
    }
    ++moved;
    flipped += turned(move) ? 1U : 0U;
    far += is_away(move) || std::abs(move.size()) > 4 * factor_2 ? 1U : 0U;
    stirred += move.last->habit.still >= still_dates ? 1U : 0U;
}

void Tally::vanish() {
    ++counted;
    ++far;
    ++moved;
}

Verdict::Verdict(const Column& column, ItemKind kind) : kind_(kind) {
    int largest = -1;
    for (std::uint32_t subject = 0; subject < column.moves.size(); ++subject) {
        const auto& move = column.moves[subject];
        int size = 0;
        if (move.vanished(kind)) {
            ++vanished_;
            ++below_;
            size = -8 * power_of_ten;
        } else if (move.counts()) {
            look(move);
            size = move.size();
        } else {
            rested_ += move.last != nullptr && move.before != 0 ? 1U : 0U;
            continue;
        }
        ++counted_;
        sizes_.push_back(size);
        if (std::abs(size) > largest) {
            largest = std::abs(size);
            example_ = subject;
        }
    }
}

void Verdict::look(const Move& move) {
    stayed_ += std::abs(move.size()) <= stayed ? 1U : 0U;
    const bool constant = move.last->habit.still >= still_dates;
    stirred_ += constant && (move.above() >= 1 || move.below() >= 1) ? 1U : 0U;
    if (turned(move)) {
        look_at_sign(move);
    }
    if (!move.reset || move.last->habit.restarted) {
        look_at_size(move);
    }
}

void Verdict::look_at_sign(const Move& move) {
    const auto& habit = move.last->habit;
    const bool had = move.now < 0 ? habit.negative : habit.positive;
    new_sign_ += !had && habit.seen >= 2 && std::abs(move.size()) <= 3 * factor_2 ? 1U : 0U;
    mirrored_ += std::abs(move.size()) <= factor_2 ? 1U : 0U;
}

void Verdict::look_at_size(const Move& move) {
    const auto& habit = move.last->habit;
    const int size = move.size();
    if (kind_ == ItemKind::flow) {
        // Flows rest on holidays and leave crumbs then: what they were yesterday says nothing. Only
        // their record does, and a fall in which all keep their proportion.
        up_ += move.above() >= far_well && about_unit(size, near) ? 1U : 0U;
        divided_ += move.below() >= 1 && about_unit(-size, near_of_flow) ? 1U : 0U;
    } else {
        const bool young = habit.seen < known_some;
        const bool restless = move.restless(kind_);
        const bool rises = young || move.above() >= (restless ? far_well : out_of_habit);
        const bool falls = !move.reset && (young || move.below() >= out_of_habit);
        const bool less = about(std::abs(size), 2, near) || about(std::abs(size), 3, near);
        up_ += rises && about_unit(size, near) ? 1U : 0U;
        down_ += falls && about_unit(-size, near) ? 1U : 0U;
        up_less_ += rises && size > 0 && less ? 1U : 0U;
        down_less_ += falls && size < 0 && less ? 1U : 0U;
        moved_alike_ += !move.reset && about_unit(std::abs(size), near) ? 1U : 0U;
    }
    if (const auto far = far_of(habit)) {
        above_ += move.above() >= *far ? 1U : 0U;
        below_ +=
            kind_ != ItemKind::flow && move.below() >= (move.reset ? far_some : *far) ? 1U : 0U;
    }
    away_ += habit.seen >= known_well && is_away(move) ? 1U : 0U;
}

bool Verdict::sign_changed() const {
    const bool lasting = kind_ != ItemKind::flow && counted_ >= column_min && most(mirrored_);
    return counted_ >= column_min && (most(new_sign_) || lasting);
}

bool Verdict::unit_changed() const {
    // Where many are zero it is a day of rest, and what is not is crumbs.
    if (counted_ < column_min || rested_ * 2 > counted_) {
        return false;
    }
    const auto ten_thousand = std::max(up_, down_);
    const bool by_ratio = ten_thousand >= 2 && ten_thousand * 10 >= counted_ * 3
                          && (counted_ >= column_small || stayed_ == 0);
    const bool divided = counted_ >= column_enough && most(divided_);
    return by_ratio || divided || most(moved_alike_) || most(std::max(up_less_, down_less_))
           || most(std::max(above_, below_));
}

bool Verdict::replaced() const {
    return counted_ >= column_enough && kind_ != ItemKind::cumulative && scattered()
           && (most(stirred_) || most(away_));
}

int Verdict::median() const {
    auto sizes = sizes_;
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::ranges::nth_element(sizes, middle);
    return *middle;
}

// The middle four fifths of the ratios span a factor of 4.
bool Verdict::scattered() const {
    auto sizes = sizes_;
    std::ranges::sort(sizes);
    const auto cut = sizes.size() / 10;
    return sizes[sizes.size() - 1 - cut] - sizes[cut] >= 2 * factor_2;
}

}  // namespace sanbao::rules
