// All that the settings say and that deciding may know. Immutable once loaded and validated:
// every name resolves, every list is sorted by id where not said otherwise.
#pragma once

#include "alerts/base/calendar.hpp"
#include "alerts/model/feed.hpp"
#include "alerts/model/indicator.hpp"
#include "alerts/model/item.hpp"
#include "alerts/model/person.hpp"
#include "alerts/model/subject.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao {

inline constexpr std::uint32_t none = 0xffff'ffff;  // "no such" of the index look-ups below

struct Catalogue {
    Zone zone;
    Language language = Language::zh;
    Text label;  // shown before every message when not empty ("演示数据")
    Calendar calendar;
    std::vector<Item> items;             // by id
    std::vector<Subject> subjects;       // by id
    std::vector<Indicator> indicators;   // by id
    std::vector<Person> persons;         // by id
    std::vector<Channel> channels;       // by id
    std::vector<FeedRule> feeds;         // by id
    std::vector<Route> routes;           // as written
    std::vector<std::string> operators;  // person ids told of undeliverable messages
    std::string digest;                  // SHA-256 hex over all files that were read, in order

    [[nodiscard]] std::uint32_t item(std::string_view id) const;
    [[nodiscard]] std::uint32_t subject(std::string_view id) const;
    [[nodiscard]] std::uint32_t indicator(std::string_view id) const;
    [[nodiscard]] std::uint32_t feed(std::string_view id) const;
    [[nodiscard]] const Person* person(std::string_view id) const;
    [[nodiscard]] const Channel* channel(std::string_view id) const;
};

}  // namespace sanbao
