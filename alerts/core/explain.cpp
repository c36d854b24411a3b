#include "alerts/core/explain.hpp"

#include "alerts/core/step.hpp"
#include "alerts/text/figures.hpp"
#include "alerts/text/say.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::core {

namespace {

const Rational* number(const rules::Value& value) {
    return std::get_if<Rational>(&value);
}

std::string why_missing(const rules::Value& value) {
    const auto* missing = std::get_if<rules::Missing>(&value);
    return missing != nullptr ? missing->why : "it is no number";
}

// Words for one standing in one language. Everything it says was worked out before.
class Verdict {
  public:
    Verdict(const State& state, Key key, const Explained& facts, Language language)
        : state_(state)
        , catalogue_(state.rules->catalogue())
        , key_(key)
        , indicator_(catalogue_.indicators[key.indicator])
        , subject_(catalogue_.subjects[key.subject])
        , facts_(facts)
        , lines_(rules::effective_lines(indicator_, subject_, facts.date.value_or(Date{})).lines)
        , say_{language} {}

    [[nodiscard]] std::string sentence() const {
        if (facts_.kind == IndicatorKind::standing) {
            return std::string{say_(
                "仅供排名展示：不定级、不通知、不启动预案。",
                "A standing figure: it is ranked and shown, and never colours the county, "
                "wakes anyone or opens a plan.")};
        }
        if (!facts_.date) {
            return say_.format(
                "从未研判：{}；没有数值就没有级别，也无人可通知。",
                "Never judged: {}; without a value there is no level, and nobody is told of one.",
                facts_.fresh.why.empty() ? why_missing(facts_.value) : facts_.fresh.why);
        }
        auto text = number(facts_.judged) == nullptr ? without_value() : with_value();
        if (facts_.fresh.freshness == Freshness::stale) {
            text += say_.format(
                "；数据陈旧（{}），级别保持不变，缺数据不会使级别下降",
                "; the data is stale ({}), so the level only stands: missing data never calms it",
                facts_.fresh.why);
        }
        return text + std::string{say_("。", ".")};
    }

  private:
    [[nodiscard]] std::string level(Level which) const {
        return text::level_text(which, say_.language);
    }

    // Normal | Red since 2026-11-20 10:00 (the instant at which it was decided).
    [[nodiscard]] std::string standing() const {
        if (facts_.level == Level::normal) {
            return std::string{say_("正常", "Normal")};
        }
        auto name = level(facts_.level);
        name[0] =
            name[0] >= 'a' && name[0] <= 'z' ? static_cast<char>(name[0] - 'a' + 'A') : name[0];
        const auto since = to_local_text(catalogue_.zone, facts_.standing.since);
        return say_.format("{}（自{}起）", "{} since {}", name, since);
    }

    [[nodiscard]] std::string without_value() const {
        return say_.format(
            "{}：{}的数据算不出数值（{}），缺数据不改变级别",
            "{}: the data of {} give no value ({}); missing data never moves a level",
            standing(),
            sanbao::to_text(*facts_.date),
            why_missing(facts_.judged));
    }

    // The value as the indicator shows it, exact where rounding would mislead beside the line.
    [[nodiscard]] std::string value(const std::optional<Line>& line) const {
        std::string currency = "CNY";
        for (const auto& input : state_.rules->indicator(key_.indicator).inputs) {
            if (const auto& item = catalogue_.items[input.item]; item.unit == Unit::money) {
                currency = item.currency;
            }
        }
        const auto& judged = *number(facts_.judged);
        const auto* shown = number(facts_.value);
        if (indicator_.judge.empty() || shown == nullptr) {
            return text::value_text(judged, indicator_, say_.language, line, currency);
        }
        return say_.format(
            "{}（研判值{}）",
            "{} (judged: {})",
            text::value_text(*shown, indicator_, say_.language, std::nullopt, currency),
            text::plain_decimal(judged));
    }

    [[nodiscard]] std::string hold(const Hold& hold) const {
        std::string text;
        if (hold.readings > 1 || hold.time == Millis{0}) {
            text = say_.format("{}次读数", "{} readings", std::max(hold.readings, 1));
        }
        if (hold.time > Millis{0}) {
            text += text.empty() ? "" : say_(" + ", " and ");
            text += sanbao::to_text(hold.time);
        }
        return text;
    }

