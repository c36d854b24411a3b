// What a feed calls things: items and counties by their names, its checks compiled.
#include "alerts/rules/rulebook.hpp"

#include <fmt/format.h>

namespace sanbao::rules {

CompiledFeed compile_feed(
    const FeedRule& feed, const Catalogue& catalogue, std::vector<Problem>& problems) {
    CompiledFeed compiled;
    for (const auto& delivered : feed.items) {
        compiled.items.push_back(catalogue.item(delivered.item));
    }
    for (const auto& county : feed.counties) {
        compiled.counties.push_back(catalogue.subject(county));
    }
    for (std::size_t i = 0; i < feed.checks.size(); ++i) {
        if (feed.checks[i].action == CheckAction::off) {
            continue;
        }
        auto check = Check::compile(feed.checks[i], catalogue);
        if (check) {
            compiled.checks.push_back(std::move(*check));
        } else {
            problems.push_back(
                {"feed " + feed.id,
                 fmt::format("check[{}].rule", i),
                 check.error().column,
                 check.error().message});
        }
    }
    return compiled;
}

std::uint32_t Rulebook::subject_called(std::string_view code, Date date) const {
    const auto [first, last] = by_code_.equal_range(code);
    auto ended = none;  // whoever bore the code last before `date`
    auto end = Date::min();
    for (auto it = first; it != last; ++it) {
        for (const auto& alias : catalogue_.subjects[it->second].aliases) {
            if (alias.code != code) {
                continue;
            }
            if (alias.from <= date && date <= alias.to) {
                return it->second;
            }
            if (alias.to < date && (ended == none || alias.to > end)) {
                ended = it->second;
                end = alias.to;
            }
        }
    }
    if (ended != none || first != last) {
        return ended;
    }
    const auto name = by_name_.find(code);
    return name == by_name_.end() ? none : name->second;
}

}  // namespace sanbao::rules
