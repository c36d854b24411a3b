#include "daemon/feeds/collect.hpp"

#include "alerts/base/decimal.hpp"
#include "alerts/base/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

std::string value_text(const Item& item, std::int64_t value) {
    const auto number = Rational::make(value, scale_of(item.unit));
    return number ? to_decimal(*number, decimals_of(item.unit)) : std::to_string(value);
}

}  // namespace

Collector::Collector(const Parts& parts, Instant now)
    : feed_(parts.feed)
    , rules_(parts.rules)
    , layout_(parts.layout)
    , problems_(parts.problems)
    , last_date_(
          feed_.drives_clock
              ? Date::max()
              : date_in(
                  rules_.catalogue().zone, now + std::chrono::hours{limits::feed_future_hours_max}))
    , seen_(feed_.items.size(), false) {
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
        if (feed_.shape == Shape::tall) {
            mappings_.at(mapping.from, [number] { return number; });
        }
    }
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
    constexpr std::size_t bytes_a_row = 64;  // of a long JSON document; others grow as they come
    cells_.emplace(
        distinct_items_ * rules_.catalogue().subjects.size(),
        std::min(parts.body_bytes / bytes_a_row, limits::feed_rows_max));
}

bool Collector::is_ours(std::span<const Text> texts) const {
    return std::ranges::all_of(layout_.where, [&](const auto& condition) {
        const auto& text = texts[condition.first];
        return text.state == TextState::scalar && text.text == condition.second;
    });
}

bool Collector::is_missing(std::string_view text) const {
    return std::ranges::find(feed_.missing, text) != feed_.missing.end();
}

const Field& Collector::value_field(std::size_t mapping) const {
    return feed_.shape == Shape::tall ? feed_.value_field : feed_.items[mapping].from;
}

// Whether a text stands in the field at all.
bool Collector::check(std::int64_t row, const Field& field, const Text& text) {
    switch (text.state) {
        case TextState::scalar:
            return true;
        case TextState::absent:
            problems_.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "row {} has no field {}: correct the name in the feed's settings, or leave "
                    "such "
                    "rows out by where",
                    row,
                    field));
            return false;
        case TextState::container:
            problems_.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "row {}, {}: an object or array stands where a text or number is expected: "
                    "point "
                    "the field at its part",
                    row,
                    field));
            return false;
    }
    return false;
}

