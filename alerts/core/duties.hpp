// What feeds and counties owe now: worked out from the calendar and from what has come, never
// stored. A duty is of a feed as a whole (subject ""), or of one county of a feed filed by hand.
#pragma once

#include "alerts/core/state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::core {

// The oldest period that is owed: overdue, or the next to fall due.
struct Owed {
    Period period;
    DutyStage stage = DutyStage::owed;
    std::optional<Instant> moves;  // when the stage changes if nothing comes; nullopt: never
};

// Of a feed that has a `due`. What fell due before the feed was first seen is never owed: the first
// DutyMoved of a feed names the first period that is. A feed that declares its counties and may
// deliver some at a time owes as much as the county that is furthest behind.
Owed owed_now(const State& state, const FeedRule& rule, std::string_view county, Instant now);

// The newest date that has come: of the feed as a whole, or accepted of one county by hand.
Date newest_of(const State& state, const FeedRule& rule, std::string_view county);
// Declared counties of which less than `date` is known, by their readings of the feed's items.
std::vector<std::uint32_t> lagging_counties(const State& state, std::uint32_t feed, Date date);

// Whether the feed as a whole is late or missing by the calendar.
bool is_overdue(const State& state, std::string_view feed);

// Who owes a feed that is filed by hand: its counties, else those that have a reporter.
std::vector<std::string> filing_counties(const FeedRule& rule);
// The filing of this county and date, or of a later date, that waits for its second person.
const Filing* waiting_filing(
    const State& state, std::string_view feed, std::string_view county, Date date);
// Derived from what it names, so that the same figures filed twice are one filing.
std::string filing_id(
    std::string_view feed, std::string_view county, Date date, std::string_view digest);

}  // namespace sanbao::core
