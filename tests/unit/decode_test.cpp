#include "daemon/feeds/decode.hpp"

#include "tests/unit/feed_samples.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;
using core::PollProblem;
using rules::Cell;

namespace {

using Outcome = boost::system::result<Decoded, Refusal>;

Outcome read(const FeedSettings& feed, std::string body) {
    static const auto rules = rulebook();
    return decode(feed, *rules, body, morning());
}

// The cells of a body that must be good, by item, subject and date.
std::vector<Cell> cells(const FeedSettings& feed, std::string body) {
    auto outcome = read(feed, std::move(body));
    if (outcome.has_error()) {
        FAIL(outcome.error().problems.front());
    }
    std::ranges::sort(outcome->cells, {}, [](const Cell& cell) {
        return std::tuple{cell.item, cell.subject, cell.date};
    });
    return outcome->cells;
}

Refusal refusal(const FeedSettings& feed, std::string body) {
    auto outcome = read(feed, std::move(body));
    REQUIRE(outcome.has_error());
    REQUIRE_FALSE(outcome.error().problems.empty());
    return outcome.error();
}

constexpr std::uint32_t balance = 0;
constexpr std::uint32_t outflow = 1;
constexpr std::uint32_t yield = 2;
constexpr std::uint32_t fengxiang = 0;
constexpr std::uint32_t meixian = 1;

std::string wide_row(std::string_view bal, std::string_view out = "2") {
    return fmt::format(R"({{"code":"610326","day":"2026-11-22","bal":{},"out":{}}})", bal, out);
}
std::string wide(std::string_view rows) {
    return fmt::format(R"({{"rows":[{}]}})", rows);
}
std::string tall(std::string_view rows) {
    return fmt::format(R"({{"as_of":"2026-11-22","rows":[{}]}})", rows);
}

}  // namespace

namespace Catch {
template <>
struct StringMaker<Cell> {
    static std::string convert(const Cell& cell) {
        return fmt::format("{}/{}/{}={}", cell.item, cell.subject, to_text(cell.date), cell.value);
    }
};
template <>
struct StringMaker<PollProblem> {
    static std::string convert(PollProblem problem) {
        return "problem " + std::to_string(static_cast<int>(problem));
    }
};
}  // namespace Catch

