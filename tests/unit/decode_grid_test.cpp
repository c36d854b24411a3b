// Tables: where their header is, what stands around them, where they end.
#include "daemon/feeds/csv_records.hpp"
#include "daemon/feeds/header.hpp"
#include "daemon/feeds/surroundings.hpp"
#include "tests/unit/decode_samples.hpp"

#include <fstream>

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;

namespace {

// A monthly table as an office prints it: title, unit, two rows of header, totals, footnotes.
const std::string monthly =
    "2026年10月财政运行基础情况表,,,\n"
    "编制单位：宝鸡市财政局,,,单位：万元\n"
    "\n"
    "县 区,国库,,备注\n"
    ",库款余额,本月流出,\n"
    "610305,\"1,234.50\",2,\n"
    "610326,0.5,--,新\n"
    "合　计,1235,2,\n"
    "注：快报数据,,,\n"
    "发布时间：2026-11-05 09:00\n";

FeedSettings monthly_feed() {
    auto feed = csv_feed();
    feed.rounded = true;
    feed.county = "县区";
    feed.date = "$1";
    feed.header_rows = 2;
    feed.until = {"注："};
    feed.skip = {{"县区", {"合计"}}};
    feed.missing = {"--"};
    feed.published = "$发布时间：";
    feed.items = {{"balance", "国库/库款余额", 1}, {"outflow", "国库/本月流出", 1}};
    for (auto& mapping : feed.items) {
        mapping.unit_from = "$单位：";
    }
    return feed;
}

// All cells of all records, as JSON would hold them.
std::vector<std::vector<std::string>> records_of(std::string_view text, char delimiter = ',') {
    CsvRecords records{text, delimiter};
    std::vector<std::vector<std::string>> all;
    while (records.next() == CsvRecords::Step::record) {
        all.emplace_back(records.cells().begin(), records.cells().end());
    }
    return all;
}

}  // namespace

