#include "daemon/feeds/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace sanbao::feeds {

namespace {

constexpr std::string_view ascii_blanks = " \t\r\n\v\f";
// No-break space, ideographic space, narrow no-break space; U+2000 to U+200A are told by range.
constexpr std::array<std::string_view, 3> wide_blanks{"\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\xAF"};

bool is_thin_blank(std::string_view text) {
    return text.size() >= 3 && text.starts_with("\xE2\x80")
           && static_cast<unsigned char>(text[2]) >= 0x80
           && static_cast<unsigned char>(text[2]) <= 0x8A;
}

// Bytes of the blank that `text` ends with, or 0.
std::size_t blank_bytes_behind(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    if (ascii_blanks.find(text.back()) != std::string_view::npos) {
        return 1;
    }
    for (const std::size_t size : {std::size_t{2}, std::size_t{3}}) {
        if (text.size() >= size && blank_bytes(text.substr(text.size() - size)) == size) {
            return size;
        }
    }
    return 0;
}

void skip_blanks(std::string_view& text) {
    while (const auto bytes = blank_bytes(text)) {
        text.remove_prefix(bytes);
    }
}

// Takes the first character off `text`, which is valid UTF-8 and not empty.
char32_t take_character(std::string_view& text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto lead = byte(0);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t character = size == 1 ? lead : lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        character = (character << 6U) | (byte(i) & 0x3FU);
    }
    text.remove_prefix(std::min(size, text.size()));
    return character;
}

struct Range {
    char32_t first, last;
};
constexpr std::array<Range, 9> hidden{{
    {0x00, 0x1F},      // control characters, without the blanks among them
    {0x7F, 0x9F},      // delete and the second set
    {0xAD, 0xAD},      // soft hyphen
    {0x61C, 0x61C},    // Arabic letter mark
    {0x180E, 0x180E},  // Mongolian vowel separator
    {0x200B, 0x200F},  // zero width, and marks of direction
    {0x202A, 0x202E},  // embeddings and overrides of direction
    {0x2060, 0x206F},  // joiners, isolates of direction, invisible operators
    {0xFEFF, 0xFEFF},  // byte order mark
}};

}  // namespace

std::size_t blank_bytes(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    if (static_cast<unsigned char>(text.front()) < 0x80) {
        return ascii_blanks.find(text.front()) != std::string_view::npos ? 1 : 0;
    }
    for (const auto blank : wide_blanks) {
        if (text.starts_with(blank)) {
            return blank.size();
        }
    }
    return is_thin_blank(text) ? 3 : 0;
}

std::string_view trimmed(std::string_view text) {
    skip_blanks(text);
    while (const auto bytes = blank_bytes_behind(text)) {
        text.remove_suffix(bytes);
    }
    return text;
}

std::string folded(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        if (const auto bytes = blank_bytes(text)) {
            text.remove_prefix(bytes);
        } else {
            result += text.front();
            text.remove_prefix(1);
        }
    }
    return result;
}

bool begins_with_name(std::string_view text, std::string_view start) {
    for (;;) {
        skip_blanks(text);
        skip_blanks(start);
        if (start.empty() || text.empty() || text.front() != start.front()) {
            return start.empty();
        }
        text.remove_prefix(1);
        start.remove_prefix(1);
    }
}

bool same_name(std::string_view one, std::string_view other) {
    for (;;) {
        skip_blanks(one);
        skip_blanks(other);
        if (one.empty() || other.empty() || one.front() != other.front()) {
            return one.empty() && other.empty();
        }
        one.remove_prefix(1);
        other.remove_prefix(1);
    }
}

std::string hidden_character(std::string_view text) {
    while (!text.empty()) {
        if (const auto bytes = blank_bytes(text)) {
            text.remove_prefix(bytes);
            continue;
        }
        const auto character = take_character(text);
        if (std::ranges::any_of(hidden, [character](const Range& range) {
                return range.first <= character && character <= range.last;
            })) {
            return fmt::format("U+{:04X}", static_cast<std::uint32_t>(character));
        }
    }
    return {};
}

}  // namespace sanbao::feeds
