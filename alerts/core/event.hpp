// What was decided. Every event is a record of the journal (alerts/record), and folding events is
// the only way in which State changes, live and at recovery alike.
#pragma once

#include "alerts/core/input.hpp"
#include "alerts/text/message.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace sanbao::core {

struct DaemonStarted {
    std::string version;
};
struct DaemonStopped {
    std::string reason;
};

struct ConfigLoaded {
    std::string digest;
    std::size_t subjects = 0, indicators = 0;
};
struct ConfigRejected {
    std::vector<std::string> problems;
};

struct FeedAccepted {
    std::string feed, digest, batch_digest;  // batch: SHA-256 hex of the stored cells
    std::int64_t bytes = 0, rows = 0;
    Date newest{Date::min()};
    std::vector<rules::Cell> changed;  // stored beside the record, not in it
};
struct FeedUnchanged {
    std::string feed, digest;
};  // at most one an hour and feed
struct FeedFailed {
    std::string feed, digest, message;
    PollProblem problem = PollProblem::unreachable;
    int failures = 0;   // in a row
    bool told = false;  // the feed's owner is told with this one
};
struct FeedLate {
    std::string feed;
    Date newest{};
};

// One judged reading that waits for its hold.
struct Watched {
    Date date{};
    Instant at{};
    Level entered = Level::normal;
    Level kept = Level::normal;
    friend bool operator==(const Watched&, const Watched&) = default;
};
// The readings that count towards a change of level; empty: none does any more.
struct AlertWatched {
    std::string subject, indicator;
    std::vector<Watched> window;
};
// opened, raised, lowered or resolved by `from` and `to`.
struct AlertMoved {
    std::string alert, subject, indicator;
    Level from = Level::normal, to = Level::normal;
    int episode = 0, transition = 0;
    Date as_of{};
    std::string value, judged;  // fractions
    std::string line, layer;    // empty when no line is crossed
    std::string plan;           // digest of the plan in force
    std::string why;            // set when not by data: "withdrawn: …"
};

struct PlanProposed {
    std::string subject, plan, digest, level, cause;
    int run = 0;
};
struct PlanActivated {
    std::string subject, level, by, doc_no;
};
struct PlanRaised {
    std::string subject, from, to, cause;
};
struct PlanWithdrawn {
    std::string subject, why;
};  // proposed, never activated, trigger gone
struct StepSettled {
    std::string subject, by, evidence, waived_because;
    int seq = 0;
};
struct StepOverdue {
    std::string subject;
    int seq = 0;
};
struct ReportSent {
    std::string subject, by;
    int index = 0;
};
struct ReportOverdue {
    std::string subject;
    int index = 0;
};
struct PlanEndHolds {
    std::string subject;
    bool holds = false;
};  // the end condition began or ceased
struct PlanMayEnd {
    std::string subject;
};  // … and has held long enough
struct PlanEnded {
    std::string subject, by;
};

// One message to one recipient through one channel. Content goes to the outbox, not the record.
struct MessageQueued {
    std::string id, channel, recipient, alert, subject;  // recipient: a person's id, or empty
    text::Reason reason = text::Reason::first;
    Level level = Level::normal;
    std::string digest;  // SHA-256 hex over title, text, html and json
    // Stored in the outbox, never in the record:
    std::string address, name;            // of the recipient, for mail
    std::string title, text, html, json;  // title, text, html for mail; json for webhooks
};
struct MessageAttempted {
    std::string id;
    int attempt = 0;
};
struct MessageDelivered {
    std::string id;
    int attempt = 0, code = 0;
    std::string answer;
};
struct MessageDeferred {
    std::string id;
    int attempt = 0, code = 0;
    std::string answer;
    Instant next{};
    bool refused = false;
};
struct MessageDead {
    std::string id;
    int attempt = 0, code = 0;
    std::string answer;
};

using Event = std::variant<
    DaemonStarted,
    DaemonStopped,
    ConfigLoaded,
    ConfigRejected,
    FeedAccepted,
    FeedUnchanged,
    FeedFailed,
    FeedLate,
    AlertWatched,
    AlertMoved,
    PlanProposed,
    PlanActivated,
    PlanRaised,
    PlanWithdrawn,
    StepSettled,
    StepOverdue,
    ReportSent,
    ReportOverdue,
    PlanEndHolds,
    PlanMayEnd,
    PlanEnded,
    MessageQueued,
    MessageAttempted,
    MessageDelivered,
    MessageDeferred,
    MessageDead>;

}  // namespace sanbao::core
