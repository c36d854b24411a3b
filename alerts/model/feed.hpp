// What deciding needs to know of a feed; its address and shape are settings of daemon/.
#pragma once

#include "alerts/base/calendar.hpp"
#include "alerts/base/schedule.hpp"
#include "alerts/model/text.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sanbao {

// What follows when a declared check does not hold.
enum class CheckAction : unsigned char {
    quarantine,  // the whole batch is held back until somebody releases it
    flag,        // the batch is taken, and its owner is told
    off,
};

// An identity, a range or a step over the items of one subject on one date; the language is in
// rules/checks.hpp.
struct FeedCheck {
    std::string name;  // as people read it; never empty
    std::string rule;  // "opening + inflow - outflow = closing"
    CheckAction action = CheckAction::quarantine;
};

enum class Arrival : unsigned char {
    poll,    // fetched from its address
    folder,  // files that somebody drops: the way across a network gap
    push,    // the source sends
    hand,    // people file, one subject at a time, and a second person confirms
};

struct FeedRule {
    std::string id;
    Text name;
    std::string owner;  // person told of trouble, or empty
    Arrival arrives = Arrival::poll;
    Millis every{60'000};
    Term late_after{Millis{0}, 0};  // no new data for so long: late; zero: never
    int tell_after_failures = 3;

    struct Delivered {
        std::string item;
        bool each_time = true;  // expected in every delivery; else only fresh (item.hpp)
    };
    std::vector<Delivered> items;  // what it delivers, each item once, in the order of the settings

    std::vector<std::string> counties;  // subjects that it must speak of; empty: not said
    bool partial = false;               // a delivery may hold only some of them
    std::optional<std::pair<std::int64_t, std::int64_t>> row_count;  // from, to (both inclusive)

    std::vector<FeedCheck> checks;
    CheckAction jumps = CheckAction::quarantine;  // unit, sign and column changes (rules/jumps.hpp)

    std::optional<Schedule> due;
    Term missing_after{Millis{0}, 0};  // so long after `due`: escalated; zero: never
    Millis remind_before{0};           // before `due`: who has not filed is reminded; zero: never
    std::map<std::string, std::string> reporters;  // by hand: subject id -> person who files
    std::string chief;                             // person told when a delivery is missing
};

}  // namespace sanbao
