// What is wrong with a row, in words that say where and what to do.
#include "alerts/base/quote.hpp"
#include "daemon/feeds/characters.hpp"
#include "daemon/feeds/collect.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

std::string value_text(const Item& item, std::int64_t value) {
    const auto number = Rational::make(value, scale_of(item.unit));
    return number ? to_decimal(*number, decimals_of(item.unit)) : std::to_string(value);
}

}  // namespace

std::string Collector::place_of(std::int64_t row) const {
    if (!row_name_.empty()) {
        return row_name_;
    }
    if (page_starts_.size() < 2) {
        return fmt::format("row {}", row);
    }
    const auto page = std::ranges::lower_bound(page_starts_, row);  // rows count from 1
    return fmt::format(
        "page {}, row {}",
        page - page_starts_.begin(),
        row - (page == page_starts_.begin() ? 0 : *std::prev(page)));
}

void Collector::report(
    PollProblem kind, std::int64_t row, std::size_t field, std::string_view what) {
    const bool addressed = field < letters_.size() && !letters_[field].empty();
    problems_.add(
        kind,
        fmt::format(
            "{}, {}{}: {}",
            place_of(row),
            layout_.fields[field],
            addressed ? fmt::format(" ({}{})", letters_[field], row) : std::string{},
            what));
}

// Whether a text stands in the field at all.
bool Collector::check(std::int64_t row, std::size_t field, const Text& text) {
    switch (text.state) {
        case TextState::scalar:
            return true;
        case TextState::absent:
            problems_.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "{} has no field {}: correct the name in the feed's settings, or leave such "
                    "rows out by where",
                    place_of(row),
                    layout_.fields[field]));
            return false;
        case TextState::container:
            report(
                PollProblem::wrong_shape,
                row,
                field,
                "an object or array stands where a text or number is expected: point the field at "
                "its part");
            return false;
        case TextState::uncomputed:
            report(
                PollProblem::bad_value,
                row,
                field,
                "a formula stands there whose value was never computed: open the workbook in a "
                "spreadsheet program and save it");
            return false;
    }
    return false;
}

void Collector::report_value(
    std::int64_t row, std::size_t field, std::string_view text, const Error& error) {
    constexpr std::size_t word_bytes_max = 8;  // "null", "N/A", "-": perhaps a way to say "nothing"
    const bool word = error.kind == ErrorKind::invalid && text.size() < word_bytes_max;
    report(
        PollProblem::bad_value,
        row,
        field,
        word ? fmt::format(
            "{}; if {} means that there is no figure, list it in missing",
            error.message,
            in_quotes(text))
             : error.message);
}

void Collector::report_hidden(std::int64_t row, std::size_t field, std::string_view text) {
    report(
        PollProblem::bad_value,
        row,
        field,
        fmt::format(
            "the name {} has a character in it that cannot be seen ({}): have the source take it "
            "out",
            in_quotes(text),
            hidden_character(text)));
}

void Collector::report_contradiction(
    const rules::Cell& cell, std::int64_t row, const CellSet::Held& earlier) {
    const auto& item = rules_.catalogue().items[cell.item];
    problems_.add(
        PollProblem::contradiction,
        fmt::format(
            "{} contradict each other: {} of {} on {} is {} in the one and {} in the other; have "
            "the source send one figure",
            page_starts_.size() < 2
                ? fmt::format("rows {} and {}", earlier.row, row)
                : fmt::format("{} and {}", place_of(earlier.row), place_of(row)),
            item.id,
            rules_.catalogue().subjects[cell.subject].id,
            to_text(cell.date),
            value_text(item, earlier.value),
            value_text(item, cell.value)));
}

// A body without a single row for us is a fault of the source or of the settings, not news.
void Collector::report_nothing() {
    if (decoded_.rows == 0 && decoded_.rows_filtered == 0) {
        problems_.add(
            PollProblem::wrong_shape,
            "there is not a single row: if the source has no figures yet, have it answer 404 or "
            "304");
    } else if (decoded_.rows == 0) {
        problems_.add(
            PollProblem::wrong_shape,
            fmt::format(
                "{} leaves out every one of the {} rows: compare its texts with the document",
                layout_.where.empty() ? "skip" : "where",
                decoded_.rows_filtered));
    } else if (decoded_.rows_unmapped == decoded_.rows) {
        problems_.add(
            PollProblem::wrong_shape,
            fmt::format(
                "none of the {} rows is of a mapped item: compare the names in items with the "
                "document",
                decoded_.rows));
    } else if (decoded_.rows_unmapped + decoded_.rows_unknown == decoded_.rows) {
        problems_.add(
            PollProblem::unknown_subject,
            fmt::format(
                "none of the {} rows is of a county that we know: compare the codes with the "
                "aliases of the subjects",
                decoded_.rows));
    }
}

}  // namespace sanbao::feeds
