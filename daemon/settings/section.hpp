// One TOML table read through the table of keys: checked whole when it is opened, then asked by
// name.
#pragma once

#include "alerts/base/calendar.hpp"
#include "alerts/model/text.hpp"
#include "daemon/io/secret.hpp"
#include "daemon/settings/document.hpp"
#include "daemon/settings/keys.hpp"
#include "daemon/settings/values.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::settings {

// A text and where it stands.
struct Placed {
    std::string text;
    Where where;
};

// A TOML date as ours, which may be no day at all (ok()).
std::chrono::year_month_day to_ymd(const toml::date& date);
// "0.30" as it stands in the file, before it became a double.
std::string digits_of(const Document& document, const toml::node& value);

// The getters never fail: what is wrong was reported when the section was opened, and is answered
// like what is absent, by the default of the table. They take keys of the table only, of a fitting
// type; anything else is our own fault.
class Section {
  public:
    // The top level of a document. Reports unknown keys, missing keys, wrong types, values out of
    // range. `title` names it in messages. Documents outlive their sections.
    Section(
        const Document& document, std::string_view section, std::string title, Problems& problems);

    [[nodiscard]] const Document& document() const { return *document_; }
    [[nodiscard]] const std::string& title() const { return title_; }
    [[nodiscard]] const std::string& id() const { return id_; }  // of [section.ID]
    [[nodiscard]] Where where() const { return where_; }
    [[nodiscard]] Where where(
        std::string_view key) const;  // of its value; of the section if absent
    [[nodiscard]] const toml::node* node(std::string_view key) const;  // present and right

    [[nodiscard]] bool has(std::string_view key) const { return node(key) != nullptr; }
    [[nodiscard]] bool wrote(std::string_view key) const { return table_->contains(key); }
    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] Placed placed(std::string_view key) const;
    [[nodiscard]] std::vector<Placed> texts(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> plain_texts(std::string_view key) const;
    [[nodiscard]] Text name(std::string_view key) const;
    [[nodiscard]] int whole(std::string_view key) const;
    [[nodiscard]] Rational number(std::string_view key) const;
    [[nodiscard]] bool yes(std::string_view key) const;
    [[nodiscard]] std::optional<Date> date(std::string_view key) const;
    [[nodiscard]] std::vector<std::pair<Date, Where>> dates(std::string_view key) const;
    [[nodiscard]] Millis duration(std::string_view key) const;
    [[nodiscard]] Term term(std::string_view key) const;
    [[nodiscard]] Hold hold(std::string_view key) const;
    [[nodiscard]] std::int64_t bytes(std::string_view key) const;
    [[nodiscard]] io::SecretSource secret(std::string_view key) const;
    [[nodiscard]] std::map<std::string, std::string> text_map(std::string_view key) const;
    [[nodiscard]] std::map<std::string, std::vector<std::string>> text_lists(
        std::string_view key) const;
    // The position in the key's choices, which are in the order of the enum. Absent: the fallback.
    template <class Enum>
    [[nodiscard]] Enum choice(std::string_view key) const {
        return static_cast<Enum>(choice_index(key, text(key)));
    }
    template <class Enum>
    [[nodiscard]] std::vector<Enum> choices(std::string_view key) const {
        std::vector<Enum> found;
        for (const auto& each : texts(key)) {
            found.push_back(static_cast<Enum>(choice_index(key, each.text)));
        }
        return found;
    }

    [[nodiscard]] std::optional<Section> table(std::string_view key) const;
    [[nodiscard]] std::vector<Section> tables(std::string_view key) const;
    [[nodiscard]] std::vector<Section> named(std::string_view key) const;
    // Of text_or_table: the entries that are texts, by name.
    [[nodiscard]] std::vector<std::pair<std::string, Placed>> named_texts(
        std::string_view key) const;

    void problem(const Where& where, std::string message, std::string hint = {}) const {
        problems_->add(where, std::move(message), std::move(hint));
    }
    [[nodiscard]] Problems& problems() const { return *problems_; }

  private:
    // The sub-table `table` of `parent`, whose path is one longer by `name`.
    Section(
        const Section& parent, const toml::table& table, const Key& key, const std::string& name);
    void check_all();
    void report_unknown(const toml::key& key) const;
    void report_missing() const;
    bool check(const Key& key, const toml::node& value) const;
    bool check_text(const Key& key, const toml::node& value, const std::string& text) const;
    bool check_each(const Key& key, const toml::node& value) const;
    bool check_children(const Key& key, const toml::node& value) const;
    bool wrong_type(const Key& key, const toml::node& value) const;
    bool wrong_value(const Key& key, const toml::node& value, std::string_view text) const;
    [[nodiscard]] const Key& key_of(std::string_view key) const;
    [[nodiscard]] std::size_t choice_index(std::string_view key, std::string_view text) const;

    const Document* document_;
    const toml::table* table_;
    std::string section_;
    std::string path_;   // "plan.role"; empty at the top
    std::string title_;  // "[[plan.role]]"
    std::string id_;
    Where where_;
    Problems* problems_;
    std::set<std::string, std::less<>> wrong_;
};

}  // namespace sanbao::settings
