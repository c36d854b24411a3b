#include "daemon/settings/keys.hpp"

#include "alerts/base/assert.hpp"
#include "daemon/settings/key_table.hpp"
#include "daemon/settings/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace sanbao::settings {

namespace {

using rows::key_table;
using enum KeyType;

bool is_of(std::string_view section, const Key& key) {
    return key.section == section || (section == "main" && key.section == "shared");
}

// Letters to add, drop, change or swap with their neighbour to make one name of the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::exchange(above, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto changed = above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
            row[j] = std::min({changed, above[j] + 1, row[j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            row[j] = swapped ? std::min(row[j], before[j - 2] + 1) : row[j];
        }
    }
    return row.back();
}

}  // namespace

std::span<const Key> all_keys() {
    return key_table;
}

const Key* find_key(std::string_view section, std::string_view name) {
    const auto found = std::ranges::find_if(
        key_table, [&](const Key& key) { return key.name == name && is_of(section, key); });
    return found == key_table.end() ? nullptr : &*found;
}

std::vector<const Key*> keys_of(std::string_view section) {
    std::vector<const Key*> keys;
    for (const auto& key : key_table) {
        if (is_of(section, key)) {
            keys.push_back(&key);
        }
    }
    return keys;
}

std::string_view to_text(KeyType type) {
    switch (type) {
        case text:
            return "a text in quotes";
        case texts:
        case raw_texts:
            return "a list of texts";
        case name:
            return "a text, or { zh = \"…\", en = \"…\" }";
        case whole:
            return "a whole number";
        case number:
            return "a number, or a text such as \"2%\"";
        case yes_no:
            return "true or false";
        case choice:
            return "one of the names";
        case choices:
            return "a list of names";
        case date:
            return "a date without quotes, 2026-07-01";
        case dates:
            return "a list of dates";
        case duration:
            return "a duration such as \"90s\"";
        case term:
            return "a term such as \"4h\" or \"3wd\"";
        case bytes:
            return "a size such as \"8MiB\"";
        case time_of_day:
            return "a time such as \"18:00\"";
        case line:
            return "a comparison in quotes, \"< 0.30\"";
        case hold:
            return "\"2 readings\" or \"30m\"";
        case email:
            return "an address";
        case secret:
            return "{ credential = \"…\" } or { file = \"…\" }";
        case table:
            return "a table";
        case tables:
            return "a list of tables";
        case named:
            return "tables by id";
        case text_or_table:
            return "texts or tables by name";
        case text_map:
            return "texts by name";
        case text_lists:
            return "lists of texts by name";
    }
    SANBAO_ASSERT(false);
}

std::vector<std::string_view> choices_of(const Key& key) {
    std::vector<std::string_view> choices;
    for (std::string_view rest = key.range; !rest.empty();) {
        const auto end = rest.find('|');
        choices.push_back(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return choices;
}

std::string nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
    std::string_view best;
    auto least = std::max<std::size_t>(name.size() / 3, 1) + 1;  // farther is not a slip
    for (const auto candidate : candidates) {
        const auto length = distance(name, candidate);
        if (length < least) {
            least = length;
            best = candidate;
        }
    }
    return std::string{best};
}

std::string suggest(std::string_view name, const std::vector<std::string_view>& candidates) {
    constexpr std::size_t few = 30;
    if (const auto near = nearest(name, candidates); !near.empty()) {
        return fmt::format("did you mean \"{}\"?", near);
    }
    if (candidates.empty() || candidates.size() > few) {
        return {};
    }
    return fmt::format("known here: {}", fmt::join(candidates, ", "));
}

std::string describe_keys() {
    std::string out;
    std::string_view section;
    for (const auto& key : key_table) {
        if (key.section != section) {
            section = key.section;
            out += fmt::format("\n[{}]\n", section);
        }
        const bool is_table = key.type == table || key.type == tables || key.type == named
                              || key.type == text_or_table;
        out += fmt::format("  {:<16} {}", key.name, to_text(key.type));
        if (!key.range.empty()) {
            out += is_table ? fmt::format(", see [{}]", key.range) : fmt::format(", {}", key.range);
        }
        if (key.required) {
            out += ", required";
        } else if (!key.fallback.empty()) {
            out += fmt::format(", default {}", key.fallback);
        }
        out += fmt::format("{}{}\n", key.help.empty() ? "" : "\n                   ", key.help);
    }
    return out.substr(1);
}

}  // namespace sanbao::settings
