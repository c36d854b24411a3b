#include "alerts/record/record.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/record/json.hpp"
#include "alerts/record/reader.hpp"
#include "alerts/record/writer.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <optional>

namespace sanbao::record {

namespace {

// Type of each event that has one of its own. AlertMoved and FeedFailed have several (below).
std::string_view fixed_type(const core::Event& event) {
    // In the order of core::Event. DO NOT RENAME: stored and hashed.
    constexpr std::array<std::string_view, std::variant_size_v<core::Event>> types{
        "daemon.start",
        "daemon.stop",
        "config.loaded",
        "config.rejected",
        "feed.ok",
        "feed.unchanged",
        "feed.failed",
        "feed.stale",
        "feed.held",
        "feed.released",
        "feed.discarded",
        "feed.flagged",
        "feed.gap",
        "duty.moved",
        "filing.proposed",
        "filing.confirmed",
        "filing.returned",
        "calendar.missing",
        "alert.watched",
        "alert.opened",
        "alert.revised",
        "plan.proposed",
        "plan.activated",
        "plan.raised",
        "plan.withdrawn",
        "plan.step",
        "plan.step_overdue",
        "plan.report",
        "plan.report_overdue",
        "plan.end_holds",
        "plan.may_end",
        "plan.ended",
        "msg.queued",
        "msg.attempt",
        "msg.delivered",
        "msg.deferred",
        "msg.dead"};
    return types[event.index()];
}

std::string_view type_of(const core::Event& event) {
    if (const auto* moved = std::get_if<core::AlertMoved>(&event)) {
        return moved->from == Level::normal ? "alert.opened"
               : moved->to == Level::normal ? "alert.resolved"
               : moved->to > moved->from    ? "alert.raised"
                                            : "alert.lowered";
    }
    if (const auto* failed = std::get_if<core::FeedFailed>(&event)) {
        return core::is_refusal(failed->problem) ? "feed.quarantined" : "feed.failed";
    }
    return fixed_type(event);
}

std::string subject_of(const core::Event& event) {
    return std::visit(
        [](const auto& e) -> std::string {
            if constexpr (requires { e.feed; }) {
                return "feed:" + e.feed;
            } else if constexpr (requires {
                                     e.channel;
                                     e.id;
                                 }) {
                return "message:" + e.id;
            } else if constexpr (requires { e.subject; }) {
                return "county:" + e.subject;
            } else if constexpr (requires { e.attempt; }) {
                return "message:" + e.id;
            } else if constexpr (
                requires { e.digest; } || requires { e.problems; }) {
                return "config";
            } else {
                return "log";
            }
        },
        event);
}

// A default event of the type, to be read into; nullopt for types that fold nothing.
template <std::size_t I = 0>
std::optional<core::Event> event_of(std::string_view type) {
    if constexpr (I == std::variant_size_v<core::Event>) {
        return std::nullopt;
    } else {
        core::Event candidate{std::in_place_index<I>};
        return fixed_type(candidate) == type ? std::optional{std::move(candidate)}
                                             : event_of<I + 1>(type);
    }
}

std::string_view family(std::string_view type) {
    if (type == "alert.raised" || type == "alert.lowered" || type == "alert.resolved") {
        return "alert.opened";
    }
    return type == "feed.quarantined" ? "feed.failed" : type;
}

}  // namespace

Body encode(const core::Event& event) {
    Writer writer;
    std::visit([&](const auto& e) { fields(writer, e); }, event);
    return {std::string{type_of(event)}, subject_of(event), writer.take()};
}

Body genesis(std::string_view version) {
    Object data;
    data.text("format", "sanbao-log/1");
    data.text("version", version);
    return {"log.genesis", "log", data.take()};
}

std::string to_bytes(
    const Body& body, std::string_view actor, Instant at, std::int64_t seq, const Digest& prev) {
    std::string out = "{\"actor\":";
    append_string(out, actor);
    out += ",\"data\":";
    out += body.data;
    out += ",\"prev\":\"";
    out += to_hex(prev);
    out += "\",\"seq\":";
    out += fmt::to_string(seq);
    out += ",\"subj\":";
    append_string(out, body.subject);
    out += ",\"ts\":\"";
    out += to_utc_text(at);
    out += "\",\"type\":";
    append_string(out, body.type);
    out += ",\"v\":1}";
    SANBAO_ASSERT(out.size() <= limits::record_bytes_max);
    return out;
}

Digest leaf_hash(std::string_view record) {
    return sha256({std::string_view{"\0", 1}, record});
}

Result<Parsed> parse(std::string_view bytes) {
    json::error_code code;
    const auto value = json::parse(bytes, code);
    const auto bad = [&](std::string_view what) {
        return invalid(fmt::format("journal record: {}: {}", what, bytes.substr(0, 120)));
    };
    if (code || !value.is_object()) {
        return bad("not JSON");
    }
    const auto& object = value.get_object();
    Parsed parsed;
    Reader reader{object};
    reader("actor", parsed.actor);
    reader("prev", parsed.prev);
    reader("seq", parsed.seq);
    reader("subj", parsed.subject);
    reader("ts", parsed.at);
    reader("type", parsed.type);
    const auto* data = object.if_contains("data");
    if (!reader.bad().empty() || data == nullptr || !data->is_object()) {
        return bad(reader.bad().empty() ? "no data" : reader.bad());
    }
    auto event = event_of(family(parsed.type));
    if (!event) {
        parsed.folds = false;
        return parsed;
    }
    Reader body{data->get_object()};
    std::visit([&](auto& e) { fields(body, e); }, *event);
    if (!body.bad().empty()) {
        return bad(fmt::format("field '{}' of {}", body.bad(), parsed.type));
    }
    parsed.event = std::move(*event);
    return parsed;
}

}  // namespace sanbao::record
