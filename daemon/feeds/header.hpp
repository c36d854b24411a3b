// The header of a table: which row it is, and in which column each field stands.
#pragma once

#include "daemon/feeds/table.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace sanbao::feeds {

struct Header {
    std::int64_t row = 0;            // its first row; 0: the table has none
    std::vector<std::string> names;  // by column; of several rows: joined by "/"
};

// Names of a header of several rows. A cell that is empty above a filled one belongs to what stands
// to its left (a merged cell); a name that is repeated downwards counts once.
std::vector<std::string> joined_names(const std::deque<std::vector<std::string>>& rows);

class HeaderFinder {
  public:
    HeaderFinder(const FeedSettings& feed, const Layout& layout);

    // Whether all columns are numbers ("#3") and no row is said to be the header: there is none.
    [[nodiscard]] bool needs_none() const { return feed_.header == 0 && named_ == 0; }
    // The header, when it ends with this row.
    std::optional<Header> offer(std::int64_t row, std::vector<std::string> cells);
    // How many of our names the columns of one row hold.
    [[nodiscard]] std::size_t count_in(const std::vector<std::string>& names) const;
    // Why there is none, when the rows are at their end or the limit is passed.
    [[nodiscard]] std::string missing() const;
    [[nodiscard]] bool gave_up() const;

  private:
    const FeedSettings& feed_;
    const Layout& layout_;
    std::size_t named_ = 0;                        // fields that need a column of their name
    std::deque<std::vector<std::string>> window_;  // the last rows, as many as a header has
    std::size_t offered_ = 0;
    std::size_t best_count_ = 0;
    Header best_;
};

// The column of each field; no_field for those of the document and those that may be left out and
// are. Columns that are missing or stand twice go to `problems`.
std::vector<std::size_t> place_columns(
    const Header& header, const Layout& layout, Problems& problems);

}  // namespace sanbao::feeds
