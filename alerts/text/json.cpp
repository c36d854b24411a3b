#include "alerts/base/assert.hpp"
#include "alerts/rules/lines.hpp"
#include "alerts/text/figures.hpp"
#include "alerts/text/reason.hpp"
#include "alerts/text/utf8.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <vector>

namespace sanbao::text {

namespace {

namespace json = boost::json;

constexpr std::size_t body_bytes_max = 20'000;  // the advice of Standard Webhooks
constexpr std::size_t name_bytes_max = 120;
constexpr std::size_t long_bytes_max = 400;
constexpr std::size_t steps_max = 3;

json::value fit(std::string_view text, std::size_t bytes_max = name_bytes_max) {
    return json::value(cut(clean(text), bytes_max));
}

// A canonical form: one spelling for one content, whatever order we filled it in.
json::value sorted(const json::value& value) {
    if (const auto* array = value.if_array()) {
        json::array result;
        for (const auto& element : *array) {
            result.push_back(sorted(element));
        }
        return result;
    }
    const auto* object = value.if_object();
    if (object == nullptr) {
        return value;
    }
    std::vector<json::string_view> keys;
    for (const auto& member : *object) {
        keys.push_back(member.key());
    }
    std::ranges::sort(keys);
    json::object result;
    for (const auto key : keys) {
        result.emplace(key, sorted(object->at(key)));
    }
    return result;
}

json::value contact_json(const std::optional<Contact>& contact) {
    if (!contact) {
        return nullptr;
    }
    json::object result;
    result["name"] = fit(contact->name);
    result["post"] = fit(contact->post);
    result["phone"] = fit(contact->phone);
    return result;
}

json::value steps_json(const PlanFacts& plan) {
    json::array result;
    for (std::size_t i = 0; i < plan.steps.size() && i < steps_max; ++i) {
        const auto& step = plan.steps[i];
        json::object object;
        object["seq"] = step.seq;
        object["name"] = fit(step.name, long_bytes_max);
        object["owner"] = fit(step.owner);
        object["contact"] = contact_json(step.contact);
        object["due"] = step.due ? json::value(to_utc_text(*step.due)) : json::value(nullptr);
        object["within"] = to_text(step.term);
        result.push_back(std::move(object));
    }
    return result;
}

void add_plan(json::object& data, const PlanFacts& plan) {
    json::object object;
    object["id"] = fit(plan.id);
    object["name"] = fit(plan.name, long_bytes_max);
    object["doc_no"] = fit(plan.doc_no);
    object["level"] = fit(plan.level);
    object["state"] = fit(plan.state);
    object["digest"] = fit(plan.digest);
    object["lead"] = contact_json(plan.lead);
    if (!plan.subject_step.empty()) {
        object["overdue"] = fit(plan.subject_step, long_bytes_max);
    }
    data["plan"] = std::move(object);
    data["steps"] = steps_json(plan);
}

void add_risk(json::object& data, const RiskFacts& risk) {
    data["rule"] = fit(risk.indicator->id);
    data["rule_name"] = fit(risk.indicator->name.zh);
    data["value"] = plain_decimal(risk.value);
    data["value_exact"] = to_fraction(risk.value);
    if (risk.judged) {
        data["judged"] = plain_decimal(*risk.judged);
        data["judged_exact"] = to_fraction(*risk.judged);
    }
    data["line"] = risk.line ? json::value(rules::to_text(*risk.line)) : json::value(nullptr);
    data["line_layer"] = fit(risk.line_layer, long_bytes_max);
    data["gap_yuan"] = risk.gap ? json::value(plain_decimal(*risk.gap)) : json::value(nullptr);
    data["currency"] = fit(risk.currency);
    data["as_of"] = sanbao::to_text(risk.as_of);
    if (!risk.correction.zh.empty()) {
        data["correction"] = fit(risk.correction.zh, long_bytes_max);
    }
    data["since"] = to_utc_text(risk.since);
    data["days_to_payday"] =
        risk.days_to_payday ? json::value(*risk.days_to_payday) : json::value(nullptr);
}

void add_feed(json::object& data, const FeedFacts& feed, Language language) {
    json::object object;
    object["id"] = fit(feed.id);
    object["name"] = fit(feed.name.in(language));
    object["problem"] = fit(feed.problem, long_bytes_max);
    object["since"] = to_utc_text(feed.since);
    object["failures"] = feed.failures;
    data["feed"] = std::move(object);
}

void add_dead(json::object& data, const DeadFacts& dead) {
    json::object object;
    object["message"] = fit(dead.message_id);
    object["channel"] = fit(dead.channel);
    object["recipient"] = fit(dead.recipient);
    object["problem"] = fit(dead.problem, long_bytes_max);
    object["subject"] = fit(dead.message_subject, long_bytes_max);
    object["attempts"] = dead.attempts;
    data["delivery"] = std::move(object);
}

// Who and how bad: what Detail::level may say.
void add_place(json::object& data, const Facts& facts, const Options& options) {
    if (facts.subject != nullptr) {
        data["county"] = fit(facts.subject->id);
        data["county_name"] = fit(facts.subject->name.in(options.language));
    }
    if (facts.risk) {
        data["level"] = to_text(facts.risk->to);
        data["previous_level"] = to_text(facts.risk->from);
    }
}

void add_everything(json::object& data, const Facts& facts, const Options& options) {
    if (facts.risk) {
        add_risk(data, *facts.risk);
    }
    if (facts.subject != nullptr) {
        data["plan"] = nullptr;
        data["steps"] = json::array{};
    }
    if (facts.plan) {
        add_plan(data, *facts.plan);
    }
    if (facts.feed) {
        add_feed(data, *facts.feed, options.language);
    }
    if (facts.dead) {
        add_dead(data, *facts.dead);
    }
    data["next"] = fit(facts.next, long_bytes_max);
}

}  // namespace

std::string render_json(const Facts& facts, const Options& options) {
    const auto& words = words_of(facts.reason);
    json::object data;
    data["id"] = fit(facts.alert_id);
    data["reason"] = words.name;
    // A correction fires or resolves as the level of today does.
    const auto resolves =
        facts.reason == Reason::corrected ? facts.risk->to == Level::normal : words.resolves;
    data["status"] = resolves ? "resolved" : "firing";
    data["transition"] = facts.transition;
    data["label"] = fit(options.label.in(options.language));
    data["synthetic"] = facts.subject != nullptr && facts.subject->synthetic;
    data["summary"] = fit(render(facts, options).subject, long_bytes_max);
    if (options.detail != Detail::pointer) {
        add_place(data, facts, options);
    }
    if (options.detail == Detail::full) {
        add_everything(data, facts, options);
    }

    json::object body;
    body["type"] = words.type;
    body["timestamp"] = to_utc_text(facts.at);
    body["data"] = std::move(data);
    auto text = json::serialize(sorted(json::value(std::move(body))));
    SANBAO_ASSERT(text.size() < body_bytes_max);  // every field above is bounded
    return text;
}

}  // namespace sanbao::text
