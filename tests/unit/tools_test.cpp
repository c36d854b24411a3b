// What people read in a terminal, from documents of the real API over a small state.
#include "daemon/tools/facts.hpp"
#include "daemon/tools/look.hpp"
#include "daemon/tools/show.hpp"
#include "daemon/web/api.hpp"
#include "tests/unit/small_county.hpp"

#include <boost/json/parse.hpp>

using namespace sanbao;
using sanbao::test::SmallCounty;
using tools::Facts;
using tools::Look;
using tools::Style;

namespace {

const Look chinese{{Language::zh}, false};
const Look english{{Language::en}, false};

struct Desk {
    SmallCounty county;
    bool replay = true;
    boost::json::value document;

    Facts get(const std::string& path, std::map<std::string, std::string> query = {}) {
        web::Ports ports;
        ports.state = [this]() -> const core::State& {
            return county.state;
        };
        ports.now = [this] {
            return county.at;
        };
        ports.counters = [] {
            return web::Counters{};
        };
        ports.messages = [](const std::string&) {
            return std::vector<web::MessageLine>{};
        };
        ports.places = [] {
            return std::map<std::string, std::string>{};
        };
        ports.ready = [] {
            return true;
        };
        ports.replay = [this] {
            return replay;
        };
        const auto reply =
            web::make_api(ports)({"GET", path, std::move(query), "", true, "cli:me"});
        REQUIRE(reply.status == 200);
        document = boost::json::parse(reply.body);
        return Facts{&document};
    }
};

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("columns line up under Chinese, whose characters take two") {
    CHECK(tools::columns("眉县") == 4);
    CHECK(tools::columns("Mei") == 3);
    CHECK(tools::columns("（合成）") == 8);
    CHECK(tools::columns("e\u0301") == 1);
    tools::Table table;
    table.add({{"眉县"}, {"红色"}, {"x"}});
    table.add({{"Fengxian"}, {"蓝"}, {"y"}});
    CHECK(table.to_text(chinese) == "眉县      红色  x\nFengxian  蓝    y\n");
}

TEST_CASE("colours are codes around the text where they are wanted, and nothing elsewhere") {
    CHECK(english.paint("red", Style::red) == "red");
    const Look coloured{{Language::en}, true};
    CHECK(coloured.paint("red", Style::red) == "\x1b[1;31mred\x1b[0m");
    CHECK(coloured.paint("red", Style::plain) == "red");
}

TEST_CASE("what others wrote cannot steer the terminal") {
    const auto value = boost::json::parse(R"({"message":"a\u001b[2Jb\nc"})");
    const auto text = Facts{&value}["message"].text();
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
}

TEST_CASE("absent facts are empty, whatever is asked of them") {
    const Facts nothing;
    CHECK(nothing["a"]["b"].text().empty());
    CHECK(nothing["a"].whole() == 0);
    CHECK_FALSE(nothing["a"].yes());
    CHECK(nothing.size() == 0);
    CHECK(tools::show_status(nothing, english).starts_with("sanbaod"));
}

TEST_CASE("the first line says replay, label and synthetic before anything else") {
    Desk desk;
    desk.county.read("2026-03-02", 800);
    const auto zh = first_line(tools::show_status(desk.get("/v1/status"), chinese));
    CHECK_THAT(
        zh, Catch::Contains("回放") && Catch::Contains("演示数据") && Catch::Contains("合成"));
    const auto en = first_line(tools::show_alerts(desk.get("/v1/alerts"), english));
    CHECK_THAT(en, Catch::Contains("REPLAY") && Catch::Contains("demonstration data"));
    desk.replay = false;
    CHECK_THAT(
        first_line(tools::show_status(desk.get("/v1/status"), english)),
        !Catch::Contains("REPLAY"));
}

TEST_CASE("the status shows what burns before what is calm") {
    Desk desk;
    desk.county.read("2026-03-02", 800);
    core::decide(
        desk.county.state,
        {desk.county.at,
         "system",
         core::PollFailed{0, core::PollProblem::timed_out, "no answer in 20 s", ""}});
    const auto text = tools::show_status(desk.get("/v1/status"), chinese);
    INFO(text);
    const auto feed = text.find("数据源 treasury");
    const auto county = text.find("眉县（合成）");
    REQUIRE(feed != std::string::npos);
    REQUIRE(county != std::string::npos);
    CHECK(feed < county);
    CHECK_THAT(text, Catch::Contains("连续失败1次") && Catch::Contains("no answer in 20 s"));
    CHECK_THAT(text, Catch::Contains("红色") && Catch::Contains("库款保障水平 0.08 (< 0.10)"));
    CHECK_THAT(text, Catch::Contains("预案I级待启动"));
    CHECK_THAT(text, Catch::Contains("待发2条"));
}

TEST_CASE("stale data are marked in every view") {
    Desk desk;
    desk.county.read("2026-03-02", 4'500);
    desk.county.at += Millis{20LL * 86'400'000};
    CHECK_THAT(
        tools::show_status(desk.get("/v1/status"), english),
        Catch::Contains("STALE! data to 2026-03-02"));
    const auto explained = desk.get("/v1/explain", {{"county", "眉县"}});
    CHECK_THAT(tools::show_explanation(explained, english, {}), Catch::Contains("STALE!"));
}

TEST_CASE("a county that was never judged is given no level, least of all a calm one") {
    Desk desk;
    desk.county.at = at_time(Zone{}, sanbao::test::date("2026-03-02"), std::chrono::hours{9});
    const auto text = tools::show_status(desk.get("/v1/status"), english);
    CHECK_THAT(text, Catch::Contains("Mei County (synthetic)  —  never judged"));
    CHECK_THAT(text, !Catch::Contains("normal"));
}

TEST_CASE("no open risk is said in words, and not as calm") {
    Desk desk;
    desk.county.read("2026-03-02", 4'500);
    CHECK_THAT(
        tools::show_alerts(desk.get("/v1/alerts"), english), Catch::Contains("No risk is open"));
}

TEST_CASE("an alert names the level, the county, the value, the line and the plan") {
    Desk desk;
    desk.county.read("2026-03-02", 2'999);
    const auto text = tools::show_alerts(desk.get("/v1/alerts"), english);
    INFO(text);
    CHECK_THAT(text, Catch::Contains("yellow  Mei County (synthetic)  cash guarantee 0.30"));
    CHECK_THAT(text, Catch::Contains("2999/10000"));
    CHECK_THAT(text, Catch::Contains(core::alert_id("610326", "guarantee", 1)));
}

TEST_CASE("an explanation reads from the feed to the message") {
    Desk desk;
    desk.county.read("2026-03-02", 800);
    const auto document = desk.get("/v1/explain", {{"county", "眉县"}});
    const auto text = tools::show_explanation(document, english, {{"cash", "treasury /closing"}});
    INFO(text);
    std::size_t at = 0;
    for (const auto* part :
         {"Red since 2026-03-02 18:00",
          "← treasury /closing",
          "cash / outflow",
          "< 0.10",
          "crossed",
          "judged on the data of 2026-03-02",
          "no message exists"}) {
        const auto found = text.find(part, at);
        INFO(part);
        REQUIRE(found != std::string::npos);
        at = found;
    }
}

TEST_CASE("a value that no decimal can hold is shown as its fraction too") {
    Desk desk;
    desk.county.read("2026-03-02", 4'500);
    core::PollAccepted poll{0, "d2", 1, 1, {}};
    poll.cells = {{1, 0, sanbao::test::date("2026-03-02"), 1'100'000}};
    core::decide(desk.county.state, {desk.county.at, "system", poll});
    const auto document = desk.get("/v1/explain", {{"county", "眉县"}});
    CHECK_THAT(tools::show_explanation(document, english, {}), Catch::Contains("= 9/22"));
}

TEST_CASE("a plan shows who must do what by when") {
    Desk desk;
    desk.county.read("2026-03-02", 800);
    core::decide(
        desk.county.state,
        {desk.county.at, "cli:me", core::Act{core::ActivatePlan{0, "zhang", "眉政〔2026〕9号"}}});
    const auto text = tools::show_plan(desk.get("/v1/plan", {{"county", "眉县"}}), chinese);
    INFO(text);
    CHECK_THAT(text, Catch::Contains("执行中") && Catch::Contains("眉政〔2026〕9号"));
    CHECK_THAT(text, Catch::Contains("张三 139") && Catch::Contains("2026-03-02 22:00前"));
    CHECK_THAT(text, Catch::Contains("须附依据") && Catch::Contains("上报市级"));
}
