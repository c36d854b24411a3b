#include "alerts/model/units.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sanbao {

namespace {

struct Scale {
    std::string_view name;
    std::int64_t factor;  // of the smallest thing that is stored
};

// In hundredths: fen.
constexpr std::array yuan_scales{
    Scale{"分", 1},
    Scale{"元", 100},
    Scale{"千元", 100'000},
    Scale{"万元", 1'000'000},
    Scale{"百万元", 100'000'000},
    Scale{"亿元", 10'000'000'000},
};
// "USD", "USD million": in hundredths.
constexpr std::array foreign_scales{
    Scale{"", 100},
    Scale{" thousand", 100'000},
    Scale{" million", 100'000'000},
    Scale{" billion", 100'000'000'000},
};
// Of ratio items, 10^8 to the whole.
constexpr std::array ratio_scales{
    Scale{"ratio", 100'000'000},
    Scale{"percent", 1'000'000},
    Scale{"%", 1'000'000},
    Scale{"‰", 100'000},
};
// Of number items, 10^4 to the whole.
constexpr std::array number_scales{
    Scale{"count", 10'000},
    Scale{"days", 10'000},
    Scale{"人", 10'000},
    Scale{"户", 10'000},
    Scale{"个", 10'000},
    Scale{"天", 10'000},
    Scale{"万人", 100'000'000},
};

template <std::size_t size>
std::optional<std::int64_t> factor_in(
    const std::array<Scale, size>& scales, std::string_view name) {
    const auto found = std::ranges::find(scales, name, &Scale::name);
    return found == scales.end() ? std::nullopt : std::optional{found->factor};
}

Error does_not_fit(const Item& item, std::string_view unit, std::string_view instead) {
    return invalid(fmt::format(
        "the unit \"{}\" does not fit item \"{}\"; write one of {}", unit, item.id, instead));
}

}  // namespace

bool is_currency(std::string_view text) {
    return text.size() == 3
           && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<MoneyUnit> money_unit(std::string_view text) {
    if (const auto factor = factor_in(yuan_scales, text)) {
        return MoneyUnit{"CNY", *factor};
    }
    constexpr std::size_t code_size = 3;
    if (is_currency(text.substr(0, code_size))) {
        if (const auto factor = factor_in(foreign_scales, text.substr(code_size))) {
            return MoneyUnit{std::string{text.substr(0, code_size)}, *factor};
        }
    }
    return std::nullopt;
}

Result<std::int64_t> multiplier_of(const Item& item, std::string_view unit) {
    switch (item.unit) {
        case Unit::money: {
            const auto money = money_unit(unit);
            if (!money) {
                return does_not_fit(item, unit, "元, 万元, 亿元, USD, USD million");
            }
            if (money->currency != item.currency) {
                return invalid(fmt::format(
                    "the unit \"{}\" is {}, but item \"{}\" is in {}; change one of them",
                    unit,
                    money->currency,
                    item.id,
                    item.currency));
            }
            return money->hundredths;
        }
        case Unit::ratio:
            if (const auto factor = factor_in(ratio_scales, unit)) {
                return *factor;
            }
            return does_not_fit(item, unit, "ratio, percent");
        case Unit::number:
            if (const auto factor = factor_in(number_scales, unit)) {
                return *factor;
            }
            return does_not_fit(item, unit, "count, days, 人, 户, 个, 天, 万人");
    }
    SANBAO_ASSERT(false);
}

}  // namespace sanbao
