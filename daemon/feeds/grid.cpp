#include "daemon/feeds/grid.hpp"

#include "alerts/base/quote.hpp"
#include "daemon/feeds/characters.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

// Bytes of another charset than UTF-8 are taken for blank only where they are ASCII.
bool is_blank(std::string_view text, bool utf8) {
    if (!text.empty() && text.front() > ' ') {
        return false;
    }
    return utf8 ? trimmed(text).empty() : text.find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace

Grid::Grid(const Reading& reading, Transcoder* transcoder)
    : reading_(reading), transcoder_(transcoder), finder_(reading.feed, reading.layout) {
    const auto& layout = reading.layout;
    keeps_surroundings_ = std::ranges::any_of(layout.fields, is_of_document);
    texts_.resize(layout.fields.size());
    document_texts_.resize(layout.fields.size());
    found_.resize(layout.fields.size());
    spans_rows_.assign(layout.fields.size(), true);
    for (const auto figure : layout.figures) {
        spans_rows_[figure] = false;
    }
    stage_ = reading.feed.after.empty() ? Stage::header : Stage::before;
}

void Grid::set_columns(std::vector<std::string> names) {
    own_columns_ = std::move(names);
}

std::string_view Grid::text_of(std::size_t column, std::string_view bytes) {
    if (transcoder_ == nullptr || is_ascii(bytes)) {
        return bytes;
    }
    return converted_[column].at(bytes, [&] { return transcoder_->to_utf8(bytes); });
}

std::vector<std::string> Grid::texts_of(std::span<const std::string_view> cells) {
    std::vector<std::string> texts;
    for (const auto cell : cells) {
        texts.push_back(transcoder_ == nullptr ? std::string{cell} : transcoder_->to_utf8(cell));
    }
    return texts;
}

void Grid::keep(const GridRow& row) {
    if (keeps_surroundings_) {
        surroundings_.keep(row.number, texts_of(row.cells));
    }
}

bool Grid::row(const GridRow& row) {
    switch (stage_) {
        case Stage::before:
            return take_before(row);
        case Stage::header:
            return take_header(row);
        case Stage::table:
            return take_row(row);
        case Stage::behind:
            keep(row);
            behind_ +=
                std::ranges::count_if(row.cells, [](auto cell) { return !cell.empty(); }) > 1;
            return true;
    }
    return false;
}

bool Grid::take_before(const GridRow& row) {
    keep(row);
    const auto texts = texts_of(row.cells);
    if (std::ranges::any_of(texts, [&](const auto& text) {
            return text.find(reading_.feed.after) != std::string::npos;
        })) {
        stage_ = Stage::header;
    }
    return true;
}

bool Grid::take_header(const GridRow& row) {
    if (!own_columns_.empty()) {
        return begin_table({0, std::move(own_columns_)}) && take_row(row);
    }
    if (finder_.needs_none()) {
        if (first_filled(row.cells).empty()) {
            return true;
        }
        Header numbered;
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            numbered.names.push_back(fmt::format("#{}", i + 1));
        }
        return begin_table(numbered) && take_row(row);
    }
    keep(row);
    const auto header =
        finder_.offer(row.number, texts_of(row.merged.empty() ? row.cells : row.merged));
    if (header) {
        return begin_table(*header);
    }
    if (finder_.gave_up()) {
        reading_.problems.add(PollProblem::wrong_shape, finder_.missing());
        return false;
    }
    return true;
}

bool Grid::begin_table(const Header& header) {
    const auto& layout = reading_.layout;
    columns_ = place_columns(header, layout, reading_.problems);
    width_ = header.names.size();
    if (width_ > limits::feed_columns_max) {
        reading_.problems.add(
            PollProblem::too_large,
            fmt::format("more than {} columns: split the table", limits::feed_columns_max));
    }
    if (reading_.problems.any()) {
        return false;
    }
    std::vector<std::string> unused;
    for (std::size_t i = 0; i < width_; ++i) {
        if (std::ranges::find(columns_, i) == columns_.end() && !header.names[i].empty()) {
            unused.push_back(header.names[i]);
        }
    }
    reading_.collector.tell_unused(std::move(unused));
    if (addressed_) {
        std::vector<std::string> letters;
        for (const auto column : columns_) {
            letters.push_back(column == no_field ? std::string{} : letters_of(column));
        }
        reading_.collector.set_letters(std::move(letters));
    }
    if (header.row > 0) {
        reading_.collector.tell(fmt::format("header: row {}", header.row));
    }
    converted_.resize(width_);
    stage_ = Stage::table;
    find_document_fields();
    for (std::size_t i = 0; i < layout.fields.size(); ++i) {
        holding_ = holding_ || (is_of_document(layout.fields[i]) && !found_[i]);
    }
    return true;
}

