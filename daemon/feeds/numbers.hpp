// Figures as sources write them, made into the plain text that alerts/base/decimal.hpp reads.
#pragma once

#include "alerts/base/decimal.hpp"
#include "daemon/feeds/feed.hpp"

#include <string>
#include <string_view>

namespace sanbao::feeds {

class NumberReader {
  public:
    explicit NumberReader(const FeedSettings& feed)
        : numbers_(feed.numbers), rest_(feed.cut_digits ? Rest::cut : Rest::refuse) {}

    // `text` x `multiplier`, exactly. Taken besides plain digits: blanks around, full-width digits
    // and signs, groups of three as `numbers` says, one $, ¥ or ￥ in front, (1,234) as a negative,
    // and a % behind figures of percent (`unit`, `multiplier`).
    [[nodiscard]] Result<Printed> read(
        std::string_view text, std::int64_t multiplier, Unit unit) const;

  private:
    [[nodiscard]] bool is_plain(std::string_view text) const;

    Numbers numbers_;
    Rest rest_;
};

// The power of ten that `multiplier` is; -1 when it is none.
int power_of(std::int64_t multiplier);

}  // namespace sanbao::feeds
