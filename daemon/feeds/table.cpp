#include "daemon/feeds/table.hpp"

#include <algorithm>

namespace sanbao::feeds {

namespace {

std::size_t number_of(Layout& layout, const Field& field) {
    if (field.empty()) {
        return no_field;
    }
    const auto found = std::ranges::find(layout.fields, field);
    if (found != layout.fields.end()) {
        return static_cast<std::size_t>(found - layout.fields.begin());
    }
    layout.fields.push_back(field);
    return layout.fields.size() - 1;
}

}  // namespace

Layout layout_of(const FeedSettings& feed) {
    Layout layout;
    for (const auto& [field, required] : feed.where) {
        layout.where.emplace_back(number_of(layout, field), required);
    }
    layout.date = number_of(layout, feed.date);
    layout.county = feed.county_is.empty() ? number_of(layout, feed.county) : no_field;
    if (feed.shape == Shape::tall) {
        layout.item = number_of(layout, feed.item_field);
        layout.value = number_of(layout, feed.value_field);
        return layout;
    }
    for (const auto& mapping : feed.items) {
        layout.columns.push_back(number_of(layout, mapping.from));
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
