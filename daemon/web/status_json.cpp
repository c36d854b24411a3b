// What stands now: subjects, feeds, messages under way, open risks.
#include "alerts/base/digest.hpp"
#include "alerts/core/decide.hpp"
#include "alerts/core/duties.hpp"
#include "daemon/web/views.hpp"

#include <algorithm>

namespace sanbao::web {

namespace json = boost::json;
using core::Key;

namespace {

// The worst of a subject's risk indicators, in level and apart from it in freshness.
struct Worst {
    std::optional<Key> key;  // set when the level is not normal
    Level level = Level::normal;
    core::Fresh fresh;
    int risks = 0, open = 0, unjudged = 0;
};

// Stale is worse than fresh. A risk indicator whose data nobody delivers here is counted, and makes
// the whole subject "never judged" only when it is so for all.
Worst worst_of(const View& view, std::uint32_t subject) {
    Worst worst;
    const auto& indicators = view.catalogue().indicators;
    for (std::uint32_t i = 0; i < indicators.size(); ++i) {
        const Key key{i, subject};
        if (indicators[i].kind == IndicatorKind::standing) {
            continue;
        }
        ++worst.risks;
        const auto level = view.state.standing(key).level;
        worst.open += level == Level::normal ? 0 : 1;
        if (level > worst.level) {
            worst.level = level;
            worst.key = key;
        }
        const auto fresh = core::freshness_of(view.state, key, view.today());
        worst.unjudged += fresh.freshness == Freshness::never_judged ? 1 : 0;
        if (worst.risks == 1 || fresh.freshness > worst.fresh.freshness) {
            worst.fresh = fresh;
        }
    }
    return worst;
}

json::value worst_json(const View& view, const Worst& worst) {
    if (!worst.key) {
        return nullptr;
    }
    const auto& key = *worst.key;
    const auto& indicator = view.catalogue().indicators[key.indicator];
    const auto& standing = view.state.standing(key);
    const auto as_of = std::max(view.today(), standing.judged);
    const auto judged =
        rules::judge(*view.state.rules, key.indicator, key.subject, view.state.readings, as_of);
    json::object result{
        {"indicator", indicator.id},
        {"name", text_json(indicator.name)},
        {"since", instant_json(view, standing.since)}};
    if (judged) {
        const auto effective =
            rules::effective_lines(indicator, view.catalogue().subjects[key.subject], judged->date);
        const auto& line = effective.lines.at(worst.level);
        result["value"] = value_json(view, key.indicator, judged->value, line);
        result["line"] = line ? rules::to_text(*line) : "";
        result["as_of"] = date_json(judged->date);
    }
    return result;
}

json::array subjects_json(const View& view) {
    json::array result;
    for (std::uint32_t i = 0; i < view.catalogue().subjects.size(); ++i) {
        const auto worst = worst_of(view, i);
        auto subject = subject_json(view, i);
        subject["level"] = to_text(worst.level);
        subject["freshness"] = fresh_json(worst.fresh);
        subject["risks"] = worst.risks;
        subject["open"] = worst.open;
        subject["unjudged"] = worst.unjudged;
        subject["worst"] = worst_json(view, worst);
        subject["plan"] = plan_brief_json(view, i);
        result.push_back(std::move(subject));
    }
    return result;
}

json::array feeds_json(const View& view) {
    json::array result;
    for (const auto& rule : view.catalogue().feeds) {
        const auto found = view.state.feeds.find(rule.id);
        const auto feed = found == view.state.feeds.end() ? core::FeedStanding{} : found->second;
        result.push_back(json::object{
            {"id", rule.id},
            {"name", text_json(rule.name)},
            {"newest", date_json(feed.newest)},
            {"accepted", instant_json(view, feed.accepted)},
            {"checked", instant_json(view, feed.checked)},
            {"failures", feed.failures},
            {"failing_since", instant_json(view, feed.failing_since)},
            {"problem", feed.problem ? core::to_text(*feed.problem) : ""},
            {"message", feed.message},
            {"late", feed.late || core::is_overdue(view.state, rule.id)},
            {"held", std::ranges::count(view.state.quarantine, rule.id, &core::Quarantined::feed)},
            {"gaps", feed.gap_count}});
    }
    return result;
}

json::object outbox_json(const View& view) {
    std::map<std::string, std::int64_t> channels;
    std::optional<Instant> oldest;
    std::int64_t refused = 0;
    for (const auto& [id, message] : view.state.outbox) {
        ++channels[message.channel];
        oldest = oldest ? std::min(*oldest, message.queued) : message.queued;
        refused += message.refused ? 1 : 0;
    }
    json::object by_channel;
    for (const auto& [channel, count] : channels) {
        by_channel[channel] = count;
    }
    return {
        {"pending", view.state.outbox.size()},
        {"refused", refused},
        {"oldest", instant_json(view, oldest)},
        {"channels", std::move(by_channel)},
        {"delivered", view.state.delivered},
        {"dead", view.state.dead}};
}

// Digests of the bodies behind the alert's transition now current.
json::array evidence_json(const View& view, const std::string& alert) {
    json::array result;
    if (const auto found = view.state.evidence.find(alert); found != view.state.evidence.end()) {
        for (const auto& digest : found->second) {
            result.emplace_back(digest);
        }
    }
    return result;
}

json::object risk_json(const View& view, Key key) {
    const auto explained = core::explain(view.state, key, view.today());
    const auto& indicator = view.catalogue().indicators[key.indicator];
    const auto date = explained.date.value_or(view.today());
    const auto effective =
        rules::effective_lines(indicator, view.catalogue().subjects[key.subject], date);
    const auto shown = explained.level == Level::normal ? std::optional<Line>{}
                                                        : effective.lines.at(explained.level);
    const auto line =
        std::ranges::find(explained.lines, explained.level, &core::LineExplained::level);
    json::object result{
        {"alert", explained.alert},
        {"state", explained.level == Level::normal ? "normal" : "open"},
        {"subject", subject_json(view, key.subject)},
        {"indicator", indicator.id},
        {"name", text_json(indicator.name)},
        {"owner", indicator.owner},
        {"level", to_text(explained.level)},
        {"value", value_json(view, key.indicator, explained.value, shown)},
        {"judged", value_json(explained.judged)},
        {"line", shown ? rules::to_text(*shown) : ""},
        {"layer", line == explained.lines.end() ? "" : line->layer},
        {"as_of", explained.date ? date_json(*explained.date) : json::value(nullptr)},
        {"freshness", fresh_json(explained.fresh)},
        {"episode", explained.standing.episode},
        {"transition", explained.standing.transition},
        {"evidence", evidence_json(view, explained.alert)},
        {"plan", plan_brief_json(view, key.subject)},
        {"verdict", text_json(explained.verdict)}};
    result["since"] = explained.level == Level::normal
                          ? json::value(nullptr)
                          : instant_json(view, explained.standing.since);
    return result;
}

// The standing that `id` names, and whether it is its present episode.
struct Named {
    Key key;
    bool present = false;
};

std::optional<Named> find_alert(const View& view, const std::string& id) {
    const auto& catalogue = view.catalogue();
    for (std::uint32_t i = 0; i < catalogue.indicators.size(); ++i) {
        for (std::uint32_t s = 0; s < catalogue.subjects.size(); ++s) {
            const auto& standing = view.state.standing({i, s});
            for (int episode = standing.episode; episode > 0; --episode) {
                const auto name =
                    core::alert_id(catalogue.subjects[s].id, catalogue.indicators[i].id, episode);
                if (name == id) {
                    const auto open = standing.level != Level::normal;
                    return Named{{i, s}, open && episode == standing.episode};
                }
            }
        }
    }
    return std::nullopt;
}

// Messages about a plan carry the plan's own id.
std::optional<std::uint32_t> find_plan(const View& view, const std::string& id) {
    for (const auto& [subject, run] : view.state.plans) {
        if (derived_id("plan", {subject, run.plan, std::to_string(run.run)}) == id) {
            const auto index = view.catalogue().subject(subject);
            return index == none ? std::nullopt : std::optional{index};
        }
    }
    return std::nullopt;
}

}  // namespace

json::object status_json(const View& view, const Counters& counters, bool ready) {
    auto result = head_json(view);
    result["ready"] = ready;
    result["config"] = view.state.config_digest;
    result["head_seq"] = counters.head_seq;
    json::array years;
    for (const auto year : years_without_calendar(view.catalogue().calendar, view.today())) {
        years.emplace_back(year);
    }
    result["years_without_calendar"] = std::move(years);
    result["filings"] = view.state.filings.size();
    result["subjects"] = subjects_json(view);
    result["feeds"] = feeds_json(view);
    result["outbox"] = outbox_json(view);
    return result;
}

json::object alerts_json(const View& view, bool all) {
    std::vector<Key> keys;
    const auto& catalogue = view.catalogue();
    for (std::uint32_t i = 0; i < catalogue.indicators.size(); ++i) {
        for (std::uint32_t s = 0; s < catalogue.subjects.size(); ++s) {
            const auto& standing = view.state.standing({i, s});
            if (standing.level != Level::normal || (all && standing.judged != Date::min())) {
                keys.push_back({i, s});
            }
        }
    }
    std::ranges::stable_sort(keys, [&](const Key& a, const Key& b) {
        const auto& left = view.state.standing(a);
        const auto& right = view.state.standing(b);
        return left.level != right.level ? left.level > right.level : left.since < right.since;
    });
    auto result = head_json(view);
    json::array alerts;
    std::ranges::for_each(keys, [&](const Key& key) { alerts.push_back(risk_json(view, key)); });
    result["alerts"] = std::move(alerts);
    return result;
}

json::array corrected_json(const View& view, Key key) {
    json::array result;
    if (const auto found = view.state.corrections.find(key);
        found != view.state.corrections.end()) {
        for (const auto& corrected : found->second) {
            result.push_back(json::object{
                {"at", instant_json(view, corrected.at)},
                {"from", to_text(corrected.from)},
                {"why", corrected.why}});
        }
    }
    return result;
}

std::optional<json::object> alert_json(
    const View& view, const std::string& id, const std::vector<MessageLine>& messages) {
    auto result = head_json(view);
    if (const auto named = find_alert(view, id)) {
        auto alert = risk_json(view, named->key);
        alert["alert"] = id;
        alert["evidence"] = evidence_json(view, id);
        alert["corrected"] = corrected_json(view, named->key);
        alert["state"] = named->present ? "open" : "closed";
        result["alert"] = std::move(alert);
    } else if (const auto plan = find_plan(view, id)) {
        result["plan"] = plan_json(view, *plan);
    } else if (messages.empty()) {
        return std::nullopt;
    }
    result["messages"] = messages_json(view, messages);
    return result;
}

}  // namespace sanbao::web
