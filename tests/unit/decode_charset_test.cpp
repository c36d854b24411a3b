// Bytes to characters: declared, detected, verified.
#include "daemon/feeds/charset.hpp"
#include "tests/unit/decode_samples.hpp"

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;

namespace {

// Names as sources of GBK and GB18030 write them.
constexpr std::string_view gb_county = "\xCF\xD8\xC7\xF8";   // 县区
constexpr std::string_view gb_meixian = "\xC3\xBC\xCF\xD8";  // 眉县
constexpr std::string_view gb_huyi =
    "\xE0\x82\xD2\xD8\xC7\xF8";                              // 鄠邑区, of GBK and not of GB2312
constexpr std::string_view gb_yan = "\xFE\x9F";              // 䶮, of GB18030
constexpr std::string_view gb_hassium = "\x98\x32\xB1\x34";  // four bytes

// 县区,日期,库款 with balance only; 眉县 and 鄠邑区 are aliases.
FeedSettings names_feed() {
    auto feed = csv_feed();
    feed.county = "县区";
    feed.items = {{"balance", "bal", 100}};
    return feed;
}

Outcome read_names(const FeedSettings& feed, std::string body) {
    static const auto rules = [] {
        auto catalogue = sample_catalogue();
        catalogue.subjects[1].aliases.push_back({"眉县", Date::min(), Date::max()});
        catalogue.subjects[0].aliases.push_back({"鄠邑区", Date::min(), Date::max()});
        catalogue.subjects[0].aliases.push_back({"李䶮", Date::min(), Date::max()});
        return rulebook(std::move(catalogue));
    }();
    return decode(feed, *rules, body, morning());
}

std::string body_of(std::string_view header, std::string_view name) {
    return fmt::format("{},day,bal\n{},2026-11-22,1\n", header, name);
}

std::optional<SourceText> found(std::string_view bytes, Encoding encoding, Format format) {
    FeedSettings feed;
    feed.encoding = encoding;
    feed.format = format;
    Problems problems;
    return find_charset(bytes, feed, problems);
}

}  // namespace

TEST_CASE("GB18030 is found by itself, in CSV and in JSON") {
    const auto outcome = read_names(names_feed(), body_of(gb_county, gb_meixian));
    REQUIRE(outcome.has_value());
    CHECK(outcome->cells.front().subject == meixian);
    CHECK(outcome->how.front() == "encoding: GB18030, found by itself");
    auto feed = wide_feed();
    feed.county = "/县区";
    feed.items = {{"balance", "/bal", 100}};
    const auto json = read_names(
        feed,
        fmt::format(
            R"({{"rows":[{{"{}":"{}","day":"2026-11-22","bal":1}}]}})", gb_county, gb_meixian));
    REQUIRE(json.has_value());
    CHECK(json->cells.front().subject == meixian);
}

TEST_CASE("rare name characters are read") {
    CHECK(Transcoder{Charset::gb18030}.to_utf8(gb_yan) == "䶮");
    CHECK(Transcoder{Charset::gb18030}.to_utf8(gb_huyi) == "鄠邑区");
    CHECK(Transcoder{Charset::gb18030}.to_utf8("\x81\x30\x81\x30") == "\u0080");
    CHECK(Transcoder{Charset::gb18030}.to_utf8(gb_hassium).size() == 4);  // beyond U+FFFF
    CHECK(Transcoder{Charset::latin1}.to_utf8("Nome_Munic\xEDpio") == "Nome_Município");
    for (const auto& name : {std::string{gb_huyi}, "\xC0\xEE" + std::string{gb_yan}}) {
        const auto outcome = read_names(names_feed(), body_of(gb_county, name));
        REQUIRE(outcome.has_value());
        CHECK(outcome->cells.front().subject == fengxiang);
    }
}

TEST_CASE("a declared encoding is verified, and the bad byte is named") {
    auto feed = names_feed();
    feed.encoding = Encoding::utf8;
    const auto utf8 = refusal(feed, body_of("县区", gb_meixian));
    CHECK(utf8.problem == PollProblem::malformed);
    INFO(utf8.problems.front());
    CHECK(utf8.problems.front().find("byte 18 (line 2, byte 3 of it: CF) is not UTF-8") == 0);
    feed.encoding = Encoding::gb18030;
    CHECK(read_names(feed, body_of(gb_county, gb_meixian)).has_value());
    const auto gb = refusal(feed, body_of(gb_county, "\x80\x80"));
    CHECK(
        gb.problems.front().find("line 2, byte 1 of it: 80) is not GB18030") != std::string::npos);
    feed.encoding = Encoding::latin1;
    feed.county = "pa\u00EDs";
    CHECK(
        read_names(feed, body_of("pa\xEDs", "610326"))->how.front()
        == "encoding: Latin-1, as declared");
}

TEST_CASE("what is no text that we read is refused in words that say so") {
    CHECK(
        first_problem(csv_feed(), "\xFF\xFE" + std::string{"c\0o\0", 4}).find("UTF-16")
        != std::string::npos);
    CHECK(
        first_problem(csv_feed(), std::string{"c\0o\0d\0", 6}).find("a NUL stands at byte 2") == 0);
    CHECK(
        first_problem(csv_feed(), "code,day,bal,out\n\xFF\n")
            .find("neither UTF-8 (see byte 18 (line 2")
        != std::string::npos);
}

TEST_CASE("a UTF-8 text cut inside a character is cut, not GB18030") {
    const auto body = body_of("县区", "眉县");
    const auto cut = refusal(names_feed(), body.substr(0, body.find("县,2026") + 2));
    CHECK(cut.problem == PollProblem::truncated);
    CHECK(cut.problems.front().find("cut inside its last character") != std::string::npos);
}

TEST_CASE("byte order marks and XML declarations say what a text is") {
    CHECK(found("\xEF\xBB\xBFx", Encoding::detect, Format::csv)->text == "x");
    CHECK(
        found("<?xml version=\"1.0\" encoding='GBK'?><a/>", Encoding::detect, Format::xml)->charset
        == Charset::gb18030);
    CHECK(
        found("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", Encoding::detect, Format::xml)
            ->charset
        == Charset::latin1);
    CHECK_FALSE(
        found("<?xml version=\"1.0\" encoding=\"EBCDIC\"?><a/>", Encoding::detect, Format::xml));
    // What the settings declare goes before what the text says of itself.
    CHECK(
        found("<?xml version=\"1.0\" encoding=\"gbk\"?><a/>", Encoding::utf8, Format::xml)->charset
        == Charset::utf8);
}

TEST_CASE("GB18030 is checked byte by byte") {
    const auto good = [](std::string_view bytes) {
        return found(bytes, Encoding::gb18030, Format::csv).has_value();
    };
    CHECK(good("plain text of more than eight bytes"));
    CHECK(good("\x81\x40\xFE\xFE\x81\x30\x81\x30 and \x84\x31\xA4\x37"));
    for (const std::string_view bytes :
         {"\x80",
          "\xFF",
          "\x81",
          "\x81\x7F",
          "\x81\x20",
          "\x81\x30\x81",
          "\x81\x30\x81\x40",
          "\x81\x30\x20\x30",
          "12345678\xFF"}) {
        CHECK_FALSE(good(bytes));
    }
}
