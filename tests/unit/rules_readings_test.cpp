#include "alerts/base/limits.hpp"
#include "alerts/rules/readings.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace sanbao;
using namespace sanbao::rules;

namespace {

constexpr std::uint32_t plain = 0;
constexpr std::uint32_t dated = 1;

Readings two_items() {
    return Readings{2, 3, {false, true}};
}
Date day(int n) {
    return from_day_number(20'000 + n);
}

}  // namespace

TEST_CASE("a series is 24 bytes where nobody looks back") {
    CHECK(sizeof(Reading) == 24);
}

TEST_CASE("the latest reading of each series is known") {
    auto readings = two_items();
    CHECK_FALSE(readings.latest(plain, 1));
    CHECK(readings.put({plain, 1, day(5), 100}));
    CHECK_FALSE(readings.put({plain, 1, day(5), 100}));
    CHECK(readings.put({plain, 1, day(5), 101}));      // a restatement
    CHECK_FALSE(readings.put({plain, 1, day(4), 7}));  // too late to be the latest, kept nowhere
    CHECK(readings.put({plain, 1, day(6), 101}));
    CHECK(readings.latest(plain, 1)->date == day(6));
    CHECK(readings.latest(plain, 1)->value == 101);
    CHECK_FALSE(readings.latest(plain, 0));
    CHECK_FALSE(readings.latest(dated, 1));
    CHECK(readings.history(plain, 1).empty());
    CHECK(readings.at(plain, 1, day(6)) == 101);
    CHECK_FALSE(readings.at(plain, 1, day(5)));
}

TEST_CASE("an older date changes only the history") {
    auto readings = two_items();
    CHECK(readings.put({dated, 2, day(5), 50}));
    CHECK(readings.put({dated, 2, day(3), 30}));
    CHECK_FALSE(readings.put({dated, 2, day(3), 30}));
    CHECK(readings.put({dated, 2, day(3), 31}));
    CHECK(readings.latest(dated, 2)->date == day(5));
    CHECK(readings.at(dated, 2, day(3)) == 31);
    CHECK_FALSE(readings.at(dated, 2, day(4)));
    CHECK(readings.history(dated, 2).size() == 2);
    CHECK(readings.history(dated, 1).empty());
}

TEST_CASE("history in any order of arrival is that of a map") {
    std::mt19937 random{9};
    auto readings = two_items();
    std::map<Date, std::int64_t> expected;
    for (int i = 0; i < 5'000; ++i) {
        const auto date = day(static_cast<int>(random() % 400));
        const auto value = static_cast<std::int64_t>(random() % 3);
        const auto known = expected.find(date);
        const bool changes = known == expected.end() || known->second != value;
        REQUIRE(readings.put({dated, 0, date, value}) == changes);
        expected[date] = value;
    }
    const auto history = readings.history(dated, 0);
    REQUIRE(history.size() == expected.size());
    auto at = expected.begin();
    for (const auto& reading : history) {
        CHECK((reading.date == at->first && reading.value == at->second));
        ++at;
    }
    CHECK(readings.latest(dated, 0)->value == expected.rbegin()->second);
}

TEST_CASE("history is kept for its limit before the newest, and no longer") {
    auto readings = two_items();
    CHECK(readings.put({dated, 0, day(0), 1}));
    CHECK(readings.put({dated, 0, day(1), 2}));
    CHECK(readings.put({dated, 0, day(limits::history_days_max), 3}));
    CHECK(readings.history(dated, 0).size() == 3);
    CHECK(readings.put({dated, 0, day(limits::history_days_max + 1), 4}));
    CHECK(readings.history(dated, 0).front().date == day(1));
    CHECK_FALSE(readings.put({dated, 0, day(0), 9}));
    CHECK(readings.history(dated, 0).size() == 3);
}
