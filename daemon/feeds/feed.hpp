// A feed as the settings describe it.
#pragma once

#include "alerts/base/limits.hpp"
#include "alerts/base/time.hpp"
#include "alerts/model/feed.hpp"
#include "alerts/model/item.hpp"
#include "daemon/io/secret.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sanbao::feeds {

enum class Format : unsigned char { json, csv, xlsx, xml, fixed };
enum class Shape : unsigned char {
    wide,  // one row a subject (and date), one column an item
    tall,  // one row a subject, item and date: "long" in the settings
};
enum class Encoding : unsigned char { detect, utf8, gb18030, latin1 };
enum class Numbers : unsigned char { point, comma, blank };  // 1,234.56  1.234,56  1 234,56

// Where a field stands.
// JSON: a pointer into the row ("/closing_balance"), or "$" + pointer into the document
//   ("$/as_of"): once for all rows.
// CSV, XLSX, fixed width: a column by its name; names of several header rows are joined by "/"
//   ("本年收入/税收收入"). "#3": the third column, whatever it is called. Outside the table:
//   "$Year：" what follows this label in its cell, or the next filled cell to its right; "$3" the
//   whole of row (line) 3; "$B3" a cell.
// XML: a path of elements below the row ("amount/closing"), "@code" an attribute, "." the row's own
//   text; "$" + path from the root.
using Field = std::string;

struct ItemMapping {
    std::string item;             // item id
    std::string from;             // wide: Field of the column; tall: the name found in item_field
    std::int64_t multiplier = 1;  // text x multiplier = stored integer (settings worked out 万元)
    Field value = {};             // tall: where this item's figure stands; empty: value_field
    Field unit_from = {};   // the unit stands in the document ("$单位："), not in the settings
    bool each_time = true;  // expected in every delivery

    friend bool operator==(const ItemMapping&, const ItemMapping&) = default;
};

// A column of fixed width: characters `from` to `to`, both from 1 and inclusive.
struct FixedColumn {
    std::string name;
    int from = 1, to = 1;
    friend bool operator==(const FixedColumn&, const FixedColumn&) = default;
};

// How an answer that comes in pages goes on. Pointers are JSON Pointers from the root; JSON only.
struct Paging {
    std::string next;              // pointer to the next page's address, or its query ("&page=2")
    std::string pages;             // pointer to the number of pages; they are counted from 1 …
    std::string page_parameter;    // … in this query parameter
    std::string cursor;            // pointer to the cursor of the next page …
    std::string cursor_parameter;  // … which goes into this query parameter
    std::string total;             // pointer to the number of rows of all pages: checked
    [[nodiscard]] bool any() const { return !next.empty() || !pages.empty() || !cursor.empty(); }
    friend bool operator==(const Paging&, const Paging&) = default;
};

struct Login {
    std::string user;           // basic
    io::SecretSource password;  // basic
    io::SecretSource token;     // bearer
    std::string key_header;     // "X-Api-Key" …
    io::SecretSource key;       // … and what stands in it
    std::string certificate;    // PEM file of the client's certificate
    io::SecretSource certificate_key;
    std::string known_host;  // sftp: SHA-256 of the server's key, base64
    friend bool operator==(const Login&, const Login&) = default;
};

// Where dropped files lie and when one is whole.
struct Folder {
    std::string path;
    std::string pattern = "*";  // of names: * and ?
    Millis settle{10'000};      // not changed for so long: whole …
    std::string marker;         // … or: a second file of this ending stands beside it (".ok")
    friend bool operator==(const Folder&, const Folder&) = default;
};

enum class Keep : unsigned char { long_term, short_term, no };  // of raw bodies, as evidence

struct FeedSettings {
    std::string id;
    Arrival arrives = Arrival::poll;
    std::string url;  // http, https, file, sftp; of Arrival::poll
    Millis every{60'000};
    Millis connect_timeout{5'000};
    Millis timeout{20'000};
    std::int64_t body_max = limits::feed_body_bytes_default;  // of the decompressed body
    std::string ca_file;
    std::string proxy;
    Login login;
    Paging paging;
    Folder folder;
    io::SecretSource push_secret;  // of Arrival::push: signs what comes
    Keep keep = Keep::long_term;

    Format format = Format::json;
    Shape shape = Shape::wide;
    Encoding encoding = Encoding::detect;
    Numbers numbers = Numbers::point;
    bool cut_digits =
        false;            // digits below what is stored are cut off; else such a figure is wrong
    bool rounded = true;  // figures are rounded as they are printed; else they are exact
    std::string rows;     // JSON Pointer to the array, XML path to the rows; empty: the document
    char delimiter = 0;   // of CSV; 0: detected
    int header = 0;       // row of the header, from 1; 0: the first that has all our columns
    int header_rows = 1;
    std::string sheet;               // of XLSX; empty: the first
    std::string after;               // the table begins behind the first line that contains this
    std::vector<std::string> until;  // a row whose first cell begins so ends the table …
                                     // … and must come: else the table was cut
    std::vector<FixedColumn> columns;
    std::map<std::string, std::string> where;  // Field -> required text; other rows are not ours
    std::map<std::string, std::vector<std::string>> skip;  // Field -> texts: such rows are not ours
    Field county;                                          // code of the subject in the row …
    std::string county_is;  // … or the subject id that every row speaks of
    Field date;
    std::string date_form;  // "YYYY-MM-DD" (also / . and none), "YYYY", "YYYY年M月", "D.M.YYYY",
                            // "MMMM D, YYYY"; a month or a year means its last day. Empty: usual
    Field published;        // when the source made this version; empty: it does not say
    Field item_field, value_field;  // tall only
    std::vector<ItemMapping> items;
    std::vector<std::string>
        missing;  // texts that mean "no figure" ("null", "-", ""); declared only
    std::map<std::string, std::string> reads_as;  // texts that stand for a figure: "#NUM!" = "999"
    bool skip_unknown_counties = false;           // else such a row refuses the body
    bool drives_clock = false;  // replay: this feed's dates move the clock; none is in the future

    friend bool operator==(const FeedSettings&, const FeedSettings&) = default;
};

}  // namespace sanbao::feeds
