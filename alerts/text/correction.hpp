// What a restated or late reading makes of what was told, in one sentence.
#pragma once

#include "alerts/base/rational.hpp"
#include "alerts/model/item.hpp"
#include "alerts/model/level.hpp"
#include "alerts/model/text.hpp"

#include <optional>
#include <string>

namespace sanbao::text {

struct Correction {
    // The first date whose level was told wrongly, what was told, and what is right; `until` the
    // date on which that changes again, where it does.
    Date date{};
    Level was = Level::normal, should = Level::normal;
    std::optional<Date> until;
    // The reading: `before` is what was reported first; nullopt: the reading came late.
    const Item* item = nullptr;
    Date reading{};
    std::optional<Rational> before;
    Rational now;
    std::size_t more = 0;  // readings that changed beside it
    // The level of today, before and after.
    Level from = Level::normal, to = Level::normal;
};

// "2026-11-18的橙色预警不应发出：期末库款余额原报120万元，更正为1,200万元；现无预警", in both
// languages.
Text correction_text(const Correction& correction);
// "treas_close of 2026-11-18: 1200000 -> 12000000, and 2 more": for the record.
std::string cause_text(const Correction& correction);

}  // namespace sanbao::text
