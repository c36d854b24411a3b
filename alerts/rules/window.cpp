#include "alerts/rules/window.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::rules {

namespace {

using std::chrono::days;
using std::chrono::months;

constexpr int months_max = 36;  // limits::history_days_max in whole months

struct Period {
    Date first;
    Date last;
};

// One series as the window sees it.
struct Series {
    const Item& item;
    std::optional<Reading> newest;  // not after the last day of the period
    std::span<const Reading> history;
    const Calendar& calendar;
};

Date january_first(int year) {
    return Date{std::chrono::year{year} / 1 / 1};
}

Date same_day_last_year(Date date) {
    const auto shifted = ymd(date) - std::chrono::years{1};
    return shifted.ok() ? Date{shifted}
                        : Date{shifted.year() / shifted.month() / std::chrono::last};
}

Date first_of_month(Date date, int months_back) {
    const auto month = ymd(date).year() / ymd(date).month() - months{months_back};
    return Date{month / 1};
}

Period period_of(const Window& window, Date date) {
    switch (window.span) {
        case Span::none:
            return {date, date};
        case Span::month_to_date:
            return {first_of_month(date, 0), date};
        case Span::year_to_date:
            return {january_first(year_of(date)), date};
        case Span::last_days:
            return {date - days{window.count - 1}, date};
        case Span::last_months:
            return {first_of_month(date, window.count - 1), date};
        case Span::same_period_last_year: {
            const auto last = same_day_last_year(date);
            return {january_first(year_of(last)), last};
        }
    }
    SANBAO_ASSERT(false);
}

// Calendar months that a monthly mean divides by.
int months_in(const Window& window, const Period& period) {
    return window.span == Span::last_months     ? window.count
           : window.span == Span::month_to_date ? 1
                                                : month_of(period.last);
}

std::string_view to_text(Take take) {
    switch (take) {
        case Take::latest:
            return "latest";
        case Take::sum:
            return "sum";
        case Take::mean:
            return "mean";
        case Take::min:
            return "minimum";
        case Take::max:
            return "maximum";
        case Take::monthly_mean:
            return "monthly mean";
    }
    SANBAO_ASSERT(false);
}

std::string span_text(const Window& window) {
    switch (window.span) {
        case Span::none:
            return "no span";
        case Span::month_to_date:
            return "month to date";
        case Span::year_to_date:
            return "year to date";
        case Span::last_days:
            return fmt::format("the last {} days", window.count);
        case Span::last_months:
            return fmt::format("the last {} months", window.count);
        case Span::same_period_last_year:
            return "the same period last year";
    }
    SANBAO_ASSERT(false);
}

Missing no_reading(const Series& series, const Window& window, const Period& period) {
    return {fmt::format(
        "no reading of {} over {} ({} to {})",
        series.item.id,
        span_text(window),
        sanbao::to_text(period.first),
        sanbao::to_text(period.last))};
}

Value scaled(const Series& series, Int128 value, std::int64_t parts) {
    const auto result = Rational::make(value, Int128{scale_of(series.item.unit)} * parts);
    SANBAO_ASSERT(result.has_value());  // at most limits::history_days_max values of 64 bits
    return *result;
}

bool is_fresh(const Series& series, Date reading, Date date) {
    const auto& term = series.item.fresh_for;
    if (term.workdays > 0) {
        return series.calendar.workdays_between(reading, date) <= term.workdays;
    }
    return term.span == Millis{0} || date - reading <= term.span;
}

Missing stale(const Series& series, Date reading, Date date) {
    return {fmt::format(
        "the reading of {} of {} is older than {} on {}",
        series.item.id,
        sanbao::to_text(reading),
        sanbao::to_text(series.item.fresh_for),
        sanbao::to_text(date))};
}

Value latest_value(const Series& series, const Window& window, const Period& period) {
    const auto& reading = series.newest;
    if (!reading) {
        return window.span == Span::none ? Missing{fmt::format("no reading of {}", series.item.id)}
                                         : no_reading(series, window, period);
    }
    return is_fresh(series, reading->date, period.last)
               ? scaled(series, reading->value, 1)
               : Value{stale(series, reading->date, period.last)};
}

std::span<const Reading> within(std::span<const Reading> history, const Period& period) {
    const auto first = std::ranges::lower_bound(history, period.first, {}, &Reading::date);
    const auto last = std::ranges::upper_bound(history, period.last, {}, &Reading::date);
    return {first, last};
}

// A span is known when it is nowhere silent for longer than a reading stays fresh: not from its
// first day to its first reading, between two readings, or from the last one to its end. Else a new
// installation, or a feed that was down, would make a flow too small and the county look calmer.
std::optional<Missing> silence(
    const Series& series,
    const Window& window,
    const Period& period,
    std::span<const Reading> inside) {
    const auto covers = [&](Date from, Date to) {
        const auto& term = series.item.fresh_for;
        return (to - from).count() <= term.workdays || is_fresh(series, from, to);
    };
    if (!covers(period.first, inside.front().date)) {
        return Missing{fmt::format(
            "{} is known since {} only, and {} would count from {}",
            series.item.id,
            sanbao::to_text(inside.front().date),
            span_text(window),
            sanbao::to_text(period.first))};
    }
    const auto gap = std::ranges::adjacent_find(
        inside, [&](const Reading& a, const Reading& b) { return !covers(a.date, b.date); });
    if (gap != inside.end()) {
        return Missing{fmt::format(
            "no reading of {} from {} to {}, which is longer than {}, within {}",
            series.item.id,
            sanbao::to_text(gap->date),
            sanbao::to_text(std::next(gap)->date),
            sanbao::to_text(series.item.fresh_for),
            span_text(window))};
    }
    if (!covers(inside.back().date, period.last)) {
        return stale(series, inside.back().date, period.last);
    }
    return std::nullopt;
}

// What a counter that starts at 0 every 1 January grew by inside one year.
std::variant<Missing, Int128> growth(
    const Series& series, const Window& window, const Period& period) {
    const auto inside = within(series.history, period);
    if (inside.empty()) {
        return no_reading(series, window, period);
    }
    const auto& end = inside.back();
    if (!is_fresh(series, end.date, period.last)) {
        return stale(series, end.date, period.last);
    }
    const auto new_year = january_first(year_of(period.first));
    if (period.first == new_year) {
        return Int128{end.value};
    }
    const auto eve = period.first - days{1};
    const auto before = within(series.history, {new_year, eve});
    if (before.empty()) {
        return Missing{fmt::format(
            "no reading of {} in {} before {}, where {} begins",
            series.item.id,
            year_of(period.first),
            sanbao::to_text(period.first),
            span_text(window))};
    }
    if (!is_fresh(series, before.back().date, eve)) {
        return stale(series, before.back().date, eve);
    }
    return Int128{end.value} - before.back().value;
}

// Over several years the counter is read at the end of each.
std::variant<Missing, Int128> counted(
    const Series& series, const Window& window, const Period& period) {
    Int128 total = 0;
    for (int year = year_of(period.first); year <= year_of(period.last); ++year) {
        const Period part{
            std::max(period.first, january_first(year)),
            std::min(period.last, january_first(year + 1) - days{1})};
        auto grown = growth(series, window, part);
        if (auto* const missing = std::get_if<Missing>(&grown)) {
            return std::move(*missing);
        }
        total += std::get<Int128>(grown);
    }
    return total;
}

std::variant<Missing, Int128> summed(
    const Series& series, const Window& window, const Period& period) {
    if (series.item.kind == ItemKind::cumulative) {
        return counted(series, window, period);
    }
    const auto inside = within(series.history, period);
    if (inside.empty()) {
        return no_reading(series, window, period);
    }
    if (auto missing = silence(series, window, period, inside)) {
        return *std::move(missing);  // silence is not "nothing was paid"
    }
    Int128 total = 0;
    for (const auto& reading : inside) {
        total += reading.value;
    }
    return total;
}

Value total_value(const Series& series, const Window& window, const Period& period) {
    auto total = summed(series, window, period);
    if (auto* const missing = std::get_if<Missing>(&total)) {
        return std::move(*missing);
    }
    const auto parts = window.take == Take::monthly_mean ? months_in(window, period) : 1;
    return scaled(series, std::get<Int128>(total), parts);
}

// Mean, least or largest of the readings present.
Value value_of_present(const Series& series, const Window& window, const Period& period) {
    const auto inside = within(series.history, period);
    if (inside.empty()) {
        return no_reading(series, window, period);
    }
    if (auto missing = silence(series, window, period, inside)) {
        return *std::move(missing);
    }
    if (window.take != Take::mean) {
        const auto [least, largest] = std::ranges::minmax_element(inside, {}, &Reading::value);
        return scaled(series, window.take == Take::min ? least->value : largest->value, 1);
    }
    Int128 total = 0;
    for (const auto& reading : inside) {
        total += reading.value;
    }
    return scaled(series, total, static_cast<std::int64_t>(inside.size()));
}

std::optional<std::string> span_problem(const Window& window) {
    const bool counts = window.span == Span::last_days || window.span == Span::last_months;
    const int most = window.span == Span::last_days ? limits::history_days_max : months_max;
    if (counts && (window.count < 1 || window.count > most)) {
        return fmt::format("{}: write 1 to {}", span_text(window), most);
    }
    if (window.take == Take::latest && window.span != Span::none
        && window.span != Span::same_period_last_year) {
        return fmt::format(
            "latest does not look over {}: leave the span out, or take a mean", span_text(window));
    }
    if (window.take != Take::latest && window.span == Span::none) {
        return fmt::format("{} needs a span, as year to date", to_text(window.take));
    }
    if (window.take == Take::monthly_mean && window.span == Span::last_days) {
        return "a monthly mean over days: write the last N months, or take a mean";
    }
    return std::nullopt;
}

}  // namespace

