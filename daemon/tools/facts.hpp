// Reading the daemon's JSON without trusting it: absent is empty, and every text is made safe for a
// terminal.
#pragma once

#include "alerts/model/text.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace sanbao::tools {

class Facts {
  public:
    Facts() = default;
    explicit Facts(const boost::json::value* value) : value_(value) {}

    [[nodiscard]] Facts operator[](std::string_view key) const;  // a Facts of nothing when absent
    [[nodiscard]] bool there() const { return value_ != nullptr && !value_->is_null(); }
    [[nodiscard]] std::string text() const;  // one clean line; "" for anything but a text
    [[nodiscard]] std::string text(Language language) const;  // of {zh, en}
    [[nodiscard]] std::int64_t whole() const;                 // 0 for anything but a number
    [[nodiscard]] bool yes() const;
    // 2026-03-02 18:01 of 2026-03-02T18:01:30+08:00.
    [[nodiscard]] std::string time() const;
    [[nodiscard]] std::size_t size() const;

    template <class Do>
    void each(Do act) const {
        if (value_ != nullptr && value_->is_array()) {
            for (const auto& element : value_->get_array()) {
                act(Facts{&element});
            }
        }
    }

  private:
    const boost::json::value* value_ = nullptr;
};

}  // namespace sanbao::tools