    // "1 so far, the first of 2026-03-01" of the readings at the end of the window that count.
    template <class Counts>
    [[nodiscard]] std::string progress(Counts counts) const {
        std::size_t so_far = 0;
        auto first = *facts_.date;
        for (auto it = facts_.waiting.rbegin(); it != facts_.waiting.rend() && counts(*it); ++it) {
            ++so_far;
            first = it->date;
        }
        auto text = say_.format(
            "至今{}次，首次为{}", "{} so far, the first of {}", so_far, sanbao::to_text(first));
        if (const auto due = hold_due(state_, key_, facts_.waiting)) {
            const auto at = to_local_text(catalogue_.zone, *due);
            text += say_.format("，时限到{}", ", the time is over at {}", at);
        }
        return text;
    }

    [[nodiscard]] std::string with_value() const {
        const auto& judged = *number(facts_.judged);
        const auto entered = rules::level_entered(judged, lines_);
        const auto kept = rules::level_kept(judged, lines_, indicator_.leave);
        if (entered > facts_.level) {
            return rising(entered);
        }
        if (facts_.level == Level::normal) {
            return at_rest();
        }
        if (kept < facts_.level) {
            return falling();
        }
        return entered < facts_.level ? lingering() : crossed();
    }

    [[nodiscard]] std::string at_rest() const {
        const auto bare = std::ranges::none_of(
            levels_that_warn, [&](Level l) { return lines_.at(l).has_value(); });
        const auto why = bare ? say_("未设预警线", "no line is set")
                              : say_("未越过任何预警线", "it crosses no line");
        return say_.format(
            "正常：{}的数值为{}，{}，因此无人被通知",
            "Normal: the value of {} is {}, {}, so nobody was told",
            sanbao::to_text(*facts_.date),
            value(nearest_line()),
            why);
    }

    // The line that rounding could seem to touch first.
    [[nodiscard]] std::optional<Line> nearest_line() const {
        return lines_.yellow ? lines_.yellow : lines_.orange ? lines_.orange : lines_.red;
    }

    [[nodiscard]] std::string crossing(Level which) const {
        const auto& line = lines_.at(which);
        return say_.format(
            "{}越过{}线{}{}",
            "{} crosses the {} line {}{}",
            value(line),
            level(which),
            line ? rules::to_text(*line) : std::string{},
            layer(which));
    }

    // Named only where it is not the indicator's own line.
    [[nodiscard]] std::string layer(Level which) const {
        const auto found = std::ranges::find(facts_.lines, which, &LineExplained::level);
        if (found == facts_.lines.end() || found->layer == "indicator") {
            return {};
        }
        return say_.format("（{}）", " (set by {})", found->layer);
    }

    [[nodiscard]] std::string rising(Level entered) const {
        const auto told = facts_.level == Level::normal
                              ? say_("尚未通知任何人", "nobody is told yet")
                              : say_("尚未通知升级", "nobody is told of worse yet");
        return say_.format(
            "{}：{}，但须持续{}才进入（{}），{}",
            "{}: {}, but a level is entered only after {} ({}); {}",
            standing(),
            crossing(entered),
            hold(indicator_.hold),
            progress([&](const Watched& w) { return w.entered > facts_.level; }),
            told);
    }

    [[nodiscard]] std::string crossed() const {
        return say_.format("{}：{}{}", "{}: {}{}", standing(), crossing(facts_.level), untold());
    }

    [[nodiscard]] std::string lingering() const {
        const auto& line = lines_.at(facts_.level);
        return say_.format(
            "{}：{}已不越线{}，但未恢复到解除余量{}",
            "{}: {} no longer crosses {}, but has not recovered by the margin {}",
            standing(),
            value(line),
            line ? rules::to_text(*line) : std::string{},
            text::plain_decimal(indicator_.leave));
    }

    [[nodiscard]] std::string falling() const {
        return say_.format(
            "{}：{}已恢复，但须持续{}才解除（{}）",
            "{}: {} has recovered, but the level is left only after {} ({})",
            standing(),
            value(lines_.at(facts_.level)),
            hold(indicator_.leave_hold),
            progress([&](const Watched& w) { return w.kept < facts_.level; }));
    }

