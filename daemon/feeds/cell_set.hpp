// The cells of one body, and the guard against two figures for one of them.
#pragma once

#include "alerts/rules/readings.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace sanbao::feeds {

// Cells by item, subject and date, each once, with the row that it came from. Mostly a body has one
// date: the first cell of each series is found in a dense table, which a body in any order of its
// own walks from one end to the other; cells of further dates are found by hash.
class CellSet {
  public:
    struct Held {
        std::int64_t value = 0;
        std::int64_t row = 0;
    };
    CellSet(std::size_t series, std::size_t cells_expected);
    // Adds the cell of this series (item and subject, numbered by the caller). When one of its date
    // is there already, that one is kept and given back.
    std::optional<Held> add(std::size_t series, const rules::Cell& cell, std::int64_t row);
    [[nodiscard]] std::vector<rules::Cell> take() { return std::move(cells_); }

  private:
    [[nodiscard]] std::uint32_t& find_by_hash(const rules::Cell& cell);
    void grow();

    std::vector<rules::Cell> cells_;
    std::vector<std::uint32_t> rows_;   // of cells_
    std::vector<std::uint32_t> first_;  // by series: 0, or its first cell's position + 1
    std::vector<std::uint32_t> slots_;  // open addressing, the other cells: 0, or position + 1
    std::size_t hashed_ = 0;
};

}  // namespace sanbao::feeds
