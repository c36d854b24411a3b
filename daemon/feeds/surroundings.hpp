// What stands around a table: titles, "单位：万元", footnotes; and the fields that point there.
#pragma once

#include "daemon/feeds/feed.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sanbao::feeds {

class Surroundings {
  public:
    void keep(std::int64_t row, std::vector<std::string> cells);

    // "$3": the filled cells of row 3, a blank between them; "$B3": a cell; "$单位：": what follows
    // this label in its cell, up to two blanks, or the next filled cell to its right. A cell that
    // begins with the label goes before one that only contains it: "单位：" is not "编制单位：".
    [[nodiscard]] std::optional<std::string> find(const Field& field) const;

  private:
    struct Row {
        std::int64_t number = 0;
        std::vector<std::string> cells;
    };
    [[nodiscard]] std::optional<std::string> find_cell(
        std::int64_t row, std::optional<std::size_t> column) const;
    [[nodiscard]] std::optional<std::string> find_label(std::string_view label) const;

    std::vector<Row> rows_;
};

// "B" -> 1, "AA" -> 26; and back. nullopt when these are no column letters.
std::optional<std::size_t> column_of(std::string_view letters);
std::string letters_of(std::size_t column);

}  // namespace sanbao::feeds
