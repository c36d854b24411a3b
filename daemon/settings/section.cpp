// The getters. Checking is section_check.cpp.
#include "daemon/settings/section.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::settings {

const Key& Section::key_of(std::string_view key) const {
    const auto* const found = find_key(section_, key);
    SANBAO_ASSERT(found != nullptr);
    return *found;
}

const toml::node* Section::node(std::string_view key) const {
    SANBAO_ASSERT(find_key(section_, key) != nullptr);
    return wrong_.contains(key) ? nullptr : table_->get(key);
}

Where Section::where(std::string_view key) const {
    const auto* const value = table_->get(key);
    return value == nullptr ? where_ : where_of(*document_, value->source());
}

std::string Section::text(std::string_view key) const {
    const auto* const value = node(key);
    const auto* const string = value == nullptr ? nullptr : value->as_string();
    return string == nullptr ? std::string{key_of(key).fallback} : string->get();
}

Placed Section::placed(std::string_view key) const {
    return {text(key), where(key)};
}

std::vector<Placed> Section::texts(std::string_view key) const {
    std::vector<Placed> found;
    const auto* const value = node(key);
    if (value == nullptr) {
        return found;
    }
    if (value->is_string()) {
        found.push_back(placed(key));
        return found;
    }
    for (const auto& each : *value->as_array()) {
        found.push_back({each.as_string()->get(), where_of(*document_, each.source())});
    }
    return found;
}

std::vector<std::string> Section::plain_texts(std::string_view key) const {
    std::vector<std::string> found;
    for (auto& each : texts(key)) {
        found.push_back(std::move(each.text));
    }
    return found;
}

Text Section::name(std::string_view key) const {
    const auto* const value = node(key);
    if (value == nullptr) {
        return {};
    }
    if (const auto* const names = value->as_table()) {
        return {names->get("zh")->value_or(std::string{}), (*names)["en"].value_or(std::string{})};
    }
    return {value->as_string()->get(), {}};
}

int Section::whole(std::string_view key) const {
    const auto* const value = node(key);
    if (value != nullptr) {
        return static_cast<int>(value->as_integer()->get());
    }
    const auto& fallback = key_of(key).fallback;
    return fallback.empty() ? 0 : static_cast<int>(parse_scaled(fallback, 1).value());
}

Rational Section::number(std::string_view key) const {
    const auto* const value = node(key);
    const auto written = value == nullptr     ? text(key)
                         : value->is_string() ? value->as_string()->get()
                                              : digits_of(*document_, *value);
    return parse_amount(written).value();
}

bool Section::yes(std::string_view key) const {
    const auto* const value = node(key);
    return value == nullptr ? key_of(key).fallback == "true" : value->as_boolean()->get();
}

std::optional<Date> Section::date(std::string_view key) const {
    const auto* const value = node(key);
    return value == nullptr ? std::nullopt : std::optional{Date(to_ymd(value->as_date()->get()))};
}

std::vector<std::pair<Date, Where>> Section::dates(std::string_view key) const {
    std::vector<std::pair<Date, Where>> found;
    if (const auto* const value = node(key)) {
        for (const auto& each : *value->as_array()) {
            found.emplace_back(
                Date(to_ymd(each.as_date()->get())), where_of(*document_, each.source()));
        }
    }
    return found;
}

Millis Section::duration(std::string_view key) const {
    return parse_duration(text(key)).value_or(Millis{0});
}

Term Section::term(std::string_view key) const {
    return parse_term(text(key)).value_or(Term{});
}

Hold Section::hold(std::string_view key) const {
    return parse_hold(text(key)).value_or(Hold{});
}

std::int64_t Section::bytes(std::string_view key) const {
    return parse_bytes(text(key)).value_or(0);
}

io::SecretSource Section::secret(std::string_view key) const {
    const auto source = table(key);
    if (!source) {
        return {};
    }
    io::SecretSource secret{source->text("credential"), source->text("file")};
    if (secret.credential.empty() == secret.file.empty()) {
        problem(
            where(key), fmt::format("\"{}\" must have exactly one of credential and file", key));
    } else if (!secret.file.empty() && !secret.file.starts_with('/')) {
        problem(source->where("file"), "the path of a secret must be absolute", "start it with /");
    } else if (!secret.credential.empty() && !is_id(secret.credential)) {
        problem(source->where("credential"), "this is a credential's name, not a path or a secret");
    }
    return secret;
}

std::map<std::string, std::string> Section::text_map(std::string_view key) const {
    std::map<std::string, std::string> found;
    if (const auto* const value = node(key)) {
        for (const auto& [name, each] : *value->as_table()) {
            found.emplace(name.str(), each.as_string()->get());
        }
    }
    return found;
}

std::map<std::string, std::vector<std::string>> Section::text_lists(std::string_view key) const {
    std::map<std::string, std::vector<std::string>> found;
    if (const auto* const value = node(key)) {
        for (const auto& [name, each] : *value->as_table()) {
            auto& list = found[std::string{name.str()}];
            if (each.is_string()) {
                list.push_back(each.as_string()->get());
                continue;
            }
            for (const auto& one : *each.as_array()) {
                list.push_back(one.as_string()->get());
            }
        }
    }
    return found;
}

std::size_t Section::choice_index(std::string_view key, std::string_view text) const {
    const auto choices = choices_of(key_of(key));
    const auto found = std::ranges::find(choices, text);
    return found == choices.end() ? 0 : static_cast<std::size_t>(found - choices.begin());
}

std::optional<Section> Section::table(std::string_view key) const {
    const auto* const value = node(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    return Section{*this, *value->as_table(), key_of(key), std::string{key}};
}

std::vector<Section> Section::tables(std::string_view key) const {
    std::vector<Section> found;
    if (const auto* const value = node(key)) {
        for (const auto& each : *value->as_array()) {
            found.push_back(Section{*this, *each.as_table(), key_of(key), std::string{key}});
        }
    }
    return found;
}

std::vector<Section> Section::named(std::string_view key) const {
    std::vector<Section> found;
    const auto* const value = node(key);
    if (value == nullptr) {
        return found;
    }
    for (const auto& [name, each] : *value->as_table()) {
        if (const auto* const child = each.as_table()) {
            Section section{*this, *child, key_of(key), fmt::format("{}.{}", key, name.str())};
            section.id_ = name.str();
            section.where_ = where_of(*document_, name.source());
            found.push_back(std::move(section));
        }
    }
    return found;
}

std::vector<std::pair<std::string, Placed>> Section::named_texts(std::string_view key) const {
    std::vector<std::pair<std::string, Placed>> found;
    if (const auto* const value = node(key)) {
        for (const auto& [name, each] : *value->as_table()) {
            if (const auto* const string = each.as_string()) {
                found.emplace_back(
                    name.str(), Placed{string->get(), where_of(*document_, each.source())});
            }
        }
    }
    return found;
}

}  // namespace sanbao::settings
