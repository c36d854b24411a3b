// What `feed test` found out, and how it is shown.
#pragma once

#include "daemon/feeds/decode.hpp"
#include "daemon/tools/look.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sanbao::tools {

// One declared check over the figures of this one delivery; what was known before is not at hand.
struct CheckOutcome {
    const FeedCheck* check = nullptr;
    std::vector<rules::Finding> findings;
};

struct FeedReport {
    int status = 0;  // HTTP; 0 when it came from files
    std::int64_t bytes = 0;
    std::string digest;
    boost::system::result<feeds::Decoded, feeds::Refusal> decoded;
    std::vector<CheckOutcome> checks;

    // Neither refused nor held back, as far as one delivery can tell.
    [[nodiscard]] bool would_be_taken() const;
};

std::vector<CheckOutcome> outcomes_of(
    const rules::CompiledFeed& feed, const feeds::Decoded& decoded, const rules::Rulebook& rules);

// `all`: every figure, else the first few.
std::string report_json(const FeedReport& report, const Catalogue& catalogue, bool all);
std::string report_text(
    const FeedReport& report, const Catalogue& catalogue, const Look& look, bool all);

}  // namespace sanbao::tools