void Grid::find_document_fields() {
    const auto& fields = reading_.layout.fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!is_of_document(fields[i]) || found_[i]) {
            continue;
        }
        if (auto text = surroundings_.find(fields[i])) {
            document_texts_[i] = *std::move(text);
            texts_[i] = {document_texts_[i], TextState::scalar};
            found_[i] = true;
        }
    }
}

std::string_view Grid::first_filled(std::span<const std::string_view> cells) const {
    const auto found = std::ranges::find_if_not(
        cells, [this](auto cell) { return is_blank(cell, transcoder_ == nullptr); });
    return found == cells.end() ? std::string_view{} : *found;
}

bool Grid::ends_table(std::string_view first) {
    const auto text = transcoder_ == nullptr ? std::string{first} : transcoder_->to_utf8(first);
    return std::ranges::any_of(
        reading_.feed.until, [&](const auto& start) { return begins_with_name(text, start); });
}

bool Grid::refuse_width(const GridRow& row) {
    const bool cut = row.unended && row.cells.size() < width_;
    std::string advice;
    if (row.unended) {
        advice = ": the text was cut, or its last line is not whole";
    } else if (row.cells.size() < width_ && reading_.feed.until.empty()) {
        advice = fmt::format(
            ": have it written whole; or, if the table ends before it, set until = [{}]",
            in_quotes(texts_of(row.cells.first(1)).front()));
    }
    reading_.problems.add(
        cut ? PollProblem::truncated : PollProblem::malformed,
        fmt::format(
            "row {} has {} columns and the header {}{}",
            row.number,
            row.cells.size(),
            width_,
            advice));
    return !row.unended && !reading_.problems.full();
}

bool Grid::take_row(const GridRow& row) {
    // The first cell is mostly filled: then this costs a look at one character.
    const auto first = first_filled(row.cells);
    if (first.empty()) {
        return true;
    }
    if (!reading_.feed.until.empty() && ends_table(first)) {
        stage_ = Stage::behind;
        ended_ = true;
        keep(row);
        return true;
    }
    if (row.cells.size() != width_) {
        return refuse_width(row);
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto column = columns_[i];
        if (column == no_field) {
            continue;
        }
        auto bytes = row.cells[column];
        if (bytes.empty() && spans_rows_[i] && column < row.merged.size()) {
            bytes = row.merged[column];
        }
        texts_[i] = {
            text_of(column, bytes),
            bytes.data() == uncomputed_formula.data() ? TextState::uncomputed : TextState::scalar};
    }
    return hand_on(row.number);
}

bool Grid::hand_on(std::int64_t number) {
    if (!holding_) {
        return reading_.collector.take(number, texts_);
    }
    auto& held = held_.emplace_back();
    held.number = number;
    for (const auto& text : texts_) {
        held.texts.emplace_back(text.text);
        held.states.push_back(text.state);
    }
    return held_.size() <= limits::feed_rows_max;
}

void Grid::finish() {
    auto& problems = reading_.problems;
    if (problems.any()) {
        return;
    }
    if (stage_ == Stage::before) {
        problems.add(
            PollProblem::wrong_shape,
            fmt::format(
                "no line contains {}: correct after in the feed's settings",
                in_quotes(reading_.feed.after)));
        return;
    }
    if (stage_ == Stage::header) {
        problems.add(
            PollProblem::wrong_shape,
            own_columns_.empty() && !finder_.needs_none()
                ? finder_.missing()
                : std::string{"there is not a single row"});
        return;
    }
    if (behind_ > 0) {
        reading_.collector.tell(fmt::format(
            "{} rows of several cells stand below the end of the table and were not read",
            behind_));
    }
    if (!reading_.feed.until.empty() && !ended_) {
        problems.add(
            PollProblem::truncated,
            fmt::format(
                "no row begins with {}, which ends the table: the text was cut, or until in the "
                "feed's settings is to be corrected",
                in_quotes(reading_.feed.until.front())));
        return;
    }
    find_document_fields();
    const auto& fields = reading_.layout.fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (is_of_document(fields[i]) && !found_[i]) {
            problems.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "the document has no field {}: correct it in the feed's settings", fields[i]));
        }
    }
    for (const auto& held : held_) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (columns_[i] != no_field) {
                texts_[i] = {held.texts[i], held.states[i]};
            }
        }
        if (problems.any() || !reading_.collector.take(held.number, texts_)) {
            return;
        }
    }
}

}  // namespace sanbao::feeds
