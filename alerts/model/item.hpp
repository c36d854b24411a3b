// An item is one named figure that feeds deliver for a subject and a date.
#pragma once

#include "alerts/base/calendar.hpp"
#include "alerts/model/text.hpp"

#include <cstdint>
#include <string>

namespace sanbao {

enum class ItemKind : unsigned char {
    stock,       // what stands at the end of the date (a balance)
    flow,        // what happened on the date (a day's payments)
    cumulative,  // what happened since 1 January (expenditure year to date)
};

// How the int64 of a reading is meant. `decimals` below: the integer is value x 10^decimals.
enum class Unit : unsigned char {
    money,   // minor units (fen, cents): decimals 2
    ratio,   // a share or percentage as a plain number, 0.7634: decimals 8
    number,  // counts, persons, days as a number: decimals 4
};
constexpr int decimals_of(Unit unit) {
    return unit == Unit::money ? 2 : unit == Unit::ratio ? 8 : 4;
}
constexpr std::int64_t scale_of(Unit unit) {
    return unit == Unit::money ? 100 : unit == Unit::ratio ? 100'000'000 : 10'000;
}

struct Item {
    std::string id;
    Text name;
    ItemKind kind = ItemKind::stock;
    Unit unit = Unit::money;
    std::string currency = "CNY";  // of money items
    Term fresh_for{Millis{0}, 3};  // older than this, a reading is stale
    bool may_be_negative = false;  // a treasury balance may not: below zero is a data fault
};

}  // namespace sanbao
