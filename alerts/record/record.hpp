// The journal's records: their types and their exact bytes. DO NOT RENAME a type or a field: they
// are stored and hashed. A changed body gets the next version; a reader knows every version.
//
// Profile: RFC 8785 restricted so that every library agrees: UTF-8, keys sorted, no spaces,
// integers only with |n| <= 2^53 - 1 (money in fen), strings without control characters, at most 16
// KiB.
//   {"actor":…,"data":{…},"prev":"<64 hex>","seq":N,"subj":…,"ts":"2026-…Z","type":…,"v":1}
// `prev` is the RFC 6962 leaf hash of the record before, SHA-256(0x00 || record); zeros for seq 0.
// The bytes are stored and hashed as they are and never serialised again.
#pragma once

#include "alerts/base/digest.hpp"
#include "alerts/base/result.hpp"
#include "alerts/core/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sanbao::record {

// Everything of a record but its place in the log.
struct Body {
    std::string type;     // "alert.opened"
    std::string subject;  // "county:610326", "feed:treasury", "config", "log", "message:msg_…"
    std::string data;     // canonical JSON object
};

// Types: log.genesis daemon.start daemon.stop config.loaded config.rejected feed.ok feed.unchanged
// feed.failed feed.quarantined feed.stale alert.watched alert.opened alert.raised alert.lowered
// alert.resolved plan.proposed plan.activated plan.raised plan.withdrawn plan.step
// plan.step_overdue plan.report plan.report_overdue plan.end_holds plan.may_end plan.ended
// msg.queued msg.attempt msg.delivered msg.deferred msg.dead
Body encode(const core::Event& event);

// The first record of a log: who made it.
Body genesis(std::string_view version);

// The exact bytes. `at` to the millisecond.
std::string to_bytes(
    const Body& body, std::string_view actor, Instant at, std::int64_t seq, const Digest& prev);

Digest leaf_hash(std::string_view record);

// What a stored record says.
struct Parsed {
    std::int64_t seq = 0;
    Instant at{};
    std::string actor, type, subject, prev;
    core::Event event;  // FeedAccepted comes without its cells: they are stored beside it
    bool folds = true;  // false: log.genesis and types that this version only keeps
};
// Errors name the record and the field.
Result<Parsed> parse(std::string_view bytes);

// The cells of an accepted poll as one blob, by item and date: about six bytes a cell.
std::string encode_cells(std::span<const rules::Cell> cells, const Catalogue& catalogue);
// Cells of items or subjects that the catalogue no longer has are left out.
Result<std::vector<rules::Cell>> decode_cells(std::string_view blob, const Catalogue& catalogue);

}  // namespace sanbao::record
