#include "daemon/feeds/header.hpp"

#include "alerts/base/quote.hpp"
#include "daemon/feeds/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

// "#3" -> 2.
std::optional<std::size_t> column_number(const Field& field) {
    std::size_t number = 0;
    const auto* const last = field.data() + field.size();
    if (!field.starts_with('#')) {
        return std::nullopt;
    }
    const auto [end, failed] = std::from_chars(field.data() + 1, last, number);
    const bool good = failed == std::errc{} && end == last && number > 0;
    return good ? std::optional{number - 1} : std::nullopt;
}

bool is_named(const Field& field) {
    return !is_of_document(field) && !column_number(field);
}

std::string_view cell(const std::vector<std::string>& row, std::size_t column) {
    return column < row.size() ? trimmed(row[column]) : std::string_view{};
}

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t bytes_max = 300;
    auto text = fmt::format("{}", fmt::join(names, ","));
    if (text.size() > bytes_max) {
        const auto end = text.rfind(',', bytes_max);
        text.resize(end == std::string::npos ? 0 : end);
        text += ",…";
    }
    return text;
}

}  // namespace

std::vector<std::string> joined_names(const std::deque<std::vector<std::string>>& rows) {
    std::size_t width = 0;
    for (const auto& row : rows) {
        width = std::max(width, row.size());
    }
    std::vector<std::string> names(width);
    std::vector<std::string_view> above(rows.size());  // what each row last said, from the left
    for (std::size_t column = 0; column < width; ++column) {
        std::string_view last;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            auto text = cell(rows[i], column);
            const bool filled_below = std::any_of(
                rows.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                rows.end(),
                [&](const auto& row) { return !cell(row, column).empty(); });
            if (text.empty() && filled_below) {
                text = above[i];
            }
            above[i] = text;
            if (!text.empty() && text != last) {
                names[column] += names[column].empty() ? "" : "/";
                names[column] += text;
                last = text;
            }
        }
    }
    return names;
}

HeaderFinder::HeaderFinder(const FeedSettings& feed, const Layout& layout)
    : feed_(feed), layout_(layout) {
    for (std::size_t i = 0; i < layout.fields.size(); ++i) {
        if (layout.needed[i] && is_named(layout.fields[i])) {
            ++named_;
        }
    }
}

std::size_t HeaderFinder::count_in(const std::vector<std::string>& names) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < layout_.fields.size(); ++i) {
        const auto& field = layout_.fields[i];
        const bool found = is_named(field) && std::ranges::any_of(names, [&](const auto& name) {
                               return same_name(name, field);
                           });
        if (layout_.needed[i] && found) {
            ++count;
        }
    }
    return count;
}

std::optional<Header> HeaderFinder::offer(std::int64_t row, std::vector<std::string> cells) {
    const auto rows = static_cast<std::size_t>(feed_.header_rows);
    if (row < feed_.header) {
        return std::nullopt;
    }
    ++offered_;
    window_.push_back(std::move(cells));
    if (window_.size() > rows) {
        window_.pop_front();
    }
    if (window_.size() < rows) {
        return std::nullopt;
    }
    Header header{row - feed_.header_rows + 1, joined_names(window_)};
    const auto count = count_in(header.names);
    if (count > best_count_ || best_.names.empty()) {
        best_count_ = count;
        best_ = header;
    }
    const bool declared = feed_.header != 0;
    return declared || count == named_ ? std::optional{std::move(header)} : std::nullopt;
}

bool HeaderFinder::gave_up() const {
    return offered_ > limits::feed_preamble_rows_max;
}

std::string HeaderFinder::missing() const {
    std::vector<std::string> lacking;
    for (std::size_t i = 0; i < layout_.fields.size(); ++i) {
        const auto& field = layout_.fields[i];
        const bool found = std::ranges::any_of(
            best_.names, [&](const auto& name) { return same_name(name, field); });
        if (layout_.needed[i] && is_named(field) && !found) {
            lacking.push_back(in_quotes(field));
        }
    }
    if (best_count_ == 0) {
        return fmt::format(
            "no row of the first {} has a column {}: correct the names in the feed's settings, or "
            "say which row is the header",
            limits::feed_preamble_rows_max,
            fmt::join(lacking, ", "));
    }
    return fmt::format(
        "the header (row {}) has no column {}; it is \"{}\": correct the names in the feed's "
        "settings",
        best_.row,
        fmt::join(lacking, ", "),
        listed(best_.names));
}

std::vector<std::size_t> place_columns(
    const Header& header, const Layout& layout, Problems& problems) {
    std::vector<std::size_t> columns(layout.fields.size(), no_field);
    for (std::size_t i = 0; i < layout.fields.size(); ++i) {
        const auto& field = layout.fields[i];
        if (is_of_document(field)) {
            continue;
        }
        if (const auto number = column_number(field)) {
            columns[i] = *number < header.names.size() ? *number : no_field;
        } else {
            const auto is_it = [&](const auto& name) {
                return same_name(name, field);
            };
            const auto found = std::ranges::find_if(header.names, is_it);
            if (std::ranges::count_if(header.names, is_it) > 1) {
                problems.add(
                    PollProblem::wrong_shape,
                    fmt::format(
                        "the header (row {}) has more than one column {}; it is \"{}\": name it by "
                        "its number, as \"#{}\"",
                        header.row,
                        in_quotes(field),
                        listed(header.names),
                        found - header.names.begin() + 1));
                continue;
            }
            columns[i] = found == header.names.end()
                             ? no_field
                             : static_cast<std::size_t>(found - header.names.begin());
        }
        if (columns[i] == no_field && layout.needed[i]) {
            problems.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "the header (row {}) has no column {}; it is \"{}\": correct the names in the "
                    "feed's settings",
                    header.row,
                    in_quotes(field),
                    listed(header.names)));
        }
    }
    return columns;
}

}  // namespace sanbao::feeds
