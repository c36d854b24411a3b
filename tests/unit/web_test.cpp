// The API over a small state, without sockets.
#include "daemon/web/api.hpp"
#include "tests/unit/small_county.hpp"

#include <boost/json/parse.hpp>

#include <sstream>

using namespace sanbao;
using sanbao::test::date;
using sanbao::test::SmallCounty;
namespace json = boost::json;

namespace {

struct Fixture {
    SmallCounty county;
    std::vector<core::Act> acts;
    std::vector<std::string> actors;
    std::vector<std::string> reload_problems;
    Result<void> act_answer;
    int reloads = 0;
    bool ready = true;
    web::Handler api = web::make_api(ports());

    web::Ports ports() {
        web::Ports ports;
        ports.state = [this]() -> const core::State& {
            return county.state;
        };
        ports.now = [this] {
            return county.at + Millis{90'000};
        };
        ports.counters = [] {
            web::Counters counters;
            counters.sweeps = 3;
            counters.polls = 5;
            counters.head_seq = 41;
            counters.step_seconds = 0.25;
            return counters;
        };
        ports.messages = [](const std::string& alert) {
            web::MessageLine message;
            message.id = "msg_1";
            message.channel = "mail";
            message.recipient = "zhang";
            message.state = "delivered";
            message.answer = "250 ok";
            const auto known = alert == core::alert_id("610326", "guarantee", 1);
            return known ? std::vector{message} : std::vector<web::MessageLine>{};
        };
        ports.places = [] {
            return std::map<std::string, std::string>{
                {"guarantee", "indicators/1.toml:3"}, {"guarantee/red", "indicators/1.toml:9"}};
        };
        ports.ready = [this] {
            return ready;
        };
        ports.replay = [] {
            return true;
        };
        ports.reload = [this] {
            ++reloads;
            return reload_problems;
        };
        ports.act = [this](core::Act act, std::string actor) {
            acts.push_back(std::move(act));
            actors.push_back(std::move(actor));
            return act_answer;
        };
        return ports;
    }

    web::Reply get(const std::string& path, std::map<std::string, std::string> query = {}) {
        return api({"GET", path, std::move(query), "", true, "cli:root"});
    }
    json::object document(const std::string& path, std::map<std::string, std::string> query = {}) {
        const auto reply = get(path, std::move(query));
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        return json::parse(reply.body).as_object();
    }
    web::Reply post(const std::string& path, const std::string& body, bool control = true) {
        return api({"POST", path, {}, body, control, control ? "cli:root" : "web"});
    }
};

std::string error_of(const web::Reply& reply) {
    return std::string{json::parse(reply.body).at("error").as_string()};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in{text};
    std::vector<std::string> lines;
    for (std::string one; std::getline(in, one);) {
        lines.push_back(one);
    }
    return lines;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "being alive and being ready are two answers") {
    CHECK(get("/healthz").status == 200);
    CHECK(get("/healthz").body == "ok\n");
    CHECK(get("/readyz").status == 200);
    ready = false;
    CHECK(get("/healthz").status == 200);
    CHECK(get("/readyz").status == 503);
}

TEST_CASE_METHOD(Fixture, "the status names the county, its worst indicator, its plan, its feeds") {
    county.read("2026-03-02", 800);
    const auto status = document("/v1/status");
    CHECK(status.at("replay").as_bool());
    CHECK(status.at("label").at("zh") == "演示数据");
    CHECK(status.at("now") == "2026-03-02T18:01:30+08:00");
    CHECK(status.at("config") == "c0ffee");
    const auto& subject = status.at("subjects").at(0);
    CHECK(subject.at("id") == "610326");
    CHECK(subject.at("level") == "red");
    CHECK(subject.at("open") == 1);
    CHECK(subject.at("synthetic").as_bool());
    CHECK(subject.at("freshness").at("state") == "fresh");
    CHECK(subject.at("worst").at("indicator") == "guarantee");
    CHECK(subject.at("worst").at("value").at("exact") == "2/25");
    CHECK(subject.at("worst").at("line") == "< 0.10");
    CHECK(subject.at("plan").at("state") == "proposed");
    const auto& feed = status.at("feeds").at(0);
    CHECK(feed.at("id") == "treasury");
    CHECK(feed.at("newest") == "2026-03-02");
    CHECK_FALSE(feed.at("late").as_bool());
    CHECK(status.at("outbox").at("pending") == county.state.outbox.size());
}

TEST_CASE_METHOD(Fixture, "a county that nobody ever reported is never judged, not calm") {
    county.at = at_time(Zone{}, date("2026-03-02"), std::chrono::hours{9});
    const auto subject = document("/v1/status").at("subjects").at(0).as_object();
    CHECK(subject.at("level") == "normal");
    CHECK(subject.at("freshness").at("state") == "never judged");
    CHECK(subject.at("unjudged") == 1);
    CHECK(document("/v1/status").at("feeds").at(0).at("newest").is_null());
}

TEST_CASE_METHOD(Fixture, "a failing feed is shown with its sentence") {
    county.read("2026-03-02", 4'500);
    core::decide(
        county.state,
        {county.at,
         "system",
         core::PollFailed{0, core::PollProblem::malformed, "row 3: not JSON", "beef"}});
    const auto feed = document("/v1/status").at("feeds").at(0).as_object();
    CHECK(feed.at("failures") == 1);
    CHECK(feed.at("problem") == "malformed");
    CHECK(feed.at("message") == "row 3: not JSON");
}

TEST_CASE_METHOD(Fixture, "open risks are listed exactly; with all=1 the calm ones too") {
    county.read("2026-03-02", 4'500);
    CHECK(document("/v1/alerts").at("alerts").as_array().empty());
    CHECK(document("/v1/alerts", {{"all", "1"}}).at("alerts").as_array().size() == 1);
    county.read("2026-03-03", 2'999);
    const auto alert = document("/v1/alerts").at("alerts").at(0).as_object();
    CHECK(alert.at("level") == "yellow");
    CHECK(alert.at("value").at("decimal") == "0.2999");
    CHECK(alert.at("value").at("exact") == "2999/10000");
    CHECK(alert.at("value").at("rounded") == false);
    CHECK(alert.at("line") == "< 0.30");
    CHECK(alert.at("as_of") == "2026-03-03");
    CHECK(alert.at("since") == "2026-03-03T18:00:00+08:00");
    CHECK(alert.at("alert").as_string() == core::alert_id("610326", "guarantee", 1));
}

TEST_CASE_METHOD(Fixture, "an alert is found by its id, open and closed, with its messages") {
    county.read("2026-03-02", 800);
    const auto id = core::alert_id("610326", "guarantee", 1);
    auto alert = document("/v1/alert", {{"id", id}});
    CHECK(alert.at("alert").at("state") == "open");
    CHECK(alert.at("messages").at(0).at("answer") == "250 ok");
    CHECK(alert.at("messages").at(0).at("name") == "张三");
    county.read("2026-03-03", 9'000);
    alert = document("/v1/alert", {{"id", id}});
    CHECK(alert.at("alert").at("state") == "closed");
    CHECK(get("/v1/alert", {{"id", "alert_none"}}).status == 404);
    CHECK(get("/v1/alert").status == 400);
}

TEST_CASE_METHOD(
    Fixture, "explain finds the county by id, code or name and shows the whole chain") {
    county.read("2026-03-02", 800);
    for (const auto* name : {"610326", "0326", "眉县", "Mei County"}) {
        const auto explained = document("/v1/explain", {{"county", name}});
        CHECK(explained.at("subject").at("id") == "610326");
        CHECK(explained.at("indicators").as_array().size() == 1);
    }
    const auto one = document("/v1/explain", {{"county", "眉县"}, {"indicator", "库款保障水平"}})
                         .at("indicators")
                         .at(0)
                         .as_object();
    CHECK(one.at("place") == "indicators/1.toml:3");
    CHECK(one.at("lines").at(3).at("place") == "indicators/1.toml:9");
    CHECK(one.at("lines").at(3).at("crossed") == true);
    CHECK(one.at("lines").at(0).at("line") == "");
    CHECK(one.at("inputs").at(0).at("latest").at("value").at("text").at("zh") == "0.08万元");
    CHECK(one.at("inputs").at(1).at("value").at("text").at("zh") == "1万元");
    CHECK(one.at("tree").at("text") == "cash / outflow");
    CHECK(one.at("tree").at("parts").as_array().size() == 2);
    CHECK(one.at("messages").at(0).at("recipient") == "zhang");
    CHECK(get("/v1/explain", {{"county", "nowhere"}}).status == 404);
    CHECK(get("/v1/explain", {{"county", "眉县"}, {"indicator", "x"}}).status == 404);
    CHECK(get("/v1/explain").status == 400);
}

TEST_CASE_METHOD(Fixture, "reading changes nothing, by GET or HEAD, at any address") {
    county.read("2026-03-02", 800);
    const auto before = county.state;
    const auto id = core::alert_id("610326", "guarantee", 1);
    for (const auto* path :
         {"/healthz",
          "/readyz",
          "/metrics",
          "/v1/status",
          "/v1/alerts",
          "/v1/alert",
          "/v1/explain",
          "/v1/plan",
          "/v1/reload",
          "/v1/plan/activate",
          "/v1/plan/step",
          "/v1/plan/report",
          "/v1/plan/end"}) {
        for (const auto* method : {"GET", "HEAD"}) {
            api(
                {method,
                 path,
                 {{"county", "眉县"}, {"id", id}, {"by", "zhang"}},
                 "",
                 true,
                 "cli:root"});
        }
    }
    CHECK(acts.empty());
    CHECK(reloads == 0);
    CHECK(county.state.standings == before.standings);
    CHECK(county.state.plans == before.plans);
    CHECK(county.state.outbox == before.outbox);
    CHECK(county.state.feeds == before.feeds);
    CHECK(county.state.watched == before.watched);
}

TEST_CASE_METHOD(Fixture, "wrong methods, addresses and sockets are told apart") {
    const auto reply = get("/v1/plan/activate");
    CHECK(reply.status == 405);
    CHECK(reply.allow == "POST");
    CHECK(post("/v1/status", "{}").allow == "GET, HEAD");
    CHECK(api({"DELETE", "/metrics", {}, "", true, ""}).status == 405);
    CHECK(get("/nothing").status == 404);
    CHECK(post("/v1/reload", "", false).status == 403);
    CHECK(post("/v1/plan/end", R"({"county":"眉县","by":"zhang"})", false).status == 403);
    CHECK(api({"GET", "/v1/status", {}, "", false, "web"}).status == 403);
    CHECK(api({"GET", "/metrics", {}, "", false, "web"}).status == 200);
    CHECK(acts.empty());
    CHECK(reloads == 0);
}

TEST_CASE_METHOD(Fixture, "what a person does arrives as an act with the caller as its actor") {
    county.read("2026-03-02", 800);
    const auto reply = post(
        "/v1/plan/activate", R"({"county":"眉县","by":"zhang","doc_no":"眉政办发〔2026〕9号"})");
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    CHECK(actors.back() == "cli:root");
    const auto& activate = std::get<core::ActivatePlan>(acts.back());
    CHECK(activate.subject == 0);
    CHECK(activate.by == "zhang");
    CHECK(activate.doc_no == "眉政办发〔2026〕9号");

    post("/v1/plan/step", R"({"county":"0326","seq":10,"by":"li","evidence":"通知"})");
    const auto& step = std::get<core::SettleStep>(acts.back());
    CHECK(step.seq == 10);
    CHECK(step.evidence == "通知");
    CHECK(step.waived_because.empty());
    post("/v1/plan/step", R"({"county":"610326","seq":10,"by":"li","waive":"无此资金"})");
    CHECK(std::get<core::SettleStep>(acts.back()).waived_because == "无此资金");
    post("/v1/plan/report", R"({"county":"610326","index":0,"by":"li"})");
    CHECK(std::get<core::SendReport>(acts.back()).index == 0);
    post("/v1/plan/end", R"({"county":"610326","by":"zhang"})");
    CHECK(std::get<core::EndPlan>(acts.back()).by == "zhang");
    CHECK(acts.size() == 5);
}

TEST_CASE_METHOD(Fixture, "a body that is wrong is refused with a sentence and does nothing") {
    const auto status = [this](const char* body) {
        return post("/v1/plan/step", body).status;
    };
    CHECK(status("") == 400);
    CHECK(status("[1]") == 400);
    CHECK(status("{\"county\":") == 400);
    CHECK(status(R"({"county":7})") == 400);
    CHECK(status(R"({"county":"眉县","seq":10})") == 400);
    CHECK(status(R"({"county":"眉县","by":"li","seq":"ten"})") == 400);
    CHECK(status(R"({"county":"眉县","by":"li","seq":10.5})") == 400);
    CHECK(status(R"({"county":"眉县","by":"li","seq":10,"evidence":"a","waive":"b"})") == 400);
    CHECK(status(R"({"county":"nowhere","by":"li","seq":10})") == 404);
    CHECK(acts.empty());
    act_answer = invalid("only a proposed plan can be activated");
    const auto refused = post("/v1/plan/end", R"({"county":"眉县","by":"li"})");
    CHECK(refused.status == 409);
    CHECK(error_of(refused) == "only a proposed plan can be activated");
    act_answer = Error{ErrorKind::io, "the store failed"};
    CHECK(post("/v1/plan/end", R"({"county":"眉县","by":"li"})").status == 503);
}

TEST_CASE_METHOD(Fixture, "a reload answers done, or every problem") {
    CHECK(post("/v1/reload", "").status == 200);
    reload_problems = {"a.toml:1:2: x", "a.toml:3:1: y"};
    const auto reply = post("/v1/reload", "");
    CHECK(reply.status == 409);
    CHECK(error_of(reply) == "the settings have 2 problems; the old ones stay in force");
    CHECK(json::parse(reply.body).at("problems").as_array().size() == 2);
}

TEST_CASE_METHOD(Fixture, "the plan shows its steps with their due times once it is active") {
    county.read("2026-03-02", 800);
    core::decide(
        county.state, {county.at, "cli:root", core::Act{core::ActivatePlan{0, "zhang", ""}}});
    const auto plan = document("/v1/plan", {{"county", "眉县"}}).at("plan").as_object();
    CHECK(plan.at("state") == "active");
    CHECK(plan.at("lead").at("name") == "张三");
    CHECK(plan.at("steps").at(0).at("due") == "2026-03-02T22:00:00+08:00");
    CHECK(plan.at("steps").at(0).at("state") == "open");
    CHECK(plan.at("reports").at(0).at("due") == "2026-03-02T20:00:00+08:00");
}

TEST_CASE_METHOD(Fixture, "metrics are the Prometheus text, line by line") {
    county.read("2026-03-02", 800);
    county.state.delivered = 7;
    county.state.dead = 2;
    const auto reply = get("/metrics");
    CHECK(reply.content_type == "text/plain; version=0.0.4; charset=utf-8");
    std::vector<std::string> samples;
    std::string family;
    for (const auto& one : lines_of(reply.body)) {
        if (one.starts_with("# HELP ")) {
            family = one.substr(7, one.find(' ', 7) - 7);
        } else if (one.starts_with("# TYPE ")) {
            CHECK(one.starts_with("# TYPE " + family + " "));
            const auto counter = one.ends_with(" counter");
            CHECK(counter == family.ends_with("_total"));
        } else {
            CHECK(one.starts_with(family));
            samples.push_back(one);
        }
    }
    const std::vector<std::string> expected{
        "sanbaod_config_info{digest=\"c0ffee\"} 1",
        "sanbaod_sweeps_total 3",
        "sanbaod_polls_total 5",
        "sanbaod_steps_total 0",
        "sanbaod_step_seconds_total 0.25",
        "sanbaod_records_total 0",
        "sanbaod_journal_head_seq 41",
        "sanbaod_outbox_pending{channel=\"mail\"} 2",
        "sanbaod_outbox_oldest_seconds 90",
        "sanbaod_delivered_total 7",
        "sanbaod_dead_letters_total 2",
        "sanbaod_feed_last_success_timestamp_seconds{feed=\"treasury\"} 1772445600.000",
        "sanbaod_feed_failures{feed=\"treasury\"} 0",
        "sanbaod_feed_late{feed=\"treasury\"} 0",
        "sanbaod_subjects{level=\"normal\"} 0",
        "sanbaod_subjects{level=\"blue\"} 0",
        "sanbaod_subjects{level=\"yellow\"} 0",
        "sanbaod_subjects{level=\"orange\"} 0",
        "sanbaod_subjects{level=\"red\"} 1"};
    CHECK(samples == expected);
}

TEST_CASE_METHOD(Fixture, "label values of metrics are escaped") {
    county.state.config_digest = "a\"b\\c\nd";
    CHECK_THAT(get("/metrics").body, Catch::Contains(R"({digest="a\"b\\c\nd"} 1)"));
}
