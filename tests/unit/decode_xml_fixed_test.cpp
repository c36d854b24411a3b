// XML and fixed width.
#include "tests/unit/decode_samples.hpp"

#include <fstream>

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;

namespace {

FeedSettings xml_feed() {
    auto feed = csv_feed();
    feed.format = Format::xml;
    feed.rows = "data/county";
    feed.county = "@code";
    feed.date = "$data/head/@date";
    feed.items = {{"balance", "cash/balance", 100}, {"outflow", "out", 100}};
    return feed;
}
const std::string xml =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<t:data xmlns:t='urn:x'><head "
    "date='2026-11-20'/>\n"
    "<t:county code='610326'><t:cash><t:balance> 1,234.5 "
    "</t:balance></t:cash><out>2</out><x/></t:county>\n"
    "<t:county "
    "code='610305'><t:cash><t:balance>1</t:balance></t:cash><out><![CDATA[3]]></out></t:county>\n"
    "</t:data>\n";

FeedSettings fixed_feed() {
    auto feed = csv_feed();
    feed.format = Format::fixed;
    feed.shape = Shape::tall;
    feed.county.clear();
    feed.county_is = "610326";
    feed.date = "$2";
    feed.date_form = "MMMM D, YYYY";
    feed.item_field = "account";
    feed.after = "Type of account";
    feed.until = {"Total Operating"};
    feed.columns = {{"account", 1, 20}, {"close", 21, 30}, {"open", 31, 40}};
    feed.items = {{"balance", "Federal Account", 100}, {"outflow", "Long Program Name", 100}};
    feed.items[0].value = "close";
    feed.items[1].value = "open";
    return feed;
}
const std::string fixed =
    "1                STATEMENT      PAGE: 1\r\n"
    "        Friday, November 20, 2026\r\n"
    "   Type of account      close      open\r\n"
    "________________________________________\r\n"
    " Accounts:\r\n"
    " Federal Account    $  69,489 $ 91,647\r\n"
    "\f________________________________________\r\n"
    " Long Program\r\n"
    " Name                      5         6\r\n"
    "   Total Operating     69,494    91,653\r\n"
    " Federal Account            1         1\r\n";

}  // namespace

TEST_CASE("XML rows and fields are paths, whatever the prefixes") {
    const auto outcome = read(xml_feed(), xml);
    if (outcome.has_error()) {
        FAIL(outcome.error().problems.front());
    }
    CHECK(
        outcome->cells
        == std::vector<Cell>{
            {balance, meixian, day("2026-11-20"), 123450},
            {outflow, meixian, day("2026-11-20"), 200},
            {balance, fengxiang, day("2026-11-20"), 100},
            {outflow, fengxiang, day("2026-11-20"), 300}});
    CHECK(outcome->columns_unused == std::vector<std::string>{"x"});
}

TEST_CASE("an XML row can be its own text") {
    auto feed = xml_feed();
    feed.items = {{"balance", ".", 100}};
    CHECK(
        cells(feed, "<data><head date='2026-11-20'/><county code='610326'>5</county></data>")
            .front()
            .value
        == 500);
}

TEST_CASE("XML declares its encoding") {
    auto feed = xml_feed();
    feed.rows = "数据/county";
    feed.date = "$数据/head/@date";
    feed.items = {{"balance", "out", 100}};
    std::string body =
        "<?xml version='1.0' encoding='GB2312'?><\xCA\xFD\xBE\xDD><head date='2026-11-20'/>"
        "<county code='610326'><out>1</out></county></\xCA\xFD\xBE\xDD>";
    CHECK(cells(feed, body).size() == 1);
}

