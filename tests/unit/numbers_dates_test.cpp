// Figures and dates as sources write them.
#include "daemon/feeds/characters.hpp"
#include "daemon/feeds/dates.hpp"
#include "daemon/feeds/numbers.hpp"
#include "tests/unit/decode_samples.hpp"

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;

namespace {

Result<Printed> number(std::string_view text, Numbers numbers = Numbers::point, bool cut = false) {
    FeedSettings feed;
    feed.numbers = numbers;
    feed.cut_digits = cut;
    return NumberReader{feed}.read(text, 100, Unit::money);
}

std::string dated(std::string_view form, std::string_view text) {
    const auto date = DateReader{form, Zone{}}.read(text);
    return date ? to_text(*date) : "none";
}

}  // namespace

TEST_CASE("figures are read as people and programs write them") {
    struct Case {
        Numbers numbers;
        std::string_view text;
        std::int64_t value;
    };
    const std::vector<Case> cases{
        {Numbers::point, "1234.56", 123456},
        {Numbers::point, "1,234.56", 123456},
        {Numbers::point, "+12,345,678", 1234567800},
        {Numbers::point, " 12 ", 1200},
        {Numbers::point, "\u00A012\u3000", 1200},
        {Numbers::point, "１２，３４５．６７", 1234567},
        {Numbers::point, "－１２", -1200},
        {Numbers::point, "−12.5", -1250},
        {Numbers::point, "(1,234)", -123400},
        {Numbers::point, "（1,234.50）", -123450},
        {Numbers::point, "$     69,489", 6948900},
        {Numbers::point, "$    -22,158", -2215800},
        {Numbers::point, "-$5", -500},
        {Numbers::point, "￥5.25", 525},
        {Numbers::point, "¥(5)", -500},
        {Numbers::point, "1.5e3", 150000},
        {Numbers::point, "2.5E-1", 25},
        {Numbers::point, ".5", 50},
        {Numbers::comma, "1.234,56", 123456},
        {Numbers::comma, "1.234", 123400},
        {Numbers::comma, "-0,5", -50},
        {Numbers::comma, "1234", 123400},
        {Numbers::blank, "1 234,56", 123456},
        {Numbers::blank, "1\u00A0234\u202F567", 123456700},
        {Numbers::blank, "12,5", 1250},
    };
    for (const auto& [numbers, text, value] : cases) {
        INFO(text);
        const auto found = number(text, numbers);
        REQUIRE(found.has_value());
        CHECK(found->value == value);
    }
}

TEST_CASE("what could mean two figures, or none, is refused") {
    const std::vector<std::pair<Numbers, std::string_view>> cases{
        {Numbers::point, ""},           {Numbers::point, " "},        {Numbers::point, "-"},
        {Numbers::point, "--"},         {Numbers::point, "1.234,56"}, {Numbers::point, "12,34"},
        {Numbers::point, "1,2345"},     {Numbers::point, ",123"},     {Numbers::point, "1,,234"},
        {Numbers::point, "1 234"},      {Numbers::point, "1.2.3"},    {Numbers::point, "(1"},
        {Numbers::point, "1)"},         {Numbers::point, "5-"},       {Numbers::point, "$$5"},
        {Numbers::point, "12%"},        {Numbers::point, "12.3万"},   {Numbers::point, "十二"},
        {Numbers::point, "NaN"},        {Numbers::point, "0x10"},     {Numbers::point, "1e"},
        {Numbers::comma, "1,234.56"},   {Numbers::comma, "1.23,4"},   {Numbers::comma, "12.5"},
        {Numbers::blank, "1 23,4"},     {Numbers::blank, "1 234.56"}, {Numbers::point, "(-5)"},
        {Numbers::point, "1,234.56.7"},
    };
    for (const auto& [numbers, text] : cases) {
        INFO(text);
        CHECK(number(text, numbers).has_error());
    }
}

TEST_CASE("percent signs belong to percentages only") {
    const NumberReader reader{FeedSettings{}};
    constexpr std::int64_t percent = 1'000'000;
    CHECK(reader.read("76.34%", percent, Unit::ratio)->value == 76'340'000);
    CHECK(reader.read("７６％", percent, Unit::ratio)->value == 76'000'000);
    const auto refused = reader.read("76.34%", 100'000'000, Unit::ratio);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("unit = \"percent\"") != std::string::npos);
}

TEST_CASE("digits below the integer are an error, or cut towards zero where that is declared") {
    CHECK(number("1.005").has_error());
    CHECK(number("1.009", Numbers::point, true)->value == 100);
    CHECK(number("-1.009", Numbers::point, true)->value == -100);
    CHECK(number("(1,234.569)", Numbers::point, true)->value == -123456);
    CHECK(number("8.1363339524715E-2", Numbers::point, true)->value == 8);
}