TEST_CASE("a printed table is read with its title, unit, merged header, totals and footnotes") {
    const auto outcome = read(monthly_feed(), monthly);
    if (outcome.has_error()) {
        FAIL(outcome.error().problems.front());
    }
    CHECK(
        outcome->cells
        == std::vector<Cell>{
            {balance, fengxiang, day("2026-10-31"), 1'234'500'000, 4},
            {outflow, fengxiang, day("2026-10-31"), 2'000'000, 6},
            {balance, meixian, day("2026-10-31"), 500'000, 5}});
    CHECK(outcome->rows == 2);
    CHECK(outcome->rows_filtered == 1);
    CHECK(to_utc_text(outcome->edition.value()) == "2026-11-05T01:00:00.000Z");
    CHECK(outcome->columns_unused == std::vector<std::string>{"备注"});
    CHECK(
        outcome->how
        == std::vector<std::string>{
            "encoding: UTF-8, found by itself",
            "delimiter: comma, found by itself",
            "header: row 4",
            "unit of balance: \"万元\", from $单位：",
            "unit of outflow: \"万元\", from $单位："});
}

TEST_CASE("a table whose end mark is missing was cut") {
    const auto feed = monthly_feed();
    for (auto cut = monthly.find("610326"); cut < monthly.find("注：") + 5; ++cut) {
        INFO("cut at " << cut);
        const auto outcome = read(feed, monthly.substr(0, cut));
        REQUIRE(outcome.has_error());
        CHECK(outcome.error().problem == PollProblem::truncated);
    }
}

TEST_CASE("the header is found by its names, or where the settings say it is") {
    const std::string body = "title\n\ncode,day,bal,out\n610326,2026-11-22,1,2\n";
    CHECK(cells(csv_feed(), body).size() == 2);
    auto feed = csv_feed();
    feed.header = 3;
    CHECK(cells(feed, body).size() == 2);
    feed.header = 1;
    CHECK(
        first_problem(feed, body).find("the header (row 1) has no column \"day\"; it is \"title\"")
        == 0);
    std::string deep;
    for (std::size_t i = 0; i <= limits::feed_preamble_rows_max; ++i) {
        deep += "preamble\n";
    }
    CHECK(first_problem(csv_feed(), deep + body).find("no row of the first 50 has a column") == 0);
    feed = csv_feed();
    feed.after = "Table II";
    CHECK(cells(feed, deep + "Table II, deposits\n" + body).size() == 2);
    CHECK(first_problem(feed, body).find("no line contains \"Table II\"") == 0);
}

TEST_CASE("a header that is too long to show is cut at a name") {
    auto feed = csv_feed();
    feed.header = 1;
    const std::string name(400, 'x');
    CHECK(first_problem(feed, name + ",code\n").find("it is \",…\"") != std::string::npos);
    CHECK(first_problem(feed, "code," + name + "\n").find("it is \"code,…\"") != std::string::npos);
}

TEST_CASE("columns can be named by their numbers, with or without a header") {
    auto feed = csv_feed();
    feed.county = "#1";
    feed.date = "#2";
    feed.items = {{"balance", "#4", 100}};
    CHECK(
        cells(feed, "610326,2026-11-22,x,5\n610305,2026-11-22,y,6\n")
        == std::vector<Cell>{
            {balance, fengxiang, day("2026-11-22"), 600},
            {balance, meixian, day("2026-11-22"), 500}});
    CHECK(
        first_problem(feed, "code,day,x,bal\n610326,2026-11-22,x,5\n")
            .find("row 1, #2: \"day\" is not a date")
        == 0);
    feed.header = 1;
    CHECK(cells(feed, "code,day,x,bal\n610326,2026-11-22,x,5\n").size() == 1);
    feed.items[0].from = "#9";
    CHECK(first_problem(feed, "code,day,x,bal\n").find("no column \"#9\"") != std::string::npos);
}

TEST_CASE("an item that is not expected each time may lack its column") {
    auto feed = csv_feed();
    feed.items[1].each_time = false;
    CHECK(cells(feed, "code,day,bal\n610326,2026-11-22,1\n").size() == 1);
    CHECK(cells(feed, "code,day,bal,out\n610326,2026-11-22,1,2\n").size() == 2);
}

TEST_CASE("a unit that the document states must be there, and fit") {
    auto feed = csv_feed();
    feed.items = {{"balance", "bal", 1}};
    feed.items[0].unit_from = "$单位：";
    const std::string table = "code,day,bal\n610326,2026-11-22,1\n";
    const auto with = [&](std::string_view line) {
        return std::string{line} + "\n" + table;
    };
    CHECK(cells(feed, with("（金额单位：人民币万元）")).front().value == 1'000'000);
    CHECK(cells(feed, with("单位： 亿 元")).front().value == 10'000'000'000);
    CHECK(cells(feed, with("单位：,元")).front().value == 100);
    CHECK(first_problem(feed, with("单位：吨")).find("\"吨\" does not fit") != std::string::npos);
    CHECK(first_problem(feed, table).find("the document has no field $单位：") == 0);
    feed.items[0].unit_from = "unit";  // a column of its own
    CHECK(
        cells(feed, "code,day,bal,unit\n610326,2026-11-22,1,万元\n610305,2026-11-22,1,元\n")
        == std::vector<Cell>{
            {balance, fengxiang, day("2026-11-22"), 100},
            {balance, meixian, day("2026-11-22"), 1'000'000}});
}

TEST_CASE("one named row can hold figures of several items") {
    auto feed = csv_feed();
    feed.shape = Shape::tall;
    feed.county.clear();
    feed.county_is = "610326";
    feed.item_field = "account";
    feed.items = {{"balance", "Federal Reserve", 100}, {"outflow", "Federal Reserve", 100}};
    feed.items[0].value = "close";
    feed.items[1].value = "open";
    const auto outcome = read(
        feed,
        "account,day,close,open\nFederal  Reserve,2026-11-22,5,6\nOther,2026-11-22,x,y\n"
        "Other,2026-11-21,x,y\n");
    REQUIRE(outcome.has_value());
    CHECK(
        outcome->cells
        == std::vector<Cell>{
            {balance, meixian, day("2026-11-22"), 500},
            {outflow, meixian, day("2026-11-22"), 600}});
    CHECK(outcome->names_unmapped == std::vector<std::string>{"Other"});
    CHECK(outcome->rows_unmapped == 2);
}

TEST_CASE("both codes of one county count once, and contradict each other when they differ") {
    const std::string head = "code,day,bal,out\n610305,2026-11-22,1,2\n";
    CHECK(cells(csv_feed(), head + "610322,2026-11-22,1,2\n").size() == 2);
    const auto refused = refusal(csv_feed(), head + "610322,2026-11-22,9,2\n");
    CHECK(refused.problem == PollProblem::contradiction);
    CHECK(
        refused.problems.front().find("rows 2 and 3 contradict each other: balance of 610305")
        == 0);
}

TEST_CASE("delimiters are found by the header") {
    for (const char delimiter : {',', ';', '\t', '|'}) {
        std::string body = "a, title; of|this\ncode,day,bal,out\n610326,2026-11-22,1,2\n";
        std::replace(body.begin() + 18, body.end(), ',', delimiter);
        CHECK(cells(csv_feed(), body).size() == 2);
    }
    // The second byte of 県 in GB18030 is a bar.
    auto feed = csv_feed();
    feed.delimiter = '|';
    CHECK(read(feed, "code|name|day|bal|out\n610326|\xBF\x7C|2026-11-22|1|2\n").has_value());
}

TEST_CASE("what stands around a table is found by row, cell and label") {
    Surroundings around;
    around.keep(1, {"", "Annual", "Province"});
    around.keep(2, {"编制单位：宝鸡市财政局    单位：万元", "", "Year：", "", "2017"});
    CHECK(around.find("$1") == "Annual Province");
    CHECK(around.find("$C1") == "Province");
    CHECK(around.find("$AA1") == std::nullopt);
    CHECK(around.find("$3") == std::nullopt);
    CHECK(around.find("$单位：") == "万元");
    CHECK(around.find("$编制单位：") == "宝鸡市财政局");
    CHECK(around.find("$Year：") == "2017");
    CHECK(around.find("$Month：") == std::nullopt);
    CHECK(letters_of(0) == "A");
    CHECK(letters_of(27) == "AB");
    CHECK(column_of("XFD") == 16'383);
}

TEST_CASE("names of several header rows are joined where they belong together") {
    CHECK(
        joined_names({{"县区", "本年收入", "", "备注"}, {"", "税收", "非税", ""}})
        == std::vector<std::string>{"县区", "本年收入/税收", "本年收入/非税", "备注"});
    CHECK(
        joined_names({{"县区", "收入", "收入"}, {"县区", "税收", "非税"}})
        == std::vector<std::string>{"县区", "收入/税收", "收入/非税"});
}

TEST_CASE("records keep their lines, whatever stands in their quotes") {
    CsvRecords records{"a,b\r\n\"x\ny\",\"q\"\"q\"\n\n\rlast,1", ','};
    CHECK(records.next() == CsvRecords::Step::record);
    CHECK(records.line() == 1);
    CHECK(records.next() == CsvRecords::Step::record);
    CHECK(records.line() == 2);
    CHECK(records.cells()[0] == "x\ny");
    CHECK(records.cells()[1] == "q\"q");
    CHECK(records.next() == CsvRecords::Step::record);
    CHECK(records.line() == 6);
    CHECK(records.unended());
    CHECK(records.next() == CsvRecords::Step::end);
    CHECK(CsvRecords{"\"a\"b", ','}.next() == CsvRecords::Step::stray_quote);
    CHECK(CsvRecords{"a\"b", ','}.next() == CsvRecords::Step::stray_quote);
    CHECK(CsvRecords{"\"a", ','}.next() == CsvRecords::Step::open_quote);
    CHECK(records_of("a,\n,\n") == std::vector<std::vector<std::string>>{{"a", ""}, {"", ""}});
}

TEST_CASE("the shared CSV suite is read as its JSON says") {
    const std::string folder = SANBAO_SHARED_DATA "/csv-spectrum/";
    const std::vector<std::pair<std::string, std::vector<std::vector<std::string>>>> expected{
        {"simple", {{"a", "b", "c"}, {"1", "2", "3"}}},
        {"simple_crlf", {{"a", "b", "c"}, {"1", "2", "3"}}},
        {"comma_in_quotes",
         {{"first", "last", "address", "city", "zip"},
          {"John", "Doe", "120 any st.", "Anytown, WW", "08123"}}},
        {"empty", {{"a", "b", "c"}, {"1", "", ""}, {"2", "3", "4"}}},
        {"empty_crlf", {{"a", "b", "c"}, {"1", "", ""}, {"2", "3", "4"}}},
        {"escaped_quotes", {{"a", "b"}, {"1", "ha \"ha\" ha"}, {"3", "4"}}},
        {"json", {{"key", "val"}, {"1", R"({"type": "Point", "coordinates": [102.0, 0.5]})"}}},
        {"newlines",
         {{"a", "b", "c"}, {"1", "2", "3"}, {"Once upon \na time", "5", "6"}, {"7", "8", "9"}}},
        {"newlines_crlf",
         {{"a", "b", "c"}, {"1", "2", "3"}, {"Once upon \r\na time", "5", "6"}, {"7", "8", "9"}}},
        {"quotes_and_newlines", {{"a", "b"}, {"1", "ha \n\"ha\" \nha"}, {"3", "4"}}},
        {"utf8", {{"a", "b", "c"}, {"1", "2", "3"}, {"4", "5", "ʤ"}}},
    };
    std::size_t seen = 0;
    for (const auto& [name, rows] : expected) {
        std::ifstream file{folder + "csvs/" + name + ".csv", std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        if (!file.is_open()) {
            continue;
        }
        ++seen;
        INFO(name);
        CHECK(records_of(text) == rows);
    }
    if (seen == 0) {
        WARN("skipped: no shared data");
    }
}

TEST_CASE("a statistics bureau's export in GBK is read: preamble, table, footnotes") {
    FeedSettings feed;
    feed.id = "nbs";
    feed.format = Format::csv;
    feed.shape = Shape::tall;
    feed.county_is = "610326";
    feed.date = "$Year：";
    feed.date_form = "YYYY";
    feed.item_field = "Indicators";
    feed.value_field = "#2";
    feed.until = {"Note:"};
    feed.missing = {""};
    feed.items = {
        {"balance",
         "Local Governments General Budgetary Revenue(100 million yuan)",
         10'000'000'000}};
    int seen = 0;
    for (const auto* const name : {"Gansu", "Henan", "Shannxi"}) {
        std::ifstream file{
            std::string{SANBAO_SHARED_DATA "/cn_nbs_province_2017/"} + name + "_2017.csv",
            std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        if (!file.is_open()) {
            continue;
        }
        ++seen;
        const auto found = cells(feed, text);
        REQUIRE(found.size() == 1);
        CHECK(found.front().date == day("2017-12-31"));
        CHECK(found.front().rounding == 8);
        if (std::string_view{name} == "Gansu") {
            CHECK(found.front().value == 8'157'300'000'000);  // 815.73 x 100 million yuan
        }
    }
    if (seen == 0) {
        WARN("skipped: no shared data");
    }
}
