// Tables of fixed width: a line is cut into columns by the positions of its characters. A character
// is a code point; a full-width one counts once, though it takes the place of two on paper.
#include "daemon/feeds/characters.hpp"
#include "daemon/feeds/grid.hpp"
#include "daemon/feeds/readers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

// The bytes at which each character begins, and the end of the line behind the last.
std::vector<std::size_t> characters_of(std::string_view line) {
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if ((static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U) {
            begins.push_back(i);
        }
    }
    begins.push_back(line.size());
    return begins;
}

// Lines that only draw: "_____", "-----", "====".
bool is_rule(std::string_view line) {
    return line.find_first_not_of("-_=+|* \t") == std::string_view::npos;
}

class FixedReader {
  public:
    explicit FixedReader(const Reading& reading);
    bool line(std::int64_t number, std::string_view text, bool unended);
    void finish() { grid_.finish(); }

  private:
    void cut(std::string_view line, const std::vector<std::size_t>& characters);
    bool take_name_line();
    void join_names();
    [[nodiscard]] bool ends_table(std::string_view line) const;
    [[nodiscard]] bool is_mapped(std::string_view name) const;

    const Reading& reading_;
    const std::vector<FixedColumn>& columns_;
    Grid grid_;
    std::vector<bool> is_figure_;      // by column
    std::vector<std::string> names_;   // by column: of a name that goes on in the next line
    std::vector<std::string> joined_;  // what cells_ may point into
    std::vector<std::string_view> cells_;
    bool pending_ = false;
    std::size_t width_ = 0;
};

FixedReader::FixedReader(const Reading& reading)
    : reading_(reading), columns_(reading.feed.columns), grid_(reading) {
    std::vector<std::string> names;
    for (const auto& column : columns_) {
        names.push_back(column.name);
        width_ = std::max(width_, static_cast<std::size_t>(column.to));
        is_figure_.push_back(std::ranges::any_of(reading.layout.figures, [&](std::size_t field) {
            return same_name(reading.layout.fields[field], column.name);
        }));
    }
    grid_.set_columns(std::move(names));
    names_.resize(columns_.size());
    joined_.resize(columns_.size());
}

void FixedReader::cut(std::string_view line, const std::vector<std::size_t>& characters) {
    const auto last = characters.size() - 1;
    cells_.clear();
    for (const auto& column : columns_) {
        const auto from = characters[std::min(static_cast<std::size_t>(column.from) - 1, last)];
        const auto to = characters[std::min(static_cast<std::size_t>(column.to), last)];
        cells_.push_back(trimmed(line.substr(from, to - from)));
    }
}

bool FixedReader::ends_table(std::string_view line) const {
    return std::ranges::any_of(
        reading_.feed.until, [line](const auto& start) { return begins_with_name(line, start); });
}

bool FixedReader::is_mapped(std::string_view name) const {
    return std::ranges::any_of(
        reading_.feed.items, [name](const auto& item) { return same_name(item.from, name); });
}

// A line with a name and no figure goes on in the next, unless it is a heading ("Deposits:").
bool FixedReader::take_name_line() {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        if (is_figure_[i] && !cells_[i].empty()) {
            return false;
        }
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        const bool heading = cells_[i].ends_with(':') || cells_[i].ends_with("：");
        if (heading) {
            names_[i].clear();
        } else if (!is_figure_[i] && !cells_[i].empty()) {
            names_[i] += names_[i].empty() ? "" : " ";
            names_[i] += cells_[i];
        }
    }
    pending_ = true;
    return true;
}

void FixedReader::join_names() {
    for (std::size_t i = 0; pending_ && i < cells_.size(); ++i) {
        if (names_[i].empty() || is_figure_[i]) {
            continue;
        }
        // A heading without a colon: the line's own name is a known one, both together are not.
        joined_[i] = names_[i] + " " + std::string{cells_[i]};
        if (is_mapped(joined_[i]) || !is_mapped(cells_[i])) {
            cells_[i] = joined_[i];
        }
    }
    std::ranges::fill(names_, std::string{});
    pending_ = false;
}

bool FixedReader::line(std::int64_t number, std::string_view text, bool unended) {
    while (text.starts_with('\f')) {
        text.remove_prefix(1);
    }
    if (grid_.outside()) {
        return grid_.row({number, {&text, 1}});
    }
    if (is_rule(text) || ends_table(text)) {
        std::ranges::fill(names_, std::string{});
        pending_ = false;
        if (is_rule(text)) {
            return true;
        }
    }
    const auto characters = characters_of(text);
    if (unended && characters.size() - 1 < width_) {
        reading_.problems.add(
            PollProblem::truncated,
            fmt::format(
                "row {} ends after {} characters, without a line break, and the columns go to {}: "
                "the text was cut",
                number,
                characters.size() - 1,
                width_));
        return false;
    }
    cut(text, characters);
    if (!ends_table(text) && take_name_line()) {
        return true;
    }
    join_names();
    return grid_.row({number, cells_});
}

}  // namespace

void read_fixed(const Reading& reading, std::string_view text) {
    FixedReader reader{reading};
    for (std::int64_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (!reader.line(number, line, end == std::string_view::npos)) {
            return;
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    reader.finish();
}

}  // namespace sanbao::feeds
