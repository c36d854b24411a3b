#include "daemon/feeds/cell_set.hpp"

#include <algorithm>

namespace sanbao::feeds {

CellSet::CellSet(std::size_t series, std::size_t cells_expected) : first_(series, 0) {
    cells_.reserve(cells_expected);
    rows_.reserve(cells_expected);
}

std::optional<CellSet::Held> CellSet::add(
    std::size_t series, const rules::Cell& cell, std::int64_t row) {
    auto* place = &first_[series];
    if (*place != 0 && cells_[*place - 1].date != cell.date) {
        if (slots_.size() <= hashed_ * 2) {
            grow();
        }
        place = &find_by_hash(cell);
        hashed_ += *place == 0 ? 1 : 0;
    }
    if (*place != 0) {
        return Held{cells_[*place - 1].value, rows_[*place - 1]};
    }
    cells_.push_back(cell);
    rows_.push_back(static_cast<std::uint32_t>(row));
    *place = static_cast<std::uint32_t>(cells_.size());
    return std::nullopt;
}

// The slot of the cell of this item, subject and date, or the free one where it belongs.
std::uint32_t& CellSet::find_by_hash(const rules::Cell& cell) {
    constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15;  // 2^64 / golden ratio: spreads runs
    const auto day = static_cast<std::uint32_t>(day_number(cell.date));
    auto hash = ((std::uint64_t{cell.subject} << 32U) | cell.item) * odd;
    hash = ((hash ^ (hash >> 32U)) + day) * odd;
    const auto mask = slots_.size() - 1;
    auto slot = (hash >> 32U) & mask;
    while (slots_[slot] != 0) {
        const auto& other = cells_[slots_[slot] - 1];
        if (other.item == cell.item && other.subject == cell.subject && other.date == cell.date) {
            break;
        }
        slot = (slot + 1) & mask;
    }
    return slots_[slot];
}

void CellSet::grow() {
    constexpr std::size_t slots_min = 1'024;
    const auto before = std::exchange(
        slots_, std::vector<std::uint32_t>(std::max(slots_min, slots_.size() * 2), 0));
    for (const auto position : before) {
        if (position != 0) {
            find_by_hash(cells_[position - 1]) = position;
        }
    }
}

}  // namespace sanbao::feeds
