#include "alerts/base/digest.hpp"
#include "alerts/base/time.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sanbao;
using namespace std::chrono_literals;

TEST_CASE("an instant has a date in the zone, not in UTC") {
    const Zone shanghai;
    const auto at = parse_utc("2026-11-22T16:00:00.000Z").value();
    CHECK(to_text(date_in(shanghai, at)) == "2026-11-23");
    CHECK(to_text(date_in(shanghai, at - 1ms)) == "2026-11-22");
    CHECK(at_time(shanghai, parse_date("2026-11-23").value(), 0min) == at);
    CHECK(to_text(date_in(shanghai, Instant{-1ms})) == "1970-01-01");
}

TEST_CASE("instants are written in UTC, for people, and with their offset") {
    const Zone shanghai;
    const auto at = parse_utc("2026-11-23T02:23:24.007Z").value();
    CHECK(to_utc_text(at) == "2026-11-23T02:23:24.007Z");
    CHECK(to_local_text(shanghai, at) == "2026-11-23 10:23");
    CHECK(to_offset_text(shanghai, at) == "2026-11-23T10:23:24+08:00");
    CHECK(to_offset_text(Zone{-210min, "Newfoundland"}, at) == "2026-11-22T22:53:24-03:30");
}

TEST_CASE("only what was written as UTC reads back") {
    for (const auto* text :
         {"",
          "2026-11-23",
          "2026-11-23T02:23:24Z",
          "2026-11-23 02:23:24.000Z",
          "2026-02-29T00:00:00.000Z",
          "2026-11-23T24:00:00.000Z",
          "2026-11-23T02:60:00.000Z",
          "2026-11-23T02:23:24.000+",
          "2026-11-23T02:23:24,000Z"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_utc(text));
    }
}

TEST_CASE("dates are read in three spellings and must exist") {
    for (const auto* text : {"2026-11-23", "2026/11/23", "20261123"}) {
        CHECK(to_text(parse_date(text).value()) == "2026-11-23");
    }
    CHECK(parse_date("2024-02-29"));
    for (const auto* text :
         {"",
          "2026-02-29",
          "2026-13-01",
          "2026-00-10",
          "2026-11-31",
          "2026-11/23",
          "2026-1-23",
          "26-11-23",
          "2026-11-2x",
          "-2026-1-1",
          "2026-11-23T",
          "202611231"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_date(text));
    }
}

TEST_CASE("a day number is a date and back") {
    const auto date = parse_date("2026-11-23").value();
    CHECK(day_number(date) == 20'780);
    CHECK(from_day_number(20'780) == date);
}

TEST_CASE("durations are read with one unit and written with the largest that divides") {
    const std::pair<const char*, Millis> cases[] = {
        {"250ms", 250ms},
        {"90s", 90s},
        {"15m", 15min},
        {"4h", 4h},
        {"2d", 48h},
        {"3660d", 3'660 * 24h},
        {"1ms", 1ms}};
    for (const auto& [text, duration] : cases) {
        CHECK(parse_duration(text) == duration);
        CHECK(to_text(duration) == text);
    }
    CHECK(to_text(Millis{3'600'000}) == "1h");
    CHECK(to_text(Millis{0}) == "0s");
    for (const auto* text :
         {"",
          "5",
          "m",
          "0s",
          "-5m",
          "1.5h",
          "5 m",
          "5min",
          "3661d",
          "9999999999s",
          "1h30m",
          "3wd"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("SHA-256 gives the published digests") {
    CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(
        to_hex(sha256("abc"))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256({"a", "", "bc"}) == sha256("abc"));
}

TEST_CASE("a derived id depends on every part and on where the parts end") {
    const auto id = derived_id("msg", {"610326", "2026-11-23"});
    CHECK(id == derived_id("msg", {"610326", "2026-11-23"}));
    CHECK(id.size() == 4 + 26);
    CHECK(id.starts_with("msg_"));
    CHECK(std::all_of(id.begin() + 4, id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
    }));
    CHECK(derived_id("x", {"ab", "c"}) != derived_id("x", {"a", "bc"}));
    CHECK(derived_id("x", {"a"}) != derived_id("x", {"a", ""}));
    // Base32 of SHA-256("2:ab1:c"): a receiver has stored ids like this, so it may never change.
    CHECK(derived_id("x", {"ab", "c"}) == "x_imh3dnfmimyw5sub7kzhugjqvo");
}
