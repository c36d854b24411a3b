// Amounts with their unit, as lines have them.
#include "alerts/model/units.hpp"

#include "alerts/rules/lines.hpp"
#include "daemon/settings/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::settings {

namespace {

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace

Result<WrittenLine> parse_written_line(std::string_view text) {
    text = trimmed(text);
    const auto* const letter =
        std::ranges::find_if(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    const auto split = static_cast<std::size_t>(letter - text.begin());
    const auto unit = money_unit(text.substr(split));
    const auto line =
        rules::parse_line(unit && split < text.size() ? trimmed(text.substr(0, split)) : text);
    if (!line) {
        return line.error();
    }
    if (unit && split < text.size()) {
        const auto factor = Rational::make(unit->hundredths, 100);
        const auto bound = multiply(line->bound, *factor);
        if (!bound) {
            return Error{ErrorKind::overflow, "the amount is too large"};
        }
        return WrittenLine{{line->compare, *bound}, false, unit->currency};
    }
    const bool yuan = text.find("元") != std::string_view::npos;
    return WrittenLine{*line, text.ends_with('%'), yuan ? "CNY" : ""};
}

Result<Rational> parse_amount(std::string_view text) {
    const auto line = parse_written_line(fmt::format("> {}", text));
    if (!line) {
        return invalid(
            fmt::format("\"{}\" is not an amount; write 0.02, \"2%\" or \"100万元\"", text));
    }
    if (line->line.bound < Rational{0}) {
        return invalid("this must not be below zero");
    }
    return line->line.bound;
}

}  // namespace sanbao::settings
