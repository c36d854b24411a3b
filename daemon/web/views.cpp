#include "daemon/web/views.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/decimal.hpp"
#include "alerts/text/figures.hpp"

#include <algorithm>

namespace sanbao::web {

namespace json = boost::json;

namespace {

std::string_view kind_text(SubjectKind kind) {
    switch (kind) {
        case SubjectKind::county:
            return "county";
        case SubjectKind::city:
            return "city";
        case SubjectKind::zone:
            return "zone";
        case SubjectKind::department:
            return "department";
        case SubjectKind::project:
            return "project";
    }
    SANBAO_ASSERT(false);
}

std::string currency_of(const View& view, std::uint32_t indicator) {
    for (const auto& input : view.state.rules->indicator(indicator).inputs) {
        const auto& item = view.catalogue().items[input.item];
        if (item.unit == Unit::money) {
            return item.currency;
        }
    }
    return "CNY";
}

}  // namespace

json::object head_json(const View& view) {
    const auto& catalogue = view.catalogue();
    json::object head;
    head["version"] = SANBAO_VERSION;
    head["now"] = to_offset_text(catalogue.zone, view.now);
    head["replay"] = view.replay;
    head["label"] = text_json(catalogue.label);
    head["synthetic"] = std::ranges::count_if(catalogue.subjects, &Subject::synthetic);
    head["language"] = catalogue.language == Language::zh ? "zh" : "en";
    return head;
}

json::object text_json(const Text& text) {
    return {{"zh", text.zh}, {"en", text.in(Language::en)}};
}

json::value instant_json(const View& view, const std::optional<Instant>& at) {
    return at ? json::value(to_offset_text(view.catalogue().zone, *at)) : json::value(nullptr);
}

json::value date_json(Date date) {
    return date == Date::min() ? json::value(nullptr) : json::value(to_text(date));
}

json::object value_json(const rules::Value& value) {
    if (const auto* missing = std::get_if<rules::Missing>(&value)) {
        return {{"missing", missing->why}};
    }
    if (const auto* condition = std::get_if<bool>(&value)) {
        return {{"condition", *condition}};
    }
    const auto& number = std::get<Rational>(value);
    const auto decimal = text::plain_decimal(number);
    const auto back = parse_decimal(decimal);
    return {
        {"decimal", decimal},
        {"exact", to_fraction(number)},
        {"rounded", !back || *back != number}};
}

json::object value_json(
    const View& view,
    std::uint32_t indicator,
    const rules::Value& value,
    const std::optional<Line>& line) {
    auto result = value_json(value);
    if (const auto* number = std::get_if<Rational>(&value)) {
        const auto& shown = view.catalogue().indicators[indicator];
        const auto currency = currency_of(view, indicator);
        const auto in = [&](Language language) {
            return text::value_text(*number, shown, language, line, currency);
        };
        result["text"] = text_json({in(Language::zh), in(Language::en)});
    }
    return result;
}

json::object subject_json(const View& view, std::uint32_t subject) {
    const auto& who = view.catalogue().subjects[subject];
    json::object result{
        {"id", who.id},
        {"name", text_json(who.name)},
        {"kind", kind_text(who.kind)},
        {"synthetic", who.synthetic}};
    if (who.watch && view.today() <= who.watch->until) {
        result["watch"] =
            json::object{{"reason", who.watch->reason}, {"until", to_text(who.watch->until)}};
    }
    return result;
}

json::object fresh_json(const core::Fresh& fresh) {
    return {
        {"state", to_text(fresh.freshness)},
        {"newest", date_json(fresh.newest)},
        {"why", fresh.why}};
}

json::value plan_brief_json(const View& view, std::uint32_t subject) {
    const auto& who = view.catalogue().subjects[subject];
    if (!who.plan) {
        return nullptr;
    }
    const auto found = view.state.plans.find(who.id);
    const auto run = found == view.state.plans.end() ? core::PlanRun{} : found->second;
    const auto overdue = [](const auto& entries) {
        return std::ranges::count_if(
            entries, [](const auto& e) { return e.second.overdue && !e.second.settled; });
    };
    return json::object{
        {"state", core::to_text(run.state)},
        {"level", run.level},
        {"name", who.plan->name},
        {"overdue", overdue(run.steps) + overdue(run.reports)},
        {"may_end", run.may_end}};
}

json::array messages_json(const View& view, const std::vector<MessageLine>& messages) {
    json::array result;
    for (const auto& message : messages) {
        const auto* person = view.catalogue().person(message.recipient);
        result.push_back(json::object{
            {"id", message.id},
            {"channel", message.channel},
            {"recipient", message.recipient},
            {"name", person != nullptr ? person->name : std::string{}},
            {"reason", message.reason},
            {"title", message.title},
            {"state", message.state},
            {"answer", message.answer},
            {"code", message.code},
            {"attempts", message.attempts},
            {"queued", instant_json(view, message.queued)},
            {"next", instant_json(view, message.next)},
            {"settled", instant_json(view, message.settled)}});
    }
    return result;
}

}  // namespace sanbao::web
