// Text from outside as an operator may see it in a message.
#pragma once

#include <string>
#include <string_view>

namespace sanbao {

// In double quotes, on one line (control characters as '?'), at most 40 bytes cut between
// characters; what was cut ends in "…".
std::string in_quotes(std::string_view text);

}  // namespace sanbao
