// The bytes of a text: which characters they are, and whether all of them are any.
#pragma once

#include "daemon/feeds/table.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sanbao::feeds {

// GB2312 and GBK are read as GB18030, which holds both.
enum class Charset : unsigned char { utf8, gb18030, latin1 };

struct SourceText {
    Charset charset = Charset::utf8;
    std::string_view text;  // without its byte order mark
    std::string how;        // "UTF-8, found by itself": for `feed test`
};

// Which charset the text is in, with every byte of it verified: as the settings declare it; else by
// its byte order mark, its XML declaration, as UTF-8, as GB18030, in this order. nullopt:
// `problems` says which byte of which line is wrong.
std::optional<SourceText> find_charset(
    std::string_view bytes, const FeedSettings& feed, Problems& problems);

// To UTF-8, by iconv of the C library (it knows the characters of rare names that GB18030 holds in
// four bytes). Not thread-safe.
class Transcoder {
  public:
    explicit Transcoder(Charset from);
    // Bytes that mean no character become U+FFFD: find_charset() has refused all but a few codes
    // that the standard leaves unused, and no name holds those.
    std::string to_utf8(std::string_view bytes);

  private:
    struct Close {
        void operator()(void* handle) const;
    };
    std::unique_ptr<void, Close> handle_;
};

inline bool is_ascii(std::string_view text) {
    std::uint64_t all = 0;
    for (; text.size() >= sizeof all; text.remove_prefix(sizeof all)) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, text.data(), sizeof eight);
        all |= eight;
    }
    unsigned char rest = 0;
    for (const char c : text) {
        rest = static_cast<unsigned char>(rest | static_cast<unsigned char>(c));
    }
    return (all & 0x8080'8080'8080'8080U) == 0 && rest < 0x80;
}

}  // namespace sanbao::feeds
