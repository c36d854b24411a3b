#include "alerts/core/state.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/core/decide.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::core {

std::string_view to_text(PlanState state) {
    switch (state) {
        case PlanState::idle:
            return "idle";
        case PlanState::proposed:
            return "proposed";
        case PlanState::active:
            return "active";
    }
    SANBAO_ASSERT(false);
}

std::string_view to_text(PollProblem problem) {
    switch (problem) {
        case PollProblem::unreachable:
            return "unreachable";
        case PollProblem::timed_out:
            return "timed_out";
        case PollProblem::tls:
            return "tls";
        case PollProblem::http_status:
            return "http_status";
        case PollProblem::redirect:
            return "redirect";
        case PollProblem::too_large:
            return "too_large";
        case PollProblem::not_ready:
            return "not_ready";
        case PollProblem::malformed:
            return "malformed";
        case PollProblem::truncated:
            return "truncated";
        case PollProblem::wrong_shape:
            return "wrong_shape";
        case PollProblem::bad_value:
            return "bad_value";
        case PollProblem::unknown_subject:
            return "unknown_subject";
        case PollProblem::future_date:
            return "future_date";
        case PollProblem::contradiction:
            return "contradiction";
    }
    SANBAO_ASSERT(false);
}

std::optional<Instant> PlanRun::ordered_since(const std::vector<std::string>& levels) const {
    for (const auto& [reached_level, at] : reached) {
        if (levels.empty() || std::ranges::find(levels, reached_level) != levels.end()) {
            return at;
        }
    }
    return std::nullopt;
}

bool PlanRun::concerns(const std::vector<std::string>& levels) const {
    return ordered_since(levels).has_value()
           || (state != PlanState::active
               && (level.empty() || levels.empty()
                   || std::ranges::find(levels, level) != levels.end()));
}

State make_state(std::shared_ptr<const rules::Rulebook> rules) {
    State state;
    state.readings = rules->empty_readings();
    state.standings.resize(
        rules->catalogue().indicators.size() * rules->catalogue().subjects.size());
    state.rules = std::move(rules);
    return state;
}

namespace {

// Index translation between two catalogues: new index by old one, or `none`.
template <class T>
std::vector<std::uint32_t> moved(const std::vector<T>& from, const std::vector<T>& to) {
    std::vector<std::uint32_t> result(from.size(), none);
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto found = std::ranges::lower_bound(to, from[i].id, {}, &T::id);
        if (found != to.end() && found->id == from[i].id) {
            result[i] = static_cast<std::uint32_t>(found - to.begin());
        }
    }
    return result;
}

struct Move {
    std::vector<std::uint32_t> items, subjects, indicators;
};

void move_readings(const rules::Readings& from, const Move& move, rules::Readings& to) {
    for (std::uint32_t item = 0; item < move.items.size(); ++item) {
        for (std::uint32_t subject = 0; subject < move.subjects.size(); ++subject) {
            if (move.items[item] == none || move.subjects[subject] == none) {
                continue;
            }
            const auto put = [&](const rules::Reading& reading) {
                to.put(
                    {move.items[item],
                     move.subjects[subject],
                     reading.date,
                     reading.value,
                     reading.rounding});
            };
            from.each(item, subject, put);
            to.adopt(move.items[item], move.subjects[subject], from, {item, subject, {}, 0});
        }
    }
}

// Cells of what waits for somebody's decision; those that have no place any more are dropped.
void move_cells(const Move& move, std::vector<rules::Cell>& cells) {
    for (auto& cell : cells) {
        cell.item = move.items[cell.item];
        cell.subject = move.subjects[cell.subject];
    }
    std::erase_if(cells, [](const rules::Cell& c) { return c.item == none || c.subject == none; });
}

void move_standings(const State& from, const Move& move, State& to) {
    const auto& catalogue = from.rules->catalogue();
    for (std::uint32_t indicator = 0; indicator < move.indicators.size(); ++indicator) {
        for (std::uint32_t subject = 0; subject < move.subjects.size(); ++subject) {
            const auto& standing = from.standing({indicator, subject});
            const Key key{move.indicators[indicator], move.subjects[subject]};
            if (key.indicator != none && key.subject != none) {
                to.standing(key) = standing;
                continue;
            }
            if (standing.episode > 0) {
                to.retired[{catalogue.subjects[subject].id, catalogue.indicators[indicator].id}] =
                    standing;
            }
            if (standing.level != Level::normal) {
                AlertMoved open;
                open.subject = catalogue.subjects[subject].id;
                open.indicator = catalogue.indicators[indicator].id;
                open.alert = alert_id(open.subject, open.indicator, standing.episode);
                open.to = standing.level;
                open.episode = standing.episode;
                open.transition = standing.transition;
                open.as_of = standing.judged;
                to.orphans[open.alert] = std::move(open);
            }
        }
    }
}

