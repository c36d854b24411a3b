// Time is double: every reading has the date it speaks of and the moment it became known. What a
// late or restated reading makes of the past is worked out here: the turns of a risk follow from
// the readings known, whatever the order in which they came.
#include "alerts/base/limits.hpp"
#include "alerts/core/replay.hpp"
#include "alerts/text/correction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace sanbao::core {

namespace {

constexpr std::chrono::days horizon{limits::restate_days_max};

// The readings of this risk that the body changed, with what stood there before.
std::vector<Restated> concerning(
    const State& state, Key key, Date until, std::span<const Restated> restated) {
    std::vector<Restated> found;
    const auto& inputs = state.rules->indicator(key.indicator).inputs;
    const auto of_subject = std::ranges::equal_range(
        restated, key.subject, {}, [](const Restated& r) { return r.cell.subject; });
    std::ranges::copy_if(of_subject, std::back_inserter(found), [&](const Restated& r) {
        return r.cell.date <= until
               && std::ranges::find(inputs, r.cell.item, &rules::CompiledInput::item)
                      != inputs.end();
    });
    return found;
}

// What the same rules would have said without the body. Where they already say now what they said
// then, what differs from the record is the settings' doing, and corrects nothing.
std::vector<Turn> turns_without(
    State& state, Key key, std::pair<Date, Date> span, std::span<const Restated> changed) {
    std::vector<Date> began;
    for (const auto& restated : changed) {
        began.push_back(state.readings.began(restated.cell.item, restated.cell.subject));
    }
    for (const auto& restated : std::views::reverse(changed)) {
        state.readings.put_back(restated.cell, restated.before, restated.began);
    }
    const auto first = std::max(span.first, start_of(state, key));
    auto turns = replay(state, key, first, span.second).turns;
    for (std::size_t i = 0; i < changed.size(); ++i) {
        state.readings.put_back(changed[i].cell, changed[i].cell.value, began[i]);
    }
    return turns;
}

// The level of one timeline on a date.
Level level_on(std::span<const Turn> turns, Level before, Date date) {
    for (const auto& turn : turns) {
        before = turn.date <= date ? turn.to : before;
    }
    return before;
}

// The first dates on which the two timelines differ.
text::Correction difference(Level before, std::span<const Turn> was, std::span<const Turn> should) {
    std::vector<Date> dates;
    for (const auto& turns : {was, should}) {
        std::ranges::transform(turns, std::back_inserter(dates), &Turn::date);
    }
    std::ranges::sort(dates);
    text::Correction correction;
    bool differs = false;
    for (const auto date : dates) {
        const auto told = level_on(was, before, date);
        const auto right = level_on(should, before, date);
        if (!differs && told != right) {
            differs = true;
            correction.date = date;
            correction.was = told;
            correction.should = right;
        } else if (differs && (right != correction.should || told == right)) {
            correction.until = date;
            break;
        }
    }
    return correction;
}

// Names the reading: the first that was restated, or else came late.
void name_cause(
    text::Correction& correction, const Catalogue& catalogue, std::span<const Restated> changed) {
    if (changed.empty()) {
        return;
    }
    const auto differs = [](const Restated& r) {
        return r.before && *r.before != r.cell.value;
    };
    const auto restated = std::ranges::find_if(changed, differs);
    const auto& cause = restated == changed.end() ? changed.front() : *restated;
    const auto& item = catalogue.items[cause.cell.item];
    const auto figure = [&](std::int64_t value) {
        return Rational::make(value, scale_of(item.unit)).value_or(Rational{});
    };
    correction.item = &item;
    correction.reading = cause.cell.date;
    correction.now = figure(cause.cell.value);
    if (differs(cause)) {
        correction.before = figure(*cause.before);
    }
    correction.more = changed.size() - 1;
}

class Revision {
  public:
    Revision(Step& step, Key key, Date from, Date until)
        : step_(step)
        , key_(key)
        , from_(from)
        , until_(until)
        , indicator_(step.catalogue().indicators[key.indicator]) {}

