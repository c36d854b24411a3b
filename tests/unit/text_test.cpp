#include "alerts/text/correction.hpp"
#include "alerts/text/message.hpp"
#include "alerts/text/utf8.hpp"
#include "tests/unit/text_samples.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <utility>

using namespace sanbao;
using namespace sanbao::text;
using namespace sanbao::text::samples;

namespace {

Options full(Language language) {
    Options options;
    options.language = language;
    return options;
}

std::string subject_of(Reason reason, Language language, Detail detail = Detail::full) {
    const Sample sample{reason};
    auto options = full(language);
    options.detail = detail;
    return render(sample.facts, options).subject;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// Every text that a person or a receiver could see.
std::string everything(const Facts& facts, const Options& options) {
    const auto message = render(facts, options);
    return message.subject + message.text + message.html + render_json(facts, options);
}

std::string repeated(std::string_view part, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) {
        result += part;
    }
    return result;
}

void require_sorted_keys(const boost::json::value& value) {
    if (const auto* array = value.if_array()) {
        for (const auto& element : *array) {
            require_sorted_keys(element);
        }
    }
    if (const auto* object = value.if_object()) {
        std::string before;
        for (const auto& member : *object) {
            const std::string key{member.key()};
            CHECK(before < key);
            before = key;
            require_sorted_keys(member.value());
        }
    }
}

boost::json::object data_of(const std::string& body) {
    return boost::json::parse(body).as_object().at("data").as_object();
}

}  // namespace

TEST_CASE("the subject says what, where, how much and by when, in Chinese") {
    const auto subject = [](Reason reason) {
        return subject_of(reason, Language::zh);
    };
    CHECK(subject(Reason::first) == "【红色】眉县 工资兑付覆盖率 0.82，缺口1,832万元，距发薪2天");
    CHECK(
        subject(Reason::worse)
        == "【红色，原橙色】眉县 工资兑付覆盖率 0.82，缺口1,832万元，距发薪2天");
    CHECK(subject(Reason::all_clear) == "【解除】眉县 工资兑付覆盖率 1.25，恢复正常（原红色）");
    CHECK(subject(Reason::plan_proposed) == "【预案待启动】眉县 II级响应，请牵头人李明决定");
    CHECK(
        subject(Reason::plan_activated)
        == "【预案启动】眉县 II级响应，先做：暂停非“三保”资金拨付（国库股 王强）");
    CHECK(subject(Reason::plan_raised) == "【预案升级】眉县 升至I级响应");
    CHECK(subject(Reason::step_overdue) == "【措施逾期】眉县 暂停非“三保”资金拨付");
    CHECK(subject(Reason::report_overdue) == "【报告逾期】眉县 应向市级报告，尚未报告");
    CHECK(subject(Reason::plan_may_end) == "【预案可终止】眉县 终止条件已满足，请牵头人李明决定");
    CHECK(subject(Reason::plan_ended) == "【预案终止】眉县 II级响应已终止");
    CHECK(subject(Reason::feed_trouble) == "【数据问题】国库日报 连续3次未取到数据，不是财政风险");
    CHECK(subject(Reason::feed_recovered) == "【数据恢复】国库日报 恢复正常");
    CHECK(
        subject(Reason::undeliverable)
        == "【未送达】发给zhang@baoji.example的消息未送达，请改用电话");
}

TEST_CASE("the subject says what, where, how much and by when, in English") {
    const auto subject = [](Reason reason) {
        return subject_of(reason, Language::en);
    };
    CHECK(
        subject(Reason::first)
        == "[RED] Mei County: Wage cover 0.82, short by CNY 18.32 million, payday in 2 days");
    CHECK(subject(Reason::worse)
          == "[RED, was orange] Mei County: Wage cover 0.82, short by CNY 18.32 million, payday in "
             "2 days");
    CHECK(
        subject(Reason::all_clear)
        == "[CLEAR] Mei County: Wage cover 1.25, back to normal (was red)");
    CHECK(
        subject(Reason::plan_proposed)
        == "[PLAN PROPOSED] Mei County: level II response, 李明 to decide");
    CHECK(subject(Reason::plan_activated)
          == "[PLAN ACTIVATED] Mei County: level II response, first: 暂停非“三保”资金拨付 (国库股 "
             "王强)");
    CHECK(subject(Reason::plan_raised) == "[PLAN RAISED] Mei County: now level I response");
    CHECK(subject(Reason::step_overdue) == "[STEP OVERDUE] Mei County: 暂停非“三保”资金拨付");
    CHECK(
        subject(Reason::report_overdue)
        == "[REPORT OVERDUE] Mei County: report to the city not made");
    CHECK(
        subject(Reason::plan_may_end)
        == "[PLAN MAY END] Mei County: its end condition holds, 李明 to decide");
    CHECK(subject(Reason::plan_ended) == "[PLAN ENDED] Mei County: level II response is over");
    CHECK(
        subject(Reason::feed_trouble)
        == "[DATA PROBLEM] Treasury daily failed 3 times in a row, not a fiscal risk");
    CHECK(subject(Reason::feed_recovered) == "[DATA BACK] Treasury daily works again");
    CHECK(
        subject(Reason::undeliverable)
        == "[NOT DELIVERED] message to zhang@baoji.example was not delivered, please call");
}

