#include "daemon/settings/draft.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::settings {

std::string_view to_text(Thing thing) {
    switch (thing) {
        case Thing::item:
            return "item";
        case Thing::indicator:
            return "indicator";
        case Thing::person:
            return "person";
        case Thing::channel:
            return "channel";
        case Thing::feed:
            return "feed";
        case Thing::subject:
            return "subject";
    }
    SANBAO_ASSERT(false);
}

bool is_subject(const Document& document) {
    return std::ranges::any_of(
        keys_of("subject"), [&](const Key* key) { return document.root.contains(key->name); });
}

bool Names::declare(Thing thing, const std::string& name, const Where& where, Problems& problems) {
    const bool in_formulas = thing == Thing::item || thing == Thing::indicator;
    if (in_formulas ? !is_name(name) : !is_id(name)) {
        problems.add(
            where,
            fmt::format("\"{}\" cannot be the id of a {}", name, to_text(thing)),
            in_formulas ? "write ASCII letters, digits and _, a letter first"
                        : "write ASCII letters, digits, '-', '_' and '.'");
        return false;
    }
    const auto [found, added] = declared_.try_emplace({thing, name}, where);
    if (!added) {
        problems.add(
            where,
            fmt::format(
                "{} \"{}\" stands already at {}", to_text(thing), name, found->second.to_place()),
            "keep one of the two");
    }
    return added;
}

void Names::refer(Thing thing, Placed name) {
    if (!name.text.empty()) {
        references_.emplace_back(thing, std::move(name));
    }
}

bool Names::knows(Thing thing, const std::string& name) const {
    return declared_.contains({thing, name});
}

std::vector<std::string_view> Names::all(Thing thing) const {
    std::vector<std::string_view> found;
    for (const auto& [key, where] : declared_) {
        if (key.first == thing) {
            found.push_back(key.second);
        }
    }
    return found;
}

void Names::report_unknown(Problems& problems) const {
    for (const auto& [thing, name] : references_) {
        if (!knows(thing, name.text)) {
            problems.add(
                name.where,
                fmt::format("unknown {} \"{}\"", to_text(thing), name.text),
                suggest(name.text, all(thing)));
        }
    }
}

}  // namespace sanbao::settings
