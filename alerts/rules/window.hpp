// Windows: a series over a span becomes one value.
#pragma once

#include "alerts/rules/formula.hpp"
#include "alerts/rules/readings.hpp"

#include <optional>
#include <string>
#include <utility>

namespace sanbao::rules {

// Why this window makes no sense over this item, and what to write instead; nullopt when it does.
std::optional<std::string> window_problem(const Item& item, const Window& window);

// Whether the item behind this window must keep history.
bool needs_history(const Window& window);

// The value of `item` (index) of `subject` (index) over `window` for the date judged.
//   latest            the newest reading not after `date`; missing when older than item.fresh_for
//   flow              the dates of the span are summed, averaged … over the readings present
//   cumulative        a span's flow is the difference of the counter at its ends, 0 at 1 January;
//                     a counter that has no reading before the span inside the year is missing;
//                     so is one whose reading at an end is older there than item.fresh_for
//   flow and stock over a span: missing where the span is silent for longer than item.fresh_for (in
//                     working days, so holidays are silence that is expected)
//   stock             mean, min, max over the readings present; sum is refused at load
//   monthly_mean      of year to date: counter or sum / month number of `date` (January is 1)
//   same_period_last_year   the year to date of the year before, up to the same day (29 February:
//                     28); `latest` takes the newest reading not after that day
// A span with no reading at all is missing. The reason names the item and the span.
Value evaluate_window(
    const Item& item,
    const Window& window,
    std::uint32_t item_index,
    std::uint32_t subject_index,
    const Readings& readings,
    const Place& place);

// The days that the window looks at for `date`, both included; one and the same for Span::none.
std::pair<Date, Date> days_of(const Window& window, Date date);

// "monthly mean over year to date"
std::string to_text(const Window& window);

}  // namespace sanbao::rules
