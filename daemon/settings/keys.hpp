// The one table of all keys. Readers, error messages and help are driven by it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::settings {

enum class KeyType : unsigned char {
    text,
    texts,      // a list of texts; a single text is a list of one
    raw_texts,  // the same, where an empty text has a meaning
    name,       // a text (Chinese), or { zh = …, en = … }
    whole,      // an integer in a range
    number,     // an exact decimal, "2%", or money with its unit
    yes_no,
    choice,   // one of the names in `range`, in the order of the enum that it fills
    choices,  // a list of them
    date,
    dates,
    duration,       // "90s"
    term,           // "4h" or "3wd"
    bytes,          // "8MiB"
    time_of_day,    // "18:00"
    line,           // "< 0.30"
    hold,           // "2 readings" or "30m"
    email,          // an address
    secret,         // { credential = … } or { file = … }, never a text
    table,          // one sub-table; `range` names its section
    tables,         // [[key]]; `range` names the section of each
    named,          // [key.ID]; `range` names the section of each
    text_or_table,  // as named, and each may also be a text
    text_map,       // free names to texts
    text_lists,     // free names to lists of texts
};

struct Key {
    std::string_view section;  // "" for none
    std::string_view name;
    KeyType type = KeyType::text;
    bool required = false;
    std::string_view fallback;  // read exactly as if it were written; empty: nothing
    std::string_view range;     // "1..31", "10ms..24h", "stock|flow", or the section of a sub-table
    std::string_view help;
};

std::span<const Key> all_keys();
// A main file has its own keys and those of every file.
const Key* find_key(std::string_view section, std::string_view name);
std::vector<const Key*> keys_of(std::string_view section);

std::string_view to_text(KeyType type);  // "a whole number"
std::vector<std::string_view> choices_of(const Key& key);

// The candidate that `name` most likely means; empty when none is near.
std::string nearest(std::string_view name, const std::vector<std::string_view>& candidates);
// `did you mean "x"?`, else `known here: a, b, c`, else nothing.
std::string suggest(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace sanbao::settings
