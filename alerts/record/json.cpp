#include "alerts/record/json.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::record {

namespace {

constexpr std::int64_t integer_max = (std::int64_t{1} << 53) - 1;
constexpr std::string_view replacement = "\xEF\xBF\xBD";

// Length of the valid UTF-8 sequence at the start of `text`, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned char>(text[i]);
    };
    const auto lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || length > text.size()) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) {
            return 0;
        }
    }
    const auto second = length > 1 ? byte(1) : 0;
    const bool bad = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)
                     || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
    return bad ? 0 : length;
}

// C1 controls, and the characters that turn the direction of text around.
bool is_hidden(std::string_view sequence) {
    if (sequence.size() == 2) {
        return sequence[0] == '\xC2' && static_cast<unsigned char>(sequence[1]) < 0xA0;
    }
    return sequence.size() == 3
           && ((sequence >= "\xE2\x80\xAA" && sequence <= "\xE2\x80\xAE")
               || (sequence >= "\xE2\x81\xA6" && sequence <= "\xE2\x81\xA9"));
}

}  // namespace

void append_string(std::string& out, std::string_view text, std::size_t bytes_max) {
    constexpr std::size_t longest = 4;  // bytes that one character may add
    const auto begin = out.size();
    out += '"';
    while (!text.empty()) {
        if (out.size() - begin + longest > bytes_max) {
            out += "…";
            break;
        }
        const auto length = sequence_length(text);
        const auto sequence = text.substr(0, std::max<std::size_t>(length, 1));
        text.remove_prefix(sequence.size());
        const auto first = static_cast<unsigned char>(sequence[0]);
        if (length == 0 || first < 0x20 || first == 0x7F || is_hidden(sequence)) {
            out += replacement;
        } else {
            if (first == '"' || first == '\\') {
                out += '\\';
            }
            out += sequence;
        }
    }
    out += '"';
}

void Object::text(std::string_view key, std::string_view value) {
    std::string json;
    json.reserve(value.size() + 2);
    append_string(json, value);
    add(key, std::move(json));
}

void Object::integer(std::string_view key, std::int64_t value) {
    SANBAO_ASSERT(value >= -integer_max && value <= integer_max);
    add(key, fmt::to_string(value));
}

std::string Object::take() {
    std::ranges::sort(fields_, {}, &std::pair<std::string_view, std::string>::first);
    std::string out = "{";
    for (const auto& [key, json] : fields_) {
        if (out.size() > 1) {
            out += ',';
        }
        append_string(out, key);
        out += ':';
        out += json;
    }
    out += '}';
    fields_.clear();
    return out;
}

}  // namespace sanbao::record