bool Collector::take(std::int64_t row, std::span<const Text> texts) {
    if (row > static_cast<std::int64_t>(limits::feed_rows_max)) {
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
    if (feed_.shape == Shape::tall) {
        take_tall(row, texts);
    } else {
        take_wide(row, texts);
    }
    return !problems_.full();
}

void Collector::take_tall(std::int64_t row, std::span<const Text> texts) {
    const auto& name = texts[layout_.item];
    if (!check(row, feed_.item_field, name)) {
        return;
    }
    const auto mapping = mappings_.at(name.text, [] { return no_field; });
    if (mapping == no_field) {
        ++decoded_.rows_unmapped;
        return;
    }
    const auto date = date_of(row, texts);
    const auto subject = date ? subject_of(row, texts, *date) : std::nullopt;
    if (subject) {
        put(row, mapping, texts[layout_.value], {items_[mapping], *subject, *date, 0});
    }
}

void Collector::take_wide(std::int64_t row, std::span<const Text> texts) {
    const auto date = date_of(row, texts);
    const auto subject = date ? subject_of(row, texts, *date) : std::nullopt;
    if (!subject) {
        return;
    }
    for (std::size_t i = 0; i < items_.size(); ++i) {
        put(row, i, texts[layout_.columns[i]], {items_[i], *subject, *date, 0});
    }
}

std::optional<Date> Collector::date_of(std::int64_t row, std::span<const Text> texts) {
    const auto& text = texts[layout_.date];
    if (text.state == TextState::scalar && text.text == date_text_ && !date_text_.empty()) {
        return date_;
    }
    if (!check(row, feed_.date, text)) {
        return std::nullopt;
    }
    const auto date = parse_date(text.text);
    if (!date) {
        problems_.add(
            PollProblem::bad_value,
            fmt::format(
                "row {}, {}: {} is not a date: have it written as 2026-11-23, 2026/11/23 or "
                "20261123",
                row,
                feed_.date,
                in_quotes(text.text)));
        return std::nullopt;
    }
    if (*date > last_date_) {
        problems_.add(
            PollProblem::future_date,
            fmt::format(
                "row {}, {}: {} lies in the future (after {}): correct it at its source, and look "
                "at "
                "the clocks of both machines",
                row,
                feed_.date,
                in_quotes(text.text),
                to_text(last_date_)));
        return std::nullopt;
    }
    date_text_ = text.text;
    date_ = *date;
    return date;
}

std::optional<std::uint32_t> Collector::subject_of(
    std::int64_t row, std::span<const Text> texts, Date date) {
    if (constant_subject_ != none) {
        return constant_subject_;
    }
    const auto& code = texts[layout_.county];
    if (!check(row, feed_.county, code)) {
        return std::nullopt;
    }
    auto& known = subjects_.at(code.text, [&] {
        return Known{date, rules_.subject_called(code.text, date)};
    });
    if (known.date != date) {  // codes change over time
        known = Known{date, rules_.subject_called(code.text, date)};
    }
    if (known.subject != none) {
        return known.subject;
    }
    if (feed_.skip_unknown_counties) {
        ++decoded_.rows_unknown;
        return std::nullopt;
    }
    problems_.add(
        PollProblem::unknown_subject,
        fmt::format(
            "row {}, {}: nobody is called {} on {}: add it to the aliases of its subject, or set "
            "skip_unknown_counties",
            row,
            feed_.county,
            in_quotes(code.text),
            to_text(date)));
    return std::nullopt;
}

void Collector::put(std::int64_t row, std::size_t mapping, const Text& text, rules::Cell cell) {
    const auto& field = value_field(mapping);
    if (text.state != TextState::scalar) {
        check(row, field, text);
        return;
    }
    if (!feed_.missing.empty() && is_missing(text.text)) {
        return;
    }
    const auto value = parse_scaled(text.text, feed_.items[mapping].multiplier);
    if (!value) {
        report_value(row, field, text.text, value.error());
        return;
    }
    const auto& item = rules_.catalogue().items[cell.item];
    if (*value < 0 && !item.may_be_negative) {
        problems_.add(
            PollProblem::bad_value,
            fmt::format(
                "row {}, {}: {} is negative, which {} never is: correct it at its source, or set "
                "may_be_negative for the item",
                row,
                field,
                in_quotes(text.text),
                item.id));
        return;
    }
    cell.value = *value;
    seen_[mapping] = true;
    const auto earlier = cells_->add(cell.subject * distinct_items_ + ranks_[mapping], cell, row);
    if (earlier && earlier->value != cell.value) {
        report_contradiction(cell, row, *earlier);
    }
}

void Collector::report_value(
    std::int64_t row, const Field& field, std::string_view text, const Error& error) {
    constexpr std::size_t word_bytes_max = 8;  // "null", "N/A", "-": perhaps a way to say "nothing"
    const bool word = error.kind == ErrorKind::invalid && text.size() < word_bytes_max;
    problems_.add(
        PollProblem::bad_value,
        fmt::format(
            "row {}, {}: {}{}",
            row,
            field,
            error.message,
            word ? fmt::format(
                "; if {} means that there is no figure, list it in missing", in_quotes(text))
                 : std::string{}));
}

void Collector::report_contradiction(
    const rules::Cell& cell, std::int64_t row, const CellSet::Held& earlier) {
    const auto& item = rules_.catalogue().items[cell.item];
    problems_.add(
        PollProblem::contradiction,
        fmt::format(
            "rows {} and {} contradict each other: {} of {} on {} is {} in the one and {} in the "
            "other; have the source send one figure",
            earlier.row,
            row,
            item.id,
            rules_.catalogue().subjects[cell.subject].id,
            to_text(cell.date),
            value_text(item, earlier.value),
            value_text(item, cell.value)));
}

// A body without a single row for us is a fault of the source or of the settings, not news.
void Collector::report_nothing() {
    if (decoded_.rows == 0 && decoded_.rows_filtered == 0) {
        problems_.add(
            PollProblem::wrong_shape,
            "there is not a single row: if the source has no figures yet, have it answer 404 or "
            "304");
    } else if (decoded_.rows == 0) {
        problems_.add(
            PollProblem::wrong_shape,
            fmt::format(
                "where leaves out every one of the {} rows: compare its texts with the document",
                decoded_.rows_filtered));
    } else if (decoded_.rows_unmapped == decoded_.rows) {
        problems_.add(
            PollProblem::wrong_shape,
            fmt::format(
                "none of the {} rows is of a mapped item: compare the names in items with the "
                "document",
                decoded_.rows));
    } else if (decoded_.rows_unmapped + decoded_.rows_unknown == decoded_.rows) {
        problems_.add(
            PollProblem::unknown_subject,
            fmt::format(
                "none of the {} rows is of a county that we know: compare the codes with the "
                "aliases of the subjects",
                decoded_.rows));
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
