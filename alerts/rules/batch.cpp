// A delivery in order, over what was known before it.
#include "alerts/rules/checks.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace sanbao::rules {

namespace {

bool earlier(const Cell& a, const Cell& b) {
    return std::tie(a.item, a.subject, a.date) < std::tie(b.item, b.subject, b.date);
}

Cell cell_of(std::uint32_t item, std::uint32_t subject, const Reading& reading) {
    return {item, subject, reading.date, reading.value, reading.rounding};
}

}  // namespace

Batch::Batch(const Readings& known, std::span<const Cell> cells, const std::vector<bool>& items)
    : known_(known) {
    if (items.empty()) {
        cells_.assign(cells.begin(), cells.end());
    } else {
        std::ranges::copy_if(
            cells, std::back_inserter(cells_), [&](const Cell& cell) { return items[cell.item]; });
    }
    if (!std::ranges::is_sorted(cells_, earlier)) {
        std::ranges::sort(cells_, earlier);
    }
}

std::span<const Cell> Batch::cells_of(std::uint32_t item) const {
    const auto range = std::ranges::equal_range(cells_, item, {}, &Cell::item);
    return {range.begin(), range.end()};
}

std::optional<Cell> Batch::at(std::uint32_t item, std::uint32_t subject, Date date) const {
    const Cell wanted{item, subject, date, 0, 0};
    const auto found = std::ranges::lower_bound(cells_, wanted, earlier);
    if (found != cells_.end() && !earlier(wanted, *found)) {
        return *found;
    }
    const auto known = known_.before(item, subject, date + std::chrono::days{1});
    return known && known->date == date ? std::optional{cell_of(item, subject, *known)}
                                        : std::nullopt;
}

std::optional<Cell> Batch::before(std::uint32_t item, std::uint32_t subject, Date date) const {
    const auto known = known_.before(item, subject, date);
    const auto after = std::ranges::lower_bound(cells_, Cell{item, subject, date, 0, 0}, earlier);
    if (after != cells_.begin()) {
        const auto& last = *std::prev(after);
        if (last.item == item && last.subject == subject && (!known || last.date >= known->date)) {
            return last;
        }
    }
    return known ? std::optional{cell_of(item, subject, *known)} : std::nullopt;
}

}  // namespace sanbao::rules
