// One county in trouble, and every kind of message that it causes.
#pragma once

#include "alerts/text/message.hpp"

#include <string>

namespace sanbao::text::samples {

inline Rational fraction(std::int64_t above, std::int64_t below) {
    return *Rational::make(above, below);
}

inline Instant instant(const char* utc) {
    return *parse_utc(utc);
}

inline Date date(const char* text) {
    return *parse_date(text);
}

inline Indicator wage_cover() {
    Indicator indicator;
    indicator.id = "wage_cover_ratio";
    indicator.name = {"工资兑付覆盖率", "Wage cover"};
    indicator.digits = 2;
    return indicator;
}

inline Subject mei_county() {
    Subject subject;
    subject.id = "610326";
    subject.name = {"眉县", "Mei County"};
    return subject;
}

inline RiskFacts wage_risk(const Indicator& indicator) {
    RiskFacts risk;
    risk.indicator = &indicator;
    risk.from = Level::normal;
    risk.to = Level::red;
    risk.value = fraction(41, 50);
    risk.line = Line{Compare::below, Rational{1}};
    risk.line_layer = "宝财库〔2026〕12号";
    risk.gap = Rational{18'320'000};
    risk.as_of = date("2026-11-22");
    risk.since = instant("2026-11-23T02:23:24.000Z");
    risk.days_to_payday = 2;
    return risk;
}

inline PlanFacts mei_plan() {
    PlanFacts plan;
    plan.id = "610326-sanbao-2026";
    plan.name = "眉县“三保”风险应急处置预案";
    plan.doc_no = "眉政办发〔2026〕3号";
    plan.level = "II";
    plan.state = "proposed";
    plan.digest = "4f1c9e0b7a2d88e1c3b5a6f7091e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c";
    plan.lead = Contact{"李明", "县财政局局长", "0917-5550101"};
    plan.steps = {
        {10,
         "暂停非“三保”资金拨付",
         "国库股",
         Contact{"王强", "股长", "0917-5550102"},
         instant("2026-11-23T06:23:24.000Z"),
         Term{std::chrono::hours{4}, 0}},
        {20,
         "清收财政借垫款",
         "预算股",
         Contact{"赵敏", "股长", "+86 917 555 0103"},
         std::nullopt,
         Term{Millis{0}, 3}},
        {30,
         "向市级申请资金调度",
         "市财政局国库科",
         std::nullopt,
         std::nullopt,
         Term{std::chrono::hours{24}, 0}},
    };
    return plan;
}

// Owns what the facts point at; not copied, so that they go on pointing at it.
struct Sample {
    Indicator indicator = wage_cover();
    Subject subject = mei_county();
    Facts facts;

    explicit Sample(Reason reason) {
        facts.reason = reason;
        facts.alert_id = "al_mf2xk3q7zt4nsvw5c6ydb2rhja";
        facts.transition = 1;
        facts.at = instant("2026-11-23T02:23:25.000Z");
        facts.also_told = {"张伟", "市财政局值班室"};
        facts.next = "30分钟后无人处理将通知领导包抓人。";
        switch (reason) {
            case Reason::first:
            case Reason::worse:
            case Reason::all_clear:
            case Reason::corrected:
                set_risk(reason);
                break;
            case Reason::plan_proposed:
            case Reason::plan_activated:
            case Reason::plan_raised:
            case Reason::step_overdue:
            case Reason::report_overdue:
            case Reason::plan_may_end:
            case Reason::plan_ended:
                set_plan(reason);
                break;
            case Reason::feed_trouble:
            case Reason::feed_recovered:
            case Reason::feed_held:
            case Reason::feed_flagged:
            case Reason::feed_gap:
            case Reason::feed_missing:
            case Reason::duty_reminder:
            case Reason::duty_late:
            case Reason::duty_missing:
            case Reason::filing_waits:
            case Reason::filing_returned:
            case Reason::calendar_missing:
                set_feed();
                break;
            case Reason::undeliverable:
                set_dead();
                break;
        }
    }
    Sample(const Sample&) = delete;
    Sample& operator=(const Sample&) = delete;

  private:
    void set_risk(Reason reason) {
        facts.subject = &subject;
        facts.risk = wage_risk(indicator);
        facts.plan = mei_plan();
        if (reason == Reason::worse) {
            facts.risk->from = Level::orange;
            facts.transition = 2;
        }
        if (reason == Reason::all_clear) {
            facts.risk->from = Level::red;
            facts.risk->to = Level::normal;
            facts.risk->value = fraction(5, 4);
            facts.risk->gap.reset();
            facts.plan->state = "active";
        }
    }
    void set_plan(Reason reason) {
        facts.subject = &subject;
        facts.plan = mei_plan();
        facts.plan->state = reason == Reason::plan_proposed ? "proposed" : "active";
        if (reason == Reason::plan_raised) {
            facts.plan->level = "I";
        }
        if (reason == Reason::step_overdue) {
            facts.plan->subject_step = "暂停非“三保”资金拨付";
        }
        if (reason == Reason::report_overdue) {
            facts.plan->subject_step = "city";
        }
    }
    void set_feed() {
        facts.feed = FeedFacts{
            "treasury",
            {"国库日报", "Treasury daily"},
            "row 17: \"closing_balance\" is -5; a balance cannot be negative",
            {{"眉县 期末库款余额：期初＋流入−流出与期末不符",
              "Mei: opening and flows do not give the closing"}},
            "",
            instant("2026-11-23T01:00:00.000Z"),
            3};
    }
    void set_dead() {
        facts.dead = DeadFacts{
            "msg_q2w3e4r5t6y7u8i9o0p1a2s3d4",
            "duty-mail",
            "zhang@baoji.example",
            "SMTP 550: no such user",
            "【红色】眉县 工资兑付覆盖率 0.82",
            9};
    }
};

inline constexpr Reason every_reason[] = {
    Reason::first,          Reason::worse,        Reason::all_clear,       Reason::plan_proposed,
    Reason::plan_activated, Reason::plan_raised,  Reason::step_overdue,    Reason::report_overdue,
    Reason::plan_may_end,   Reason::plan_ended,   Reason::feed_trouble,    Reason::feed_recovered,
    Reason::undeliverable,  Reason::corrected,    Reason::feed_held,       Reason::feed_flagged,
    Reason::feed_gap,       Reason::feed_missing, Reason::duty_reminder,   Reason::duty_late,
    Reason::duty_missing,   Reason::filing_waits, Reason::filing_returned, Reason::calendar_missing,
};

}  // namespace sanbao::text::samples
