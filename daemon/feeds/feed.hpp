// A feed as the settings describe it.
#pragma once

#include "alerts/base/limits.hpp"
#include "alerts/base/time.hpp"
#include "alerts/model/item.hpp"
#include "daemon/io/secret.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sanbao::feeds {

enum class Format : unsigned char { json, csv };
enum class Shape : unsigned char {
    wide,  // one row a subject (and date), one column an item
    tall,  // one row a subject, item and date: "long" in the settings
};

// Where a field stands: a JSON Pointer into the row ("/closing_balance"), or a CSV column by its
// name. "$" + pointer reads from the whole document ("$/as_of"): once for all rows. JSON only.
using Field = std::string;

struct ItemMapping {
    std::string item;             // item id
    std::string from;             // wide: Field of the column; tall: the name found in item_field
    std::int64_t multiplier = 1;  // text x multiplier = stored integer (settings worked out 万元)

    friend bool operator==(const ItemMapping&, const ItemMapping&) = default;
};

struct FeedSettings {
    std::string id;
    std::string url;  // http, https, file
    Millis every{60'000};
    Millis connect_timeout{5'000};
    Millis timeout{20'000};
    std::int64_t body_max = limits::feed_body_bytes_default;
    std::string ca_file;
    std::string proxy;

    Format format = Format::json;
    Shape shape = Shape::wide;
    std::string rows;  // JSON Pointer to the array; empty: the document is the array
    char delimiter = ',';
    std::map<std::string, std::string> where;  // Field -> required text; other rows are not ours
    Field county;                              // code of the subject in the row …
    std::string county_is;                     // … or the subject id that every row speaks of
    Field date;
    Field item_field, value_field;  // tall only
    std::vector<ItemMapping> items;
    std::vector<std::string>
        missing;  // texts that mean "no figure" ("null", "-", ""); declared only
    bool skip_unknown_counties = false;  // else such a row refuses the body
    bool drives_clock = false;  // replay: this feed's dates move the clock; none is in the future

    friend bool operator==(const FeedSettings&, const FeedSettings&) = default;
};

}  // namespace sanbao::feeds
