// Inside record/: canonical JSON text.
#pragma once

#include "alerts/base/limits.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sanbao::record {

// Appends `text` as a JSON string: invalid UTF-8, control and bidirectional characters become
// U+FFFD. What would take more than `bytes_max` is cut and ends with "…": no text from outside can
// make a record too long to be written.
void append_string(
    std::string& out, std::string_view text, std::size_t bytes_max = limits::record_text_bytes_max);

// One object whose keys come out sorted, whatever order they went in.
class Object {
  public:
    void add(std::string_view key, std::string json) { fields_.emplace_back(key, std::move(json)); }
    void text(std::string_view key, std::string_view value);
    void integer(std::string_view key, std::int64_t value);
    [[nodiscard]] std::string take();

  private:
    std::vector<std::pair<std::string_view, std::string>> fields_;
};

}  // namespace sanbao::record
