#include "alerts/rules/swaps.hpp"

#include <algorithm>
#include <cstdlib>

namespace sanbao::rules {

namespace {

constexpr std::size_t subjects_min = 3;  // of fewer, chance is too near
constexpr std::size_t subjects_few = 8;  // up to here all must agree, and by more
constexpr int clear = 8;                 // 2 %: constant columns may lie this near each other
constexpr int clear_of_few = factor_2 / 4;

// What one subject says about a pair of columns.
struct Votes {
    std::size_t all = 0;      // subjects whose two series were told apart before
    std::size_t swapped = 0;  // both are nearer to the other's past than to their own
    std::size_t taken = 0;    // the first is exactly what the second was, …
    std::size_t still = 0;    // … where the second had long been constant and now is not
};

bool outside(const Move& own, const Move& other) {
    const auto size = own.now;
    const bool is_out = own.above() >= 1 || own.below() >= 1;
    const auto log = log_of(size) / factor_2 + 1;
    return is_out && log <= other.last->habit.highest && log >= other.last->habit.lowest;
}

bool vote(const Move& a, const Move& b, bool flows, int margin) {
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

Votes count(const Column& a, const Column& b, bool flows) {
    Votes votes;
    const auto told_apart = [](const Move& x, const Move& y) {
        return x.counts() && y.counts() && x.before != y.before;
    };
    for (std::size_t i = 0; i < a.moves.size(); ++i) {
        votes.all += told_apart(a.moves[i], b.moves[i]) ? 1U : 0U;
    }
    const int margin = votes.all < subjects_few ? clear_of_few : clear;
    for (std::size_t i = 0; i < a.moves.size(); ++i) {
        const auto& x = a.moves[i];
        const auto& y = b.moves[i];
        if (!told_apart(x, y)) {
            continue;
        }
        votes.swapped += vote(x, y, flows, margin) ? 1U : 0U;
        if (x.now == y.before && x.now != x.before) {
            ++votes.taken;
            votes.still += y.last->habit.still >= still_dates && y.now != y.before ? 1U : 0U;
        }
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
    const auto forth = count(a, b, flows);
    if (forth.all < subjects_min) {
        return false;
    }
    const auto back = count(b, a, flows);
    if (most(forth.still, forth.all) || most(back.still, back.all)) {
        return true;  // one took the other's constant value, which the other gave up
    }
    // One that is exactly what the other was, and goes on, is carried over (opening from closing).
    const bool carried = most(forth.taken, forth.all) != most(back.taken, back.all);
    return !carried && most(forth.swapped, forth.all);
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
