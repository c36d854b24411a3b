#include "alerts/base/assert.hpp"
#include "alerts/model/catalogue.hpp"

#include <algorithm>

namespace sanbao {

std::string_view to_text(Level level) {
    switch (level) {
        case Level::normal:
            return "normal";
        case Level::blue:
            return "blue";
        case Level::yellow:
            return "yellow";
        case Level::orange:
            return "orange";
        case Level::red:
            return "red";
    }
    SANBAO_ASSERT(false);
}

std::optional<Level> parse_level(std::string_view text) {
    for (const auto level :
         {Level::normal, Level::blue, Level::yellow, Level::orange, Level::red}) {
        if (to_text(level) == text) {
            return level;
        }
    }
    return std::nullopt;
}

std::string_view to_text(Freshness freshness) {
    switch (freshness) {
        case Freshness::never_judged:
            return "never judged";
        case Freshness::fresh:
            return "fresh";
        case Freshness::stale:
            return "stale";
    }
    SANBAO_ASSERT(false);
}

const std::optional<Line>& Lines::at(Level level) const {
    switch (level) {
        case Level::blue:
            return blue;
        case Level::yellow:
            return yellow;
        case Level::orange:
            return orange;
        case Level::red:
            return red;
        case Level::normal:
            break;
    }
    SANBAO_ASSERT(false);
}

std::optional<Line>& Lines::at(Level level) {
    return const_cast<std::optional<Line>&>(  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        static_cast<const Lines&>(*this).at(level));
}

const PlanRole* Plan::role(std::string_view key) const {
    const auto found = std::ranges::find(roles, key, &PlanRole::key);
    return found == roles.end() ? nullptr : &*found;
}

const PlanLevel* Plan::level(std::string_view level_id) const {
    const auto found = std::ranges::find(levels, level_id, &PlanLevel::id);
    return found == levels.end() ? nullptr : &*found;
}

namespace {

// Index of `id` in a vector sorted by its ids.
template <class T>
std::uint32_t index_of(const std::vector<T>& sorted, std::string_view id) {
    const auto found = std::ranges::lower_bound(sorted, id, {}, &T::id);
    if (found == sorted.end() || found->id != id) {
        return none;
    }
    return static_cast<std::uint32_t>(found - sorted.begin());
}

template <class T>
const T* pointer_to(const std::vector<T>& sorted, std::string_view id) {
    const auto index = index_of(sorted, id);
    return index == none ? nullptr : &sorted[index];
}

}  // namespace

std::uint32_t Catalogue::item(std::string_view id) const {
    return index_of(items, id);
}
std::uint32_t Catalogue::subject(std::string_view id) const {
    return index_of(subjects, id);
}
std::uint32_t Catalogue::indicator(std::string_view id) const {
    return index_of(indicators, id);
}
std::uint32_t Catalogue::feed(std::string_view id) const {
    return index_of(feeds, id);
}
const Person* Catalogue::person(std::string_view id) const {
    return pointer_to(persons, id);
}
const Channel* Catalogue::channel(std::string_view id) const {
    return pointer_to(channels, id);
}

}  // namespace sanbao
