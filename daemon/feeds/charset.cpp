#include "daemon/feeds/charset.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

constexpr auto npos = std::string_view::npos;

// Where a text stops being what it should be.
struct Stop {
    std::size_t at = npos;    // the first byte that is wrong; npos: none
    bool unfinished = false;  // nothing is wrong but that the last character lacks its end
    std::size_t wide = 0;     // characters of more than one byte before it
};

// Bytes of the character at the front, by its lead byte; 0: no character begins so.
std::size_t utf8_bytes(unsigned char lead) {
    return lead < 0x80   ? 1
           : lead < 0xC2 ? 0
           : lead < 0xE0 ? 2
           : lead < 0xF0 ? 3
           : lead < 0xF5 ? 4
                         : 0;
}

// Shortest and allowed forms only (RFC 3629).
bool is_utf8(std::string_view character) {
    return simdjson::validate_utf8(character.data(), character.size());
}

Stop find_stop_of_utf8(std::string_view text) {
    Stop stop;
    for (std::size_t i = 0; i < text.size();) {
        const auto bytes = utf8_bytes(static_cast<unsigned char>(text[i]));
        if (bytes == 1) {
            ++i;
            continue;
        }
        const auto character = text.substr(i, bytes);
        const bool trails = std::ranges::all_of(character.substr(bytes == 0 ? 0 : 1), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        });
        if (bytes == 0 || !trails || (character.size() == bytes && !is_utf8(character))) {
            stop.at = i;
            return stop;
        }
        if (character.size() < bytes) {
            return {i, true, stop.wide};
        }
        i += bytes;
        ++stop.wide;
    }
    return stop;
}

std::uint64_t eight_at(std::string_view text, std::size_t i) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    return bytes;
}

// The first byte from `i` on that is not ASCII, or the end.
std::size_t skip_ascii(std::string_view text, std::size_t i) {
    constexpr std::size_t stride = 8;
    while (i + stride <= text.size() && (eight_at(text, i) & 0x8080'8080'8080'8080U) == 0) {
        i += stride;
    }
    while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) {
        ++i;
    }
    return i;
}

// GB18030: two bytes 81-FE, 40-7E or 80-FE; four bytes 81-FE, 30-39, 81-FE, 30-39.
Stop find_stop_of_gb18030(std::string_view text) {
    const auto in = [&](std::size_t i, unsigned char from, unsigned char to) {
        const auto byte = static_cast<unsigned char>(text[i]);
        return from <= byte && byte <= to;
    };
    for (std::size_t i = 0;;) {
        while (i + 1 < text.size() && in(i, 0x81, 0xFE) && in(i + 1, 0x40, 0xFE)
               && text[i + 1] != 0x7F) {
            i += 2;
        }
        i = skip_ascii(text, i);
        if (i == text.size()) {
            return {};
        }
        if (!in(i, 0x81, 0xFE)) {
            return {i, false, 0};
        }
        if (i + 1 == text.size()) {
            return {i, true, 0};
        }
        if (in(i + 1, 0x40, 0xFE) && text[i + 1] != 0x7F) {
            continue;
        }
        if (!in(i + 1, 0x30, 0x39) || (i + 2 < text.size() && !in(i + 2, 0x81, 0xFE))
            || (i + 3 < text.size() && !in(i + 3, 0x30, 0x39))) {
            return {i, false, 0};
        }
        if (i + 4 > text.size()) {
            return {i, true, 0};
        }
        i += 4;
    }
}

std::string place_of(std::string_view text, std::size_t at) {
    const auto line = std::ranges::count(text.substr(0, at), '\n') + 1;
    const auto begin = at == 0 ? npos : text.rfind('\n', at - 1);
    const auto column = begin == npos ? at : at - begin - 1;
    return fmt::format(
        "byte {} (line {}, byte {} of it: {:02X})",
        at + 1,
        line,
        column + 1,
        static_cast<unsigned char>(text[at]));
}

void report(std::string_view text, const Stop& stop, std::string_view name, Problems& problems) {
    problems.add(
        stop.unfinished ? PollProblem::truncated : PollProblem::malformed,
        stop.unfinished
            ? fmt::format(
                "the text is cut inside its last character, at {}: it is not whole",
                place_of(text, stop.at))
            : fmt::format(
                "{} is not {}: correct encoding in the feed's settings, or have the source send "
                "what it announces",
                place_of(text, stop.at),
                name));
}

// encoding="…" of an XML declaration; empty when there is none.
std::string xml_encoding(std::string_view text) {
    if (!text.starts_with("<?xml")) {
        return {};
    }
    const auto head = text.substr(0, text.find("?>"));
    const auto key = head.find("encoding");
    const auto open = key == npos ? npos : head.find_first_of("\"'", key);
    const auto close = open == npos ? npos : head.find(head[open], open + 1);
    if (close == npos) {
        return {};
    }
    std::string name{head.substr(open + 1, close - open - 1)};
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return name;
}

