// The formats. Each reads the whole of `body`, hands every row to the collector, and adds what is
// wrong with the document itself to `problems`.
#pragma once

#include "daemon/feeds/charset.hpp"
#include "daemon/feeds/collect.hpp"
#include "daemon/feeds/table.hpp"

#include <string_view>

namespace sanbao::feeds {

struct Reading {
    const FeedSettings& feed;
    const Layout& layout;
    Collector& collector;
    Problems& problems;
};

// Texts are not empty. Of JSON and XML they are UTF-8; JSON has io::body_padding readable bytes
// behind it.
void read_json(const Reading& reading, std::string_view text);
void read_csv(const Reading& reading, const SourceText& source);
void read_xml(const Reading& reading, std::string_view text);
void read_fixed(const Reading& reading, std::string_view text);
void read_xlsx(const Reading& reading, std::string_view bytes);

}  // namespace sanbao::feeds
