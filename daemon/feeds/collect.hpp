// Rows to cells: dates, subjects, items and numbers are read and checked here, for every format.
#pragma once

#include "daemon/feeds/cell_set.hpp"
#include "daemon/feeds/dates.hpp"
#include "daemon/feeds/names.hpp"
#include "daemon/feeds/numbers.hpp"
#include "daemon/feeds/table.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sanbao::feeds {

class Collector {
  public:
    // All are held by reference. `body_bytes` is a hint of how much will come.
    struct Parts {
        const FeedSettings& feed;
        const rules::Rulebook& rules;
        const Layout& layout;
        Problems& problems;
        std::size_t body_bytes = 0;
    };
    Collector(const Parts& parts, Instant now);

    // For messages. Rows of further pages are counted on, and told by page and row of the page.
    void begin_page() { page_starts_.push_back(rows_taken_); }
    // Instead of "row 1", where there is but one.
    void call_rows(std::string name) { row_name_ = std::move(name); }
    // Column letters by field ("B"), where cells have addresses.
    void set_letters(std::vector<std::string> letters) { letters_ = std::move(letters); }
    // A sentence for `feed test`, and what nothing maps.
    void tell(std::string how) { decoded_.how.push_back(std::move(how)); }
    void tell_unused(std::vector<std::string> columns) {
        decoded_.columns_unused = std::move(columns);
    }

    // One row with one text per field of the layout; `row` is its number in the file, or counts
    // from 1 over all pages. False: stop reading, enough is known to refuse the body.
    bool take(std::int64_t row, std::span<const Text> texts);
    [[nodiscard]] std::int64_t rows_taken() const { return rows_taken_; }
    // When all rows were taken.
    boost::system::result<Decoded, Refusal> finish();

    // "row 7"; "page 2, row 7" when there are pages.
    [[nodiscard]] std::string place_of(std::int64_t row) const;

  private:
    struct Known {  // what a county code means on `date`
        Date date;
        std::uint32_t subject;
        bool readable;  // nothing in it hides
    };
    struct Group {  // of mappings that one item name stands for, in by_name_
        std::size_t first = 0;
        std::size_t size = 0;
        bool readable = true;
    };
    struct Scale {  // what a mapping's figures are multiplied by
        std::int64_t multiplier = 1;
        int power = 0;     // of ten; -1: it is none
        std::string unit;  // as the document says it, where it does
        bool known = true;
    };

    void take_wide(std::int64_t row, std::span<const Text> texts);
    void take_tall(std::int64_t row, std::span<const Text> texts);
    std::optional<Date> date_of(std::int64_t row, std::span<const Text> texts);
    std::optional<std::uint32_t> subject_of(
        std::int64_t row, std::span<const Text> texts, Date date);
    [[nodiscard]] Known know(std::string_view name, Date date) const;
    [[nodiscard]] Group group_of(std::string_view name);
    void put(std::int64_t row, std::size_t mapping, std::span<const Text> texts, rules::Cell cell);
    bool find_unit(std::int64_t row, std::size_t mapping, const Text& text);
    bool find_edition(std::int64_t row, const Text& text);
    void add_mappings();
    void report(core::PollProblem kind, std::int64_t row, std::size_t field, std::string_view what);
    void report_value(
        std::int64_t row, std::size_t field, std::string_view text, const Error& error);
    void report_hidden(std::int64_t row, std::size_t field, std::string_view text);
    [[nodiscard]] bool is_ours(std::span<const Text> texts) const;
    [[nodiscard]] bool is_missing(std::string_view text) const;
    bool check(std::int64_t row, std::size_t field, const Text& text);
    void report_contradiction(
        const rules::Cell& cell, std::int64_t row, const CellSet::Held& earlier);
    void report_nothing();

    const FeedSettings& feed_;
    const rules::Rulebook& rules_;
    const Layout& layout_;
    Problems& problems_;
    DateReader dates_;
    NumberReader numbers_;
    Date last_date_;                    // later ones are in the future …
    Instant last_edition_;              // … as are later editions
    std::vector<std::uint32_t> items_;  // of the mappings, in the catalogue
    std::vector<std::size_t> ranks_;    // of the mappings: number among the distinct items
    std::vector<Scale> scales_;         // of the mappings
    std::size_t distinct_items_ = 0;
    std::vector<bool> seen_;  // mappings that gave a figure
    std::uint32_t constant_subject_ = none;
    std::vector<std::size_t> by_name_;  // tall: mappings, those of one name together
    Names<Group> groups_;               // tall: by item name
    Names<Known> subjects_;
    std::string date_text_;  // of the row before …
    Date date_{};            // … and what it means
    std::string edition_text_;
    std::int64_t rows_taken_ = 0;
    std::vector<std::int64_t> page_starts_;
    std::vector<std::string> letters_;
    std::string row_name_;
    std::optional<CellSet> cells_;
    Decoded decoded_;
};

}  // namespace sanbao::feeds
