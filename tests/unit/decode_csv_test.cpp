#include "tests/unit/decode_samples.hpp"

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;

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
         "the header (row 1) has no column \"out\"; it is \"code,day,bal\""},
        {"code,day,bal,out,bal\n610326,2026-11-22,1,2,3\n",
         PollProblem::wrong_shape,
         "more than one column \"bal\""},
        {head + "610326,2026-11-22,1\n",
         PollProblem::malformed,
         "row 2 has 3 columns and the header 4"},
        {head + "610326,2026-11-22,1,2,3\n",
         PollProblem::malformed,
         "row 2 has 5 columns and the header 4"},
        {head + "610326,2026-11-22,1,2\n610326,2026-11",
         PollProblem::truncated,
         "row 3 has 2 columns"},
        {head + "610326,2026-11-22,1,\"2",
         PollProblem::truncated,
         "row 2 ends inside a quoted text"},
        {head + "610326,2026-11-22,a\"b,2\n", PollProblem::malformed, "row 2: a quote stands"},
        {head + "610326,2026-11-22,,2\n", PollProblem::bad_value, "row 2, bal: an empty text"},
        {head + "610326,2026-11-22,-1,2\n",
         PollProblem::bad_value,
         "row 2, bal: \"-1\" is negative"},
        {head + "610326,2026-11-26,1,2\n", PollProblem::future_date, "row 2, day"},
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