TEST_CASE("the label comes first and made-up data says so, at every level of detail") {
    Sample sample{Reason::first};
    sample.subject.synthetic = true;
    auto options = full(Language::zh);
    options.label = {"演示数据", "Demo data"};
    CHECK(render(sample.facts, options).subject
          == "【演示数据】【红色】眉县（合成数据）工资兑付覆盖率 "
             "0.82，缺口1,832万元，距发薪2天");
    options.detail = Detail::level;
    CHECK(
        render(sample.facts, options).subject
        == "【演示数据】眉县（合成数据）红色预警，请登录查看");
    options.detail = Detail::pointer;
    CHECK(
        render(sample.facts, options).subject == "【演示数据】有新的预警（合成数据），请登录查看");
    options.language = Language::en;
    CHECK(
        render(sample.facts, options).subject
        == "[Demo data] There is a new alert (synthetic data), please log in");
    options.detail = Detail::full;
    CHECK(render(sample.facts, options)
              .subject.starts_with(
                  "[Demo data] [RED] Mei County (synthetic data): Wage cover 0.82,"));
    for (const auto detail : {Detail::full, Detail::level, Detail::pointer}) {
        options.detail = detail;
        const auto data = data_of(render_json(sample.facts, options));
        CHECK(data.at("synthetic").as_bool());
        CHECK(data.at("label").as_string() == "Demo data");
        CHECK(contains(render(sample.facts, options).html, "[Demo data]"));
    }
}

TEST_CASE("a message to the level of detail names the place and the level, nothing else") {
    CHECK(subject_of(Reason::first, Language::zh, Detail::level) == "眉县 红色预警，请登录查看");
    CHECK(
        subject_of(Reason::worse, Language::zh, Detail::level) == "眉县 预警升为红色，请登录查看");
    CHECK(
        subject_of(Reason::all_clear, Language::zh, Detail::level)
        == "眉县 预警已解除，请登录查看");
    CHECK(
        subject_of(Reason::plan_proposed, Language::zh, Detail::level)
        == "眉县 应急预案等待决定，请登录查看");
    CHECK(
        subject_of(Reason::feed_trouble, Language::zh, Detail::level)
        == "数据问题，不是财政风险，请登录查看");
    CHECK(
        subject_of(Reason::first, Language::en, Detail::level)
        == "Mei County: red alert, please log in");
    CHECK(
        subject_of(Reason::feed_trouble, Language::en, Detail::level)
        == "Please log in: data problem, not a fiscal risk");
}

TEST_CASE("below full detail nothing leaks into any text, whatever the reason") {
    const std::vector<std::string> figures{
        "0.82",
        "41/50",
        "1.25",
        "1,832",
        "18.32",
        "18320000",
        "工资",
        "Wage",
        "wage",
        "李明",
        "王强",
        "张伟",
        "5550",
        "国库",
        "Treasury",
        "treasury",
        "closing_balance",
        "预案处置",
        "眉政办",
        "宝财库",
        "zhang",
        "550",
        "duty-mail",
        "30分钟",
        "2026-11-22",
        "610326-sanbao"};
    const std::vector<std::string> names{"眉县", "Mei County", "610326"};
    const std::vector<std::string> colours{"红色", "red", "RED", "橙色", "orange"};
    for (const auto reason : every_reason) {
        for (const auto language : {Language::zh, Language::en}) {
            const Sample sample{reason};
            auto options = full(language);
            INFO(to_text(reason));
            options.detail = Detail::level;
            const auto level = everything(sample.facts, options);
            for (const auto& secret : figures) {
                INFO(secret);
                CHECK_FALSE(contains(level, secret));
            }
            options.detail = Detail::pointer;
            const auto message = render(sample.facts, options);
            // The style sheet of the HTML may use what words it likes.
            const auto pointer = message.subject + message.text
                                 + message.html.substr(message.html.find("<body"))
                                 + render_json(sample.facts, options);
            for (const auto* secrets : {&figures, &names, &colours}) {
                for (const auto& secret : *secrets) {
                    INFO(secret);
                    const bool is_word = secret == "red";  // "delivered", "border-radius"
                    CHECK_FALSE((!is_word && contains(pointer, secret)));
                }
            }
        }
    }
}

