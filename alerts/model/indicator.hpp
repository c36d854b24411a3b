// An indicator: named inputs over windows, a formula, and the lines that its value must not cross.
#pragma once

#include "alerts/base/rational.hpp"
#include "alerts/base/time.hpp"
#include "alerts/model/level.hpp"
#include "alerts/model/text.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sanbao {

enum class Take : unsigned char {
    latest,
    sum,
    mean,
    min,
    max,
    monthly_mean,  // flow: sum of the window / months in it; cumulative: year to date / months
                   // passed
};

enum class Span : unsigned char {
    none,  // only with Take::latest
    month_to_date,
    year_to_date,
    last_days,              // `count` days that end with the date judged
    last_months,            // `count` calendar months that end with the month of the date judged
    same_period_last_year,  // with latest: the newest reading not after the same date last year
};

struct Window {
    Take take = Take::latest;
    Span span = Span::none;
    int count = 0;  // of last_days and last_months
};

struct Input {
    std::string name;  // as the formula calls it
    std::string item;
    Window window;
};

enum class Compare : unsigned char { below, at_most, above, at_least };  // <  <=  >  >=

struct Line {
    Compare compare = Compare::below;
    Rational bound;

    friend bool operator==(const Line&, const Line&) = default;
};

// Absent lines are never crossed.
struct Lines {
    std::optional<Line> blue, yellow, orange, red;

    [[nodiscard]] const std::optional<Line>& at(Level level) const;
    [[nodiscard]] std::optional<Line>& at(Level level);
};

// A level is entered (or left) only after it has held for so many readings (dates judged one
// after another) and for so long since the first of them was known.
struct Hold {
    int readings = 1;
    Millis time{0};
};

enum class IndicatorKind : unsigned char {
    risk,      // colours the county, tells people, may open a plan
    standing,  // ranked and shown; never colours, wakes or opens anything
};

// How a value is printed.
enum class Display : unsigned char { multiple, percent, money, days, number };

struct Indicator {
    std::string id;
    Text name;
    int mechanism = 1;       // of the "1+8" reform
    std::string category;    // one of the 43 classes (抓什么)
    std::string owner;       // section in charge (谁来抓)
    std::string source;      // tag of domain sources: "R4 G1"
    bool confirmed = false;  // an administrator has confirmed the lines; else provisional
    IndicatorKind kind = IndicatorKind::risk;
    Display display = Display::multiple;
    int digits = 2;

    std::vector<Input> inputs;
    std::string formula;  // over the input names and the calendar terms; compiled by rules/
    std::string judge;    // what is held against the lines, over `value`; empty: the value itself
    Lines lines;
    Rational leave;  // margin by which the value must recover before a level is left
    Hold hold;
    Hold leave_hold;
};

}  // namespace sanbao
