// CSV into the grid.
#include "daemon/feeds/csv_records.hpp"
#include "daemon/feeds/grid.hpp"
#include "daemon/feeds/readers.hpp"

#include <fmt/format.h>

#include <array>

namespace sanbao::feeds {

namespace {

using core::PollProblem;
using Step = CsvRecords::Step;

constexpr std::array delimiters{',', ';', '\t', '|'};

std::string_view name_of(char delimiter) {
    return delimiter == ','    ? "comma"
           : delimiter == ';'  ? "semicolon"
           : delimiter == '\t' ? "tab"
           : delimiter == '|'  ? "bar"
                               : "as declared";
}

// How well a delimiter explains the first rows: most of our column names in one row, then most
// cells.
std::size_t score_of(
    char delimiter, std::string_view text, const HeaderFinder& finder, std::size_t rows_max) {
    constexpr std::size_t name_weight = limits::feed_columns_max;
    std::size_t best = 0;
    CsvRecords records{text, delimiter};
    for (std::size_t i = 0; i < rows_max && records.next() == Step::record; ++i) {
        const std::vector<std::string> names{records.cells().begin(), records.cells().end()};
        const auto cells = std::min(names.size(), name_weight - 1);
        best = std::max(best, finder.count_in(names) * name_weight + cells);
    }
    return best;
}

char detect_delimiter(const Reading& reading, std::string_view text, Transcoder* transcoder) {
    const auto rows_max = limits::feed_preamble_rows_max * (reading.feed.after.empty() ? 1 : 20);
    std::size_t end = 0;
    for (std::size_t i = 0; i < rows_max && end != std::string_view::npos; ++i) {
        end = text.find('\n', end == 0 ? 0 : end + 1);
    }
    const auto bytes = text.substr(0, end);
    const auto head = transcoder == nullptr ? std::string{bytes} : transcoder->to_utf8(bytes);
    const HeaderFinder finder{reading.feed, reading.layout};
    char best = delimiters.front();
    std::size_t best_score = 0;
    for (const char delimiter : delimiters) {
        const auto score = score_of(delimiter, head, finder, rows_max);
        if (score > best_score) {
            best = delimiter;
            best_score = score;
        }
    }
    return best;
}

void report_broken(const Reading& reading, Step step, std::int64_t line) {
    const bool cut = step == Step::open_quote;
    reading.problems.add(
        cut ? PollProblem::truncated : PollProblem::malformed,
        cut ? fmt::format("row {} ends inside a quoted text: the text was cut", line)
            : fmt::format(
                "row {}: a quote stands where none may: write it twice inside quotes", line));
}

void read_records(const Reading& reading, std::string_view text, char delimiter, Grid& grid) {
    CsvRecords records{text, delimiter};
    for (;;) {
        const auto step = records.next();
        if (step == Step::end) {
            break;
        }
        if (step != Step::record) {
            report_broken(reading, step, records.line());
            return;
        }
        if (!grid.row({records.line(), records.cells(), {}, records.unended()})) {
            return;
        }
    }
    grid.finish();
}

}  // namespace

void read_csv(const Reading& reading, const SourceText& source) {
    if (source.text.front() == '{' || source.text.front() == '[') {
        reading.problems.add(
            PollProblem::malformed,
            "this looks like JSON: set format = \"json\" or correct the address");
        return;
    }
    std::optional<Transcoder> transcoder;
    if (source.charset != Charset::utf8) {
        transcoder.emplace(source.charset);
    }
    auto* const from = transcoder ? &*transcoder : nullptr;
    const char declared = reading.feed.delimiter;
    const char delimiter = declared != 0 ? declared : detect_delimiter(reading, source.text, from);
    reading.collector.tell(fmt::format(
        "delimiter: {}{}", name_of(delimiter), declared == 0 ? ", found by itself" : ""));
    // Other delimiters may be the second byte of a GB18030 character: then it is UTF-8 that is cut.
    constexpr std::string_view never_inside = ",;\t ";
    if (from == nullptr || never_inside.find(delimiter) != std::string_view::npos) {
        Grid grid{reading, from};
        read_records(reading, source.text, delimiter, grid);
        return;
    }
    const auto converted = from->to_utf8(source.text);
    Grid grid{reading};
    read_records(reading, converted, delimiter, grid);
}

}  // namespace sanbao::feeds
