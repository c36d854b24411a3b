#include "alerts/text/utf8.hpp"

#include "alerts/base/assert.hpp"

#include <array>
#include <cstdint>

namespace sanbao::text {

namespace {

constexpr std::string_view ellipsis = "…";

// Meaningful when character_bytes says that there is a whole character of `bytes` bytes.
std::uint32_t code_point(std::string_view text, std::size_t bytes) {
    constexpr std::array<std::uint32_t, 5> lead_mask{0, 0x7f, 0x1f, 0x0f, 0x07};
    auto code = static_cast<unsigned char>(text[0]) & lead_mask[bytes];
    for (std::size_t i = 1; i < bytes; ++i) {
        code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
    }
    return code;
}

bool is_unshowable(std::uint32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const bool line_break = code == 0x2028 || code == 0x2029;
    const bool direction = code == 0x061c || code == 0x200e || code == 0x200f
                           || (code >= 0x202a && code <= 0x202e)
                           || (code >= 0x2066 && code <= 0x2069);
    return control || line_break || direction;
}

}  // namespace

std::size_t character_bytes(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t bytes = lead < 0x80                   ? 1
                              : lead >= 0xc2 && lead < 0xe0 ? 2
                              : lead >= 0xe0 && lead < 0xf0 ? 3
                              : lead >= 0xf0 && lead < 0xf5 ? 4
                                                            : 0;
    if (bytes == 0 || text.size() < bytes) {
        return 0;
    }
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80) {
            return 0;
        }
    }
    const auto code = code_point(text, bytes);
    const bool too_long = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x1'0000);
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return too_long || surrogate || code > 0x10'ffff ? 0 : bytes;
}

std::string clean(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto bytes = character_bytes(text);
        if (bytes == 0) {
            result += "\xef\xbf\xbd";
        } else if (is_unshowable(code_point(text, bytes))) {
            result += ' ';
        } else {
            result += text.substr(0, bytes);
        }
        text.remove_prefix(bytes == 0 ? 1 : bytes);
    }
    return result;
}

std::string cut(std::string_view text, std::size_t bytes_max) {
    SANBAO_ASSERT(bytes_max >= ellipsis.size());
    if (text.size() <= bytes_max) {
        return std::string{text};
    }
    auto end = bytes_max - ellipsis.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) {
        --end;
    }
    return std::string{text.substr(0, end)}.append(ellipsis);
}

}  // namespace sanbao::text
