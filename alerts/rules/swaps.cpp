#include "alerts/rules/swaps.hpp"

#include <algorithm>
#include <cstdlib>

namespace sanbao::rules {

namespace {

constexpr std::size_t subjects_min = 3;  // of fewer, chance is too near
constexpr std::size_t subjects_few = 8;  // up to here all must agree, and by more
constexpr int clear = 8;                 // 2 %: constant columns may lie this near each other
constexpr int apart = factor_2 / 8;      // 9 %: nearer series may cross in a day
constexpr int apart_in_motion =
    2 * factor_2 / 3;              // 1.6 times: both moving, they cross on great days
constexpr std::uint8_t rests = 2;  // dates at the same figure: it does not move every day
constexpr int clear_of_few = factor_2 / 4;

// What one subject says about a pair of columns.
struct Votes {
    std::size_t both = 0;     // subjects that have both series
    std::size_t all = 0;      // subjects whose two series were told apart before
    std::size_t swapped = 0;  // both are nearer to the other's past than to their own
    // One is exactly what the other was, and that other moves every day.
    std::size_t carried = 0, carried_back = 0;
};

bool outside(const Move& own, const Move& other) {
    const auto size = own.now;
    const bool is_out = own.above() >= 1 || own.below() >= 1;
    const auto log = log_of(size) / factor_2 + 1;
    return is_out && log <= other.last->habit.highest && log >= other.last->habit.lowest;
}

bool vote(const Move& a, const Move& b, bool flows, int margin) {
    if ((a.now < 0) != (b.before < 0) || (b.now < 0) != (a.before < 0)) {
        return false;
    }
    const int keep = std::abs(a.size()) + std::abs(b.size());
    const int swap =
        std::abs(log_of(a.now) - log_of(b.before)) + std::abs(log_of(b.now) - log_of(a.before));
    if (swap * 4 > keep || keep - swap < margin) {
        return false;
    }
    // Flows change places by nature (money comes one day and goes the next): only one that is
    // where it never was, and where the other is at home, says something.
    return !flows || outside(a, b) || outside(b, a);
}

// Whether the two series were far enough apart to tell which is which: constants by anything.
bool told_apart(const Move& x, const Move& y) {
    if (!x.counts() || !y.counts() || x.before == y.before) {
        return false;
    }
    const auto still = [](const Move& move, std::uint8_t dates) {
        return move.last->habit.still >= dates;
    };
    if (still(x, still_dates) && still(y, still_dates)) {
        return true;
    }
    const int least = still(x, rests) || still(y, rests) ? apart : apart_in_motion;
    return std::abs(log_of(x.before) - log_of(y.before)) >= least;
}

Votes count(const Column& a, const Column& b, bool flows) {
    Votes votes;
    for (std::size_t i = 0; i < a.moves.size(); ++i) {
        votes.both += a.moves[i].counts() && b.moves[i].counts() ? 1U : 0U;
        votes.all += told_apart(a.moves[i], b.moves[i]) ? 1U : 0U;
    }
    const int margin = votes.all < subjects_few ? clear_of_few : clear;
    for (std::size_t i = 0; i < a.moves.size(); ++i) {
        const auto& x = a.moves[i];
        const auto& y = b.moves[i];
        if (!told_apart(x, y)) {
            continue;
        }
        // One took the other's constant figure, which that one gave up.
        const bool forth = x.now == y.before && x.now != x.before;
        const bool back = y.now == x.before && y.now != y.before;
        const bool took = (forth && y.now != y.before && y.last->habit.still >= rests)
                          || (back && x.now != x.before && x.last->habit.still >= rests);
        votes.swapped += took || vote(x, y, flows, margin) ? 1U : 0U;
        votes.carried += forth && y.last->habit.still < rests ? 1U : 0U;
        votes.carried_back += back && x.last->habit.still < rests ? 1U : 0U;
    }
    return votes;
}

bool most(std::size_t part, std::size_t all) {
    return all < subjects_few ? part == all : part * 5 >= all * 4;
}

}  // namespace

bool look_swapped(const Column& a, const Column& b, const Catalogue& catalogue) {
    const auto& first = catalogue.items[a.item];
    const auto& second = catalogue.items[b.item];
    const bool flows = first.kind == ItemKind::flow && second.kind == ItemKind::flow;
    const auto votes = count(a, b, flows);
    if (votes.all < subjects_min || votes.all * 2 < votes.both) {
        return false;
    }
    // One that is exactly what the other was, and goes on, is carried over (opening from closing).
    const bool carried = most(votes.carried, votes.all) != most(votes.carried_back, votes.all);
    return !carried && most(votes.swapped, votes.all);
}

bool checks_explain(
    const Column& a,
    const Column& b,
    std::span<const Check> checks,
    const Batch& batch,
    const Catalogue& catalogue) {
    std::vector<Cell> swapped;
    for (const auto& cell : batch.cells()) {
        auto other = cell;
        if (cell.item == a.item || cell.item == b.item) {
            other.item = cell.item == a.item ? b.item : a.item;
        }
        swapped.push_back(other);
    }
    const Batch exchanged{batch.known(), swapped};
    std::size_t asked = 0;
    std::size_t explained = 0;
    for (std::uint32_t subject = 0; subject < a.moves.size() && asked < subjects_few; ++subject) {
        if (!a.moves[subject].counts() || !b.moves[subject].counts()) {
            continue;
        }
        ++asked;
        const auto date = a.moves[subject].date;
        const auto proves = [&](const Check& check) {
            return holds(check, batch, catalogue, subject, date) == Truth::yes
                   && holds(check, exchanged, catalogue, subject, date) == Truth::no;
        };
        explained += std::ranges::any_of(checks, proves) ? 1U : 0U;
    }
    return asked > 0 && explained * 2 >= asked;
}

}  // namespace sanbao::rules