    void run(std::span<const Restated> restated) {
        auto now = replay(step_.state, key_, from_, until_);
        auto& standing = step_.state.standing(key_);
        if (now.last) {
            standing.judged = std::max(standing.judged, now.last->date);
        }
        const auto was = turns_of(step_.state, key_, from_, until_);
        const auto changed = concerning(step_.state, key_, until_, restated);
        const auto same =
            now.turns == was
            || now.turns == turns_without(step_.state, key_, {from_, until_}, changed);
        if (takes_time(indicator_)) {
            settle_by_the_clock(now, same, changed);
            return;
        }
        if (!same) {
            correct(now, changed);
        }
        if (step_.state.standing(key_).level == now.stand.level) {
            remember_window(now.stand.window);
        }
    }

  private:
    // A level that is new on the newest date, of which nothing was said yet, is news as ever.
    void correct(Replayed& now, std::span<const Restated> changed) {
        const auto was = turns_of(step_.state, key_, from_, until_);
        const auto level = step_.state.standing(key_).level;
        const auto words = words_of(now, was, changed);
        Moved moved{key_, now.stand.level, judgement_of(now), why(changed), {}};
        const auto newest_only =
            std::ranges::all_of(now.turns, [&](const Turn& turn) { return turn.date == until_; });
        if (newest_only && level != now.stand.level
            && (was.empty() || (was.front().date == until_ && now.stand.level > level))) {
            if (words.before) {
                moved.correction = text::correction_text(words);
            } else {
                moved.why.clear();
            }
            move_level(step_, moved);
            return;
        }
        moved.correction = text::correction_text(words);
        const auto reached = step_.state.standing(key_).reached;
        record(now.turns, was, moved.why);
        if (now.stand.level != level) {
            moved.why = "restated: " + moved.why;
            record_move(step_, moved);
        }
        tell(moved, level, levels_told(was, now.turns, level, reached));
    }

    // Holds in time count from the moment a reading was known. The past is judged by dates alone;
    // the level of today moves by the clock, as ever.
    void settle_by_the_clock(Replayed& now, bool same, std::span<const Restated> changed) {
        const auto level = step_.state.standing(key_).level;
        if (!same) {
            const auto was = turns_of(step_.state, key_, from_, until_);
            auto should = now.turns;
            if (now.stand.level != level) {
                std::erase_if(should, [&](const Turn& turn) { return turn.date == until_; });
                const auto before = level_before(step_.state, key_, from_);
                if (level_on(should, before, until_) != level) {
                    should.push_back({until_, level});
                }
            }
            if (should != was) {
                auto words = words_of(now, was, changed);
                words.to = level;
                Moved moved{key_, level, judgement_of(now), why(changed), {}};
                moved.correction = text::correction_text(words);
                record(should, was, moved.why);
                tell(
                    moved,
                    level,
                    levels_told(was, should, level, step_.state.standing(key_).reached));
            }
        }
        if (now.last) {
            judge_level(step_, key_, now.last->date);
        }
    }

    void remember_window(std::vector<Watched> window) const {
        const auto found = step_.state.watched.find(key_);
        for (auto& reading : window) {
            reading.at = step_.at;
            if (found != step_.state.watched.end()) {  // known since the first time
                const auto known = std::ranges::find(found->second, reading.date, &Watched::date);
                reading.at = known == found->second.end() ? step_.at : known->at;
            }
        }
        remember(step_, key_, std::move(window));
    }

    [[nodiscard]] rules::Judgement judgement_of(const Replayed& now) const {
        return now.last ? *now.last : rules::Judgement{until_, {}, {}};
    }

    [[nodiscard]] text::Correction words_of(
        const Replayed& now, std::span<const Turn> was, std::span<const Restated> changed) const {
        const auto before = level_before(step_.state, key_, from_);
        auto words = difference(before, was, now.turns);
        name_cause(words, step_.catalogue(), changed);
        words.from = step_.state.standing(key_).level;
        words.to = now.stand.level;
        return words;
    }

    // "cash of 2026-11-18: 1200000 -> 12000000, and 2 more".
    [[nodiscard]] std::string why(std::span<const Restated> changed) const {
        text::Correction cause;
        name_cause(cause, step_.catalogue(), changed);
        return text::cause_text(cause);
    }