TEST_CASE("a printed figure is known to its last digit") {
    auto feed = wide_feed();
    feed.rounded = true;
    feed.items = {{"balance", "/bal", 10'000'000'000}};  // 亿元 to fen
    const auto rounding_of = [&](std::string_view text) {
        return cells(
                   feed,
                   fmt::format(
                       R"({{"rows":[{{"code":"610326","day":"2026-11-22","bal":"{}"}}]}})", text))
            .front()
            .rounding;
    };
    CHECK(rounding_of("2.28") == 8);
    CHECK(rounding_of("100") == 10);
    CHECK(rounding_of("1,002.2800000000") == 0);
    feed.items[0].multiplier = 1'000'000;  // 万元
    CHECK(rounding_of("100") == 6);
    CHECK(rounding_of("1.5e3") == 6);  // a machine's way to write 1500
    feed.items[0].multiplier = 100;
    CHECK(rounding_of("1.25") == 0);
    feed.items[0].multiplier = 300;  // no power of ten
    CHECK(rounding_of("1") == 0);
    feed.items[0].multiplier = 1'000'000;
    feed.rounded = false;
    CHECK(rounding_of("100") == 0);
}

TEST_CASE("texts that stand for a figure are read as it, and missing ones are compared trimmed") {
    auto feed = wide_feed();
    feed.items = {{"balance", "/bal", 100}};
    feed.reads_as = {{"#NUM!", "9.99"}};
    feed.missing = {"-", "n.d."};
    const auto body = [](std::string_view text) {
        return fmt::format(
            R"({{"rows":[{{"code":"610326","day":"2026-11-22","bal":"{}"}}]}})", text);
    };
    CHECK(cells(feed, body(" #NUM! ")).front().value == 999);
    CHECK(cells(feed, body("\u3000- ")).empty());
    CHECK(cells(feed, body("n.d.")).empty());
    CHECK(refusal(feed, body("nd")).problem == PollProblem::bad_value);
}

TEST_CASE("dates are read in the usual forms") {
    for (const std::string_view text :
         {"2026-10-31",
          "2026/10/31",
          "2026.10.31",
          "20261031",
          "2026年10月31日",
          " 2026年10月31日 ",
          "2026年10月",
          "2026年1-10月",
          "2026年1—10月",
          "2026-10-31T00:00:00",
          "2026-10-31 09:30",
          "2026/10/31 23:59:59.5",
          "2026-10-31T23:30:00+08:00",
          "2026-10-30T16:00:00Z"}) {
        INFO(text);
        CHECK(dated("", text) == "2026-10-31");
    }
    CHECK(dated("", "2026年上半年") == "2026-06-30");
    CHECK(dated("", "2024年2月") == "2024-02-29");
    CHECK(dated("", "2026-1-5") == "2026-01-05");
    for (const std::string_view text :
         {"",
          "2026",
          "2026-10",
          "31.10.2026",
          "10/31/2026",
          "2026-02-30",
          "2026-13-01",
          "2026年13月",
          "2026-10-31x",
          "2026-10-31T25:00",
          "2026-10-31 9",
          "下半年",
          "2026-10-31T00:00:00+99:00"}) {
        INFO(text);
        CHECK(dated("", text) == "none");
    }
}

TEST_CASE("a declared form is the only one") {
    struct Case {
        std::string_view form, text, date;
    };
    const std::vector<Case> cases{
        {"YYYY", "2018", "2018-12-31"},
        {"YYYY-MM", "2024-02", "2024-02-29"},
        {"YYYYMM", "202402", "2024-02-29"},
        {"YYYY年M月", "2026年9月", "2026-09-30"},
        {"YYYY年M月D日", "2026年9月3日", "2026-09-03"},
        {"D.M.YYYY", "3.9.2026", "2026-09-03"},
        {"DD.MM.YYYY", "03.09.2026", "2026-09-03"},
        {"MM/DD/YYYY", "09/03/2026", "2026-09-03"},
        {"MMMM D, YYYY", "May 15, 2013", "2013-05-15"},
        {"MMMM D, YYYY", "Wednesday, May 15, 2013", "2013-05-15"},
        {"MMMM D, YYYY", "Wed  sep  5, 2013", "2013-09-05"},
        {"YYYYQn", "2026Q3", "2026-09-30"},
        {"D.M.YYYY", "2026-09-03", "none"},
        {"YYYY", "2018-12", "none"},
        {"YYYY", "18", "none"},
        {"YYYY-MM", "2024-2", "none"},
        {"YYYYQn", "2026Q5", "none"},
        {"MMMM D, YYYY", "Mai 15, 2013", "none"},
        {"MM/DD/YYYY", "31/12/2026", "none"},
    };
    for (const auto& [form, text, date] : cases) {
        INFO(form << " of " << text);
        CHECK(dated(form, text) == date);
    }
    CHECK(is_date_form("D.M.YYYY"));
    CHECK_FALSE(is_date_form("D.M."));
}

TEST_CASE("a date is found inside a title") {
    const auto found = [](std::string_view form, std::string_view text) {
        const auto date = DateReader{form, Zone{}}.find(text);
        return date ? to_text(*date) : "none";
    };
    CHECK(found("", "宝鸡市2026年10月财政运行基础情况表") == "2026-10-31");
    CHECK(found("", "截至2026年10月15日（快报）") == "2026-10-15");
    CHECK(found("", "No. 120261031 of 2026-10-30") == "2026-10-30");
    CHECK(found("MMMM D, YYYY", "   Wednesday, May 15, 2013") == "2013-05-15");
    CHECK(found("", "财政运行基础情况表") == "none");
}

TEST_CASE("moments have a zone, or that of the settings, or are the beginning of a date") {
    const auto moment = [](std::string_view text) {
        const auto found = parse_moment(text, Zone{});
        return found ? to_utc_text(*found) : "none";
    };
    CHECK(moment("2026-10-31T09:00:00+08:00") == "2026-10-31T01:00:00.000Z");
    CHECK(moment("2026-10-31T01:00:00Z") == "2026-10-31T01:00:00.000Z");
    CHECK(moment("2026-10-31 09:00") == "2026-10-31T01:00:00.000Z");
    CHECK(moment("2026-10-31") == "2026-10-30T16:00:00.000Z");
    CHECK(moment("2026年10月") == "none");
    CHECK(moment("soon") == "none");
}

TEST_CASE("the edition of a body is the newest moment that it states") {
    auto feed = wide_feed();
    feed.published = "/at";
    const auto outcome = read(
        feed,
        R"({"rows":[{"code":"610326","day":"2026-11-21","bal":1,"out":1,"at":"2026-11-22T08:00"},
                    {"code":"610305","day":"2026-11-21","bal":1,"out":1,"at":"2026-11-22T09:00"}]})");
    REQUIRE(outcome.has_value());
    REQUIRE(outcome->edition.has_value());
    CHECK(to_utc_text(*outcome->edition) == "2026-11-22T01:00:00.000Z");
    CHECK(
        first_problem(
            feed, R"({"rows":[{"code":"610326","day":"2026-11-21","bal":1,"out":1,"at":"new"}]})")
            .find("row 1, /at: \"new\" is no moment")
        == 0);
}

