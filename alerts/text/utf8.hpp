// Text from outside made safe to show: feeds, mail servers and settings all write into messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sanbao::text {

// One line of valid UTF-8: bytes that are none become U+FFFD; control characters (line breaks among
// them) and marks that turn the reading direction become blanks.
std::string clean(std::string_view text);

// At most `bytes_max` (>= 3) bytes, cut between characters; what was cut ends in "…".
std::string cut(std::string_view text, std::size_t bytes_max);

// Bytes of the first character of `text` (1 to 4); 0 when it does not begin with a whole, shortest
// and allowed one.
std::size_t character_bytes(std::string_view text);

}  // namespace sanbao::text
