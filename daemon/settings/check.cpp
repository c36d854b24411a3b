// What can only be judged when all files were read: names, codes, lines, people who cannot be told.
#include "alerts/base/limits.hpp"
#include "daemon/settings/draft.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::settings {

namespace {

Where start_of(const Draft& draft) {
    return {&draft.documents.front(), 1, 1};
}

void work_out_multipliers(Draft& draft) {
    for (const auto& each : draft.mappings) {
        auto& mapping = draft.settings.feeds[each.feed].items[each.mapping];
        const auto* const item = find(draft.catalogue.items, mapping.item);
        if (item == nullptr || each.unit.empty()) {
            continue;  // reported already
        }
        if (const auto multiplier = multiplier_of(*item, each.unit)) {
            mapping.multiplier = *multiplier;
        } else {
            draft.problems.add(each.where, multiplier.error().message);
        }
    }
}

// counties = "all" of a feed: every county that there is.
void name_all_counties(Draft& draft) {
    for (auto& feed : draft.catalogue.feeds) {
        if (std::ranges::find(draft.all_counties, feed.id) == draft.all_counties.end()) {
            continue;
        }
        for (const auto& subject : draft.catalogue.subjects) {
            if (subject.kind == SubjectKind::county) {
                feed.counties.push_back(subject.id);
            }
        }
        std::ranges::sort(feed.counties);
    }
}

void check_codes(Draft& draft) {
    std::map<std::string, std::vector<const Draft::CodeAt*>> by_code;
    for (const auto& each : draft.codes) {
        auto& known = by_code[each.alias.code];
        const auto taken = std::ranges::find_if(known, [&](const auto* other) {
            return overlap(each.alias.from, each.alias.to, other->alias.from, other->alias.to);
        });
        if (taken != known.end()) {
            draft.problems.add(
                each.where,
                fmt::format(
                    "code \"{}\" belongs to {} already, at {}",
                    each.alias.code,
                    (*taken)->subject,
                    (*taken)->where.to_place()),
                "give one of them another code, or other dates");
        }
        known.push_back(&each);
    }
}

// Whether any of this person's channels can carry a message to them.
void check_people(Draft& draft) {
    const auto& catalogue = draft.catalogue;
    for (const auto& person : catalogue.persons) {
        const bool needs_address = std::ranges::any_of(person.channels, [&](const auto& id) {
            const auto* const channel = find(catalogue.channels, id);
            return channel != nullptr && channel->kind == ChannelKind::email;
        });
        const auto without = draft.without_address.find(person.id);
        if (needs_address && without != draft.without_address.end()) {
            draft.problems.add(
                without->second,
                fmt::format("person \"{}\" is told by e-mail but has no address", person.id),
                "write email = \"name@host\"");
        }
    }
    for (const auto& each : draft.told) {
        const auto* const person = find(catalogue.persons, each.text);
        if (person != nullptr && person->channels.empty()) {
            draft.problems.add(
                each.where,
                fmt::format("person \"{}\" is to be told, but has no channel", each.text),
                fmt::format("write channels = [\"…\"] in [person.{}]", each.text));
        }
    }
}

void check_route_end(const Placed& end, const std::set<std::string>& roles, Draft& draft) {
    constexpr std::string_view to_channel = "channel:";
    const auto& names = draft.names;
    if (end.text.starts_with(to_channel)) {
        const auto id = end.text.substr(to_channel.size());
        const auto* const channel = find(draft.catalogue.channels, id);
        if (channel == nullptr) {
            draft.problems.add(
                end.where,
                fmt::format("unknown channel \"{}\"", id),
                suggest(id, names.all(Thing::channel)));
        } else if (channel->kind == ChannelKind::email) {
            draft.problems.add(
                end.where,
                fmt::format("channel \"{}\" is e-mail, which needs a person", id),
                "name the person");
        }
        return;
    }
    if (end.text == "leader" || roles.contains(end.text)) {
        return;
    }
    if (names.knows(Thing::person, end.text)) {
        draft.told.push_back(end);
        return;
    }
    auto candidates = names.all(Thing::person);
    candidates.insert(candidates.end(), roles.begin(), roles.end());
    candidates.emplace_back("leader");
    draft.problems.add(
        end.where,
        fmt::format(
            "\"{}\" is neither a person, a role of a plan, \"leader\" nor a channel", end.text),
        suggest(end.text, candidates));
}

void check_routes(Draft& draft) {
    std::set<std::string> roles{"lead"};  // every plan has it, or was told so
    for (const auto& each : draft.plans) {
        for (const auto& role : each.plan.roles) {
            roles.insert(role.key);
        }
    }
    for (const auto& end : draft.route_ends) {
        check_route_end(end, roles, draft);
    }
}

// What was written and is wrong is not missing: that was reported where it stands.
void check_something_there(Draft& draft) {
    const auto need = [&](auto is_there, std::string message, std::string hint) {
        if (std::ranges::none_of(draft.documents, is_there)) {
            draft.problems.add(start_of(draft), std::move(message), std::move(hint));
        }
    };
    const auto with = [](std::string_view key) {
        return [key](const Document& document) {
            return document.root.contains(key);
        };
    };
    need(is_subject, "there is no county", "write one file each, and include them");
    need(with("indicator"), "there is no indicator", "write [indicator.ID]");
    need(with("feed"), "there is no feed: nothing would ever be known", "write [[feed]]");
    need(with("route"), "there is no route: nobody would ever be told", "write [[route]]");
}

void check_limits(Draft& draft) {
    const auto at_most = [&](std::size_t count, std::size_t most, std::string_view what) {
        if (count > most) {
            draft.problems.add(
                start_of(draft),
                fmt::format("{} {} are more than {}", count, what, most),
                "split them over several daemons");
        }
    };
    const auto& catalogue = draft.catalogue;
    at_most(catalogue.subjects.size(), limits::subjects_max, "subjects");
    at_most(catalogue.items.size(), limits::items_max, "items");
    at_most(catalogue.indicators.size(), limits::indicators_max, "indicators");
    at_most(catalogue.feeds.size(), limits::feeds_max, "feeds");
    at_most(catalogue.persons.size(), limits::persons_max, "persons");
    at_most(catalogue.channels.size(), limits::channels_max, "channels");
}

void note_expired_plans(Draft& draft, Date today) {
    for (const auto& each : draft.plans) {
        if (!each.plan.in_force(today)) {
            draft.settings.notes.push_back(fmt::format(
                "{}: the plan of {} is not in force on {}: it holds from {} to {}",
                each.where.to_place(),
                each.subject,
                sanbao::to_text(today),
                sanbao::to_text(each.plan.valid_from),
                sanbao::to_text(each.plan.valid_to)));
        }
    }
}

void note_missing_calendars(Draft& draft, Date today) {
    for (const auto year : years_without_calendar(draft.catalogue.calendar, today)) {
        draft.settings.notes.push_back(fmt::format(
            "{0} has no table of holidays: weekends stand in; add [calendar.{0}] when the State "
            "Council has published it",
            year));
    }
}

// An indicator that can never be judged is not wrong, but it must not be silent either.
void note_items_without_feed(Draft& draft) {
    std::set<std::string> delivered;
    for (const auto& feed : draft.settings.feeds) {
        for (const auto& mapping : feed.items) {
            delivered.insert(mapping.item);
        }
    }
    for (const auto& indicator : draft.catalogue.indicators) {
        for (const auto& input : indicator.inputs) {
            if (!delivered.contains(input.item)) {
                draft.settings.notes.push_back(fmt::format(
                    "{}: indicator \"{}\" will never be judged: no feed delivers \"{}\"",
                    draft.settings.places[indicator.id],
                    indicator.id,
                    input.item));
            }
        }
    }
}

}  // namespace

void check_all(Draft& draft, std::optional<Date> today) {
    name_all_counties(draft);
    work_out_multipliers(draft);
    check_codes(draft);
    check_lines(draft);
    check_limits(draft);
    if (draft.whole) {
        draft.names.report_unknown(draft.problems);
        check_routes(draft);
        check_people(draft);
        check_something_there(draft);
        note_items_without_feed(draft);
    }
    if (today) {
        note_expired_plans(draft, *today);
        note_missing_calendars(draft, *today);
    }
}

}  // namespace sanbao::settings
