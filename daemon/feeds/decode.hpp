// Bytes to cells. A body is taken whole or not at all.
#pragma once

#include "alerts/core/input.hpp"
#include "daemon/feeds/feed.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::feeds {

struct Decoded {
    std::vector<rules::Cell> cells;   // no two of the same item, subject and date
    std::int64_t rows = 0;            // rows that were ours (after `where`)
    std::int64_t rows_filtered = 0;   // rows that `where` left out
    std::int64_t rows_unmapped = 0;   // of `rows`: tall rows of an item that no mapping names
    std::int64_t rows_unknown = 0;    // of `rows`: left out by skip_unknown_counties
    std::vector<std::string> unused;  // `feed test`: items mapped that no row gave a figure for
    std::optional<Instant> edition;   // FeedSettings::published
    // What `feed test` tells of how it was read: encoding, delimiter, header row, sheet, pages,
    // units found in the document; a sentence each.
    std::vector<std::string> how;
    std::vector<std::string> columns_unused;  // columns or fields of a row that nothing maps
    std::vector<std::string> names_unmapped;  // tall: item names met that no mapping names
};

// Why a body is refused: the first problem's kind, and the first few in words, each with its row
// ("row 17, /closing_balance: "null" is not a number; declare it in missing = […]").
struct Refusal {
    core::PollProblem problem = core::PollProblem::malformed;
    std::vector<std::string> problems;  // at most limits::feed_problems_shown_max
};

// Between the pages of one answer (RFC 7464): they are decoded, kept and hashed as one body.
inline constexpr char page_separator = '\x1E';

// Pure; runs on the loop thread or a worker. `body` is not changed, but moved to a larger buffer
// when it has less than io::body_padding spare capacity. `now` bounds dates
// (limits::feed_future_hours_max), except for a feed that drives the clock.
boost::system::result<Decoded, Refusal> decode(
    const FeedSettings& feed, const rules::Rulebook& rules, std::string& body, Instant now);

// The same for what a person files (Arrival::hand), a JSON object:
//   {"county": "610326", "date": "2026-10-31", "values": {"balance": "1,234.56", …}}
// Values are keyed by item id and written in the unit of the mapping. Every item expected each time
// must be there (or one of the texts that mean "no figure"); one that is not mapped is refused.
boost::system::result<Decoded, Refusal> decode_filing(
    const FeedSettings& feed, const rules::Rulebook& rules, std::string& body, Instant now);

}  // namespace sanbao::feeds
