#include "alerts/base/quote.hpp"

#include <algorithm>

namespace sanbao {

std::string in_quotes(std::string_view text) {
    constexpr std::size_t bytes_max = 40;
    auto end = std::min(text.size(), bytes_max);
    while (end > 0 && end < text.size()
           && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    std::string result{"\""};
    for (const char c : text.substr(0, end)) {
        result += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    }
    return result + (end < text.size() ? "…\"" : "\"");
}

}  // namespace sanbao
