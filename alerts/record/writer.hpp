// Inside record/: the fields of an event as canonical JSON.
#pragma once

#include "alerts/base/limits.hpp"
#include "alerts/record/fields.hpp"
#include "alerts/record/json.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::record {

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

}  // namespace sanbao::record
