// Figures in the sentences of findings: exact to the fen where the fen is what differs.
#pragma once

#include "alerts/model/catalogue.hpp"
#include "alerts/rules/formula.hpp"

#include <span>
#include <string>
#include <vector>

namespace sanbao::rules {

// Money (yuan) or plain numbers, all in the unit that suits the largest of them and still shows
// the smallest that is not 0: "1,234.50万元" / "CNY 12,345,000.00".
std::vector<Text> figure_words(
    std::span<const Rational> values, Type type, const std::string& currency);

// One stored integer of `item`, as figure_words says it.
Text figure_words(const Item& item, std::int64_t stored);

Text subject_words(const Subject& subject);  // its name in both languages

}  // namespace sanbao::rules
