// Units in which figures are written, and what turns them into stored integers.
#pragma once

#include "alerts/base/result.hpp"
#include "alerts/model/item.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sanbao {

bool is_currency(std::string_view text);  // three capital letters

struct MoneyUnit {
    std::string currency;
    std::int64_t hundredths = 100;
};
// "万元", "USD million"; nullopt: no unit of money.
std::optional<MoneyUnit> money_unit(std::string_view text);

// What turns a figure written in `unit` into the stored integer of `item`: 万元 to fen is
// 1,000,000. The error says which units fit.
Result<std::int64_t> multiplier_of(const Item& item, std::string_view unit);

}  // namespace sanbao