TEST_CASE("a wide JSON row gives one cell per mapped column") {
    const auto found = cells(
        wide_feed(),
        wide(
            R"({"name":"眉县","code":"610326","day":"2026-11-22","bal":1234.56,"more":{"a":[1,2]},"out":"7,000"},
                {"out":0,"bal":-0.00,"day":"2026/11/21","code":610326})"));
    CHECK(
        found
        == std::vector<Cell>{
            {balance, meixian, day("2026-11-21"), 0},
            {balance, meixian, day("2026-11-22"), 123456},
            {outflow, meixian, day("2026-11-21"), 0},
            {outflow, meixian, day("2026-11-22"), 700000}});
}

TEST_CASE("a tall JSON row gives one cell, and rows of other items are counted and left") {
    const auto body = tall(R"({"code":"610326","item":"bal","value":1.5},
                              {"code":"610326","item":"unheard of","value":"any"},
                              {"code":"610305","item":"out","value":2})");
    const auto outcome = read(tall_feed(), body);
    REQUIRE(outcome.has_value());
    CHECK(outcome->rows == 3);
    CHECK(outcome->rows_unmapped == 1);
    CHECK(outcome->unused.empty());
    CHECK(
        outcome->cells
        == std::vector<Cell>{
            {balance, meixian, day("2026-11-22"), 150},
            {outflow, fengxiang, day("2026-11-22"), 200}});
}

TEST_CASE("numbers keep every digit") {
    auto feed = wide_feed();
    CHECK(cells(feed, wide(wide_row("90071992547409.93"))).front().value == 9007199254740993);
    CHECK(cells(feed, wide(wide_row("\"92233720368547758.07\""))).front().value == INT64_MAX);
    CHECK(cells(feed, wide(wide_row("1.5e3"))).front().value == 150000);
    feed.items[0].multiplier = 1'000'000;  // 万元 to fen
    CHECK(cells(feed, wide(wide_row("0.300001"))).front().value == 300001);
}

TEST_CASE("arrays of values are pointed into") {
    auto feed = wide_feed();
    feed.items = {{"balance", "/values/3", 100}, {"outflow", "/values/0", 100}};
    const std::string rows = R"({"values":[1,2,[5],4,9],"code":"610326","day":"20261122"})";
    CHECK(
        cells(feed, wide(rows))
        == std::vector<Cell>{
            {balance, meixian, day("2026-11-22"), 400},
            {outflow, meixian, day("2026-11-22"), 100}});
    feed.items[0].from = "/values/7";
    CHECK(refusal(feed, wide(rows)).problems.front().find("/values/7") != std::string::npos);
}

TEST_CASE("rows may be arrays, nested, and anywhere in the document") {
    auto feed = wide_feed();
    feed.rows = "/a~1b/1/list";
    feed.county = "/0";
    feed.date = "/1/on";
    feed.items = {{"balance", "/2", 100}};
    const std::string body =
        R"({"x":[1,{"list":5}],"a/b":[{"list":3},{"list":[["610326",{"on":"2026-11-22"},"5"]],"y":1}],"z":null})";
    CHECK(cells(feed, body) == std::vector<Cell>{{balance, meixian, day("2026-11-22"), 500}});
    feed.rows = "";
    CHECK(cells(feed, R"([["610326",{"on":"2026-11-22"},"5"]])").size() == 1);
}

TEST_CASE("keys and texts with escapes are understood") {
    auto feed = wide_feed();
    const std::string row =
        R"({"\u0063ode":"6103\u00326","day":"2026-11-22","bal":"1\u002e50","out":1})";
    CHECK(cells(feed, wide(row + "," + wide_row("1.5", "1"))).front().value == 150);
}

TEST_CASE("a document field is read once, wherever it stands") {
    const std::string row = R"({"code":"610326","item":"bal","value":1})";
    for (const auto& body :
         {R"({"as_of":"2026-11-20","rows":[)" + row + "]}",
          R"({"rows":[)" + row + R"(],"as_of":"2026-11-20"})"}) {
        CHECK(cells(tall_feed(), body).front().date == day("2026-11-20"));
    }
    const auto missing = refusal(tall_feed(), R"({"rows":[)" + row + "]}");
    CHECK(missing.problem == PollProblem::wrong_shape);
    CHECK(missing.problems.front().find("$/as_of") != std::string::npos);
}

TEST_CASE("where leaves other rows out") {
    auto feed = wide_feed();
    feed.where = {{"/kind", "actual"}};
    const auto body = wide(
        R"({"kind":"plan","code":"999999","bal":"x"},{"code":"888888"},
           {"kind":"actual","code":"610326","day":"2026-11-22","bal":1,"out":2})");
    const auto outcome = read(feed, body);
    REQUIRE(outcome.has_value());
    CHECK(outcome->rows == 1);
    CHECK(outcome->rows_filtered == 2);
    feed.where["/kind"] = "none such";
    CHECK(refusal(feed, body).problems.front().find("where leaves out every one of the 3") == 0);
}

TEST_CASE("a constant county needs no code in the rows") {
    auto feed = wide_feed();
    feed.county.clear();
    feed.county_is = "610305";
    CHECK(
        cells(feed, wide(R"({"day":"2026-11-22","bal":1,"out":2})")).front().subject == fengxiang);
}

TEST_CASE("a code means who bore it on the date of the row") {
    const auto row = [](std::string_view code, std::string_view date) {
        return fmt::format(R"({{"code":"{}","day":"{}","bal":1,"out":1}})", code, date);
    };
    const auto found = cells(
        wide_feed(),
        wide(
            row("610322", "2021-12-31") + "," + row("610305", "2022-01-01") + ","
            + row("610326", "2022-01-01")));
    CHECK(found[0] == Cell{balance, fengxiang, day("2021-12-31"), 100});
    CHECK(found[1] == Cell{balance, fengxiang, day("2022-01-01"), 100});
    CHECK(
        refusal(wide_feed(), wide(row("610322", "2021-12-31") + "," + row("610322", "2022-01-01")))
            .problem
        == PollProblem::unknown_subject);
}

TEST_CASE("unknown counties refuse the body unless they are to be skipped") {
    auto feed = tall_feed();
    const auto body = tall(
        R"({"code":"610399","item":"bal","value":1},{"code":"610326","item":"bal","value":2})");
    const auto refused = refusal(feed, body);
    CHECK(refused.problem == PollProblem::unknown_subject);
    CHECK(
        refused.problems.front().find("row 1, /code: nobody is called \"610399\" on 2026-11-22")
        == 0);
    feed.skip_unknown_counties = true;
    const auto outcome = read(feed, body);
    REQUIRE(outcome.has_value());
    CHECK(outcome->rows_unknown == 1);
    CHECK(outcome->cells.size() == 1);
    CHECK(outcome->unused == std::vector<std::string>{"outflow"});
    CHECK(
        refusal(feed, tall(R"({"code":"610399","item":"bal","value":1})")).problem
        == PollProblem::unknown_subject);
}

TEST_CASE("texts declared missing give no cell, undeclared ones refuse the body") {
    auto feed = wide_feed();
    for (const std::string text : {"null", "\"null\"", "\"-\"", "\"\"", "\"N/A\""}) {
        INFO(text);
        const auto refused = refusal(feed, wide(wide_row(text)));
        CHECK(refused.problem == PollProblem::bad_value);
        CHECK(refused.problems.front().find("row 1, /bal") == 0);
        CHECK(refused.problems.front().find("missing") != std::string::npos);
    }
    feed.missing = {"null", "-", "", "N/A"};
    for (const std::string text : {"null", "\"null\"", "\"-\"", "\"\"", "\"N/A\""}) {
        CHECK(cells(feed, wide(wide_row(text))).size() == 1);
    }
}

TEST_CASE("the same figure twice is one, another figure is a contradiction") {
    CHECK(cells(wide_feed(), wide(wide_row("1.50") + "," + wide_row("1.5"))).size() == 2);
    const auto refused =
        refusal(wide_feed(), wide(wide_row("1") + "," + wide_row("1") + "," + wide_row("1.01")));
    CHECK(refused.problem == PollProblem::contradiction);
    CHECK(
        refused.problems.front().find("rows 1 and 3 contradict each other: balance of 610326 on "
                                      "2026-11-22 is 1.00 in the one and 1.01")
        == 0);
}

TEST_CASE("many dates of many items in any order are told apart") {
    std::string rows;
    for (int i = 0; i < 3'000; ++i) {
        const auto date = from_day_number(15'000 + (i * 7919) % 3'000);
        rows += fmt::format(
            R"({}{{"code":"610326","day":"{}","bal":{},"out":{}}})",
            i == 0 ? "" : ",",
            to_text(date),
            i,
            i + 1);
    }
    CHECK(cells(wide_feed(), wide(rows)).size() == 6'000);
    rows += fmt::format(
        R"(,{{"code":"610326","day":"{}","bal":1,"out":1}})", to_text(from_day_number(15'000)));
    CHECK(
        refusal(wide_feed(), wide(rows)).problems.front().find("rows 1 and 3001 contradict") == 0);
}

TEST_CASE("negative figures are taken only where the item may be negative") {
    CHECK(refusal(wide_feed(), wide(wide_row("-0.01"))).problem == PollProblem::bad_value);
    auto feed = wide_feed();
    feed.items = {{"yield", "/bal", 100'000'000}};
    CHECK(
        cells(feed, wide(wide_row("-0.0125")))
        == std::vector<Cell>{{yield, meixian, day("2026-11-22"), -1'250'000}});
}

TEST_CASE("dates up to a day ahead are taken, later ones only from a feed that drives the clock") {
    auto feed = wide_feed();
    const auto dated = [](std::string_view date) {
        return wide(fmt::format(R"({{"code":"610326","day":"{}","bal":1,"out":1}})", date));
    };
    CHECK(cells(feed, dated("2026-11-24")).size() == 2);
    const auto refused = refusal(feed, dated("2026-11-25"));
    CHECK(refused.problem == PollProblem::future_date);
    CHECK(refused.problems.front().find("row 1, /day: \"2026-11-25\" lies in the future") == 0);
    feed.drives_clock = true;
    CHECK(cells(feed, dated("2026-11-25")).size() == 2);
}

TEST_CASE("bad bodies are refused by their kind, in words that say where and what to do") {
    struct Case {
        std::string body;
        PollProblem problem;
        const char* words;
    };
    const std::vector<Case> cases{
        {"", PollProblem::malformed, "body is empty"},
        {" \r\n\t ", PollProblem::malformed, "body is empty"},
        {"\xEF\xBB\xBF", PollProblem::malformed, "body is empty"},
        {"<!DOCTYPE html><html><form>login</form></html>",
         PollProblem::malformed,
         "looks like a web page (login?)"},
        {"\n  <html>", PollProblem::malformed, "looks like a web page (login?)"},
        {"code,day,bal,out\n", PollProblem::malformed, "not good JSON"},
        {"null", PollProblem::wrong_shape, "single value"},
        {"{}", PollProblem::wrong_shape, "no array at \"/rows\""},
        {"[]", PollProblem::wrong_shape, "no array at \"/rows\""},
        {R"({"rows":{}})", PollProblem::wrong_shape, "no array at \"/rows\""},
        {R"({"rows":null})", PollProblem::wrong_shape, "no array at \"/rows\""},
        {wide(""), PollProblem::wrong_shape, "not a single row"},
        {wide("5"), PollProblem::wrong_shape, "row 1 has no field /day"},
        {wide("null"), PollProblem::wrong_shape, "row 1 has no field /day"},
        {wide("{}"), PollProblem::wrong_shape, "row 1 has no field /day"},
        {wide(wide_row("1") + R"(,{"code":"610326","day":"2026-11-22","bal":1})"),
         PollProblem::wrong_shape,
         "row 2 has no field /out"},
        {wide(wide_row("{\"a\":1}")), PollProblem::wrong_shape, "row 1, /bal: an object or array"},
        {wide(wide_row("[1]")), PollProblem::wrong_shape, "row 1, /bal: an object or array"},
        {wide(wide_row("true")), PollProblem::bad_value, "row 1, /bal: \"true\" is not a number"},
        {wide(wide_row("NaN")), PollProblem::bad_value, "row 1, /bal: \"NaN\" is not a number"},
        {wide(wide_row("\"NaN\"")), PollProblem::bad_value, "\"NaN\" is not a number"},
        {wide(wide_row("1e999")), PollProblem::bad_value, "\"1e999\" does not fit"},
        {wide(wide_row("92233720368547758.08")), PollProblem::bad_value, "does not fit"},
        {wide(wide_row("Infinity")), PollProblem::bad_value, "is not a number"},
        {wide(wide_row("\"１２３\"")), PollProblem::bad_value, "\"１２３\" is not a number"},
        {wide(wide_row("\"12 34\"")), PollProblem::bad_value, "\"12 34\" is not a number"},
        {wide(wide_row("\" 12\"")), PollProblem::bad_value, "\" 12\" is not a number"},
        {wide(wide_row("\"12.3万\"")), PollProblem::bad_value, "is not a number"},
        {wide(wide_row("0x10")), PollProblem::bad_value, "is not a number"},
        {wide(wide_row("1.005")), PollProblem::bad_value, "more digits than the unit holds"},
        {wide(wide_row("1") + "," + wide_row("2 3")),
         PollProblem::malformed,
         "not good JSON in or behind row 2"},
        {wide(wide_row("1") + " " + wide_row("2")), PollProblem::malformed, "not good JSON"},
        {wide(wide_row("1") + ",,"), PollProblem::malformed, "not good JSON"},
        {wide(wide_row("1") + "]"), PollProblem::malformed, "not good JSON"},
        {wide(wide_row("1")) + "]", PollProblem::truncated, "something stands behind its end"},
        {wide(wide_row("1")) + "x", PollProblem::truncated, "something stands behind its end"},
        {wide(wide_row("1")) + "{}", PollProblem::malformed, "behind the end"},
        {wide(wide_row("1")) + wide(wide_row("1")), PollProblem::malformed, "behind the end"},
        {wide(R"({"code":"610326","code":"610305","day":"2026-11-22","bal":1,"out":1})"),
         PollProblem::malformed,
         "row 1 has the field /code twice"},
        {R"({"rows":[)" + wide_row("1") + R"(],"rows":[]})",
         PollProblem::malformed,
         "stands twice"},
        {wide(R"({"code":"610326","day":"22.11.2026","bal":1,"out":1})"),
         PollProblem::bad_value,
         "\"22.11.2026\" is not a date"},
        {wide(R"({"code":"610326","day":"2026-02-30","bal":1,"out":1})"),
         PollProblem::bad_value,
         "is not a date"},
        {wide(R"({"code":"610326","day":"","bal":1,"out":1})"),
         PollProblem::bad_value,
         "is not a date"},
        {wide(R"({"code":"","day":"2026-11-22","bal":1,"out":1})"),
         PollProblem::unknown_subject,
         "nobody is called \"\""},
        {wide("{\"code\":\"6103\xFF\",\"day\":\"2026-11-22\",\"bal\":1,\"out\":1}"),
         PollProblem::malformed,
         "UTF-8"},
    };
    for (const auto& [body, problem, words] : cases) {
        INFO(body);
        const auto refused = refusal(wide_feed(), body);
        INFO(refused.problems.front());
        CHECK(refused.problem == problem);
        CHECK(refused.problems.front().find(words) != std::string::npos);
    }
}

TEST_CASE("messages cut what they show at a whole character, and there are not too many of them") {
    std::string long_text;
    for (int i = 0; i < 30; ++i) {
        long_text += "库";
    }
    const auto refused = refusal(wide_feed(), wide(wide_row("\"" + long_text + "\"")));
    CHECK(refused.problems.front().find("\"库库库库库库库库库库库库库…\"") != std::string::npos);

    std::string rows = wide_row("\"x\"");
    for (int i = 0; i < 100; ++i) {
        rows += "," + wide_row("\"x\"");
    }
    CHECK(refusal(wide_feed(), wide(rows)).problems.size() == limits::feed_problems_shown_max);
}

TEST_CASE("JSON cut at any byte is never accepted") {
    const auto body = tall(
        R"({"code":"610326","item":"bal","value":1.5}, {"code":"610305","item":"out","value":"2"})"
        "\n");
    REQUIRE(read(tall_feed(), body).has_value());
    for (std::size_t cut = 0; cut < body.size(); ++cut) {
        INFO("cut at " << cut);
        CHECK(read(tall_feed(), body.substr(0, cut)).has_error());
    }
}

TEST_CASE("JSON with any byte changed is refused or gives whole cells, and never crashes") {
    const auto body =
        wide(wide_row("1.5") + "," + R"({"code":"610305","day":"2026-11-21","bal":"7","out":8})");
    for (std::size_t at = 0; at < body.size(); ++at) {
        for (const char byte :
             {'"', '{', '}', '[', ']', ',', ':', '\\', '0', ' ', '\0', '\n', '\xE5'}) {
            auto changed = body;
            changed[at] = byte;
            const auto outcome = read(wide_feed(), changed);
            if (outcome.has_value()) {
                CHECK(outcome->cells.size() == 4);
            } else {
                CHECK_FALSE(outcome.error().problems.empty());
            }
        }
    }
}

TEST_CASE("the number of rows is bounded") {
    std::string body = "[";
    body.reserve(3 * limits::feed_rows_max);
    for (std::size_t i = 0; i <= limits::feed_rows_max; ++i) {
        body += i == 0 ? "[]" : ",[]";
    }
    body += "]";
    auto feed = wide_feed();
    feed.rows = "";
    feed.where = {{"/0", "x"}};
    const auto refused = refusal(feed, body);
    CHECK(refused.problem == PollProblem::too_large);
}

TEST_CASE("a bad pointer in the settings is told, not followed") {
    auto feed = wide_feed();
    feed.county = "code";
    CHECK(
        refusal(feed, wide(wide_row("1"))).problems.front().find("\"code\" is not a JSON Pointer")
        == 0);
}

TEST_CASE("CSV rows are read by their header") {
    const std::string body =
        "\xEF\xBB\xBFname,code,bal,day,out\r\n"
        "眉县,610326,\"1,234.56\",2026-11-22,2\r\n"
        "\r\n"
        "\"凤\"\"翔\n区\",610305,0.5,2026/11/21,3\r\n";
    CHECK(
        cells(csv_feed(), body)
        == std::vector<Cell>{
            {balance, fengxiang, day("2026-11-21"), 50},
            {balance, meixian, day("2026-11-22"), 123456},
            {outflow, fengxiang, day("2026-11-21"), 300},
            {outflow, meixian, day("2026-11-22"), 200}});
    auto feed = csv_feed();
    feed.delimiter = ';';
    CHECK(cells(feed, "code;day;bal;out\n610326;2026-11-22;1,000;2\n").front().value == 100'000);
}

TEST_CASE("tall CSV with filter, missing texts and a constant county") {
    auto feed = tall_feed();
    feed.format = Format::csv;
    feed.county.clear();
    feed.county_is = "610326";
    feed.date = "day";
    feed.item_field = "item";
    feed.value_field = "value";
    feed.where = {{"kind", "Closing"}};
    feed.missing = {"null", ""};
    const auto found = cells(
        feed,
        "kind,day,item,value\nClosing,2026-11-21,bal,1\nOpening,2026-11-21,bal,9\nClosing,2026-11-"
        "22,bal,null\nClosing,2026-11-20,out,\n");
    CHECK(found == std::vector<Cell>{{balance, meixian, day("2026-11-21"), 100}});
}

TEST_CASE("bad CSV is refused by its kind") {
    struct Case {
        std::string body;
        PollProblem problem;
        const char* words;
    };
    const std::string head = "code,day,bal,out\n";
    const std::vector<Case> cases{
        {"", PollProblem::malformed, "body is empty"},
        {"<html>", PollProblem::malformed, "web page"},
        {R"({"rows":[]})", PollProblem::malformed, "looks like JSON"},
        {head, PollProblem::wrong_shape, "not a single row"},
        {"code,day,bal\n610326,2026-11-22,1\n",
         PollProblem::wrong_shape,
         "no column \"out\"; it is \"code,day,bal\""},
        {"code,day,bal,out,bal\n610326,2026-11-22,1,2,3\n",
         PollProblem::wrong_shape,
         "more than one column \"bal\""},
        {head + "610326,2026-11-22,1\n",
         PollProblem::malformed,
         "row 1 has 3 columns and the header 4"},
        {head + "610326,2026-11-22,1,2,3\n",
         PollProblem::malformed,
         "row 1 has 5 columns and the header 4"},
        {head + "610326,2026-11-22,1,2\n610326,2026-11",
         PollProblem::truncated,
         "row 2 has 2 columns"},
        {head + "610326,2026-11-22,1,\"2",
         PollProblem::truncated,
         "row 1 ends inside a quoted text"},
        {head + "610326,2026-11-22,a\"b,2\n", PollProblem::malformed, "row 1: a quote stands"},
        {head + "610326,2026-11-22,,2\n", PollProblem::bad_value, "row 1, bal: an empty text"},
        {head + "610326,2026-11-22,-1,2\n",
         PollProblem::bad_value,
         "row 1, bal: \"-1\" is negative"},
        {head + "610326,2026-11-26,1,2\n", PollProblem::future_date, "row 1, day"},
        {head + "\xC3\xBC\xCF\xD8,2026-11-22,1,2\n", PollProblem::malformed, "GB18030"},
    };
    for (const auto& [body, problem, words] : cases) {
        INFO(body);
        const auto refused = refusal(csv_feed(), body);
        INFO(refused.problems.front());
        CHECK(refused.problem == problem);
        CHECK(refused.problems.front().find(words) != std::string::npos);
    }
}

// CSV has no end mark. A cut between rows, or inside the last field of a row, cannot be seen here
// (the announced length protects against it); every other cut must be.
TEST_CASE("CSV cut at any byte is refused unless every row still has all its columns") {
    const std::string body =
        "code,day,bal,out\n610326,2026-11-22,15,\"2,000\"\n610305,2026-11-22,5,6.25\n";
    for (std::size_t cut = 0; cut < body.size(); ++cut) {
        INFO("cut at " << cut << ": " << body.substr(0, cut));
        const auto outcome = read(csv_feed(), body.substr(0, cut));
        const auto row_begin = body.rfind('\n', cut == 0 ? 0 : cut - 1) + 1;
        const auto last_row = body.substr(row_begin, cut - row_begin);
        const bool whole_columns = last_row.empty() || std::ranges::count(last_row, ',') >= 3;
        const bool accepted = outcome.has_value();
        if (accepted) {
            CHECK(whole_columns);
            CHECK(outcome->cells.size() % 2 == 0);
        }
    }
    CHECK(read(csv_feed(), body.substr(0, body.size() - 1)).has_value());
}