    void record(
        const std::vector<Turn>& should, const std::vector<Turn>& was, const std::string& why) {
        AlertRevised event;
        event.subject = step_.catalogue().subjects[key_.subject].id;
        event.indicator = indicator_.id;
        event.alert = alert_id(event.subject, event.indicator, step_.state.standing(key_).episode);
        event.from = from_;
        event.before = was;
        event.after = should;
        event.why = why;
        step_.emit(std::move(event));
    }

    // All who were told of this risk, or would have been.
    [[nodiscard]] static std::vector<Level> levels_told(
        std::span<const Turn> was, std::span<const Turn> should, Level level, unsigned reached) {
        if (level == Level::normal) {
            reached = 0;
        }
        for (const auto& turns : {was, should}) {
            for (const auto& turn : turns) {
                reached |= 1U << static_cast<unsigned>(turn.to);
            }
        }
        return levels_reached(reached | 1U << static_cast<unsigned>(level));
    }

    void tell(const Moved& moved, Level from, std::vector<Level> levels) const {
        const auto& standing = step_.state.standing(key_);
        const auto& subject = step_.catalogue().subjects[key_.subject];
        Notice notice;
        notice.facts.reason = text::Reason::corrected;
        notice.facts.alert_id = alert_id(subject.id, indicator_.id, standing.episode);
        notice.facts.transition = standing.transition;
        notice.facts.subject = &subject;
        notice.facts.risk = risk_facts(step_, moved, from);
        notice.level = levels.empty() ? moved.to : levels.back();
        notice.levels = std::move(levels);
        notice.occasion = fmt::format(
            "{}/corrected/{}/{}",
            notice.facts.alert_id,
            sanbao::to_text(from_),
            to_utc_text(step_.at));
        step_.risks.push_back(std::move(notice));
    }

    Step& step_;
    Key key_;
    Date from_, until_;
    const Indicator& indicator_;
};

}  // namespace

std::optional<Date> newest_date(const State& state, Key key) {
    std::optional<Date> newest;
    for (const auto& input : state.rules->indicator(key.indicator).inputs) {
        if (const auto reading = state.readings.latest(input.item, key.subject)) {
            newest = std::max(newest, std::optional{reading->date});
        }
    }
    return newest;
}

void judge_first(Step& step, Key key, Date from) {
    const auto newest = newest_date(step.state, key);
    if (!newest) {
        return;
    }
    const auto start = std::max({from, start_of(step.state, key), *newest - horizon});
    if (start >= *newest) {
        judge_level(step, key, *newest);
        return;
    }
    for (const auto date : dates_of(step.state, key, start, *newest)) {
        judge_level(step, key, date);
    }
}

bool stands(Step& step, Key key, Date newest) {
    auto& state = step.state;
    const auto turns = state.turns.find(key);
    if (state.watched.contains(key)
        || (turns != state.turns.end() && turns->second.back().date >= newest)) {
        return false;
    }
    const auto weighed = weigh(state, key, newest);
    if (!weighed) {
        return true;
    }
    auto& standing = state.standing(key);
    standing.judged = std::max(standing.judged, weighed->reading.date);
    return !pends(weighed->reading, standing.level);
}

void revise(Step& step, Key key, Date from, Date until, std::span<const Restated> restated) {
    const auto first = std::max({from, start_of(step.state, key), until - horizon});
    if (first <= until) {
        Revision{step, key, first, until}.run(restated);
    }
}

void restore_judged(State& state) {
    const auto& catalogue = state.rules->catalogue();
    for (std::uint32_t indicator = 0; indicator < catalogue.indicators.size(); ++indicator) {
        for (std::uint32_t subject = 0; subject < catalogue.subjects.size(); ++subject) {
            const Key key{indicator, subject};
            const auto newest = newest_date(state, key);
            auto weighed = newest ? weigh(state, key, *newest) : std::nullopt;
            if (newest && !weighed) {  // the newest has no value: what was judged is before it
                const auto dates = dates_of(state, key, *newest - horizon, *newest);
                for (auto date = dates.rbegin(); date != dates.rend() && !weighed; ++date) {
                    weighed = weigh(state, key, *date);
                }
            }
            if (weighed) {
                auto& judged = state.standing(key).judged;
                judged = std::max(judged, weighed->reading.date);
            }
        }
    }
}

}  // namespace sanbao::core
