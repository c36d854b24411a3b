// What people file by hand.
#include "tests/unit/decode_samples.hpp"

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;

namespace {

FeedSettings form() {
    FeedSettings feed;
    feed.id = "monthly";
    feed.arrives = Arrival::hand;
    feed.rounded = false;
    feed.missing = {"--"};
    feed.items = {{"balance", "库款余额", 1'000'000}, {"outflow", "流出", 100}};
    return feed;
}

Outcome file(const FeedSettings& feed, std::string body) {
    static const auto rules = rulebook();
    return decode_filing(feed, *rules, body, morning());
}

std::string filing(std::string_view values) {
    return fmt::format(R"({{"county":"610326","date":"2026-10-31","values":{{{}}}}})", values);
}

}  // namespace

TEST_CASE("a filing gives the cells of one county") {
    const auto outcome = file(form(), filing(R"("outflow": 7.5, "balance": "1,234.56")"));
    REQUIRE(outcome.has_value());
    CHECK(
        outcome->cells
        == std::vector<Cell>{
            {balance, meixian, day("2026-10-31"), 1'234'560'000},
            {outflow, meixian, day("2026-10-31"), 750}});
    CHECK(file(form(), filing(R"("outflow":"--","balance":1)"))->cells.size() == 1);
}

TEST_CASE("a filing is refused in words that a reporter can follow") {
    struct Case {
        std::string body;
        PollProblem problem;
        const char* words;
    };
    const std::vector<Case> cases{
        {filing(R"("balance":1)"), PollProblem::wrong_shape, "the filing lacks outflow"},
        {filing(R"("balance":1,"outflow":2,"rate":3)"),
         PollProblem::wrong_shape,
         "\"rate\" is no item of this feed"},
        {filing(R"("balance":1,"outflow":2,"balance":1)"),
         PollProblem::contradiction,
         "\"balance\" is filed twice"},
        {filing(R"("balance":"many","outflow":2)"),
         PollProblem::bad_value,
         "the filing, balance: \"many\" is not a number"},
        {filing(R"("balance":-1,"outflow":2)"), PollProblem::bad_value, "is negative"},
        {filing(R"("balance":{},"outflow":2)"), PollProblem::malformed, "not a filing"},
        {R"({"county":"999999","date":"2026-10-31","values":{"balance":1,"outflow":1}})",
         PollProblem::unknown_subject,
         "the filing, county: nobody is called \"999999\""},
        {R"({"county":"610326","date":"2027-10-31","values":{"balance":1,"outflow":1}})",
         PollProblem::future_date,
         "lies in the future"},
        {R"({"county":"610326","values":{"balance":1,"outflow":1}})",
         PollProblem::wrong_shape,
         "the filing lacks date"},
        {R"({"county":"610326","date":"2026-10-31","who":"me","values":{"balance":1,"outflow":1}})",
         PollProblem::wrong_shape,
         "a filing has no \"who\""},
        {R"([1])", PollProblem::malformed, "not a filing"},
        {"", PollProblem::malformed, "not a filing"},
        {filing(R"("balance":1,"outflow":2)") + "x", PollProblem::malformed, "not a filing"},
    };
    for (const auto& [body, problem, words] : cases) {
        INFO(body);
        const auto outcome = file(form(), body);
        REQUIRE(outcome.has_error());
        INFO(outcome.error().problems.front());
        CHECK(outcome.error().problem == problem);
        CHECK(outcome.error().problems.front().find(words) != std::string::npos);
    }
}

TEST_CASE("a filing cut at any byte is refused") {
    const auto whole = filing(R"("balance":1,"outflow":2)");
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        CHECK(file(form(), whole.substr(0, cut)).has_error());
    }
}
