#include "alerts/text/figures.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/decimal.hpp"
#include "alerts/text/say.hpp"

#include <algorithm>
#include <array>

namespace sanbao::text {

namespace {

constexpr int digits_max = 9;  // of to_decimal

constexpr std::int64_t wan = 10'000;      // 万
constexpr std::int64_t yi = 100'000'000;  // 亿
constexpr std::int64_t million = 1'000'000;

// A print and the number that a reader takes from it.
struct Shown {
    std::string text;
    Rational rounded;
};

std::string trimmed(std::string decimal) {
    if (decimal.find('.') != std::string::npos) {
        decimal.erase(decimal.find_last_not_of('0') + 1);
        if (decimal.ends_with('.')) {
            decimal.pop_back();
        }
    }
    return decimal;
}

std::string grouped(std::string decimal) {
    const auto first = decimal.starts_with('-') ? std::size_t{1} : std::size_t{0};
    auto at = std::min(decimal.find('.'), decimal.size());
    while (at > first + 3) {
        at -= 3;
        decimal.insert(at, 1, ',');
    }
    return decimal;
}

Rational magnitude(const Rational& value) {
    return value < Rational{0} ? negate(value) : value;
}

// What `decimal`, a print in units of `unit`, stands for; `value` itself where that cannot be held.
Rational meant(const std::string& decimal, const Rational& unit, const Rational& value) {
    const auto number = parse_decimal(decimal);
    const auto result = number ? multiply(*number, unit) : std::nullopt;
    return result.value_or(value);
}

// Three digits are enough to act on: 9.85万元, 98.5万元 stay as they are, 1,832.4万元 is 1,832万元.
std::string money_decimal(const Rational& amount) {
    const auto text = to_decimal(amount, 2);
    return magnitude(amount) < Rational{100} ? trimmed(text) : to_decimal(amount, 0);
}

Shown money_in(const Rational& yuan, std::int64_t unit) {
    const auto amount = divide(yuan, Rational{unit});
    if (!amount) {
        return {grouped(to_decimal(yuan, 0)), yuan};
    }
    const auto in_yi = unit == yi && magnitude(*amount) < Rational{1'000};
    const auto decimal = in_yi ? trimmed(to_decimal(*amount, 2)) : money_decimal(*amount);
    return {grouped(decimal), meant(decimal, Rational{unit}, yuan)};
}

Shown chinese_money(const Rational& yuan) {
    if (magnitude(yuan) < Rational{100}) {
        const auto decimal = trimmed(to_decimal(yuan, 2));
        return {decimal + "元", meant(decimal, Rational{1}, yuan)};
    }
    auto shown = money_in(yuan, wan);
    const bool large = magnitude(shown.rounded) >= Rational{yi};  // also 99,999,999 yuan
    shown = large ? money_in(yuan, yi) : shown;
    shown.text += large ? "亿元" : "万元";
    return shown;
}

Shown foreign_money(const Rational& amount, const std::string& currency) {
    if (magnitude(amount) < Rational{million}) {
        const auto decimal = money_decimal(amount);
        return {
            fmt::format("{} {}", currency, grouped(decimal)), meant(decimal, Rational{1}, amount)};
    }
    auto shown = money_in(amount, million);
    shown.text = fmt::format("{} {} million", currency, shown.text);
    return shown;
}

Shown money(const Rational& yuan, const std::string& currency, Language language) {
    return currency == "CNY" && language == Language::zh ? chinese_money(yuan)
                                                         : foreign_money(yuan, currency);
}

std::string days_text(const std::string& decimal, Language language) {
    return language == Language::zh
               ? decimal + "天"
               : fmt::format("{} {}", decimal, decimal == "1" ? "day" : "days");
}

Shown percent(const Rational& value, int digits) {
    const auto hundredfold = multiply(value, Rational{100});
    if (!hundredfold) {
        return {to_fraction(value), value};
    }
    const auto decimal = to_decimal(*hundredfold, digits);
    const auto one_percent = Rational::make(1, 100);
    return {grouped(decimal) + "%", meant(decimal, one_percent.value_or(Rational{1}), value)};
}

Shown number(const Rational& value, int digits) {
    const auto decimal = to_decimal(value, digits);
    return {grouped(decimal), meant(decimal, Rational{1}, value)};
}

Shown day_count(const Rational& value, int digits, Language language) {
    const auto decimal = trimmed(to_decimal(value, digits));
    return {days_text(grouped(decimal), language), meant(decimal, Rational{1}, value)};
}

Shown shown(
    const Rational& value,
    const Indicator& indicator,
    int digits,
    const std::string& currency,
    Language language) {
    switch (indicator.display) {
        case Display::multiple:
        case Display::number:
            return number(value, digits);
        case Display::days:
            return day_count(value, digits, language);
        case Display::percent:
            return percent(value, digits);
        case Display::money:
            return money(value, currency, language);
    }
    SANBAO_ASSERT(false);
}

std::string exact_text(
    const Rational& value,
    const Indicator& indicator,
    const std::string& currency,
    Language language) {
    if (indicator.display == Display::money
        && meant(to_decimal(value, 2), Rational{1}, value) == value) {
        const auto decimal = grouped(trimmed(to_decimal(value, 2)));
        return currency == "CNY" && language == Language::zh
                   ? decimal + "元"
                   : fmt::format("{} {}", currency, decimal);
    }
    return to_fraction(value);
}

std::string counted(std::int64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

std::string money_text(const Rational& yuan, const std::string& currency, Language language) {
    return money(yuan, currency, language).text;
}

std::string value_text(
    const Rational& value,
    const Indicator& indicator,
    Language language,
    const std::optional<Line>& line,
    const std::string& currency) {
    const auto digits = std::clamp(indicator.digits, 0, digits_max);
    const auto print = shown(value, indicator, digits, currency, language);
    const bool misleads = line && (print.rounded <=> line->bound) != (value <=> line->bound);
    if (!misleads) {
        return print.text;
    }
    const Say say{language};
    return say.format(
        "{}（{}）", "{} ({})", print.text, exact_text(value, indicator, currency, language));
}

std::string bound_text(
    const Rational& bound, const Indicator& indicator, const RiskFacts& risk, Language language) {
    const bool pads = indicator.display == Display::multiple;  // 0.30 beside 0.29; but 30%
    for (int digits = pads ? std::clamp(indicator.digits, 0, digits_max) : 0; digits <= digits_max;
         ++digits) {
        const auto print = shown(bound, indicator, digits, risk.currency, language);
        if (print.rounded == bound) {
            return print.text;
        }
    }
    return exact_text(bound, indicator, risk.currency, language);
}

std::string level_text(Level level, Language language) {
    const Say say{language};
    switch (level) {
        case Level::normal:
            return std::string{say("正常", "normal")};
        case Level::blue:
            return std::string{say("蓝色", "blue")};
        case Level::yellow:
            return std::string{say("黄色", "yellow")};
        case Level::orange:
            return std::string{say("橙色", "orange")};
        case Level::red:
            return std::string{say("红色", "red")};
    }
    SANBAO_ASSERT(false);
}

std::string compare_text(Compare compare, Language language) {
    const Say say{language};
    switch (compare) {
        case Compare::below:
            return std::string{say("低于", "below")};
        case Compare::at_most:
            return std::string{say("不高于", "at or below")};
        case Compare::above:
            return std::string{say("高于", "above")};
        case Compare::at_least:
            return std::string{say("不低于", "at or above")};
    }
    SANBAO_ASSERT(false);
}

std::string crossing_text(const RiskFacts& risk, Level level, Language language) {
    SANBAO_ASSERT(risk.line.has_value());
    const Say say{language};
    return say.format(
        "{}{}线 {}",
        "{} the {} line of {}",
        compare_text(risk.line->compare, language),
        level_text(level, language),
        bound_text(risk.line->bound, *risk.indicator, risk, language));
}

std::string term_text(const Term& term, Language language) {
    using std::chrono::duration_cast;
    const Say say{language};
    if (term.workdays > 0) {
        return say.zh() ? fmt::format("{}个工作日", term.workdays)
                        : counted(term.workdays, "working day");
    }
    struct Unit {
        Millis length, from;  // "24小时" says more than "1天"
        std::string_view chinese, english;
    };
    constexpr std::array<Unit, 3> units{{
        {std::chrono::days{1}, std::chrono::days{3}, "天", "day"},
        {std::chrono::hours{1}, std::chrono::hours{1}, "小时", "hour"},
        {std::chrono::minutes{1}, std::chrono::minutes{1}, "分钟", "minute"},
    }};
    for (const auto& unit : units) {
        if (term.span >= unit.from && term.span % unit.length == Millis{0}) {
            const std::int64_t count = term.span / unit.length;
            return say.zh() ? fmt::format("{}{}", count, unit.chinese)
                            : counted(count, unit.english);
        }
    }
    const std::int64_t seconds = duration_cast<std::chrono::seconds>(term.span).count();
    return say.zh() ? fmt::format("{}秒", seconds) : counted(seconds, "second");
}

std::string plain_decimal(const Rational& value) {
    return trimmed(to_decimal(value, digits_max));
}

}  // namespace sanbao::text
