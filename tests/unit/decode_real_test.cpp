// Files that nobody here wrote, read by settings alone. They lie beside the project, or not.
#include "tests/unit/decode_samples.hpp"

#include <fstream>
#include <set>

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;

namespace {

std::string shared(const std::string& name) {
    std::ifstream file{SANBAO_SHARED_DATA "/" + name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// A subject for each text that stands in this column of a comma-separated text without quotes.
Catalogue catalogue_of(const std::string& text, std::size_t column) {
    auto catalogue = sample_catalogue();
    catalogue.subjects.clear();
    std::set<std::string> codes;
    for (std::size_t line = text.find('\n'); line + 1 < text.size();
         line = text.find('\n', line + 1)) {
        auto begin = line + 1;
        for (std::size_t i = 0; i < column; ++i) {
            begin = text.find(',', begin) + 1;
        }
        codes.insert(text.substr(begin, text.find(',', begin) - begin));
    }
    for (const auto& code : codes) {
        Subject subject;
        subject.id = code;
        subject.aliases = {{code, Date::min(), Date::max()}};
        catalogue.subjects.push_back(std::move(subject));
    }
    return catalogue;
}

FeedSettings table(std::string county, std::string date, std::string form = {}) {
    auto feed = csv_feed();
    feed.county = std::move(county);
    feed.date = std::move(date);
    feed.date_form = std::move(form);
    feed.missing = {"", "null", "n.d."};
    return feed;
}

// nullopt: skipped.
std::optional<Decoded> decoded(
    const FeedSettings& feed, const std::string& name, std::size_t county_column) {
    auto text = shared(name);
    if (text.empty()) {
        WARN("skipped: no shared data");
        return std::nullopt;
    }
    const auto rules = rulebook(catalogue_of(text, county_column));
    auto outcome = decode(feed, *rules, text, morning());
    if (outcome.has_error()) {
        FAIL(outcome.error().problems.front());
    }
    return std::move(*outcome);
}

}  // namespace

TEST_CASE("the operating cash of the US Treasury: every business day of four years") {
    auto feed = table("", "record_date");
    feed.shape = Shape::tall;
    feed.county_is = "610326";
    feed.item_field = "account_type";
    feed.value_field = "close_today_bal";
    feed.items = {{"balance", "Federal Reserve Account", 100'000'000}};
    auto text = shared("us_treasury_cash/operating_cash_balance_2016_2019.csv");
    if (text.empty()) {
        WARN("skipped: no shared data");
        return;
    }
    const auto found = cells(feed, text);
    const auto lowest = std::ranges::min_element(found, {}, &Cell::value);
    CHECK(found.size() > 950);
    CHECK(lowest->date == day("2017-03-15"));
    CHECK(lowest->value == 23'416 * std::int64_t{100'000'000});
}

TEST_CASE("31 counties of Inner Mongolia, six years") {
    auto feed = table("county_id", "year", "YYYY");
    feed.items = {
        {"balance", "public_budget_income", 1'000'000},
        {"outflow", "public_budget_exp", 1'000'000}};
    const auto found = decoded(feed, "cn_county_panel_nmg/economic_indicators.csv", 0);
    if (found) {
        CHECK(found->rows == 186);
        CHECK(found->cells.size() == 372);
        CHECK(found->cells.front() == Cell{balance, 0, day("2018-12-31"), 16'001'000'000, 0});
    }
}

TEST_CASE("ten cities of Shaanxi, four years") {
    auto feed = table("admin_code_6", "period_end");
    feed.items = {{"balance", "general_public_revenue_100m", 10'000'000'000}};
    const auto found = decoded(feed, "cn_prefecture_panel/shaanxi_2018_2021.csv", 1);
    if (found) {
        CHECK(found->rows == 40);
    }
}

TEST_CASE("credit ratings of all municipalities of Brazil, with more digits than are stored") {
    auto feed = table("cod", "ano", "YYYY");
    feed.cut_digits = true;
    feed.reads_as = {{"#NUM!", "999"}};
    feed.items = {{"yield", "Indicador 1", 100'000'000}};
    const auto found = decoded(feed, "br_capag/capag_2020.csv", 0);
    if (found) {
        CHECK(found->rows == 5'569);
        const auto goias = std::ranges::find(found->cells, 8'136'333, &Cell::value);
        CHECK(goias != found->cells.end());  // 8.1363339524715E-2
    }
}
