// Dates as sources write them.
#pragma once

#include "alerts/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::feeds {

// Forms are made of YYYY, MM, M, DD, D, MMMM (May), Qn (Q3) and other characters as they are:
// "D.M.YYYY", "YYYY年M月". A form without a day means the last day of its month, quarter or year.
// A weekday before it is passed over ("Wednesday, May 15, 2013").
inline bool is_date_form(std::string_view form) {
    return form.empty() || form.find("YYYY") != std::string_view::npos;
}

class DateReader {
  public:
    // Empty `form`: the usual ones, which cannot be mistaken: 2026-11-23 (also with / and .),
    // 20261123, 2026年11月23日, 2026年11月, 2026年1-11月, 2026年上半年. With a time behind it, the
    // date is the one in `zone`.
    DateReader(std::string_view form, Zone zone);

    // The whole of `text`, but for blanks around it.
    [[nodiscard]] std::optional<Date> read(std::string_view text) const;
    // The first date that stands in `text`: "截至2026年10月31日".
    [[nodiscard]] std::optional<Date> find(std::string_view text) const;
    // For messages: "as 2026-11-23, …".
    [[nodiscard]] const std::string& wanted() const { return wanted_; }

  private:
    std::vector<std::string_view> forms_;
    std::string own_form_;
    std::string wanted_;
    Zone zone_;
};

// 2026-10-31T09:00:00+08:00, the same without a zone (then in `zone`), or a date: its first moment.
std::optional<Instant> parse_moment(std::string_view text, const Zone& zone);

}  // namespace sanbao::feeds
