// The sheet of a workbook into the grid.
#include "alerts/base/quote.hpp"
#include "daemon/feeds/characters.hpp"
#include "daemon/feeds/grid.hpp"
#include "daemon/feeds/readers.hpp"
#include "daemon/feeds/workbook.hpp"
#include "daemon/feeds/xml_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

struct Address {
    std::size_t column = 0;
    std::int64_t row = 0;
};

std::optional<Address> parse_address(std::string_view text) {
    const auto digits = std::min(text.find_first_of("0123456789"), text.size());
    const auto column = column_of(text.substr(0, digits));
    Address address{column.value_or(0), 0};
    const auto* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data() + digits, last, address.row);
    const bool good = column && failed == std::errc{} && end == last && address.row > 0;
    return good ? std::optional{address} : std::nullopt;
}

// A workbook holds binary floating point, and writes all 17 digits of it: 0.30000000000000004 for
// a sum that everybody sees as 0.3. It promises 15 digits, shows 15, and takes no more when a
// figure is typed: so 15 are what is meant. A double is right here because the source is one.
std::string figure_text(std::string_view text) {
    constexpr std::size_t digits_kept = 15;
    const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
    const bool plain = text.find_first_of("eE") == std::string_view::npos;
    double value = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data(), last, value);
    if ((plain && static_cast<std::size_t>(digits) <= digits_kept) || failed != std::errc{}
        || end != last) {
        return std::string{text};
    }
    return fmt::format("{:.15g}", value);
}

// A serial date: days since the end of 1899, in a calendar that has a 29 February 1900; or since
// 1904-01-01.
std::string date_text(std::string_view text, DateStyle style, bool from_1904) {
    constexpr double serial_max = 2'958'466;  // 9999-12-31
    constexpr int day_seconds = 86'400;
    constexpr double leap_day = 60;
    double serial = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data(), last, serial);
    if (failed != std::errc{} || end != last || !(serial >= 0 && serial < serial_max)) {
        return std::string{text};
    }
    const auto seconds = std::llround(serial * day_seconds);
    const auto day = std::chrono::days{seconds / day_seconds};
    using namespace std::chrono_literals;
    const Date begin = from_1904            ? Date{1904y / 1 / 1}
                       : serial >= leap_day ? Date{1899y / 12 / 30}
                                            : Date{1899y / 12 / 31};
    const auto date = begin + day;
    if (style == DateStyle::month) {
        return fmt::format("{}年{}月", year_of(date), month_of(date));
    }
    const auto rest = seconds % day_seconds;
    return rest == 0
               ? to_text(date)
               : fmt::format(
                   "{}T{:02}:{:02}:{:02}", to_text(date), rest / 3600, rest / 60 % 60, rest % 60);
}

struct Merge {
    Address from, to;
    std::string text;  // of its first cell
};

class SheetReader {
  public:
    SheetReader(const Reading& reading, const Workbook& workbook)
        : reading_(reading), workbook_(workbook), grid_(reading) {
        grid_.use_addresses();
    }
    void read();

  private:
    struct Cell {
        std::string text;
        bool uncomputed = false;
    };
    void read_merges(const pugi::xml_node& sheet);
    bool read_row(const pugi::xml_node& row);
    bool read_cell(const pugi::xml_node& node, std::size_t column);
    [[nodiscard]] std::string text_of(const pugi::xml_node& cell) const;
    [[nodiscard]] std::size_t width_of(const pugi::xml_node& rows) const;
    void spread_merges();

    const Reading& reading_;
    const Workbook& workbook_;
    Grid grid_;
    std::int64_t row_ = 0;
    std::vector<Cell> row_cells_;
    std::vector<std::string_view> cells_, merged_;
    std::vector<Merge> merges_;        // by first row
    std::vector<std::size_t> active_;  // those that reach into this row
    std::size_t next_merge_ = 0;
};

void SheetReader::read_merges(const pugi::xml_node& sheet) {
    for (const auto& each : child_called(sheet, "mergeCells").children()) {
        const std::string_view range = each.attribute("ref").value();
        const auto colon = range.find(':');
        const auto from = parse_address(range.substr(0, colon));
        const auto to = colon == range.npos ? from : parse_address(range.substr(colon + 1));
        if (from && to && to->column < limits::feed_columns_max) {
            merges_.push_back({*from, *to, {}});
        }
    }
    std::ranges::stable_sort(merges_, {}, [](const Merge& merge) { return merge.from.row; });
}

