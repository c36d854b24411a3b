// The blob beside a feed.ok record. Layout, all integers LEB128 varints (signed ones zigzag):
//   "SBC2"  subjects: n, then n x (length, id bytes)   blocks: n, then each block:
//   item id (length, bytes)  date (days since 1970)  cells: n, then n x (subject gap, rounding,
//   value / 10^rounding)
// A gap counts subjects (indexes into the blob's own list) after the cell before; the first from
// -1. "SBC1", of the first release, has no rounding: (subject gap, value).
#include "alerts/base/assert.hpp"
#include "alerts/record/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace sanbao::record {

namespace {

constexpr std::string_view magic = "SBC2";
constexpr std::string_view magic_of_first_release = "SBC1";

constexpr auto powers_of_ten = [] {
    std::array<std::int64_t, 19> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) {
        powers[i] = powers[i - 1] * 10;
    }
    return powers;
}();

void put_unsigned(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out += static_cast<char>(value | 0x80);
        value >>= 7;
    }
    out += static_cast<char>(value);
}

void put_signed(std::string& out, std::int64_t value) {
    put_unsigned(
        out, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void put_text(std::string& out, std::string_view text) {
    put_unsigned(out, text.size());
    out += text;
}

// Reads what the functions above wrote; every read past the end fails once and for all.
class Source {
  public:
    explicit Source(std::string_view bytes) : rest_(bytes) {}

    std::uint64_t unsigned_integer() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (rest_.empty()) {
                break;
            }
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) {
                return value;
            }
        }
        good_ = false;
        return 0;
    }
    std::int64_t signed_integer() {
        const auto value = unsigned_integer();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
    std::string_view text() {
        const auto length = unsigned_integer();
        if (length > rest_.size()) {
            good_ = false;
            return {};
        }
        const auto result = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return result;
    }
    // A count of things that take at least one byte each.
    std::size_t count() {
        const auto value = unsigned_integer();
        good_ = good_ && value <= rest_.size();
        return good_ ? static_cast<std::size_t>(value) : 0;
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
    bool good_ = true;
};

// By item, date and subject. Feeds come county by county or item by item, so that dealing the cells
// out by item nearly always leaves each item's in order: a sort of 352,532 cells costs more than
// all the rest of the step.
std::vector<rules::Cell> in_order(std::span<const rules::Cell> cells, std::size_t items) {
    std::vector<std::size_t> begin(items + 1);
    for (const auto& cell : cells) {
        ++begin[cell.item + 1];
    }
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    std::vector<rules::Cell> ordered(cells.size());
    auto next = begin;
    for (const auto& cell : cells) {
        ordered[next[cell.item]++] = cell;
    }
    const auto before = [](const rules::Cell& a, const rules::Cell& b) {
        return std::tie(a.date, a.subject) < std::tie(b.date, b.subject);
    };
    for (std::size_t item = 0; item < items; ++item) {
        const auto part = std::span{ordered}.subspan(begin[item], begin[item + 1] - begin[item]);
        if (!std::ranges::is_sorted(part, before)) {
            std::ranges::sort(part, before);
        }
    }
    return ordered;
}

bool same_block(const rules::Cell& a, const rules::Cell& b) {
    return a.item == b.item && a.date == b.date;
}

}  // namespace

std::string encode_cells(std::span<const rules::Cell> cells, const Catalogue& catalogue) {
    const auto sorted = in_order(cells, catalogue.items.size());
    std::vector<std::uint32_t> place(catalogue.subjects.size(), none);  // in the blob's own list
    for (const auto& cell : sorted) {
        place[cell.subject] = 0;
    }
    std::string out{magic};
    out.reserve(sorted.size() * 7 + 64);
    put_unsigned(out, static_cast<std::uint64_t>(std::ranges::count(place, 0U)));
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < place.size(); ++i) {
        if (place[i] != none) {
            place[i] = next++;
            put_text(out, catalogue.subjects[i].id);
        }
    }
    std::size_t blocks = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        blocks += i == 0 || !same_block(sorted[i - 1], sorted[i]) ? 1U : 0U;
    }
    put_unsigned(out, blocks);
    for (std::size_t begin = 0; begin < sorted.size();) {
        auto end = begin;
        while (end < sorted.size() && same_block(sorted[begin], sorted[end])) {
            ++end;
        }
        put_text(out, catalogue.items[sorted[begin].item].id);
        put_signed(out, day_number(sorted[begin].date));
        put_unsigned(out, end - begin);
        std::int64_t last = -1;
        for (; begin < end; ++begin) {
            const auto at = std::int64_t{place[sorted[begin].subject]};
            put_unsigned(out, static_cast<std::uint64_t>(at - last));
            const auto rounding = sorted[begin].rounding;
            SANBAO_ASSERT(
                rounding < powers_of_ten.size()
                && sorted[begin].value % powers_of_ten[rounding] == 0);
            put_unsigned(out, rounding);
            put_signed(out, sorted[begin].value / powers_of_ten[rounding]);
            last = at;
        }
    }
    return out;
}

Result<std::vector<rules::Cell>> decode_cells(std::string_view blob, const Catalogue& catalogue) {
    const bool rounded = blob.starts_with(magic);
    if (!rounded && !blob.starts_with(magic_of_first_release)) {
        return invalid("stored readings: not a batch of cells (wrong first bytes)");
    }
    Source source{blob.substr(magic.size())};
    std::vector<std::uint32_t> subjects(source.count());
    for (auto& subject : subjects) {
        subject = catalogue.subject(source.text());
    }
    std::vector<rules::Cell> cells;
    for (auto blocks = source.count(); blocks > 0 && source.good(); --blocks) {
        const auto item = catalogue.item(source.text());
        const auto date = from_day_number(static_cast<std::int32_t>(source.signed_integer()));
        std::int64_t place = -1;
        for (auto count = source.count(); count > 0 && source.good(); --count) {
            place += static_cast<std::int64_t>(source.unsigned_integer());
            const auto rounding = rounded ? source.unsigned_integer() : 0;
            auto value = source.signed_integer();
            if (rounding >= powers_of_ten.size()
                || __builtin_mul_overflow(value, powers_of_ten[rounding], &value)) {
                return invalid("stored readings: a figure too large; the batch is damaged");
            }
            if (place < 0 || static_cast<std::size_t>(place) >= subjects.size()) {
                return invalid("stored readings: a cell of no subject; the batch is damaged");
            }
            const auto subject = subjects[static_cast<std::size_t>(place)];
            if (item != none && subject != none) {
                cells.push_back({item, subject, date, value, static_cast<std::uint8_t>(rounding)});
            }
        }
    }
    if (!source.good() || !source.at_end()) {
        return invalid("stored readings: the batch ends too early or too late; it is damaged");
    }
    return cells;
}

}  // namespace sanbao::record
