// Inside web/: the facts of one moment as JSON. Numbers are texts (a double would lose fen), names
// are {zh, en}, instants carry their offset.
#pragma once

#include "alerts/core/explain.hpp"
#include "daemon/web/api.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sanbao::web {

struct View {
    const core::State& state;
    Instant now{};
    bool replay = false;

    [[nodiscard]] const Catalogue& catalogue() const { return state.rules->catalogue(); }
    [[nodiscard]] Date today() const { return date_in(catalogue().zone, now); }
};

using Places = std::map<std::string, std::string>;

// --- whole documents. Each begins with what must be said first: now, replay, label, synthetic.
boost::json::object status_json(const View& view, const Counters& counters, bool ready);
// `all`: also risks that stand at normal.
boost::json::object alerts_json(const View& view, bool all);
// nullopt: nobody ever heard of `id`.
// What of a risk was told otherwise first: [{"at":…,"from":"2026-11-18","why":…}], oldest first.
boost::json::array corrected_json(const View& view, core::Key key);
std::optional<boost::json::object> alert_json(
    const View& view, const std::string& id, const std::vector<MessageLine>& messages);
boost::json::object plan_json(const View& view, std::uint32_t subject);

struct Explainer {
    const View& view;
    const Places& places;
    const std::function<std::vector<MessageLine>(const std::string& alert)>& messages;

    [[nodiscard]] boost::json::object document(
        std::uint32_t subject, const std::vector<std::uint32_t>& indicators) const;
    [[nodiscard]] boost::json::object one(core::Key key) const;
};

// Prometheus text format 0.0.4.
std::string metrics_text(const View& view, const Counters& counters);

// --- their parts.
boost::json::object head_json(const View& view);
boost::json::object text_json(const Text& text);
boost::json::value instant_json(const View& view, const std::optional<Instant>& at);
boost::json::value date_json(Date date);  // null for "none", Date::min()
// {decimal, exact, rounded}, {condition} or {missing: why}.
boost::json::object value_json(const rules::Value& value);
// The same with `text`, as the indicator displays it beside `line`.
boost::json::object value_json(
    const View& view,
    std::uint32_t indicator,
    const rules::Value& value,
    const std::optional<Line>& line);
boost::json::object subject_json(const View& view, std::uint32_t subject);
boost::json::object fresh_json(const core::Fresh& fresh);
boost::json::value plan_brief_json(const View& view, std::uint32_t subject);  // null: has no plan
boost::json::array messages_json(const View& view, const std::vector<MessageLine>& messages);

}  // namespace sanbao::web
