// What a row says. Units and editions: collect_document.cpp; what is wrong: collect_report.cpp.
#include "daemon/feeds/collect.hpp"

#include "alerts/base/quote.hpp"
#include "daemon/feeds/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace sanbao::feeds {

using core::PollProblem;

Collector::Collector(const Parts& parts, Instant now)
    : feed_(parts.feed)
    , rules_(parts.rules)
    , layout_(parts.layout)
    , problems_(parts.problems)
    , dates_(feed_.date_form, rules_.catalogue().zone)
    , numbers_(feed_)
    , last_date_(
          feed_.drives_clock
              ? Date::max()
              : date_in(
                  rules_.catalogue().zone, now + std::chrono::hours{limits::feed_future_hours_max}))
    , last_edition_(
          feed_.drives_clock ? Instant::max()
                             : now + std::chrono::hours{limits::feed_future_hours_max})
    , seen_(feed_.items.size(), false) {
    add_mappings();
    if (!feed_.county_is.empty()) {
        constant_subject_ = rules_.catalogue().subject(feed_.county_is);
    }
    if (constant_subject_ == none && layout_.county == no_field) {
        problems_.add(
            PollProblem::wrong_shape,
            fmt::format(
                "the feed speaks of the county {}, which the catalogue does not have",
                feed_.county_is));
    }
    if (layout_.date == no_field) {
        problems_.add(PollProblem::wrong_shape, "the feed names no field for the date");
    }
    // Mostly each series has one figure; a body of many dates has rows, of some length at least.
    // What is reserved and not used costs nothing.
    constexpr std::size_t bytes_a_figure = 4;
    constexpr std::size_t bytes_a_row = 64;
    const auto series = distinct_items_ * rules_.catalogue().subjects.size();
    const auto expected = std::max(
        std::min(series, parts.body_bytes / bytes_a_figure), parts.body_bytes / bytes_a_row);
    cells_.emplace(series, std::min(expected, limits::feed_rows_max));
}

void Collector::add_mappings() {
    for (const auto& mapping : feed_.items) {
        items_.push_back(rules_.catalogue().item(mapping.item));
        if (items_.back() == none) {
            problems_.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "the feed maps the item {}, which the catalogue does not have", mapping.item));
        }
        const auto number = items_.size() - 1;
        const auto same = std::ranges::find(items_, items_.back()) - items_.begin();
        const auto earlier = static_cast<std::size_t>(same);
        ranks_.push_back(earlier == number ? distinct_items_++ : ranks_[earlier]);
        scales_.push_back(
            {mapping.multiplier, power_of(mapping.multiplier), {}, mapping.unit_from.empty()});
        by_name_.push_back(number);
    }
    std::ranges::stable_sort(
        by_name_, {}, [this](std::size_t i) -> const auto& { return feed_.items[i].from; });
}

bool Collector::is_ours(std::span<const Text> texts) const {
    const bool wanted = std::ranges::all_of(layout_.where, [&](const auto& condition) {
        const auto& text = texts[condition.first];
        return text.state == TextState::scalar
               && (text.text == condition.second || trimmed(text.text) == condition.second);
    });
    return wanted && std::ranges::none_of(layout_.skip, [&](const auto& condition) {
               const auto& text = texts[condition.first];
               return text.state == TextState::scalar
                      && std::ranges::any_of(condition.second, [&](const auto& each) {
                             return same_name(text.text, each);
                         });
           });
}

bool Collector::is_missing(std::string_view text) const {
    return std::ranges::find(feed_.missing, text) != feed_.missing.end();
}

bool Collector::take(std::int64_t row, std::span<const Text> texts) {
    if (++rows_taken_ > static_cast<std::int64_t>(limits::feed_rows_max)) {
        problems_.add(
            PollProblem::too_large,
            fmt::format("more than {} rows: split the feed", limits::feed_rows_max));
        return false;
    }
    if (!is_ours(texts)) {
        ++decoded_.rows_filtered;
        return true;
    }
    ++decoded_.rows;
    if (layout_.published != no_field && !find_edition(row, texts[layout_.published])) {
        return !problems_.full();
    }
    if (feed_.shape == Shape::tall) {
        take_tall(row, texts);
    } else {
        take_wide(row, texts);
    }
    return !problems_.full();
}

// The mappings that a row of this item name gives figures for.
Collector::Group Collector::group_of(std::string_view name) {
    Group group;
    group.readable = hidden_character(name).empty();
    const auto is_it = [&](std::size_t i) {
        return same_name(feed_.items[i].from, name);
    };
    const auto first = std::ranges::find_if(by_name_, is_it);
    group.first = static_cast<std::size_t>(first - by_name_.begin());
    group.size = static_cast<std::size_t>(std::find_if_not(first, by_name_.end(), is_it) - first);
    if (group.size == 0 && decoded_.names_unmapped.size() < limits::feed_names_shown_max) {
        decoded_.names_unmapped.emplace_back(trimmed(name));
    }
    return group;
}

void Collector::take_tall(std::int64_t row, std::span<const Text> texts) {
    const auto& name = texts[layout_.item];
    if (!check(row, layout_.item, name)) {
        return;
    }
    const auto group = groups_.at(name.text, [&] { return group_of(name.text); });
    if (!group.readable) {
        report_hidden(row, layout_.item, name.text);
        return;
    }
    if (group.size == 0) {
        ++decoded_.rows_unmapped;
        return;
    }
    const auto date = date_of(row, texts);
    const auto subject = date ? subject_of(row, texts, *date) : std::nullopt;
    for (std::size_t i = 0; subject && i < group.size; ++i) {
        const auto mapping = by_name_[group.first + i];
        put(row, mapping, texts, {items_[mapping], *subject, *date, 0, 0});
    }
}

