// Blanks as people and spreadsheets put them into names, and characters that nobody sees.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sanbao::feeds {

// Bytes of the blank that `text` begins with, or 0: ASCII blanks and line breaks, no-break, thin,
// narrow and ideographic ones.
std::size_t blank_bytes(std::string_view text);

// Without the blanks at both ends.
std::string_view trimmed(std::string_view text);

// Without any blank, at the ends or inside: "县　　区" and "县区" are one name.
std::string folded(std::string_view text);

// Whether two names are the same but for blanks; whether `text` begins with `start` but for them.
bool same_name(std::string_view one, std::string_view other);
bool begins_with_name(std::string_view text, std::string_view start);

// "U+200B": the first character of `text` (valid UTF-8) that cannot be seen or that turns the
// reading direction: two names that look alike would be two. Tab and line breaks are blanks. Empty
// when there is none.
std::string hidden_character(std::string_view text);

}  // namespace sanbao::feeds
