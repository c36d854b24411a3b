// Inside settings/: what the readers of [[feed]] share.
#pragma once

#include "daemon/settings/draft.hpp"

#include <string_view>

namespace sanbao::settings {

// JSON fields are pointers into the row, or into the document after '$'; other fields are names.
void check_field(
    const Section& section, std::string_view key, const Placed& field, feeds::Format format);
// A key that means nothing under another one …
void refuse(const Section& section, std::string_view key, std::string_view of);
// … and one that cannot be left out.
void need(const Section& section, std::string_view key, std::string_view because);

// How it arrives: from where, by which login, in how many pages. Needs feed.id and feed.format.
// What a key says that means nothing for the way it arrives would be lost without a word: refused.
void read_place(const Section& section, feeds::FeedSettings& feed, Draft& draft);

}  // namespace sanbao::settings