// The last column that any cell is filled in; formats alone reach far beyond.
std::size_t SheetReader::width_of(const pugi::xml_node& rows) const {
    std::size_t width = 0;
    for (const auto& row : rows.children()) {
        std::size_t column = 0;
        for (const auto& cell : row.children()) {
            const auto address = parse_address(cell.attribute("r").value());
            column = address ? address->column : column;
            ++column;
            width = cell.first_child() ? std::max(width, column) : width;
        }
    }
    return width;
}

std::string SheetReader::text_of(const pugi::xml_node& cell) const {
    const std::string_view type = cell.attribute("t").value();
    const std::string_view value = child_called(cell, "v").child_value();
    if (type == "inlineStr") {
        return rich_text(child_called(cell, "is"));
    }
    if (type == "s") {
        std::size_t index = 0;
        std::from_chars(value.data(), value.data() + value.size(), index);
        const auto* const text = workbook_.shared_string(index);
        return text == nullptr ? std::string{} : *text;
    }
    if (type == "b") {
        return value == "1" ? "TRUE" : "FALSE";
    }
    if (type == "str" || type == "e" || type == "d" || value.empty()) {
        return std::string{value};
    }
    const auto style = workbook_.date_style(cell.attribute("s").as_uint());
    return style == DateStyle::none ? figure_text(value)
                                    : date_text(value, style, workbook_.counts_from_1904());
}

bool SheetReader::read_cell(const pugi::xml_node& node, std::size_t column) {
    if (column >= row_cells_.size()) {
        return true;  // only a format
    }
    auto& cell = row_cells_[column];
    cell.text = text_of(node);
    const auto value = child_called(node, "v");
    const bool computed =
        value
        && (*value.child_value() != '\0' || std::string_view{node.attribute("t").value()} == "str");
    cell.uncomputed = child_called(node, "f") && !computed;
    cells_[column] = cell.uncomputed ? uncomputed_formula : std::string_view{cell.text};
    return true;
}

// merged_ is cells_ with what stands in the first cell of a merge in all of its cells.
void SheetReader::spread_merges() {
    merged_ = cells_;
    for (; next_merge_ < merges_.size() && merges_[next_merge_].from.row <= row_; ++next_merge_) {
        auto& merge = merges_[next_merge_];
        if (merge.from.row == row_ && merge.from.column < cells_.size()) {
            merge.text = cells_[merge.from.column];
            active_.push_back(next_merge_);
        }
    }
    std::erase_if(active_, [this](std::size_t i) { return merges_[i].to.row < row_; });
    for (const auto i : active_) {
        const auto& merge = merges_[i];
        for (auto column = merge.from.column; column <= merge.to.column && column < merged_.size();
             ++column) {
            merged_[column] = merge.text;
        }
    }
}

bool SheetReader::read_row(const pugi::xml_node& row) {
    const auto number = row.attribute("r").as_llong(row_ + 1);
    if (number <= row_) {
        reading_.problems.add(
            PollProblem::malformed, fmt::format("row {} of the sheet comes twice", number));
        return false;
    }
    row_ = number;
    std::ranges::fill(row_cells_, Cell{});
    std::ranges::fill(cells_, std::string_view{});
    std::size_t column = 0;
    for (const auto& node : row.children()) {
        if (!is_called(node, "c")) {
            continue;
        }
        const auto address = parse_address(node.attribute("r").value());
        column = address ? address->column : column;
        if (!read_cell(node, column)) {
            return false;
        }
        ++column;
    }
    spread_merges();
    return grid_.row({row_, cells_, merged_});
}

void SheetReader::read() {
    const auto sheet = workbook_.sheet().document_element();
    const auto rows = child_called(sheet, "sheetData");
    const auto width = width_of(rows);
    if (width > limits::feed_columns_max) {
        reading_.problems.add(
            PollProblem::too_large,
            fmt::format("more than {} columns: split the sheet", limits::feed_columns_max));
        return;
    }
    row_cells_.resize(width);
    cells_.resize(width);
    read_merges(sheet);
    for (const auto& row : rows.children()) {
        if (is_called(row, "row") && !read_row(row)) {
            return;
        }
    }
    grid_.finish();
}

}  // namespace

void read_xlsx(const Reading& reading, std::string_view bytes) {
    Workbook workbook{bytes, reading.feed.body_max, reading.problems};
    if (!workbook.open(reading.feed.sheet)) {
        return;
    }
    reading.collector.tell(fmt::format("sheet: {}", in_quotes(workbook.sheet_name())));
    SheetReader{reading, workbook}.read();
}

}  // namespace sanbao::feeds
