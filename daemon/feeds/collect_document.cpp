// What a row takes from its document, or from itself, on how it is meant: the unit of its figures,
// and when this version of them was made.
#include "alerts/base/quote.hpp"
#include "alerts/model/units.hpp"
#include "daemon/feeds/characters.hpp"
#include "daemon/feeds/collect.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

// "单位：万元", "（金额单位：人民币万元）": the unit alone.
std::string unit_in(std::string_view text) {
    auto unit = trimmed(text);
    for (const std::string_view mark : {"：", ":"}) {
        if (const auto at = unit.find(mark); at != std::string_view::npos) {
            unit = unit.substr(at + mark.size());
        }
    }
    for (const std::string_view bracket : {"（", "）", "(", ")", "[", "]", "人民币"}) {
        unit = trimmed(unit);
        if (unit.starts_with(bracket)) {
            unit.remove_prefix(bracket.size());
        }
        if (unit.ends_with(bracket)) {
            unit.remove_suffix(bracket.size());
        }
    }
    return std::string{trimmed(unit)};
}

}  // namespace

// Reads the unit that the document states for a mapping; mostly the same as in the row before.
bool Collector::find_unit(std::int64_t row, std::size_t mapping, const Text& text) {
    auto& scale = scales_[mapping];
    if (scale.known && text.state == TextState::scalar && text.text == scale.unit) {
        return true;
    }
    const auto field = layout_.units[mapping];
    if (!check(row, field, text)) {
        return false;
    }
    const auto& item = rules_.catalogue().items[items_[mapping]];
    const auto unit = unit_in(text.text);
    auto multiplier = multiplier_of(item, unit);
    if (!multiplier) {
        multiplier = multiplier_of(item, folded(unit));
    }
    if (!multiplier) {
        report(PollProblem::bad_value, row, field, multiplier.error().message);
        return false;
    }
    if (!scale.known) {
        tell(fmt::format(
            "unit of {}: {}, from {}", item.id, in_quotes(unit), layout_.fields[field]));
    }
    scale = {*multiplier, power_of(*multiplier), std::string{text.text}, true};
    return true;
}

// The newest moment that any row of ours states.
bool Collector::find_edition(std::int64_t row, const Text& text) {
    if (text.state == TextState::scalar && !edition_text_.empty() && text.text == edition_text_) {
        return true;
    }
    if (!check(row, layout_.published, text)) {
        return false;
    }
    const auto moment = parse_moment(text.text, rules_.catalogue().zone);
    if (!moment) {
        report(
            PollProblem::bad_value,
            row,
            layout_.published,
            fmt::format(
                "{} is no moment: have it written as 2026-11-23T09:00:00+08:00, or as a date",
                in_quotes(text.text)));
        return false;
    }
    if (*moment > last_edition_) {
        report(
            PollProblem::future_date,
            row,
            layout_.published,
            fmt::format(
                "{} lies in the future: as an edition it would stand before all that follow; "
                "correct it at its source, and look at the clocks of both machines",
                in_quotes(text.text)));
        return false;
    }
    edition_text_ = text.text;
    decoded_.edition = std::max(decoded_.edition, moment);
    return true;
}

}  // namespace sanbao::feeds
