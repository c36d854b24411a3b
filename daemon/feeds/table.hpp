// Between the bytes and the cells: what one row says in the fields that the settings name, whatever
// its format. The readers (json.cpp, csv.cpp, …) fill rows; the collector (collect.cpp) judges
// them.
#pragma once

#include "daemon/feeds/decode.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sanbao::feeds {

inline constexpr std::size_t no_field = std::numeric_limits<std::size_t>::max();

enum class TextState : unsigned char {
    absent,      // the row has no such field
    scalar,      // `text` is the number, literal or string as written, without quotes
    container,   // an object, an array or elements stand there
    uncomputed,  // a formula of a workbook, whose value nobody computed
};

// One field of one row. The text lives until the next row.
struct Text {
    std::string_view text;
    TextState state = TextState::absent;
};

// The distinct fields of a feed, numbered in the order of `fields`; the other members are numbers
// of fields, or no_field.
struct Layout {
    std::vector<Field> fields;
    std::vector<bool> needed;  // by field: false where only items stand that may be left out
    std::size_t county = no_field;
    std::size_t date = no_field;
    std::size_t published = no_field;
    std::size_t item = no_field;       // tall
    std::vector<std::size_t> figures;  // by item mapping
    std::vector<std::size_t> units;    // by item mapping: where its unit stands, or no_field
    std::vector<std::pair<std::size_t, std::string>> where;
    std::vector<std::pair<std::size_t, std::vector<std::string>>> skip;
};
Layout layout_of(const FeedSettings& feed);

// "$/as_of": stands once in the document, not in the row.
inline bool is_of_document(const Field& field) {
    return field.starts_with('$');
}

// What is wrong with a body, in the order in which it was met.
class Problems {
  public:
    void add(core::PollProblem kind, std::string message);
    [[nodiscard]] bool any() const { return !refusal_.problems.empty(); }
    [[nodiscard]] bool full() const {
        return refusal_.problems.size() >= limits::feed_problems_shown_max;
    }
    [[nodiscard]] Refusal take() { return std::move(refusal_); }

  private:
    Refusal refusal_;
};

}  // namespace sanbao::feeds
