#include "daemon/feeds/table.hpp"

#include <algorithm>

namespace sanbao::feeds {

namespace {

std::size_t number_of(Layout& layout, const Field& field, bool needed = true) {
    if (field.empty()) {
        return no_field;
    }
    const auto found = std::ranges::find(layout.fields, field);
    const auto number = static_cast<std::size_t>(found - layout.fields.begin());
    if (found == layout.fields.end()) {
        layout.fields.push_back(field);
        layout.needed.push_back(needed);
    }
    layout.needed[number] = layout.needed[number] || needed;
    return number;
}

}  // namespace

Layout layout_of(const FeedSettings& feed) {
    Layout layout;
    for (const auto& [field, required] : feed.where) {
        layout.where.emplace_back(number_of(layout, field), required);
    }
    for (const auto& [field, texts] : feed.skip) {
        layout.skip.emplace_back(number_of(layout, field), texts);
    }
    const bool tall = feed.shape == Shape::tall;
    layout.date = number_of(layout, feed.date);
    layout.county = feed.county_is.empty() ? number_of(layout, feed.county) : no_field;
    layout.published = number_of(layout, feed.published);
    layout.item = tall ? number_of(layout, feed.item_field) : no_field;
    for (const auto& mapping : feed.items) {
        const auto& own = tall ? mapping.value : mapping.from;
        const auto& figure = own.empty() && tall ? feed.value_field : own;
        layout.figures.push_back(number_of(layout, figure, tall || mapping.each_time));
        layout.units.push_back(number_of(layout, mapping.unit_from));
    }
    return layout;
}

void Problems::add(core::PollProblem kind, std::string message) {
    if (full()) {
        return;
    }
    if (!any()) {
        refusal_.problem = kind;
    }
    refusal_.problems.push_back(std::move(message));
}

}  // namespace sanbao::feeds
