#include "alerts/record/record.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/record/fields.hpp"
#include "alerts/record/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <optional>

namespace sanbao::record {

namespace {

namespace json = boost::json;

// Writes each field of an event into a canonical object.
class Writer {
  public:
    void operator()(std::string_view key, const std::string& value) { object_.text(key, value); }
    void operator()(std::string_view key, bool value) {
        object_.add(key, value ? "true" : "false");
    }
    void operator()(std::string_view key, int value) { object_.integer(key, value); }
    void operator()(std::string_view key, std::int64_t value) { object_.integer(key, value); }
    void operator()(std::string_view key, std::size_t value) {
        object_.integer(key, static_cast<std::int64_t>(value));
    }
    void operator()(std::string_view key, Date value) {
        object_.text(key, value == Date::min() ? "" : to_text(value));
    }
    void operator()(std::string_view key, Instant value) { object_.text(key, to_utc_text(value)); }
    void operator()(std::string_view key, Level value) { object_.text(key, to_text(value)); }
    void operator()(std::string_view key, text::Reason value) {
        object_.text(key, text::to_text(value));
    }
    void operator()(std::string_view key, core::PollProblem value) {
        object_.text(key, core::to_text(value));
    }
    void operator()(std::string_view key, const std::vector<std::string>& values) {
        auto shown = values;
        if (shown.size() > limits::record_list_max) {
            const auto more = shown.size() - limits::record_list_max + 1;
            shown.resize(limits::record_list_max - 1);
            shown.push_back(fmt::format("… and {} more", more));
        }
        list(key, shown, [](std::string& out, const std::string& v) {
            append_string(out, v, limits::record_list_text_bytes_max);
        });
    }
    void operator()(std::string_view key, core::DutyStage value) {
        object_.text(key, core::to_text(value));
    }
    // Of objects that have fields of their own.
    template <class T>
    requires std::is_same_v<T, core::Watched> || std::is_same_v<T, core::Turn>
    void operator()(std::string_view key, const std::vector<T>& values) {
        list(key, values, [](std::string& out, const T& v) {
            Writer inner;
            fields(inner, v);
            out += inner.take();
        });
    }
    // Fields that came after the first release of their type: absent means the default.
    template <class T>
    void optional(std::string_view key, const T& value) {
        if (value != T{}) {
            (*this)(key, value);
        }
    }
    void optional(std::string_view key, const std::optional<Instant>& value) {
        if (value) {
            (*this)(key, *value);
        }
    }
    std::string take() { return object_.take(); }

  private:
    template <class T, class Append>
    void list(std::string_view key, const std::vector<T>& values, Append append) {
        std::string out = "[";
        for (const auto& value : values) {
            if (out.size() > 1) {
                out += ',';
            }
            append(out, value);
        }
        object_.add(key, out + "]");
    }
    Object object_;
};

// The value whose to_text is `text`.
template <class Enum, class ToText>
std::optional<Enum> named(std::string_view text, Enum last, ToText to) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        if (to(static_cast<Enum>(i)) == text) {
            return static_cast<Enum>(i);
        }
    }
    return std::nullopt;
}

// Reads each field of an event; remembers the first that is not as it should be.
class Reader {
  public:
    explicit Reader(const json::object& object) : object_(object) {}

    void operator()(std::string_view key, std::string& value) {
        if (const auto* text = string(key)) {
            value = *text;
        }
    }
    void operator()(std::string_view key, bool& value) {
        if (const auto* found = get(key); found != nullptr && found->is_bool()) {
            value = found->get_bool();
        } else {
            fail(key);
        }
    }
    template <std::integral T>
    void operator()(std::string_view key, T& value) {
        if (const auto* found = get(key); found != nullptr && found->is_int64()) {
            value = static_cast<T>(found->get_int64());
        } else {
            fail(key);
        }
    }
    void operator()(std::string_view key, Date& value) {
        const auto* text = string(key);
        read(key, value, text == nullptr || !text->empty() ? date(text) : Date::min());
    }
    void operator()(std::string_view key, Instant& value) {
        const auto* text = string(key);
        read(key, value, text != nullptr ? parse_utc(*text) : std::nullopt);
    }
    void operator()(std::string_view key, Level& value) {
        const auto* text = string(key);
        read(key, value, text != nullptr ? parse_level(*text) : std::nullopt);
    }
    void operator()(std::string_view key, text::Reason& value) {
        const auto* text = string(key);
        const auto to = [](text::Reason r) {
            return text::to_text(r);
        };
        read(
            key,
            value,
            named(
                text != nullptr ? std::string_view{*text} : "",
                text::Reason::calendar_missing,
                to));
    }
    void operator()(std::string_view key, core::PollProblem& value) {
        const auto* text = string(key);
        const auto to = [](core::PollProblem p) {
            return core::to_text(p);
        };
        read(
            key,
            value,
            named(
                text != nullptr ? std::string_view{*text} : "",
                core::PollProblem::contradiction,
                to));
    }
    void operator()(std::string_view key, std::vector<std::string>& values) {
        each(key, [&](const json::value& element) {
            if (element.is_string()) {
                values.emplace_back(element.get_string());
            } else {
                fail(key);
            }
        });
    }
    void operator()(std::string_view key, core::DutyStage& value) {
        const auto* text = string(key);
        const auto to = [](core::DutyStage stage) {
            return core::to_text(stage);
        };
        read(
            key,
            value,
            named(text != nullptr ? std::string_view{*text} : "", core::DutyStage::missing, to));
    }
    template <class T>
    void optional(std::string_view key, T& value) {
        if (object_.contains(key)) {
            (*this)(key, value);
        }
    }
    void optional(std::string_view key, std::optional<Instant>& value) {
        if (object_.contains(key)) {
            (*this)(key, value.emplace());
        }
    }
    template <class T>
    requires std::is_same_v<T, core::Watched> || std::is_same_v<T, core::Turn>
    void operator()(std::string_view key, std::vector<T>& values) {
        each(key, [&](const json::value& element) {
            if (!element.is_object()) {
                return fail(key);
            }
            Reader inner{element.get_object()};
            fields(inner, values.emplace_back());
            if (!inner.bad_.empty()) {
                fail(key);
            }
        });
    }
    [[nodiscard]] const std::string& bad() const { return bad_; }

  private:
    static std::optional<Date> date(const std::string* text) {
        return text != nullptr ? parse_date(*text) : std::nullopt;
    }
    const json::value* get(std::string_view key) { return object_.if_contains(key); }
    const std::string* string(std::string_view key) {
        const auto* found = get(key);
        if (found == nullptr || !found->is_string()) {
            fail(key);
            return nullptr;
        }
        text_ = found->get_string();
        return &text_;
    }
    template <class T>
    void read(std::string_view key, T& value, std::optional<T> parsed) {
        if (parsed) {
            value = *parsed;
        } else {
            fail(key);
        }
    }
    template <class Visit>
    void each(std::string_view key, Visit visit) {
        const auto* found = get(key);
        if (found == nullptr || !found->is_array()) {
            return fail(key);
        }
        for (const auto& element : found->get_array()) {
            visit(element);
        }
    }
    void fail(std::string_view key) {
        if (bad_.empty()) {
            bad_ = key;
        }
    }
    const json::object& object_;
    std::string text_;
    std::string bad_;
};

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