std::pair<Date, Date> days_of(const Window& window, Date date) {
    const auto period = period_of(window, date);
    return {period.first, period.last};
}

std::optional<std::string> window_problem(const Item& item, const Window& window) {
    const auto take = window.take;
    const bool adds = take == Take::sum || take == Take::monthly_mean;
    if (item.kind == ItemKind::stock && adds) {
        return fmt::format(
            "{} of {}: what stands at the end of a day does not add up; take latest, mean, min or "
            "max",
            to_text(take),
            item.id);
    }
    if (item.kind == ItemKind::cumulative && !adds && take != Take::latest) {
        return fmt::format(
            "{} of {}: a counter since 1 January has none; take latest, sum or monthly mean",
            to_text(take),
            item.id);
    }
    return span_problem(window);
}

bool needs_history(const Window& window) {
    return window.take != Take::latest || window.span != Span::none;
}

Value evaluate_window(
    const Item& item,
    const Window& window,
    std::uint32_t item_index,
    std::uint32_t subject_index,
    const Readings& readings,
    const Place& place) {
    SANBAO_ASSERT(place.calendar != nullptr);
    const auto period = period_of(window, place.date);
    const Series series{
        item,
        readings.newest(item_index, subject_index, period.last),
        readings.history(item_index, subject_index),
        *place.calendar};
    switch (window.take) {
        case Take::latest:
            return latest_value(series, window, period);
        case Take::sum:
        case Take::monthly_mean:
            return total_value(series, window, period);
        case Take::mean:
        case Take::min:
        case Take::max:
            return value_of_present(series, window, period);
    }
    SANBAO_ASSERT(false);
}

std::string to_text(const Window& window) {
    return window.span == Span::none
               ? std::string{to_text(window.take)}
               : fmt::format("{} over {}", to_text(window.take), span_text(window));
}

}  // namespace sanbao::rules
