#include "alerts/base/calendar.hpp"
#include "daemon/settings/keys.hpp"
#include "daemon/settings/values.hpp"

#include <catch2/catch.hpp>

using namespace sanbao;
using namespace sanbao::settings;

namespace {

Item money(std::string currency = "CNY") {
    Item item;
    item.id = "balance";
    item.currency = std::move(currency);
    return item;
}

Item of(Unit unit) {
    auto item = money();
    item.unit = unit;
    return item;
}

Rational fraction(std::int64_t above, std::int64_t below) {
    return Rational::make(above, below).value();
}

}  // namespace

TEST_CASE("a money unit becomes the exact number of fen or cents") {
    CHECK(multiplier_of(money(), "分").value() == 1);
    CHECK(multiplier_of(money(), "元").value() == 100);
    CHECK(multiplier_of(money(), "万元").value() == 1'000'000);
    CHECK(multiplier_of(money(), "亿元").value() == 10'000'000'000);
    CHECK(multiplier_of(money("USD"), "USD").value() == 100);
    CHECK(multiplier_of(money("USD"), "USD million").value() == 100'000'000);
    CHECK(multiplier_of(money("EUR"), "EUR billion").value() == 100'000'000'000);
}

TEST_CASE("shares and counts have their own scale") {
    CHECK(multiplier_of(of(Unit::ratio), "ratio").value() == 100'000'000);
    CHECK(multiplier_of(of(Unit::ratio), "percent").value() == 1'000'000);
    CHECK(multiplier_of(of(Unit::number), "count").value() == 10'000);
    CHECK(multiplier_of(of(Unit::number), "万人").value() == 100'000'000);
}

TEST_CASE("a unit that does not fit its item is refused with what does") {
    CHECK(multiplier_of(money(), "percent").error().message.find("万元") != std::string::npos);
    CHECK(
        multiplier_of(of(Unit::ratio), "万元").error().message.find("percent")
        != std::string::npos);
    CHECK(
        multiplier_of(of(Unit::number), "USD").error().message.find("count") != std::string::npos);
    CHECK(
        multiplier_of(money(), "USD million").error().message.find("is in CNY")
        != std::string::npos);
    CHECK(
        multiplier_of(money("USD"), "万元").error().message.find("is in USD") != std::string::npos);
    CHECK(multiplier_of(money(), "usd").has_error());
    CHECK(multiplier_of(money(), "").has_error());
}

TEST_CASE("a line remembers how it was written") {
    const auto percent = parse_written_line("< 30%");
    CHECK(percent->line.bound == fraction(3, 10));
    CHECK(percent->percent);
    const auto dollars = parse_written_line("< 100000 USD million");
    CHECK(dollars->line.bound == Rational{100'000'000'000});
    CHECK(dollars->line.compare == Compare::below);
    CHECK(dollars->currency == "USD");
    CHECK(parse_written_line("> 5000万元")->currency == "CNY");
    CHECK(parse_written_line("> 5000万元")->line.bound == Rational{50'000'000});
    CHECK(parse_written_line("< 0.30")->currency.empty());
    for (const auto* const wrong :
         {"", "0.30", "< ", "< USD", "= 3 USD", "< 1 USD trillion", "< 三"}) {
        CAPTURE(wrong);
        CHECK(parse_written_line(wrong).has_error());
    }
}

TEST_CASE("holds, sizes, times, zones and spans are read exactly or not at all") {
    CHECK(parse_hold("2 readings")->readings == 2);
    CHECK(parse_hold("1 reading")->readings == 1);
    CHECK(parse_hold("30m")->time == std::chrono::minutes{30});
    CHECK_FALSE(parse_hold("0 readings"));
    CHECK_FALSE(parse_hold("32 readings"));
    CHECK_FALSE(parse_hold("two readings"));

    CHECK(parse_bytes("8MiB") == 8 << 20);
    CHECK_FALSE(parse_bytes("8MB"));
    CHECK_FALSE(parse_bytes("99999999999999999999GiB"));

    CHECK(parse_time_of_day("18:00") == std::chrono::hours{18});
    CHECK_FALSE(parse_time_of_day("24:00"));
    CHECK_FALSE(parse_time_of_day("-1:00"));

    CHECK(parse_zone("Asia/Urumqi")->offset == std::chrono::hours{6});
    CHECK(parse_zone("-03:30")->offset == -std::chrono::minutes{210});
    CHECK_FALSE(parse_zone("Europe/Paris"));

    CHECK(parse_over("last 90 days")->count == 90);
    CHECK(parse_over("last 3 months")->span == Span::last_months);
    CHECK(parse_over("same period last year")->span == Span::same_period_last_year);
    CHECK_FALSE(parse_over("last 0 days"));
    CHECK_FALSE(parse_over("last 1101 days"));
    CHECK_FALSE(parse_over("last days"));
    CHECK_FALSE(parse_over("last year"));
}

TEST_CASE("every key of the table has readable limits and a readable default") {
    for (const auto& key : all_keys()) {
        CAPTURE(key.section, key.name);
        const bool ranged = key.type == KeyType::whole || key.type == KeyType::duration
                            || key.type == KeyType::bytes;
        if (ranged) {
            CHECK(parse_range(key.range).has_value());
        }
        if (key.fallback.empty()) {
            continue;
        }
        if (key.type == KeyType::duration) {
            CHECK(parse_duration(key.fallback).has_value());
        } else if (key.type == KeyType::term) {
            CHECK(parse_term(key.fallback).has_value());
        } else if (key.type == KeyType::bytes) {
            CHECK(parse_bytes(key.fallback).has_value());
        } else if (key.type == KeyType::hold) {
            CHECK(parse_hold(key.fallback).has_value());
        } else if (key.type == KeyType::number) {
            CHECK(parse_amount(key.fallback).has_value());
        } else if (key.type == KeyType::choice) {
            const auto choices = choices_of(key);
            CHECK(std::ranges::find(choices, key.fallback) != choices.end());
        }
    }
}

TEST_CASE("every sub-table of the table of keys has keys of its own") {
    for (const auto& key : all_keys()) {
        const bool opens_section = key.type == KeyType::table || key.type == KeyType::tables
                                   || key.type == KeyType::named
                                   || key.type == KeyType::text_or_table;
        if (opens_section) {
            CAPTURE(key.section, key.name);
            CHECK_FALSE(keys_of(key.range).empty());
        }
    }
}

TEST_CASE("no key stands twice") {
    for (const auto& key : all_keys()) {
        CAPTURE(key.section, key.name);
        CHECK(find_key(key.section, key.name) == &key);
    }
}

TEST_CASE("a slip finds the nearest name, and nonsense finds none") {
    const std::vector<std::string_view> known{"yellow", "orange", "red", "leave_hold"};
    CHECK(nearest("yelow", known) == "yellow");
    CHECK(nearest("leavehold", known) == "leave_hold");
    CHECK(nearest("rde", known) == "red");
    CHECK(nearest("purple", known) == "");
    CHECK(suggest("purple", known) == "known here: yellow, orange, red, leave_hold");
}
