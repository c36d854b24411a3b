#include "alerts/rules/figure_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sanbao::rules {

namespace {

Rational magnitude(const Rational& value) {
    return value < Rational{0} ? negate(value) : value;
}

std::string grouped(std::string decimal) {
    const std::size_t first = decimal.starts_with('-') ? 1 : 0;
    for (auto at = std::min(decimal.find('.'), decimal.size()); at > first + 3;) {
        at -= 3;
        decimal.insert(at, 1, ',');
    }
    return decimal;
}

std::string trimmed(std::string decimal) {
    if (decimal.find('.') != std::string::npos) {
        decimal.erase(decimal.find_last_not_of('0') + 1);
        if (decimal.ends_with('.')) {
            decimal.pop_back();
        }
    }
    return decimal;
}

Text number(const Rational& value) {
    const auto text = grouped(trimmed(to_decimal(value, 6)));
    return {text, text};
}

Text money(const Rational& yuan, bool in_wan, const std::string& currency) {
    const auto plain = grouped(to_decimal(yuan, 2));
    Text text{fmt::format("{} {}", currency, plain), fmt::format("{} {}", currency, plain)};
    if (currency == "CNY") {
        const auto wan = divide(yuan, Rational{10'000});
        text.zh = in_wan && wan ? grouped(to_decimal(*wan, 2)) + "万元" : plain + "元";
    }
    return text;
}

}  // namespace

std::vector<Text> figure_words(
    std::span<const Rational> values, Type type, const std::string& currency) {
    // In 万元 with two decimals nothing below 100 yuan shows.
    const auto shows = [](const Rational& value) {
        return value == Rational{0} || magnitude(value) >= Rational{100};
    };
    const bool in_wan = std::ranges::all_of(values, shows);
    std::vector<Text> words;
    for (const auto& value : values) {
        words.push_back(type == Type::money ? money(value, in_wan, currency) : number(value));
    }
    return words;
}

Text figure_words(const Item& item, std::int64_t stored) {
    const auto value = Rational::make(stored, scale_of(item.unit)).value_or(Rational{0});
    const auto type = item.unit == Unit::money ? Type::money : Type::number;
    return figure_words(std::array{value}, type, item.currency).front();
}

Text subject_words(const Subject& subject) {
    return {
        subject.name.zh.empty() ? subject.id : subject.name.zh,
        subject.name.in(Language::en).empty() ? subject.id : subject.name.in(Language::en)};
}

}  // namespace sanbao::rules