void Collector::take_wide(std::int64_t row, std::span<const Text> texts) {
    const auto date = date_of(row, texts);
    const auto subject = date ? subject_of(row, texts, *date) : std::nullopt;
    if (!subject) {
        return;
    }
    for (std::size_t i = 0; i < items_.size(); ++i) {
        put(row, i, texts, {items_[i], *subject, *date, 0, 0});
    }
}

std::optional<Date> Collector::date_of(std::int64_t row, std::span<const Text> texts) {
    const auto& text = texts[layout_.date];
    if (text.state == TextState::scalar && text.text == date_text_ && !date_text_.empty()) {
        return date_;
    }
    if (!check(row, layout_.date, text)) {
        return std::nullopt;
    }
    auto date = dates_.read(text.text);
    if (!date && feed_.format != Format::json && is_of_document(feed_.date)) {
        date = dates_.find(text.text);  // a title: "2026年10月财政运行基础情况表"
    }
    if (!date) {
        report(
            PollProblem::bad_value,
            row,
            layout_.date,
            fmt::format(
                "{} is not a date: have it written as {}, or set date_form",
                in_quotes(text.text),
                dates_.wanted()));
        return std::nullopt;
    }
    if (*date > last_date_) {
        report(
            PollProblem::future_date,
            row,
            layout_.date,
            fmt::format(
                "{} lies in the future (after {}): correct it at its source, and look at the "
                "clocks of both machines",
                in_quotes(text.text),
                to_text(last_date_)));
        return std::nullopt;
    }
    date_text_ = text.text;
    date_ = *date;
    return date;
}

Collector::Known Collector::know(std::string_view name, Date date) const {
    auto subject = rules_.subject_called(trimmed(name), date);
    if (subject == none) {
        subject = rules_.subject_called(folded(name), date);
    }
    return {date, subject, hidden_character(name).empty()};
}

std::optional<std::uint32_t> Collector::subject_of(
    std::int64_t row, std::span<const Text> texts, Date date) {
    if (constant_subject_ != none) {
        return constant_subject_;
    }
    const auto& code = texts[layout_.county];
    if (!check(row, layout_.county, code)) {
        return std::nullopt;
    }
    auto& known = subjects_.at(code.text, [&] { return know(code.text, date); });
    if (known.date != date) {  // codes change over time
        known = know(code.text, date);
    }
    if (!known.readable) {
        report_hidden(row, layout_.county, code.text);
        return std::nullopt;
    }
    if (known.subject != none) {
        return known.subject;
    }
    if (feed_.skip_unknown_counties) {
        ++decoded_.rows_unknown;
        return std::nullopt;
    }
    report(
        PollProblem::unknown_subject,
        row,
        layout_.county,
        fmt::format(
            "nobody is called {} on {}: add it to the aliases of its subject, or set "
            "unknown_counties = \"skip\"",
            in_quotes(code.text),
            to_text(date)));
    return std::nullopt;
}

void Collector::put(
    std::int64_t row, std::size_t mapping, std::span<const Text> texts, rules::Cell cell) {
    const auto field = layout_.figures[mapping];
    const auto& text = texts[field];
    if (text.state != TextState::scalar) {
        if (text.state != TextState::absent || feed_.items[mapping].each_time) {
            check(row, field, text);
        }
        return;
    }
    if (!feed_.missing.empty() && (is_missing(text.text) || is_missing(trimmed(text.text)))) {
        return;
    }
    if (layout_.units[mapping] != no_field
        && !find_unit(row, mapping, texts[layout_.units[mapping]])) {
        return;
    }
    auto figure = text.text;
    if (!feed_.reads_as.empty()) {
        const auto instead = feed_.reads_as.find(std::string{trimmed(figure)});
        figure = instead == feed_.reads_as.end() ? figure : std::string_view{instead->second};
    }
    const auto& item = rules_.catalogue().items[cell.item];
    const auto& scale = scales_[mapping];
    const auto printed = numbers_.read(figure, scale.multiplier, item.unit);
    if (!printed) {
        report_value(row, field, figure, printed.error());
        return;
    }
    if (printed->value < 0 && !item.may_be_negative) {
        report(
            PollProblem::bad_value,
            row,
            field,
            fmt::format(
                "{} is negative, which {} never is: correct it at its source, or set "
                "negative = true for the item",
                in_quotes(text.text),
                item.id));
        return;
    }
    cell.value = printed->value;
    if (feed_.rounded && scale.power > printed->decimals) {
        cell.rounding = static_cast<std::uint8_t>(scale.power - printed->decimals);
    }
    seen_[mapping] = true;
    const auto earlier = cells_->add(cell.subject * distinct_items_ + ranks_[mapping], cell, row);
    if (earlier && earlier->value != cell.value) {
        report_contradiction(cell, row, *earlier);
    }
}

boost::system::result<Decoded, Refusal> Collector::finish() {
    if (!problems_.any()) {
        report_nothing();
    }
    if (problems_.any()) {
        return problems_.take();
    }
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        if (!seen_[i]) {
            decoded_.unused.push_back(feed_.items[i].item);
        }
    }
    decoded_.cells = cells_->take();
    return std::move(decoded_);
}

}  // namespace sanbao::feeds