TEST_CASE("bad XML is refused by its kind") {
    struct Case {
        std::string body;
        PollProblem problem;
        const char* words;
    };
    const std::string row =
        "<county code='610326'><cash><balance>1</balance></cash><out>1</out></county>";
    const std::string head = "<data><head date='2026-11-20'/>";
    const std::vector<Case> cases{
        {"<!DOCTYPE html><html></html>", PollProblem::malformed, "web page"},
        {"<html><body/></html>", PollProblem::malformed, "web page"},
        {head + row + "</date>", PollProblem::malformed, "not good XML"},
        {head + row + "</data><data/>", PollProblem::malformed, "2 elements at its top"},
        {"<!DOCTYPE data [<!ENTITY a 'b'>]>" + head + row + "</data>",
         PollProblem::malformed,
         "entities"},
        {head + "</data>", PollProblem::wrong_shape, "no element at \"data/county\""},
        {"<data>" + row + "</data>", PollProblem::wrong_shape, "no field $data/head/@date"},
        {head + "<county code='610326'><out>1</out></county></data>",
         PollProblem::wrong_shape,
         "row 1 has no field cash/balance"},
        {head
             + "<county "
               "code='610326'><cash><balance><a/></balance></cash><out>1</out></county></data>",
         PollProblem::wrong_shape,
         "row 1, cash/balance: an object or array"},
        {head
             + "<county "
               "code='610326'><cash><balance>1</balance></cash><out>1</out><out>2</out></county></"
               "data>",
         PollProblem::malformed,
         "row 1 has the field out more than once"},
        {"plain", PollProblem::malformed, "XML"},
    };
    for (const auto& [body, problem, words] : cases) {
        INFO(body);
        const auto refused = refusal(xml_feed(), body);
        INFO(refused.problems.front());
        CHECK(refused.problem == problem);
        CHECK(refused.problems.front().find(words) != std::string::npos);
    }
}

TEST_CASE("XML cut at any byte is refused") {
    REQUIRE(read(xml_feed(), xml).has_value());
    const auto whole = xml.find_last_of('>') + 1;
    std::size_t truncated = 0;
    for (std::size_t cut = 0; cut < whole; ++cut) {
        INFO("cut at " << cut);
        const auto outcome = read(xml_feed(), xml.substr(0, cut));
        REQUIRE(outcome.has_error());
        truncated += outcome.error().problem == PollProblem::truncated ? 1U : 0U;
    }
    CHECK(truncated > whole * 9 / 10);
}

TEST_CASE("lines of fixed width are cut by position, and names go on in the next line") {
    const auto outcome = read(fixed_feed(), fixed);
    if (outcome.has_error()) {
        FAIL(outcome.error().problems.front());
    }
    CHECK(
        outcome->cells
        == std::vector<Cell>{
            {balance, meixian, day("2026-11-20"), 6'948'900},
            {outflow, meixian, day("2026-11-20"), 600}});
    CHECK(outcome->names_unmapped.empty());
}

TEST_CASE("positions count characters, not bytes") {
    auto feed = fixed_feed();
    feed.date = "date";
    feed.date_form.clear();
    feed.after.clear();
    feed.until.clear();
    feed.columns = {{"account", 1, 4}, {"close", 5, 8}, {"open", 9, 12}, {"date", 13, 22}};
    feed.items = {{"balance", "国库存款", 100}};
    feed.items[0].value = "close";
    CHECK(cells(feed, "国库存款  12  132026-11-20\n").front().value == 1200);
    const auto cut = refusal(feed, "国库存款  12  132026-11-20\n国库存款  12  13");
    CHECK(cut.problem == PollProblem::truncated);
    CHECK(cut.problems.front().find("row 2 ends after 12 characters") == 0);
}

TEST_CASE("a printed statement cut before its end is refused") {
    const auto end = fixed.find("Total Operating");
    for (std::size_t cut = 0; cut < end; ++cut) {
        INFO("cut at " << cut);
        CHECK(read(fixed_feed(), fixed.substr(0, cut)).has_error());
    }
}

TEST_CASE("the printed daily statement of 2013 is read") {
    std::ifstream file{SANBAO_SHARED_DATA "/us_treasury_cash/daily_statement_2013-05-15.txt"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (text.empty()) {
        WARN("skipped: no shared data");
        return;
    }
    auto feed = fixed_feed();
    feed.rounded = true;
    feed.date = "$3";
    feed.after = "Operating Cash Balance";
    feed.until = {"Total Operating Balance"};
    feed.columns = {
        {"account", 1, 39},
        {"close", 40, 52},
        {"open", 53, 65},
        {"month", 66, 78},
        {"year", 79, 92}};
    constexpr std::int64_t million = 100'000'000;
    feed.items = {
        {"balance", "Federal Reserve Account", million},
        {"outflow", "Supplementary Financing Program Account", million}};
    feed.items[0].value = "close";
    feed.items[1].value = "open";
    CHECK(
        cells(feed, text)
        == std::vector<Cell>{
            {balance, meixian, day("2013-05-15"), 69'489 * million, 8},
            {outflow, meixian, day("2013-05-15"), 0, 8}});
}