TEST_CASE("the body of an alert carries every fact that the duty officer acts on") {
    const Sample sample{Reason::first};
    const auto message = render(sample.facts, full(Language::zh));
    const std::vector<std::string> expected{
        "级别：红色（原正常）",
        "工资兑付覆盖率：0.82",
        "红色线：低于 1.00",
        "线的依据：宝财库〔2026〕12号",
        "缺口：1,832万元",
        "发薪日：2026-11-25（距发薪2天）",
        "数据日期：2026-11-22",
        "开始时间：2026-11-23 10:23",
        "名称：眉县“三保”风险应急处置预案",
        "文号：眉政办发〔2026〕3号",
        "响应：II级",
        "状态：待启动",
        "牵头人：李明（县财政局局长） 电话 0917-5550101",
        "版本：4f1c9e0b7a2d",
        "10. 暂停非“三保”资金拨付",
        "责任：国库股 王强（股长） 电话 0917-5550102",
        "时限：2026-11-23 14:23 前",
        "20. 清收财政借垫款",
        "时限：启动后3个工作日内",
        "责任：市财政局国库科",
        "时限：启动后24小时内",
        "接下来：30分钟后无人处理将通知领导包抓人。",
        "同时通知：张伟、市财政局值班室",
    };
    for (const auto& fact : expected) {
        INFO(fact);
        CHECK(contains(message.text, fact));
    }
    CHECK(message.text.ends_with("预警编号：al_mf2xk3q7zt4nsvw5c6ydb2rhja\n"));
    for (const auto* fact :
         {"红色", "眉县", "低于 1.00", "1,832万元", "2026-11-25", "王强", "14:23"}) {
        CHECK(contains(message.html, fact));
    }
    CHECK(contains(message.html, R"(href="tel:+869175550103")"));
}

TEST_CASE("the English body words the same facts") {
    const Sample sample{Reason::first};
    const auto text = render(sample.facts, full(Language::en)).text;
    for (const auto* fact :
         {"Level: red (was normal)",
          "Wage cover: 0.82",
          "red line: below 1.00",
          "Short by: CNY 18.32 million",
          "Payday: 2026-11-25 (payday in 2 days)",
          "Data of: 2026-11-22",
          "Due: within 3 working days of activation",
          "phone 0917-5550102",
          "Alert id: al_mf2xk3q7zt4nsvw5c6ydb2rhja"}) {
        INFO(fact);
        CHECK(contains(text, fact));
    }
}

TEST_CASE("nobody can take a data problem for a county in trouble, nor an all-clear for an end") {
    const Sample trouble{Reason::feed_trouble};
    const auto zh = render(trouble.facts, full(Language::zh)).text;
    CHECK(contains(zh, "这是数据问题，不是财政风险。各县级别保持不变"));
    CHECK(contains(zh, "a balance cannot be negative"));
    CHECK(contains(render(trouble.facts, full(Language::en)).text, "not of any county's money"));
    const Sample clear{Reason::all_clear};
    CHECK(contains(render(clear.facts, full(Language::zh)).text, "应急预案仍在执行，不会自动终止"));
    const Sample dead{Reason::undeliverable};
    const auto text = render(dead.facts, full(Language::zh)).text;
    CHECK(contains(text, "收件人没有收到"));
    CHECK(contains(text, "最后回答：SMTP 550: no such user"));
    CHECK(contains(text, "尝试次数：9"));
}

