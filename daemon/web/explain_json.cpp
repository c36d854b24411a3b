// core::Explained as JSON, with where each rule is written and who was told.
#include "alerts/text/figures.hpp"
#include "daemon/web/views.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::web {

namespace json = boost::json;

namespace {

json::object tree_json(const rules::Explanation& tree) {
    json::array parts;
    std::ranges::for_each(tree.parts, [&](const auto& part) { parts.push_back(tree_json(part)); });
    return {{"text", tree.text}, {"value", value_json(tree.value)}, {"parts", std::move(parts)}};
}

// In the unit of the item, as a person writes it.
json::object figure_json(const Item& item, const rules::Value& value) {
    auto result = value_json(value);
    const auto* number = std::get_if<Rational>(&value);
    if (number == nullptr) {
        return result;
    }
    const auto in = [&](Language language) {
        return item.unit == Unit::money ? text::money_text(*number, item.currency, language)
                                        : text::plain_decimal(*number);
    };
    result["text"] = text_json({in(Language::zh), in(Language::en)});
    return result;
}

json::array sources_json(const std::vector<core::Source>& sources) {
    json::array result;
    for (const auto& source : sources) {
        result.push_back(json::object{
            {"feed", source.feed}, {"digest", source.digest}, {"date", to_text(source.newest)}});
    }
    return result;
}

json::object input_json(const View& view, const core::InputExplained& input) {
    const auto& item = view.catalogue().items[view.catalogue().item(input.item)];
    json::object result{
        {"name", input.name},
        {"item", input.item},
        {"item_name", text_json(item.name)},
        {"window", input.window},
        {"value", figure_json(item, input.value)},
        {"latest", nullptr},
        {"sources", sources_json(input.sources)}};
    if (input.latest) {
        const auto number = Rational::make(input.latest->value, scale_of(item.unit));
        const auto value =
            number ? rules::Value{*number} : rules::Value{rules::Missing{"no scale"}};
        result["latest"] = json::object{
            {"date", to_text(input.latest->date)}, {"value", figure_json(item, value)}};
    }
    return result;
}

json::array waiting_json(const View& view, const std::vector<core::Watched>& waiting) {
    json::array result;
    for (const auto& reading : waiting) {
        result.push_back(json::object{
            {"date", to_text(reading.date)},
            {"at", instant_json(view, reading.at)},
            {"entered", to_text(reading.entered)},
            {"kept", to_text(reading.kept)}});
    }
    return result;
}

json::object hold_json(const Hold& hold) {
    return {
        {"readings", hold.readings}, {"time", hold.time == Millis{0} ? "" : to_text(hold.time)}};
}

}  // namespace

json::object Explainer::one(core::Key key) const {
    const auto& indicator = view.catalogue().indicators[key.indicator];
    const auto explained = core::explain(view.state, key, view.today());
    const auto place = [&](const std::string& name) {
        const auto found = places.find(name);
        return found == places.end() ? std::string{} : found->second;
    };
    json::array inputs;
    std::ranges::for_each(
        explained.inputs, [&](const auto& in) { inputs.push_back(input_json(view, in)); });
    std::optional<Line> at_level;
    json::array lines;
    for (const auto& line : explained.lines) {
        // An override's layer carries its own place.
        const auto own = line.layer == "indicator";
        lines.push_back(json::object{
            {"level", to_text(line.level)},
            {"line", line.line},
            {"layer", line.layer},
            {"place", own ? place(fmt::format("{}/{}", indicator.id, to_text(line.level))) : ""},
            {"crossed", line.crossed}});
        if (line.crossed) {
            at_level = *rules::parse_line(line.line);
        }
    }
    json::object result{
        {"indicator", indicator.id},
        {"name", text_json(indicator.name)},
        {"kind", explained.kind == IndicatorKind::risk ? "risk" : "standing"},
        {"owner", indicator.owner},
        {"source", indicator.source},
        {"confirmed", indicator.confirmed},
        {"place", place(indicator.id)},
        {"formula", indicator.formula},
        {"judge", indicator.judge},
        {"value", value_json(view, key.indicator, explained.value, at_level)},
        {"judged", value_json(explained.judged)},
        {"inputs", std::move(inputs)},
        {"tree", tree_json(explained.formula)},
        {"lines", std::move(lines)},
        {"level", to_text(explained.level)},
        {"freshness", fresh_json(explained.fresh)},
        {"waiting", waiting_json(view, explained.waiting)},
        {"hold", hold_json(indicator.hold)},
        {"leave_hold", hold_json(indicator.leave_hold)},
        {"leave", text::plain_decimal(indicator.leave)},
        {"alert", explained.alert},
        {"verdict", text_json(explained.verdict)}};
    json::array turns;
    for (const auto& turn : explained.turns) {
        turns.push_back(json::object{{"date", to_text(turn.date)}, {"level", to_text(turn.to)}});
    }
    result["turns"] = std::move(turns);
    result["corrected"] = corrected_json(view, key);
    result["date"] = explained.date ? date_json(*explained.date) : json::value(nullptr);
    result["since"] = explained.alert.empty() ? json::value(nullptr)
                                              : instant_json(view, explained.standing.since);
    result["messages"] =
        explained.alert.empty() ? json::array{} : messages_json(view, messages(explained.alert));
    return result;
}

json::object Explainer::document(
    std::uint32_t subject, const std::vector<std::uint32_t>& indicators) const {
    auto result = head_json(view);
    result["subject"] = subject_json(view, subject);
    result["level"] = to_text(core::level_of(view.state, subject));
    result["plan"] = plan_brief_json(view, subject);
    json::array explained;
    std::ranges::for_each(indicators, [&](std::uint32_t i) {
        explained.push_back(one({i, subject}));
    });
    result["indicators"] = std::move(explained);
    return result;
}

}  // namespace sanbao::web