std::optional<Encoding> encoding_called(std::string_view name) {
    if (name == "utf-8" || name == "utf8" || name == "us-ascii") {
        return Encoding::utf8;
    }
    if (name == "gb2312" || name == "gbk" || name == "gb18030" || name == "cp936") {
        return Encoding::gb18030;
    }
    if (name == "iso-8859-1" || name == "latin1" || name == "windows-1252") {
        return Encoding::latin1;
    }
    return std::nullopt;
}

std::optional<SourceText> verified(
    std::string_view text, Encoding encoding, std::string_view why, Problems& problems) {
    if (encoding == Encoding::latin1) {
        return SourceText{Charset::latin1, text, fmt::format("encoding: Latin-1, {}", why)};
    }
    const bool utf8 = encoding == Encoding::utf8;
    const auto stop = utf8 && simdjson::validate_utf8(text.data(), text.size()) ? Stop{}
                      : utf8 ? find_stop_of_utf8(text)
                             : find_stop_of_gb18030(text);
    const std::string_view name = utf8 ? "UTF-8" : "GB18030";
    if (stop.at != npos) {
        report(text, stop, name, problems);
        return std::nullopt;
    }
    return SourceText{
        utf8 ? Charset::utf8 : Charset::gb18030, text, fmt::format("encoding: {}, {}", name, why)};
}

// Nothing says what it is.
std::optional<SourceText> detected(std::string_view text, Problems& problems) {
    if (simdjson::validate_utf8(text.data(), text.size())) {
        return SourceText{Charset::utf8, text, "encoding: UTF-8, found by itself"};
    }
    const auto utf8 = find_stop_of_utf8(text);
    // A cut UTF-8 text can be good GB18030, of other characters.
    if (utf8.unfinished && utf8.wide > 0) {
        report(text, utf8, "UTF-8", problems);
        return std::nullopt;
    }
    const auto gb18030 = find_stop_of_gb18030(text);
    if (gb18030.at == npos) {
        return SourceText{Charset::gb18030, text, "encoding: GB18030, found by itself"};
    }
    problems.add(
        gb18030.unfinished ? PollProblem::truncated : PollProblem::malformed,
        fmt::format(
            "the text is neither UTF-8 (see {}) nor GB18030 (see {}): it is damaged or cut, or "
            "encoding must be declared in the feed's settings",
            place_of(text, utf8.at),
            place_of(text, gb18030.at)));
    return std::nullopt;
}

}  // namespace

std::optional<SourceText> find_charset(
    std::string_view bytes, const FeedSettings& feed, Problems& problems) {
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")
        || bytes.starts_with(std::string_view{"\0\0\xFE\xFF", 4})) {
        problems.add(
            PollProblem::malformed,
            "the text is UTF-16 or UTF-32 by its byte order mark, which is not read: have the "
            "source write UTF-8 or GB18030");
        return std::nullopt;
    }
    if (const auto nul = feed.format == Format::json ? npos : bytes.find('\0'); nul != npos) {
        problems.add(
            PollProblem::malformed,
            fmt::format(
                "a NUL stands at {}: the text is damaged, or UTF-16: have the source write UTF-8 "
                "or GB18030",
                place_of(bytes, nul)));
        return std::nullopt;
    }
    const bool marked = bytes.starts_with("\xEF\xBB\xBF");
    if (marked) {
        bytes.remove_prefix(3);
    }
    if (feed.encoding != Encoding::detect) {
        return verified(bytes, feed.encoding, "as declared", problems);
    }
    if (marked) {
        return verified(bytes, Encoding::utf8, "by its byte order mark", problems);
    }
    if (const auto name = xml_encoding(bytes); feed.format == Format::xml && !name.empty()) {
        const auto encoding = encoding_called(name);
        if (!encoding) {
            problems.add(
                PollProblem::malformed,
                fmt::format(
                    "the XML declares the encoding {}, which is not read: have the source write "
                    "UTF-8 or GB18030",
                    name));
            return std::nullopt;
        }
        return verified(bytes, *encoding, "by its XML declaration", problems);
    }
    return detected(bytes, problems);
}

Transcoder::Transcoder(Charset from)
    : handle_(iconv_open(
        "UTF-8",
        from == Charset::gb18030  ? "GB18030"
        : from == Charset::latin1 ? "ISO-8859-1"
                                  : "UTF-8")) {
    // Both are part of the C library; without them nothing that is Chinese could be read.
    SANBAO_ASSERT(handle_.get() != iconv_t(-1));
}

void Transcoder::Close::operator()(void* handle) const {
    iconv_close(handle);
}

std::string Transcoder::to_utf8(std::string_view bytes) {
    std::string result;
    std::string source{bytes};  // iconv takes no const text
    char* in = source.data();
    auto in_left = source.size();
    while (in_left > 0) {
        const auto done = result.size();
        result.resize(done + in_left * 2 + 4);  // two bytes become at most three, four at most four
        char* out = result.data() + done;
        auto out_left = result.size() - done;
        const auto failed =
            iconv(handle_.get(), &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1);
        result.resize(result.size() - out_left);
        if (failed && errno != E2BIG && in_left > 0) {
            constexpr std::string_view replacement = "\xEF\xBF\xBD";
            result += replacement;
            ++in;
            --in_left;
        }
    }
    return result;
}

}  // namespace sanbao::feeds