TEST_CASE("blanks do not make another name, and what hides in one is told") {
    CHECK(trimmed(" \u00A0\u3000县 区\r\n") == "县 区");
    CHECK(trimmed("\u3000").empty());
    CHECK(folded("县\u3000 区\n名") == "县区名");
    CHECK(same_name("县 区", "县区 "));
    CHECK_FALSE(same_name("县区", "县"));
    CHECK(begins_with_name("合 计：", "合计"));
    CHECK_FALSE(begins_with_name("合", "合计"));
    CHECK(hidden_character("眉县\t").empty());
    CHECK(hidden_character("眉\u200B县") == "U+200B");
    CHECK(hidden_character("\u202E县") == "U+202E");
    CHECK(hidden_character("a\x01") == "U+0001");
    CHECK(hidden_character("鄠邑区䶮𬭚").empty());
}

TEST_CASE("names with hidden characters are refused, with their row and field") {
    const auto row = [](std::string_view code) {
        return fmt::format(
            R"({{"rows":[{{"code":"{}","day":"2026-11-22","bal":1,"out":1}}]}})", code);
    };
    for (const std::string_view code :
         {"610326\u200B", "\u202E610326", "\uFEFF610326", R"(6103\u000026)"}) {
        const auto refused = refusal(wide_feed(), row(code));
        CHECK(refused.problem == PollProblem::bad_value);
        CHECK(refused.problems.front().find("row 1, /code: the name") == 0);
        CHECK(refused.problems.front().find("cannot be seen (U+") != std::string::npos);
    }
    CHECK(cells(wide_feed(), row(" 6103 26\u3000")).size() == 2);
    const auto item = refusal(
        tall_feed(),
        "{\"as_of\":\"2026-11-22\",\"rows\":[{\"code\":\"610326\",\"item\":\"b\u200Bal\",\"value\":"
        "1}]}");
    CHECK(item.problems.front().find("row 1, /item: the name") == 0);
}
