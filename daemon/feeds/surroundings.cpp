#include "daemon/feeds/surroundings.hpp"

#include "daemon/feeds/characters.hpp"

#include <algorithm>
#include <charconv>

namespace sanbao::feeds {

namespace {

constexpr std::size_t letters_max = 3;  // of a column: XFD is the last that a workbook has

// What stands behind a label: up to where a gap of two blanks begins.
std::string_view up_to_gap(std::string_view text) {
    text = trimmed(text);
    for (std::size_t i = 0; i < text.size();) {
        const auto one = blank_bytes(text.substr(i));
        if (one > 0 && blank_bytes(text.substr(i + one)) > 0) {
            return text.substr(0, i);
        }
        i += one > 0 ? one : 1;
    }
    return text;
}

// Whether the text at `at` stands at the beginning of `text` or behind a blank.
bool begins_word(std::string_view text, std::size_t at) {
    const auto before = text.substr(0, at);
    return before.empty() || trimmed(before).size() < before.size();
}

}  // namespace

std::optional<std::size_t> column_of(std::string_view letters) {
    if (letters.empty() || letters.size() > letters_max) {
        return std::nullopt;
    }
    std::size_t column = 0;
    for (const char c : letters) {
        if (c < 'A' || c > 'Z') {
            return std::nullopt;
        }
        column = column * 26 + static_cast<std::size_t>(c - 'A') + 1;
    }
    return column - 1;
}

std::string letters_of(std::size_t column) {
    std::string letters;
    for (++column; column > 0; column = (column - 1) / 26) {
        letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % 26));
    }
    return letters;
}

void Surroundings::keep(std::int64_t row, std::vector<std::string> cells) {
    rows_.push_back({row, std::move(cells)});
}

std::optional<std::string> Surroundings::find(const Field& field) const {
    const auto text = std::string_view{field}.substr(1);
    const auto digits = std::min(text.find_first_of("0123456789"), text.size());
    std::int64_t row = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data() + digits, last, row);
    const bool numbered = failed == std::errc{} && end == last;
    if (numbered && digits == 0) {
        return find_cell(row, std::nullopt);
    }
    if (const auto column = column_of(text.substr(0, digits)); numbered && column) {
        return find_cell(row, column);
    }
    return find_label(text);
}

std::optional<std::string> Surroundings::find_cell(
    std::int64_t row, std::optional<std::size_t> column) const {
    const auto found = std::ranges::find(rows_, row, &Row::number);
    if (found == rows_.end() || (column && *column >= found->cells.size())) {
        return std::nullopt;
    }
    if (column) {
        return found->cells[*column];
    }
    std::string whole;
    for (const auto& cell : found->cells) {
        if (const auto filled = trimmed(cell); !filled.empty()) {
            whole += whole.empty() ? "" : " ";
            whole += filled;
        }
    }
    return whole;
}

std::optional<std::string> Surroundings::find_label(std::string_view label) const {
    for (const bool only_words : {true, false}) {
        for (const auto& row : rows_) {
            for (auto cell = row.cells.begin(); cell != row.cells.end(); ++cell) {
                const std::string_view text{*cell};
                auto at = text.find(label);
                while (only_words && at != std::string_view::npos && !begins_word(text, at)) {
                    at = text.find(label, at + 1);
                }
                if (at == std::string_view::npos) {
                    continue;
                }
                const auto rest = up_to_gap(text.substr(at + label.size()));
                const auto next = std::find_if(std::next(cell), row.cells.end(), [](const auto& c) {
                    return !trimmed(c).empty();
                });
                if (!rest.empty() || next != row.cells.end()) {
                    return std::string{rest.empty() ? trimmed(*next) : rest};
                }
            }
        }
    }
    return std::nullopt;
}

}  // namespace sanbao::feeds
