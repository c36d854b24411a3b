// Rows to cells: dates, subjects, items and numbers are read and checked here, for every format.
#pragma once

#include "daemon/feeds/cell_set.hpp"
#include "daemon/feeds/names.hpp"
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

    // One row, numbered from 1, with one text per field of the layout. False: stop reading, enough
    // is known to refuse the body.
    bool take(std::int64_t row, std::span<const Text> texts);
    // When all rows were taken.
    boost::system::result<Decoded, Refusal> finish();

  private:
    struct Known {  // what a county code means on `date`
        Date date;
        std::uint32_t subject;
    };

    void take_wide(std::int64_t row, std::span<const Text> texts);
    void take_tall(std::int64_t row, std::span<const Text> texts);
    std::optional<Date> date_of(std::int64_t row, std::span<const Text> texts);
    std::optional<std::uint32_t> subject_of(
        std::int64_t row, std::span<const Text> texts, Date date);
    void put(std::int64_t row, std::size_t mapping, const Text& text, rules::Cell cell);
    void report_value(
        std::int64_t row, const Field& field, std::string_view text, const Error& error);
    [[nodiscard]] bool is_ours(std::span<const Text> texts) const;
    [[nodiscard]] bool is_missing(std::string_view text) const;
    [[nodiscard]] const Field& value_field(std::size_t mapping) const;
    bool check(std::int64_t row, const Field& field, const Text& text);
    void report_contradiction(
        const rules::Cell& cell, std::int64_t row, const CellSet::Held& earlier);
    void report_nothing();

    const FeedSettings& feed_;
    const rules::Rulebook& rules_;
    const Layout& layout_;
    Problems& problems_;
    Date last_date_;                    // later ones are in the future
    std::vector<std::uint32_t> items_;  // of the mappings, in the catalogue
    std::vector<std::size_t> ranks_;    // of the mappings: number among the distinct items
    std::size_t distinct_items_ = 0;
    std::vector<bool> seen_;  // mappings that gave a figure
    std::uint32_t constant_subject_ = none;
    Names<std::size_t> mappings_;  // tall: item name to mapping, or no_field
    Names<Known> subjects_;
    std::string date_text_;  // of the row before …
    Date date_{};            // … and what it means
    std::optional<CellSet> cells_;
    Decoded decoded_;
};

}  // namespace sanbao::feeds
