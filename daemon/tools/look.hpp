// What a terminal shows: the language, the colours, and columns that line up under Chinese.
#pragma once

#include "alerts/text/say.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::tools {

enum class Style : unsigned char { plain, strong, faint, alarm, red, orange, yellow, blue };

struct Look {
    text::Say say;
    bool colour = false;

    [[nodiscard]] std::string paint(std::string_view text, Style style) const;
};

// Columns of a terminal that `text` (UTF-8) takes: two for a Chinese character, none for a mark.
std::size_t columns(std::string_view text);
std::string padded(std::string_view text, std::size_t width);

struct Cell {
    std::string text;
    Style style = Style::plain;
};

// Rows whose columns are as wide as their widest cell; the last is never padded.
class Table {
  public:
    explicit Table(std::size_t indent = 0) : indent_(indent) {}
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::string to_text(const Look& look) const;

  private:
    std::size_t indent_;
    std::vector<std::vector<Cell>> rows_;
};

// Whether standard output is a terminal that wants colours (NO_COLOR unset).
bool wants_colour();
// The language that the environment asks for: "zh", "en", or "" when it does not say (C, POSIX).
std::string environment_language();

}  // namespace sanbao::tools
