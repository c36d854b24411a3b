// The shipped example: it loads, and no part of it is lost in silence.
#include "daemon/settings/settings.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace sanbao;
namespace fs = std::filesystem;

namespace {

const fs::path shipped = SANBAO_CONFIG;

std::string problems_of(const std::vector<settings::Problem>& problems) {
    std::string text;
    for (const auto& each : problems) {
        text += each.to_text() + "\n";
    }
    return text;
}

std::string read(const fs::path& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace

TEST_CASE("the shipped configuration loads without a problem") {
    const auto loaded = settings::load(shipped / "sanbaod.toml");
    INFO((loaded ? "" : problems_of(loaded.error())));
    REQUIRE(loaded.has_value());
    const auto& catalogue = loaded->rules->catalogue();
    std::size_t counties = 0;
    for (const auto& subject : catalogue.subjects) {
        counties += subject.kind == SubjectKind::county ? 1 : 0;
        CHECK(subject.plan.has_value() == (subject.kind == SubjectKind::county));
        CHECK(subject.synthetic == (subject.kind == SubjectKind::county));
    }
    CHECK(counties == 12);
    CHECK(catalogue.indicators.size() == 24);
    REQUIRE(loaded->notes.size() == 1);  // mail without TLS on loopback
    CHECK(loaded->notes[0].find("duty-mail") != std::string::npos);
    const auto drives = [](const feeds::FeedSettings& feed) {
        return feed.drives_clock;
    };
    CHECK(std::ranges::count_if(loaded->feeds, drives) == 1);

    const auto& us = catalogue.indicators.at(catalogue.indicator("us_cash"));
    CHECK(us.lines.red->bound == Rational{100'000'000'000});
    CHECK(us.hold.readings == 1);
    CHECK(us.leave == Rational{0});
    REQUIRE(loaded->feeds.size() == 3);
    CHECK(loaded->feeds[2].arrives == Arrival::hand);
    CHECK(loaded->feeds[1].items[0].multiplier == 100'000'000);
    CHECK(loaded->feeds[0].items.size() == 34);
}

TEST_CASE("the shipped calendar knows the Spring Festival of 2026") {
    const auto loaded = settings::load(shipped / "sanbaod.toml");
    REQUIRE(loaded.has_value());
    const auto& calendar = loaded->rules->catalogue().calendar;
    CHECK(calendar.covers(2017));
    // The payday of 20 February is brought forward to a Saturday that is worked.
    CHECK(next_payday(calendar, *parse_date("2026-02-01"), 20) == *parse_date("2026-02-14"));
    CHECK_FALSE(calendar.is_workday(*parse_date("2017-01-31")));
    CHECK(calendar.is_workday(*parse_date("2017-02-04")));
}

TEST_CASE("the main file cut short at any byte is refused, or loses nothing but its tail") {
    const auto folder = fs::temp_directory_path() / ("sanbao-config-" + std::to_string(::getpid()));
    fs::remove_all(folder);
    fs::copy(shipped, folder, fs::copy_options::recursive);
    // One county is enough here, and twelve times as fast.
    for (const auto& entry : fs::directory_iterator{shipped / "counties"}) {
        const auto name = entry.path().filename();
        if (name != "610326-meixian.toml" && name != "us-treasury.toml") {
            fs::remove(folder / "counties" / name);
        }
    }
    const auto whole = read(shipped / "sanbaod.toml");
    std::size_t loaded_short = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        { std::ofstream{folder / "sanbaod.toml", std::ios::binary} << whole.substr(0, size); }
        const auto loaded = settings::load(folder / "sanbaod.toml");
        if (!loaded) {
            REQUIRE_FALSE(loaded.error().empty());
            continue;
        }
        ++loaded_short;
        CAPTURE(size);
        const auto& catalogue = loaded->rules->catalogue();
        REQUIRE(catalogue.indicators.size() == 24);
        for (const auto& subject : catalogue.subjects) {
            REQUIRE(subject.plan.has_value() == (subject.kind == SubjectKind::county));
        }
        // Where a feed or an item of it is gone, this is said.
        const bool all_items = loaded->feeds.size() == 3 && loaded->feeds[0].items.size() == 34
                               && loaded->feeds[1].items.size() == 1;
        REQUIRE((all_items || loaded->notes.size() > 1));
    }
    CHECK(loaded_short > 0);  // the last newline, at least
    fs::remove_all(folder);
}
