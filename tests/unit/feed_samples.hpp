// Items, subjects and feeds that the tests of decode and poller share.
#pragma once

#include "alerts/rules/rulebook.hpp"
#include "daemon/feeds/feed.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <utility>

namespace sanbao::test {

inline Date day(std::string_view text) {
    const auto date = parse_date(text);
    REQUIRE(date.has_value());
    return *date;
}

// 2026-11-23 10:00 in Shanghai.
inline Instant morning() {
    return at_time(Zone{}, day("2026-11-23"), std::chrono::minutes{600});
}

inline Item item(std::string id, Unit unit = Unit::money, bool may_be_negative = false) {
    Item result;
    result.id = std::move(id);
    result.unit = unit;
    result.may_be_negative = may_be_negative;
    return result;
}

// Items balance, outflow, yield (a ratio that may be negative); subjects 610305 (called 610322
// until 2021) and 610326; one feed, "treasury".
inline Catalogue sample_catalogue() {
    Catalogue catalogue;
    catalogue.items = {item("balance"), item("outflow"), item("yield", Unit::ratio, true)};
    Subject fengxiang;
    fengxiang.id = "610305";
    fengxiang.aliases = {
        {"610322", Date::min(), day("2021-12-31")}, {"610305", day("2022-01-01"), Date::max()}};
    Subject meixian;
    meixian.id = "610326";
    meixian.aliases = {{"610326", Date::min(), Date::max()}};
    catalogue.subjects = {fengxiang, meixian};
    FeedRule rule;
    rule.id = "treasury";
    catalogue.feeds = {rule};
    return catalogue;
}

inline std::shared_ptr<const rules::Rulebook> rulebook(Catalogue catalogue = sample_catalogue()) {
    auto rules = rules::Rulebook::build(std::move(catalogue));
    REQUIRE(rules.has_value());
    return *rules;
}

// {"rows":[{"code":"610326","day":"2026-11-22","bal":1.5,"out":2}]}
inline feeds::FeedSettings wide_feed() {
    feeds::FeedSettings feed;
    feed.id = "treasury";
    feed.url = "http://127.0.0.1/feed.json";
    feed.rows = "/rows";
    feed.rounded = false;  // tests of rounding say so
    feed.county = "/code";
    feed.date = "/day";
    feed.items = {{"balance", "/bal", 100}, {"outflow", "/out", 100}};
    return feed;
}

// {"as_of":"2026-11-22","rows":[{"code":"610326","item":"bal","value":1.5}]}
inline feeds::FeedSettings tall_feed() {
    auto feed = wide_feed();
    feed.shape = feeds::Shape::tall;
    feed.date = "$/as_of";
    feed.item_field = "/item";
    feed.value_field = "/value";
    feed.items = {{"balance", "bal", 100}, {"outflow", "out", 100}};
    return feed;
}

// code,day,bal,out
inline feeds::FeedSettings csv_feed() {
    auto feed = wide_feed();
    feed.format = feeds::Format::csv;
    feed.county = "code";
    feed.date = "day";
    feed.items = {{"balance", "bal", 100}, {"outflow", "out", 100}};
    return feed;
}

}  // namespace sanbao::test