TEST_CASE("a plan that nothing calls for is not held out to those who could act on it") {
    const auto text_of = [](Reason reason, Level level, const std::string& state) {
        Sample sample{reason};
        sample.facts.risk->to = level;
        sample.facts.plan->state = state;
        sample.facts.plan->level = state == "idle" ? "" : "II";
        return render(sample.facts, full(Language::zh)).text;
    };
    CHECK(contains(text_of(Reason::first, Level::red, "idle"), "应急预案"));
    CHECK_FALSE(contains(text_of(Reason::first, Level::red, "idle"), "响应："));
    CHECK_FALSE(contains(text_of(Reason::first, Level::blue, "idle"), "应急预案"));
    CHECK_FALSE(contains(text_of(Reason::all_clear, Level::normal, "idle"), "应急预案"));
    CHECK(contains(text_of(Reason::first, Level::blue, "active"), "响应：II级"));
    CHECK(contains(text_of(Reason::all_clear, Level::normal, "active"), "应急预案"));
}

TEST_CASE("a feed that is late without a failure is called late") {
    Sample late{Reason::feed_trouble};
    late.facts.feed->failures = 0;
    CHECK(
        render(late.facts, full(Language::zh)).subject
        == "【数据问题】国库日报 数据迟到，不是财政风险");
}