    // Said when no route leads anywhere, whatever the channels do.
    [[nodiscard]] std::string untold() const {
        const auto leads = [&](const Route& route) {
            const auto named = [](const auto& wanted, const auto& one) {
                return wanted.empty() || std::ranges::find(wanted, one) != wanted.end();
            };
            return named(route.topics, Topic::risk) && named(route.levels, facts_.level)
                   && named(route.subjects, subject_.id) && !route.to.empty();
        };
        if (std::ranges::any_of(catalogue_.routes, leads)) {
            return {};
        }
        return std::string{say_(
            "；无人被通知：没有适用于此县区和级别的通知路由",
            "; nobody was told: no route covers a risk of this county and level")};
    }

    const State& state_;
    const Catalogue& catalogue_;
    Key key_;
    const Indicator& indicator_;
    const Subject& subject_;
    const Explained& facts_;
    Lines lines_;
    text::Say say_;
};

std::vector<InputExplained> explain_inputs(const State& state, Key key, const rules::Place& place) {
    const auto& catalogue = state.rules->catalogue();
    const auto& indicator = catalogue.indicators[key.indicator];
    const auto& compiled = state.rules->indicator(key.indicator).inputs;
    std::vector<InputExplained> inputs;
    for (std::size_t i = 0; i < compiled.size(); ++i) {
        const auto& item = catalogue.items[compiled[i].item];
        inputs.push_back(
            {indicator.inputs[i].name,
             item.id,
             rules::to_text(compiled[i].window),
             rules::evaluate_window(
                 item, compiled[i].window, compiled[i].item, key.subject, state.readings, place),
             state.readings.latest(compiled[i].item, key.subject),
             sources_of(state, key, i, place.date)});
    }
    return inputs;
}

std::string layer_text(const Catalogue& catalogue, const Override* layer) {
    if (layer == nullptr) {
        return "indicator";
    }
    const auto* person = catalogue.person(layer->approved);
    const auto& approver = person != nullptr ? person->name : layer->approved;
    return fmt::format("{}, approved by {}, {}", layer->basis, approver, layer->where);
}

std::vector<LineExplained> explain_lines(
    const Catalogue& catalogue, const rules::Effective& effective, const Rational* judged) {
    std::vector<LineExplained> lines;
    for (const auto level : levels_that_warn) {
        const auto& line = effective.lines.at(level);
        lines.push_back(
            {level,
             line ? rules::to_text(*line) : "",
             line ? layer_text(catalogue, effective.layer[static_cast<std::size_t>(level)]) : "",
             line && judged != nullptr && rules::crosses(*judged, *line)});
    }
    return lines;
}

}  // namespace

Explained explain(const State& state, Key key, Date today) {
    const auto& catalogue = state.rules->catalogue();
    const auto& subject = catalogue.subjects[key.subject];
    const auto& indicator = catalogue.indicators[key.indicator];
    Explained result;
    result.subject = subject.id;
    result.indicator = indicator.id;
    result.kind = indicator.kind;
    result.standing = state.standing(key);
    result.level = result.standing.level;
    result.fresh = freshness_of(state, key, today);
    // A feed may be a few hours ahead of us: what was judged is shown.
    const auto as_of = std::max(today, result.standing.judged);
    const auto& rules = *state.rules;
    if (auto judged = rules::judge(rules, key.indicator, key.subject, state.readings, as_of)) {
        result.date = judged->date;
        result.value = std::move(judged->value);
        result.judged = std::move(judged->judged);
    } else {
        result.value = result.judged = rules::Missing{"no reading of any input"};
    }
    result.formula = rules::explain(rules, key.indicator, key.subject, state.readings, as_of);
    const rules::Place place{&catalogue.calendar, &subject, result.date.value_or(today)};
    result.inputs = explain_inputs(state, key, place);
    result.lines = explain_lines(
        catalogue, rules::effective_lines(indicator, subject, place.date), number(result.judged));
    if (result.level != Level::normal) {
        result.alert = alert_id(subject.id, indicator.id, result.standing.episode);
    }
    if (const auto found = state.watched.find(key); found != state.watched.end()) {
        result.waiting = found->second;
    }
    if (const auto found = state.turns.find(key); found != state.turns.end()) {
        result.turns = found->second;
    }
    if (const auto found = state.corrections.find(key); found != state.corrections.end()) {
        result.corrected = found->second;
    }
    result.verdict.zh = Verdict{state, key, result, Language::zh}.sentence();
    result.verdict.en = Verdict{state, key, result, Language::en}.sentence();
    return result;
}

}  // namespace sanbao::core