// Standings whose subject and indicator are there again.
void bring_back(State& state) {
    const auto& catalogue = state.rules->catalogue();
    std::erase_if(state.retired, [&](const auto& entry) {
        const Key key{
            catalogue.indicator(entry.first.second), catalogue.subject(entry.first.first)};
        if (key.indicator == none || key.subject == none) {
            return false;
        }
        state.standing(key) = entry.second;
        return true;
    });
}

}  // namespace

void rebase(State& state, std::shared_ptr<const rules::Rulebook> rules) {
    const auto& before = state.rules->catalogue();
    const auto& after = rules->catalogue();
    const Move move{
        moved(before.items, after.items),
        moved(before.subjects, after.subjects),
        moved(before.indicators, after.indicators)};
    auto next = make_state(std::move(rules));
    move_readings(state.readings, move, next.readings);
    next.orphans = std::move(state.orphans);
    next.retired = std::move(state.retired);
    bring_back(next);
    move_standings(state, move, next);
    for (auto& [key, window] : state.watched) {
        const Key place{move.indicators[key.indicator], move.subjects[key.subject]};
        if (place.indicator != none && place.subject != none) {
            next.watched[place] = std::move(window);
        }
    }
    for (auto& [key, turns] : state.turns) {
        const Key place{move.indicators[key.indicator], move.subjects[key.subject]};
        if (place.indicator != none && place.subject != none) {
            next.turns[place] = std::move(turns);
        }
    }
    for (auto& [key, corrections] : state.corrections) {
        const Key place{move.indicators[key.indicator], move.subjects[key.subject]};
        if (place.indicator != none && place.subject != none) {
            next.corrections[place] = std::move(corrections);
        }
    }
    next.feeds = std::move(state.feeds);
    next.quarantine = std::move(state.quarantine);
    for (auto& held : next.quarantine) {
        move_cells(move, held.cells);
    }
    next.filings = std::move(state.filings);
    for (auto& [id, filing] : next.filings) {
        move_cells(move, filing.cells);
    }
    next.duties = std::move(state.duties);
    next.calendar_warned = state.calendar_warned;
    next.evidence = std::move(state.evidence);
    next.plans = std::move(state.plans);
    next.outbox = std::move(state.outbox);
    next.config_digest = std::move(state.config_digest);
    next.delivered = state.delivered;
    next.dead = state.dead;
    state = std::move(next);
}

Level level_of(const State& state, std::uint32_t subject) {
    const auto& catalogue = state.rules->catalogue();
    auto worst = Level::normal;
    for (std::uint32_t i = 0; i < catalogue.indicators.size(); ++i) {
        if (catalogue.indicators[i].kind == IndicatorKind::risk) {
            worst = std::max(worst, state.standing({i, subject}).level);
        }
    }
    return worst;
}

Fresh freshness_of(const State& state, Key key, Date today) {
    const auto& catalogue = state.rules->catalogue();
    const auto& inputs = state.rules->indicator(key.indicator).inputs;
    Fresh fresh{Freshness::fresh, Date::min(), {}};
    for (const auto& input : inputs) {
        const auto& item = catalogue.items[input.item];
        const auto latest = state.readings.latest(input.item, key.subject);
        if (!latest) {
            return {Freshness::never_judged, Date::min(), fmt::format("no reading of {}", item.id)};
        }
        fresh.newest = std::max(fresh.newest, latest->date);
        const auto end = end_of(
            item.fresh_for,
            at_time(catalogue.zone, latest->date, std::chrono::minutes{24 * 60}) - Millis{1},
            catalogue.calendar,
            catalogue.zone);
        if (fresh.freshness == Freshness::fresh && date_in(catalogue.zone, end) < today) {
            fresh.freshness = Freshness::stale;
            fresh.why = fmt::format(
                "{}: the newest reading is of {}, older than {}",
                item.id,
                sanbao::to_text(latest->date),
                sanbao::to_text(item.fresh_for));
        }
    }
    return fresh;
}

}  // namespace sanbao::core
