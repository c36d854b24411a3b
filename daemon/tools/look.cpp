#include "daemon/tools/look.hpp"

#include "alerts/text/utf8.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace sanbao::tools {

namespace {

std::string_view code_of(Style style) {
    switch (style) {
        case Style::plain:
            return "";
        case Style::strong:
            return "\x1b[1m";
        case Style::faint:
            return "\x1b[2m";
        case Style::alarm:
            return "\x1b[1;7m";
        case Style::red:
            return "\x1b[1;31m";
        case Style::orange:
            return "\x1b[1;38;5;208m";
        case Style::yellow:
            return "\x1b[33m";
        case Style::blue:
            return "\x1b[34m";
    }
    return "";
}

struct Range {
    char32_t first, last;
};

// East Asian Wide and Fullwidth, as far as names, units and punctuation of ours go.
constexpr std::array wide{
    Range{0x1100, 0x115F},
    Range{0x2E80, 0x303E},
    Range{0x3041, 0xA4CF},
    Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE6F},
    Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},
    Range{0x1F300, 0x1F64F},
    Range{0x20000, 0x3FFFD}};
constexpr std::array mute{Range{0x0300, 0x036F}, Range{0x200B, 0x200F}, Range{0xFE00, 0xFE0F}};

bool lies_in(char32_t character, const auto& ranges) {
    return std::ranges::any_of(
        ranges, [&](const Range& r) { return r.first <= character && character <= r.last; });
}

char32_t decode(std::string_view bytes) {
    constexpr std::array<unsigned, 5> lead_bits{0, 0x7F, 0x1F, 0x0F, 0x07};
    char32_t character = static_cast<unsigned char>(bytes[0]) & lead_bits[bytes.size()];
    for (const char byte : bytes.substr(1)) {
        character = (character << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    return character;
}

}  // namespace

std::string Look::paint(std::string_view text, Style style) const {
    if (!colour || style == Style::plain || text.empty()) {
        return std::string{text};
    }
    return fmt::format("{}{}\x1b[0m", code_of(style), text);
}

std::size_t columns(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const auto size = text::character_bytes(text);
        if (size == 0) {
            ++width;
            text.remove_prefix(1);
            continue;
        }
        const auto character = decode(text.substr(0, size));
        width += lies_in(character, wide) ? 2U : lies_in(character, mute) ? 0U : 1U;
        text.remove_prefix(size);
    }
    return width;
}

std::string padded(std::string_view text, std::size_t width) {
    const auto own = columns(text);
    return std::string{text} + std::string(own < width ? width - own : 0, ' ');
}

std::string Table::to_text(const Look& look) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], columns(row[i].text));
        }
    }
    std::string out;
    for (const auto& row : rows_) {
        out.append(indent_, ' ');
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += look.paint(row[i].text, row[i].style);
            if (i + 1 < row.size()) {
                out.append(widths[i] - columns(row[i].text) + 2, ' ');
            }
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    return out;
}

bool wants_colour() {
    return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

std::string environment_language() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* set = std::getenv(name);
        const std::string_view value = set != nullptr ? set : "";
        if (!value.empty()) {
            const auto known = value.starts_with("zh") || value.starts_with("en");
            return known ? std::string{value.substr(0, 2)} : std::string{};
        }
    }
    return {};
}

}  // namespace sanbao::tools
