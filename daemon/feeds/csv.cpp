// CSV by libcsv, strict. The first row is the header; columns are found by their names.
#include "alerts/base/quote.hpp"
#include "daemon/feeds/readers.hpp"

#include <csv.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

constexpr std::size_t block_bytes = 64 << 10;  // between two looks at whether to go on

char delimiter_of(const FeedSettings& feed) {
    return feed.delimiter == 0 ? ',' : feed.delimiter;
}

class CsvReader {
  public:
    explicit CsvReader(const Reading& reading) : reading_(reading) {
        csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
        csv_set_delim(&parser_, static_cast<unsigned char>(delimiter_of(reading.feed)));
    }
    CsvReader(const CsvReader&) = delete;
    CsvReader& operator=(const CsvReader&) = delete;
    ~CsvReader() { csv_free(&parser_); }

    void read(std::string_view body);

  private:
    // Where a cell of the row under way lies in row_text_; views would move as it grows.
    struct Piece {
        std::size_t begin = 0;
        std::size_t size = 0;
        bool there = false;
    };

    static void on_cell(void* text, std::size_t size, void* self);
    static void on_row(int end, void* self);
    void take_cell(std::string_view text);
    void take_row();
    void take_header();
    void report_broken(bool at_end);

    const Reading& reading_;
    csv_parser parser_{};
    std::vector<std::string> header_;
    std::vector<std::vector<std::size_t>> fields_of_;  // fields that stand in each column
    std::vector<Piece> pieces_;                        // by field
    std::vector<Text> texts_;
    std::string row_text_;
    std::size_t column_ = 0;
    std::int64_t row_ = 0;  // 0: the header
    bool unended_ = false;  // no line break behind the row under way
    bool stopped_ = false;
};

void CsvReader::on_cell(void* text, std::size_t size, void* self) {
    const auto* const bytes = static_cast<const char*>(text);
    static_cast<CsvReader*>(self)->take_cell(
        bytes == nullptr ? std::string_view{} : std::string_view{bytes, size});
}

void CsvReader::on_row(int /*end*/, void* self) {
    static_cast<CsvReader*>(self)->take_row();
}

void CsvReader::take_cell(std::string_view text) {
    if (stopped_) {
        return;
    }
    const auto column = column_++;
    if (row_ == 0) {
        header_.emplace_back(text);
        return;
    }
    if (column >= fields_of_.size() || fields_of_[column].empty()) {
        return;
    }
    for (const auto field : fields_of_[column]) {
        pieces_[field] = {row_text_.size(), text.size(), true};
    }
    row_text_ += text;
}

void CsvReader::take_header() {
    const auto& fields = reading_.layout.fields;
    fields_of_.resize(header_.size());
    pieces_.resize(fields.size());
    texts_.resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto count = std::ranges::count(header_, fields[i]);
        if (count != 1) {
            reading_.problems.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "the header has {} column {}; it is {}",
                    count == 0 ? "no" : "more than one",
                    in_quotes(fields[i]),
                    in_quotes(fmt::format(
                        "{}", fmt::join(header_, std::string(1, delimiter_of(reading_.feed)))))));
            stopped_ = true;
            continue;
        }
        const auto column = std::ranges::find(header_, fields[i]) - header_.begin();
        fields_of_[static_cast<std::size_t>(column)].push_back(i);
    }
}

void CsvReader::take_row() {
    if (stopped_) {
        return;
    }
    if (row_ == 0) {
        take_header();
    } else if (column_ != header_.size()) {
        reading_.problems.add(
            unended_ && column_ < header_.size() ? PollProblem::truncated : PollProblem::malformed,
            fmt::format(
                "row {} has {} columns and the header {}{}",
                row_,
                column_,
                header_.size(),
                unended_ ? ": the text was cut, or its last line is not whole" : ""));
        stopped_ = unended_ || reading_.problems.full();
    } else {
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            const auto& piece = pieces_[i];
            texts_[i] = {
                std::string_view{row_text_}.substr(piece.begin, piece.size),
                piece.there ? TextState::scalar : TextState::absent};
        }
        stopped_ = !reading_.collector.take(row_, texts_);
    }
    ++row_;
    column_ = 0;
    row_text_.clear();
    std::ranges::fill(pieces_, Piece{});
}

void CsvReader::report_broken(bool at_end) {
    const int code = csv_error(&parser_);
    reading_.problems.add(
        at_end ? PollProblem::truncated : PollProblem::malformed,
        code != CSV_EPARSE ? fmt::format("row {}: {}", row_, csv_strerror(code))
        : at_end           ? fmt::format("row {} ends inside a quoted text: the text was cut", row_)
                           : fmt::format(
                     "row {}: a quote stands where none may: write it twice inside quotes", row_));
}

void CsvReader::read(std::string_view body) {
    const bool ended = body.ends_with('\n') || body.ends_with('\r');
    while (!body.empty() && !stopped_) {
        const auto block = body.substr(0, block_bytes);
        if (csv_parse(&parser_, block.data(), block.size(), on_cell, on_row, this)
            != block.size()) {
            report_broken(false);
            return;
        }
        body.remove_prefix(block.size());
    }
    if (stopped_) {
        return;
    }
    unended_ = !ended;
    if (csv_fini(&parser_, on_cell, on_row, this) != 0) {
        report_broken(true);
    }
}

}  // namespace

void read_csv(const Reading& reading, std::string_view body) {
    if (body.front() == '{' || body.front() == '[') {
        reading.problems.add(
            PollProblem::malformed,
            "this looks like JSON: set format = \"json\" or correct the address");
        return;
    }
    if (!simdjson::validate_utf8(body.data(), body.size())) {
        reading.problems.add(
            PollProblem::malformed,
            "the text is not UTF-8 (GB18030 perhaps): have the source send UTF-8");
        return;
    }
    CsvReader{reading}.read(body);
}

}  // namespace sanbao::feeds
