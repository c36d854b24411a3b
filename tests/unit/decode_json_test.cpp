// JSON, and what every format has in common, which JSON shows most shortly.
#include "tests/unit/decode_samples.hpp"

#include <fstream>

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;

namespace {

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
    // The old code goes on naming 凤翔 after its end; the new one names nobody before its begin.
    CHECK(
        cells(wide_feed(), wide(row("610322", "2021-12-31") + "," + row("610322", "2022-01-01")))
        == std::vector<Cell>{
            {balance, fengxiang, day("2021-12-31"), 100},
            {balance, fengxiang, day("2022-01-01"), 100},
            {outflow, fengxiang, day("2021-12-31"), 100},
            {outflow, fengxiang, day("2022-01-01"), 100}});
    CHECK(
        refusal(wide_feed(), wide(row("610305", "2021-12-31"))).problem
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

TEST_CASE("an edition of the future refuses the body, unless the feed drives the clock") {
    auto feed = wide_feed();
    feed.published = "$/made";
    const auto made = [](std::string_view moment) {
        return fmt::format(R"({{"made":"{}","rows":[{}]}})", moment, wide_row("1"));
    };
    // It is 10:00 on the 23rd.
    CHECK(cells(feed, made("2026-11-24T10:00:00+08:00")).size() == 2);
    const auto refused = refusal(feed, made("2026-11-24T10:00:01+08:00"));
    CHECK(refused.problem == PollProblem::future_date);
    CHECK(refused.problems.front().find("lies in the future") != std::string::npos);
    CHECK(refusal(feed, made("2999-01-01")).problem == PollProblem::future_date);
    feed.drives_clock = true;
    CHECK(cells(feed, made("2999-01-01")).size() == 2);
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
        {wide(wide_row("\"12 34\"")), PollProblem::bad_value, "\"12 34\" is not a number"},
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
         "\"22.11.2026\" is not a date: have it written as 2026-11-23"},
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

TEST_CASE("pages are one body, and messages name the page and its row") {
    auto feed = wide_feed();
    const auto page = [](std::string_view code, std::string_view bal) {
        return fmt::format(
            R"({{"rows":[{{"code":"610326","day":"2026-11-21","bal":1,"out":1}},{{"code":"{}","day":"2026-11-22","bal":{},"out":1}}],"meta":{{"count":4}}}})",
            code,
            bal);
    };
    const auto both = page("610326", "5") + page_separator + "\n" + page("610305", "6") + "\n";
    const auto outcome = read(feed, both);
    REQUIRE(outcome.has_value());
    CHECK(outcome->rows == 4);
    CHECK(outcome->cells.size() == 6);
    CHECK(outcome->how.back() == "pages: 2");
    CHECK(outcome->columns_unused.empty());
    feed.paging.total = "/meta/count";
    CHECK(read(feed, both).has_value());
    CHECK(
        first_problem(feed, page("610326", "5") + page_separator + page("610305", "\"x\""))
            .find("page 2, row 2, /bal: \"x\" is not a number")
        == 0);
    CHECK(
        first_problem(feed, page("610326", "5") + page_separator + page("610326", "6"))
            .find("page 1, row 2 and page 2, row 2 contradict each other")
        == 0);
    const auto fewer = refusal(feed, page("610326", "5"));
    CHECK(fewer.problem == PollProblem::truncated);
    CHECK(
        fewer.problems.front().find("/meta/count says that there are 4 rows in all, and 2 came")
        == 0);
    CHECK(
        refusal(feed, both + page_separator + page("610326", "5")).problem
        == PollProblem::truncated);
}

TEST_CASE("rows are counted against the total before where leaves any out") {
    auto feed = wide_feed();
    feed.paging.total = "/total";
    feed.where = {{"/code", "610326"}};
    const std::string rows =
        R"("rows":[{"code":"610326","day":"2026-11-22","bal":1,"out":1},{"code":"999999"}])";
    CHECK(read(feed, "{\"total\":2," + rows + "}").has_value());
    CHECK(read(feed, "{\"total\":\"2\"," + rows + "}").has_value());
    CHECK(refusal(feed, "{\"total\":1," + rows + "}").problem == PollProblem::truncated);
    CHECK(refusal(feed, "{" + rows + "}").problem == PollProblem::wrong_shape);
}

TEST_CASE("a source's error document is told in its own words") {
    const auto said = first_problem(
        wide_feed(), R"({"error": "Invalid Query Param", "message": "see the documentation"})");
    CHECK(said.find("no array at \"/rows\"") != std::string::npos);
    CHECK(
        said.find("it says error: \"Invalid Query Param\", message: \"see the")
        != std::string::npos);
}

TEST_CASE("fields of a row that nothing maps are told") {
    const auto outcome = read(
        wide_feed(),
        wide(R"({"name":"x","code":"610326","day":"2026-11-22","bal":1,"out":2,"a/b":3})"));
    REQUIRE(outcome.has_value());
    CHECK(outcome->columns_unused == std::vector<std::string>{"/name", "/a/b"});
}

TEST_CASE("real pages of an open interface are taken whole, or refused as not whole") {
    const auto file = [](const char* name) {
        std::ifstream in{
            std::string{SANBAO_SHARED_DATA "/us_treasury_cash/"} + name, std::ios::binary};
        return std::string{std::istreambuf_iterator<char>{in}, {}};
    };
    FeedSettings feed;
    feed.id = "dts";
    feed.shape = Shape::tall;
    feed.rows = "/data";
    feed.county_is = "610326";
    feed.date = "/record_date";
    feed.item_field = "/account_type";
    feed.value_field = "/close_today_bal";
    feed.items = {{"balance", "Federal Reserve Account", 100'000'000}};
    feed.paging.total = "/meta/total-count";
    const auto one = file("operating_cash_2019-07_2019-08_page1of2.json");
    const auto two = file("operating_cash_2019-07_2019-08_page2of2.json");
    if (one.empty() || two.empty()) {
        WARN("skipped: no shared data");
        return;
    }
    const auto outcome = read(feed, one + page_separator + two);
    REQUIRE(outcome.has_value());
    CHECK(outcome->rows == 132);
    CHECK(outcome->cells.size() == 44);  // business days of two months
    CHECK(refusal(feed, one).problem == PollProblem::truncated);
    CHECK(
        first_problem(feed, file("documented_error_object.json"))
            .find("it says error: \"Invalid Query Param\"")
        != std::string::npos);
    feed.items[0].from = "1";
    feed.item_field = "/src_line_nbr";
    feed.value_field = "/debt_outstanding_amt";
    feed.items[0].multiplier = 100;
    CHECK(refusal(feed, file("debt_outstanding_page3of3.json")).problem == PollProblem::truncated);
}
