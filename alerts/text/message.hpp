// What people read. Facts in, texts out: no look-ups, no clock, no I/O.
#pragma once

#include "alerts/base/rational.hpp"
#include "alerts/base/time.hpp"
#include "alerts/model/catalogue.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::text {

// Why a message is sent; goes into the message, the log and the webhook ("reason").
enum class Reason : unsigned char {
    first,      // a risk was opened
    worse,      // its level rose
    all_clear,  // it returned to normal
    plan_proposed,
    plan_activated,
    plan_raised,
    step_overdue,
    report_overdue,
    plan_may_end,
    plan_ended,
    feed_trouble,
    feed_recovered,
    undeliverable,
    corrected,         // a restated or late reading makes another past of a risk
    feed_held,         // a batch does not fit together and is held back
    feed_flagged,      // a batch was taken, but something in it does not fit
    feed_gap,          // something expected did not come
    feed_missing,      // a delivery is overdue: escalated
    duty_reminder,     // a county's report is due soon
    duty_late,         // … is late
    duty_missing,      // … is missing: escalated
    filing_waits,      // a filing needs its second person
    filing_returned,   // a filing was sent back
    calendar_missing,  // next year has no table of holidays
};
std::string_view to_text(Reason reason);

struct Contact {
    std::string name;
    std::string post;
    std::string phone;
};

struct Step {
    int seq = 0;
    std::string name;
    std::string owner;               // the plan's word for it
    std::optional<Contact> contact;  // where the owner is a role that a person fills
    std::optional<Instant> due;      // set once the plan is active
    Term term;                       // from the activation
};

// A risk: one indicator of one subject.
struct RiskFacts {
    const Indicator* indicator = nullptr;
    Level from = Level::normal;
    Level to = Level::normal;
    Rational value;  // of the formula, exact
    std::optional<Rational>
        judged;  // what the line is held against, where the indicator has a `judge`
    std::string currency = "CNY";  // of `value` and `gap`, where they are money
    std::optional<Line> line;      // the one that set `to`, or for all_clear the one that was left
    std::string line_layer;        // "indicators/1-three-guarantees.toml" or the override's basis
    std::optional<Rational>
        gap;               // yuan that are missing to the line, where the formula lets us say
    Date as_of{};          // date of the data
    Instant since{};       // when the risk was opened
    Text correction = {};  // of corrected: which reading changed, and what follows
    // Wages, where the subject has them; counted from the local date of Facts::at.
    std::optional<int> days_to_payday;
};

struct PlanFacts {
    std::string id, name, doc_no, level, state;  // state: "proposed", "active", …; level: "II"
    std::string digest;                          // version of the plan
    std::optional<Contact> lead;
    std::vector<Step> steps;   // the first three that are open
    std::string subject_step;  // of step_overdue and report_overdue: which one
};

struct FeedFacts {
    std::string id;
    Text name;
    std::string problem;  // one sentence, in English as the daemon words it
    std::vector<Text> lines =
        {};                  // what is wrong or owed, a sentence each; the newer reasons use these
    std::string place = {};  // "眉县": where it is about one county; may be empty
    Instant since{};
    int failures = 0;
};

struct DeadFacts {
    std::string message_id, channel, recipient, problem;
    std::string message_subject;
    int attempts = 0;
};

struct Facts {
    Reason reason = Reason::first;
    std::string alert_id;  // stable through the life of the alert
    int transition = 0;    // counts within the alert: 1 = first
    Instant at{};
    const Subject* subject = nullptr;  // null for feed and delivery messages
    std::optional<RiskFacts> risk;
    std::optional<PlanFacts> plan;
    std::optional<FeedFacts> feed;
    std::optional<DeadFacts> dead;
    std::vector<std::string> also_told;  // names of the other recipients
    std::string next;                    // what happens next, in the message's language
};

struct Options {
    Language language = Language::zh;
    Detail detail = Detail::full;
    Zone zone;
    Text label;  // catalogue.label
};

// A message as people see it; `html` is a whole document that reads at 360 px, light and dark.
struct Rendered {
    std::string subject;  // 【红色】眉县 工资兑付覆盖率 0.82，缺口1,832万元，距发薪2天
    std::string text;
    std::string html;
};
Rendered render(const Facts& facts, const Options& options);

// The webhook body: {"data":{county,status,rule,id,level,value,line,plan,…},"timestamp":…,"type":
// "sanbao.alert.fired"}; keys sorted, under 20 kB. `status` is "firing" or "resolved". Below
// Detail::full it says no more than the texts do.
std::string render_json(const Facts& facts, const Options& options);

// "1,832万元", "2.28亿元", "-0.5万元" from yuan; the unit that the official form would use.
std::string money_text(const Rational& yuan, const std::string& currency, Language language);
// A value as the indicator displays it: "0.30", "66.4%", "1,832万元". With a line: adds the exact
// value in brackets where the rounded print would seem to lie on the line or on its other side.
std::string value_text(
    const Rational& value,
    const Indicator& indicator,
    Language language,
    const std::optional<Line>& line = std::nullopt,
    const std::string& currency = "CNY");
std::string level_text(Level level, Language language);  // 红色 / red

}  // namespace sanbao::text
