// Figures that a person files by hand: the same rules as for a row of any feed.
#pragma once

#include "daemon/feeds/decode.hpp"

#include <string>

namespace sanbao::feeds {

// `body`: {"county": id, code or name, "date": "2026-03-31", "values": {item id: "1,234.56"}}; in
// the units of the feed's settings. Every mapped item must be there but those that do not come each
// time; problems name the field ("row 1, cash: …"). A pure function.
boost::system::result<Decoded, Refusal> decode_filing(
    const FeedSettings& feed, const rules::Rulebook& rules, std::string& body, Instant now);

}  // namespace sanbao::feeds