TEST_CASE("money is printed in the unit of the official form") {
    const auto zh = [](const Rational& yuan) {
        return money_text(yuan, "CNY", Language::zh);
    };
    CHECK(zh(Rational{18'320'000}) == "1,832万元");
    CHECK(zh(Rational{228'000'000}) == "2.28亿元");
    CHECK(zh(Rational{-5'000}) == "-0.5万元");
    CHECK(zh(Rational{0}) == "0元");
    CHECK(zh(fraction(1'234, 100)) == "12.34元");
    CHECK(zh(Rational{98'500}) == "9.85万元");
    CHECK(zh(Rational{985'000}) == "98.5万元");
    CHECK(zh(Rational{100'000'000}) == "1亿元");
    CHECK(zh(Rational{99'990'000}) == "9,999万元");
    CHECK(zh(Rational{99'999'999}) == "1亿元");  // not 10,000万元
    CHECK(zh(Rational{123'456'000'000'000}) == "1,234,560亿元");
    CHECK(zh(Rational{-228'000'000}) == "-2.28亿元");
    CHECK(money_text(Rational{23'416'000'000}, "USD", Language::zh) == "USD 23,416 million");
    CHECK(money_text(Rational{23'416'000'000}, "USD", Language::en) == "USD 23,416 million");
    CHECK(money_text(Rational{5'000}, "CNY", Language::en) == "CNY 5,000");
    CHECK(money_text(Rational{2'500'000}, "CNY", Language::en) == "CNY 2.5 million");
}

TEST_CASE("a print that seems to lie on the line or beyond it shows the exact value beside it") {
    Indicator level = wage_cover();
    const Line line{Compare::below, fraction(3, 10)};
    const auto zh = Language::zh;
    CHECK(value_text(fraction(3'599, 12'000), level, zh, line) == "0.30（3599/12000）");
    CHECK(value_text(fraction(3'599, 12'000), level, Language::en, line) == "0.30 (3599/12000)");
    CHECK(value_text(fraction(3'599, 12'000), level, zh) == "0.30");
    CHECK(value_text(fraction(3, 10), level, zh, line) == "0.30");  // on the line, and says so
    CHECK(value_text(fraction(1, 3), level, zh, line) == "0.33");   // inexact, but no doubt
    // Across, not only on it: 0.296 with one digit reads 0.3, the line being 0.298.
    level.digits = 1;
    CHECK(
        value_text(fraction(296, 1'000), level, zh, Line{Compare::below, fraction(298, 1'000)})
        == "0.3（37/125）");
    level.display = Display::percent;
    CHECK(value_text(fraction(664, 1'000), level, zh) == "66.4%");
    CHECK(
        value_text(fraction(79'999, 100'000), level, zh, Line{Compare::below, fraction(8, 10)})
        == "80.0%（79999/100000）");
    level.display = Display::money;
    CHECK(
        value_text(Rational{99'999'999}, level, zh, Line{Compare::below, Rational{100'000'000}})
        == "1亿元（99,999,999元）");
    level.display = Display::days;
    CHECK(value_text(Rational{1}, level, Language::en) == "1 day");
    CHECK(value_text(Rational{12}, level, zh) == "12天");
}

TEST_CASE("a bound is printed with as many decimals as it takes to be exact") {
    Sample sample{Reason::first};
    auto& risk = *sample.facts.risk;
    const auto text = [&] {
        return render(sample.facts, full(Language::zh)).text;
    };
    risk.line = Line{Compare::at_most, fraction(1'205, 1'000)};
    CHECK(contains(text(), "红色线：不高于 1.205"));
    sample.indicator.display = Display::percent;
    risk.line = Line{Compare::above, fraction(12, 10)};
    CHECK(contains(text(), "红色线：高于 120%"));
    risk.line = Line{Compare::at_least, fraction(1, 3)};
    CHECK(contains(text(), "红色线：不低于 1/3"));
}

TEST_CASE("where another quantity is judged, the text shows it beside its line") {
    Sample sample{Reason::first};
    sample.indicator.judge = "value - time_progress";
    sample.indicator.display = Display::percent;
    sample.facts.risk->judged = fraction(-12, 100);
    sample.facts.risk->line = Line{Compare::below, fraction(-8, 100)};
    const auto text = render(sample.facts, full(Language::zh)).text;
    CHECK(contains(text, "判断值：-12.00%  [value - time_progress]"));
    CHECK(contains(text, "红色线：低于 -8%"));
}

TEST_CASE("HTML escapes every text that came from outside") {
    const std::string canary = R"("><img src=x onerror=alert(1)>'&)";
    const auto evil = [&](auto& text) {
        text = canary;
    };
    for (const auto reason : every_reason) {
        Sample sample{reason};
        auto& facts = sample.facts;
        evil(facts.alert_id);
        evil(facts.next);
        facts.also_told = {canary};
        sample.subject.name = {canary, canary};
        sample.subject.id = canary;
        sample.indicator.name = {canary, canary};
        sample.indicator.judge = canary;
        if (facts.risk) {
            evil(facts.risk->line_layer);
            evil(facts.risk->currency);
            facts.risk->judged = Rational{1};
        }
        if (facts.plan) {
            auto& plan = *facts.plan;
            for (auto* text :
                 {&plan.id,
                  &plan.name,
                  &plan.doc_no,
                  &plan.level,
                  &plan.state,
                  &plan.digest,
                  &plan.subject_step}) {
                evil(*text);
            }
            plan.lead = Contact{canary, canary, canary};
            for (auto& step : plan.steps) {
                evil(step.name);
                evil(step.owner);
                step.contact = Contact{canary, canary, canary};
            }
        }
        if (facts.feed) {
            facts.feed = FeedFacts{
                canary, {canary, canary}, canary, {{canary, canary}}, canary, facts.at, 1};
        }
        if (facts.dead) {
            facts.dead = DeadFacts{canary, canary, canary, canary, canary, 1};
        }
        auto options = full(Language::zh);
        options.label = {canary, canary};
        for (const auto detail : {Detail::full, Detail::level, Detail::pointer}) {
            options.detail = detail;
            const auto html = render(facts, options).html;
            INFO(to_text(reason));
            CHECK_FALSE(contains(html, "<img"));
            CHECK_FALSE(contains(html, "\">'"));
            CHECK(contains(html, "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;"));
            CHECK_NOTHROW(boost::json::parse(render_json(facts, options)));
        }
    }
}

TEST_CASE("HTML stands alone: no script, image or address of anything outside") {
    for (const auto reason : every_reason) {
        const Sample sample{reason};
        const auto html = render(sample.facts, full(Language::zh)).html;
        for (const auto* part :
             {"<script", "<img", "<link", "http:", "https:", "url(", "@import"}) {
            CHECK_FALSE(contains(html, part));
        }
        CHECK(html.starts_with("<!DOCTYPE html>"));
        CHECK(contains(html, "@media (prefers-color-scheme: dark)"));
        CHECK(contains(html, R"(<meta name="color-scheme" content="light dark">)"));
        CHECK(contains(html, "max-width:560px"));
        CHECK(html.ends_with("</html>\n"));
    }
}

TEST_CASE("a text from outside stays one line of valid UTF-8") {
    Sample sample{Reason::feed_trouble};
    sample.facts.feed->problem =
        "bad\r\nBcc: x@y \xff\xc3(\xed\xa0\x80 \xe2\x80\xae"
        "end";
    const auto message = render(sample.facts, full(Language::en));
    CHECK(contains(
        message.text,
        "Problem: bad  Bcc: x@y \xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd  "
        "end"));
    sample.facts.feed->name = {"行\n二", ""};
    CHECK_FALSE(contains(render(sample.facts, full(Language::zh)).subject, "\n"));
}

TEST_CASE("cutting keeps whole characters") {
    CHECK(cut("眉县", 6) == "眉县");
    CHECK(cut("眉县财", 8) == "眉…");
    CHECK(cut("abcdef", 5) == "ab…");
    for (std::size_t bytes = 3; bytes < 20; ++bytes) {
        const auto text = cut("眉a县b预c案d𝄞e", bytes);
        CHECK(text.size() <= bytes);
        CHECK(clean(text) == text);
    }
}

TEST_CASE("the webhook body says everything that the receiver needs, keys sorted") {
    const Sample sample{Reason::worse};
    const auto body = render_json(sample.facts, full(Language::zh));
    const auto parsed = boost::json::parse(body);
    require_sorted_keys(parsed);
    CHECK(boost::json::serialize(parsed) == body);  // no blanks, one spelling
    const auto& top = parsed.as_object();
    CHECK(top.at("type").as_string() == "sanbao.alert.fired");
    CHECK(top.at("timestamp").as_string() == "2026-11-23T02:23:25.000Z");
    const auto data = data_of(body);
    const std::map<std::string, std::string> texts{
        {"county", "610326"},
        {"county_name", "眉县"},
        {"status", "firing"},
        {"rule", "wage_cover_ratio"},
        {"id", "al_mf2xk3q7zt4nsvw5c6ydb2rhja"},
        {"level", "red"},
        {"previous_level", "orange"},
        {"value", "0.82"},
        {"value_exact", "41/50"},
        {"line_layer", "宝财库〔2026〕12号"},
        {"gap_yuan", "18320000"},
        {"as_of", "2026-11-22"},
        {"since", "2026-11-23T02:23:24.000Z"},
        {"reason", "worse"},
        {"label", ""}};
    for (const auto& [key, value] : texts) {
        INFO(key);
        CHECK(data.at(key).as_string() == value);
    }
    CHECK(std::string{data.at("line").as_string()}.starts_with("< 1"));
    CHECK(data.at("transition").as_int64() == 2);
    CHECK_FALSE(data.at("synthetic").as_bool());
    const auto& plan = data.at("plan").as_object();
    CHECK(plan.at("id").as_string() == "610326-sanbao-2026");
    CHECK(plan.at("level").as_string() == "II");
    CHECK(plan.at("state").as_string() == "proposed");
    CHECK(plan.at("digest").as_string().size() == 64);
    const auto& steps = data.at("steps").as_array();
    REQUIRE(steps.size() == 3);
    CHECK(steps[0].as_object().at("due").as_string() == "2026-11-23T06:23:24.000Z");
    CHECK(steps[1].as_object().at("within").as_string() == "3wd");
    CHECK(steps[2].as_object().at("contact").is_null());
}

TEST_CASE("type and status of the webhook follow the reason") {
    const std::map<Reason, std::pair<std::string, std::string>> expected{
        {Reason::first, {"sanbao.alert.fired", "firing"}},
        {Reason::worse, {"sanbao.alert.fired", "firing"}},
        {Reason::all_clear, {"sanbao.alert.resolved", "resolved"}},
        {Reason::plan_proposed, {"sanbao.plan.proposed", "firing"}},
        {Reason::plan_activated, {"sanbao.plan.activated", "firing"}},
        {Reason::plan_raised, {"sanbao.plan.raised", "firing"}},
        {Reason::step_overdue, {"sanbao.plan.step_overdue", "firing"}},
        {Reason::report_overdue, {"sanbao.plan.report_overdue", "firing"}},
        {Reason::plan_may_end, {"sanbao.plan.may_end", "firing"}},
        {Reason::plan_ended, {"sanbao.plan.ended", "resolved"}},
        {Reason::feed_trouble, {"sanbao.feed.trouble", "firing"}},
        {Reason::feed_recovered, {"sanbao.feed.recovered", "resolved"}},
        {Reason::undeliverable, {"sanbao.delivery.dead", "firing"}},
        {Reason::corrected, {"sanbao.alert.corrected", "firing"}},
        {Reason::feed_held, {"sanbao.feed.held", "firing"}},
        {Reason::feed_flagged, {"sanbao.feed.flagged", "firing"}},
        {Reason::feed_gap, {"sanbao.feed.gap", "firing"}},
        {Reason::feed_missing, {"sanbao.feed.missing", "firing"}},
        {Reason::duty_reminder, {"sanbao.duty.reminder", "firing"}},
        {Reason::duty_late, {"sanbao.duty.late", "firing"}},
        {Reason::duty_missing, {"sanbao.duty.missing", "firing"}},
        {Reason::filing_waits, {"sanbao.filing.waits", "firing"}},
        {Reason::filing_returned, {"sanbao.filing.returned", "firing"}},
        {Reason::calendar_missing, {"sanbao.calendar.missing", "firing"}}};
    for (const auto reason : every_reason) {
        const Sample sample{reason};
        const auto body = render_json(sample.facts, full(Language::zh));
        const auto& [type, status] = expected.at(reason);
        require_sorted_keys(boost::json::parse(body));
        CHECK(boost::json::parse(body).as_object().at("type").as_string() == type);
        CHECK(data_of(body).at("status").as_string() == status);
        CHECK(data_of(body).at("reason").as_string() == std::string{to_text(reason)});
    }
}

TEST_CASE("the webhook body stays under 20 kB with the longest texts, cut between characters") {
    const auto endless = repeated("“眉\\\"", 3'000);
    Sample sample{Reason::first};
    auto& facts = sample.facts;
    facts.next = endless;
    facts.also_told = std::vector<std::string>(50, endless);
    sample.subject.name = {endless, endless};
    facts.plan->name = facts.plan->doc_no = facts.plan->digest = endless;
    facts.plan->subject_step = endless;
    facts.risk->line_layer = endless;
    for (auto& step : facts.plan->steps) {
        step.name = step.owner = endless;
        step.contact = Contact{endless, endless, endless};
    }
    facts.plan->steps.resize(9, facts.plan->steps[0]);
    const auto body = render_json(facts, full(Language::zh));
    CHECK(body.size() < 20'000);
    CHECK(clean(body) == body);
    const std::string name{data_of(body).at("plan").as_object().at("name").as_string()};
    CHECK(name.ends_with("…"));
    CHECK(data_of(body).at("steps").as_array().size() == 3);
    CHECK(render(facts, full(Language::zh)).subject.size() <= 400);
}

TEST_CASE("write the sample messages to SANBAO_SAMPLE_DIR, to be looked at", "[.sample]") {
    const char* folder = std::getenv("SANBAO_SAMPLE_DIR");
    REQUIRE(folder != nullptr);
    for (const auto reason : every_reason) {
        for (const auto language : {Language::zh, Language::en}) {
            Sample sample{reason};
            auto options = full(language);
            const auto message = render(sample.facts, options);
            const auto name = fmt::format(
                "{}/{}-{}", folder, to_text(reason), language == Language::zh ? "zh" : "en");
            std::ofstream{name + ".html"} << message.html;
            std::ofstream{name + ".txt"} << message.text;
        }
    }
}

TEST_CASE("a correction names the reading and reads as one, not as a new fright") {
    Item item;
    item.id = "treas_close";
    item.name = {"期末库款余额", "Treasury balance"};
    Correction correction;
    correction.date = correction.reading = parse_date("2026-11-18").value();
    correction.was = Level::orange;
    correction.item = &item;
    correction.before = *Rational::make(1'200'000, 1);
    correction.now = *Rational::make(12'000'000, 1);
    CHECK(
        correction_text(correction).zh
        == "2026-11-18的橙色预警不应发出：期末库款余额原报120万元，更正为1,200万元；现无预警");
    CHECK_THAT(
        correction_text(correction).en,
        Catch::StartsWith("the orange alert of 2026-11-18 should not have been sent: "));
    CHECK(cause_text(correction) == "treas_close of 2026-11-18: 1200000 -> 12000000");

    Sample sample{Reason::corrected};
    sample.facts.risk->from = sample.facts.risk->to = Level::normal;
    sample.facts.risk->correction = correction_text(correction);
    const auto message = render(sample.facts, full(Language::zh));
    CHECK(contains(message.subject, "【更正】"));
    CHECK(contains(message.subject, "不应发出"));
    CHECK(contains(message.text, "不是新的预警"));
    CHECK_FALSE(contains(message.text, "距发薪"));
    CHECK(data_of(render_json(sample.facts, full(Language::zh))).at("status") == "resolved");

    correction.was = Level::normal;
    correction.should = correction.to = Level::red;
    correction.before.reset();
    CHECK(
        correction_text(correction).zh
        == "2026-11-18起应有红色预警，当时未发出：期末库款余额迟报，为1,200万元；现为红色（原正常）");
}
