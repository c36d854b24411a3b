#include "alerts/base/assert.hpp"
#include "alerts/base/decimal.hpp"
#include "daemon/settings/section.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::settings {

namespace {

std::string_view kind_of(const toml::node& value) {
    if (value.is_string()) {
        return "a text";
    }
    if (value.is_number()) {
        return "a bare number";
    }
    if (value.is_boolean()) {
        return "true or false";
    }
    if (value.is_array()) {
        return "a list";
    }
    return value.is_table() ? "a table" : "a date or time";
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::chrono::year_month_day to_ymd(const toml::date& date) {
    return std::chrono::year{date.year} / std::chrono::month{date.month}
           / std::chrono::day{date.day};
}

std::string digits_of(const Document& document, const toml::node& value) {
    std::string digits{document.slice(value.source())};
    std::erase(digits, '_');  // toml++ allows underscores between digits
    return digits;
}

Section::Section(
    const Document& document, std::string_view section, std::string title, Problems& problems)
    : document_{&document}
    , table_{&document.root}
    , section_{section}
    , title_{std::move(title)}
    , where_{&document, 1, 1}
    , problems_{&problems} {
    check_all();
}

Section::Section(
    const Section& parent, const toml::table& table, const Key& key, const std::string& name)
    : document_{parent.document_}
    , table_{&table}
    , section_{key.type == KeyType::secret ? "secret" : key.range}
    , path_{parent.path_.empty() ? name : fmt::format("{}.{}", parent.path_, name)}
    , title_{fmt::format(fmt::runtime(key.type == KeyType::tables ? "[[{}]]" : "[{}]"), path_)}
    , where_{where_of(*document_, table.source())}
    , problems_{parent.problems_} {
    check_all();
}

void Section::check_all() {
    for (const auto& [key, value] : *table_) {
        const auto* const known = find_key(section_, key.str());
        if (known == nullptr) {
            report_unknown(key);
        } else if (!check(*known, value)) {
            wrong_.emplace(key.str());
        }
    }
    report_missing();
}

void Section::report_unknown(const toml::key& key) const {
    std::vector<std::string_view> candidates;
    for (const auto* known : keys_of(section_)) {
        candidates.push_back(known->name);
    }
    const bool of_main = section_ == "shared" && find_key("main", key.str()) != nullptr;
    problems_->add(
        where_of(*document_, key.source()),
        fmt::format("unknown key \"{}\" in {}", key.str(), title_),
        of_main ? "it belongs in the main file" : suggest(key.str(), candidates));
}

void Section::report_missing() const {
    for (const auto* key : keys_of(section_)) {
        if (key->required && !table_->contains(key->name)) {
            problems_->add(
                where_,
                fmt::format("{} has no \"{}\"", title_, key->name),
                fmt::format(
                    "write {}{}{}", to_text(key->type), key->help.empty() ? "" : ": ", key->help));
        }
    }
}

bool Section::wrong_type(const Key& key, const toml::node& value) const {
    std::string hint = fmt::format("write {}", to_text(key.type));
    if (key.type == KeyType::line && value.is_number()) {
        hint = fmt::format(
            "write a comparison in quotes: {} = \"< {}\"",
            key.name,
            document_->slice(value.source()));
    } else if (key.type == KeyType::secret) {
        hint = "never the secret itself: write { credential = \"name\" } or { file = \"/path\" }";
    } else if (key.type == KeyType::tables && value.is_table()) {
        hint = fmt::format("write [[{}]] with two brackets", key.name);
    }
    problems_->add(
        where_of(*document_, value.source()),
        fmt::format(
            "\"{}\" in {} is {}, not {}", key.name, title_, kind_of(value), to_text(key.type)),
        std::move(hint));
    return false;
}

bool Section::wrong_value(const Key& key, const toml::node& value, std::string_view text) const {
    const auto choices = key.type == KeyType::choice || key.type == KeyType::choices
                             ? choices_of(key)
                             : std::vector<std::string_view>{};
    std::string hint = suggest(text, choices);
    if (choices.empty()) {
        hint = fmt::format(
            "write {}{}{}", to_text(key.type), key.range.empty() ? "" : ", ", key.range);
    }
    problems_->add(
        where_of(*document_, value.source()),
        fmt::format("\"{}\" does not fit \"{}\" in {}", text, key.name, title_),
        std::move(hint));
    return false;
}

bool Section::check(const Key& key, const toml::node& value) const {
    switch (key.type) {
        case KeyType::text:
        case KeyType::choice:
        case KeyType::duration:
        case KeyType::term:
        case KeyType::bytes:
        case KeyType::time_of_day:
        case KeyType::line:
        case KeyType::hold:
        case KeyType::email:
            return value.is_string() ? check_text(key, value, value.as_string()->get())
                                     : wrong_type(key, value);
        case KeyType::whole: {
            if (!value.is_integer()) {
                return wrong_type(key, value);
            }
            const auto range = parse_range(key.range);
            const auto number = value.as_integer()->get();
            return (number >= range->first && number <= range->second)
                   || wrong_value(key, value, fmt::format("{}", number));
        }
        case KeyType::number: {
            if (!value.is_number() && !value.is_string()) {
                return wrong_type(key, value);
            }
            const auto text =
                value.is_string() ? value.as_string()->get() : digits_of(*document_, value);
            return parse_amount(text).has_value() || wrong_value(key, value, text);
        }
        case KeyType::yes_no:
            return value.is_boolean() || wrong_type(key, value);
        case KeyType::date:
            return (value.is_date() && to_ymd(value.as_date()->get()).ok())
                   || wrong_type(key, value);
        case KeyType::texts:
        case KeyType::raw_texts:
        case KeyType::choices:
        case KeyType::dates:
            return check_each(key, value);
        case KeyType::name:
        case KeyType::secret:
        case KeyType::table:
        case KeyType::tables:
        case KeyType::named:
        case KeyType::text_or_table:
        case KeyType::text_map:
        case KeyType::text_lists:
            return check_children(key, value);
    }
    SANBAO_ASSERT(false);
}

bool Section::check_text(const Key& key, const toml::node& value, const std::string& text) const {
    const auto in_range = [&](std::int64_t number) {
        const auto range = parse_range(key.range);
        return number >= range->first && number <= range->second;
    };
    const bool may_be_blank =
        key.type == KeyType::raw_texts || (key.type == KeyType::text && !key.required);
    bool fits = may_be_blank || !is_blank(text);
    if (key.type == KeyType::choice || key.type == KeyType::choices) {
        const auto choices = choices_of(key);
        fits = std::ranges::find(choices, text) != choices.end();
    } else if (key.type == KeyType::duration) {
        const auto duration = parse_duration(text);
        fits = duration && in_range(duration->count());
    } else if (key.type == KeyType::bytes) {
        const auto count = parse_bytes(text);
        fits = count && in_range(*count);
    } else if (key.type == KeyType::term) {
        fits = parse_term(text).has_value();
    } else if (key.type == KeyType::time_of_day) {
        fits = parse_time_of_day(text).has_value();
    } else if (key.type == KeyType::hold) {
        fits = parse_hold(text).has_value();
    } else if (key.type == KeyType::email) {
        fits = is_address(text);
    } else if (key.type == KeyType::line) {
        if (const auto line = parse_written_line(text); !line) {
            problems_->add(inside(*document_, value, 1), line.error().message);
            return false;
        }
    }
    return fits || wrong_value(key, value, text);
}

bool Section::check_each(const Key& key, const toml::node& value) const {
    if (key.type != KeyType::dates && value.is_string()) {
        return check_text(key, value, value.as_string()->get());
    }
    if (!value.is_array()) {
        return wrong_type(key, value);
    }
    bool right = true;
    for (const auto& each : *value.as_array()) {
        if (key.type == KeyType::dates ? !each.is_date() : !each.is_string()) {
            right = wrong_type(key, each);
        } else if (key.type != KeyType::dates && !check_text(key, each, each.as_string()->get())) {
            right = false;
        }
    }
    if (key.required && value.as_array()->empty()) {
        return wrong_value(key, value, "[]");
    }
    return right;
}

namespace {

bool is_list_of_texts(const toml::node& value) {
    return value.is_string()
           || (value.is_array() && std::ranges::all_of(*value.as_array(), [](const auto& each) {
                   return each.is_string();
               }));
}

}  // namespace

// Only the shape: what is inside is checked when it is opened.
bool Section::check_children(const Key& key, const toml::node& value) const {
    if (key.type == KeyType::name && value.is_string()) {
        return check_text(key, value, value.as_string()->get());
    }
    if (key.type == KeyType::tables) {
        const auto* const list = value.as_array();
        const bool right = list != nullptr && std::ranges::all_of(*list, &toml::node::is_table);
        return (right && !(key.required && list->empty())) || wrong_type(key, value);
    }
    if (!value.is_table()) {
        return wrong_type(key, value);
    }
    bool right = true;
    for (const auto& [name, each] : *value.as_table()) {
        const bool fits = key.type == KeyType::named           ? each.is_table()
                          : key.type == KeyType::text_or_table ? each.is_table() || each.is_string()
                          : key.type == KeyType::name || key.type == KeyType::text_map
                              ? each.is_string()
                          : key.type == KeyType::text_lists ? is_list_of_texts(each)
                                                            : true;
        if (!fits) {
            right = wrong_type(key, each);
        }
        if (key.type == KeyType::name && name.str() != "zh" && name.str() != "en") {
            report_unknown(name);
            right = false;
        }
    }
    if (key.type == KeyType::name && right && !value.as_table()->contains("zh")) {
        return wrong_type(key, value);
    }
    return right;
}

}  // namespace sanbao::settings
