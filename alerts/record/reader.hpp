// Inside record/: the fields of an event read back.
#pragma once

#include "alerts/record/fields.hpp"

#include <boost/json.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::record {

namespace json = boost::json;

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

}  // namespace sanbao::record
