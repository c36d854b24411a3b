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
    std::optional<Instant> edition;
    bool copy = false;  // of a delivery that another has taken the place of: it changes nothing
    // Who let it through where it did not come by itself: "released by …: …", "filed by …,
    // confirmed by …".
    std::string note;
    std::vector<rules::Cell> changed;  // stored beside the record, not in it
};
// Read whole, and held back: what it says does not fit together. Its cells change nothing.
struct FeedQuarantined {
    std::string feed, digest, batch_digest;
    std::int64_t bytes = 0, rows = 0;
    Date newest{Date::min()};
    std::optional<Instant> edition;
    std::vector<std::string> reasons;  // of rules::Finding, in English
    bool told = false;
    std::vector<rules::Cell> changed;  // all its cells, stored beside the record
};
struct FeedReleased {
    std::string feed, digest, by, reason;
};  // feed.ok follows in the same step
struct FeedDiscarded {
    std::string feed, digest, by, reason;
};
// Taken, but a check that only flags does not hold.
struct FeedFlagged {
    std::string feed, digest;
    std::vector<std::string> reasons;
};
// What is expected in every delivery and did not come, or came again (none missing any more).
struct FeedGap {
    std::string feed;
    std::int64_t count = 0;            // of series
    std::vector<std::string> missing;  // "account X of all counties since 2026-10-12", …
    std::string key;                   // digest of the whole set
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

// What one county owes by hand for one period, and how far it has come.
enum class DutyStage : unsigned char { owed, reminded, late, missing };
std::string_view to_text(DutyStage stage);
struct DutyMoved {
    std::string feed, subject;  // subject empty: the feed as a whole
    Date period{};              // last day of the period
    DutyStage stage = DutyStage::owed;
};
struct FilingProposed {
    std::string id, feed, subject, digest, batch_digest, by;
    std::int64_t bytes = 0;
    Date date{};
    std::vector<rules::Cell> changed;  // its cells, stored beside the record
};
struct FilingConfirmed {
    std::string id, by;
};  // feed.ok follows in the same step
struct FilingReturned {
    std::string id, by, reason;
};
// The next year has no calendar table yet; weekends stand in.
struct CalendarMissing {
    int year = 0;
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
    std::string value, judged;          // fractions
    std::string line, layer;            // empty when no line is crossed
    std::string plan;                   // digest of the plan in force
    std::string why;                    // set when not by data: "withdrawn: …", "restated: …"
    std::vector<std::string> evidence;  // digests of the bodies that brought the readings judged
};
// One change of level by the date of the data that made it.
struct Turn {
    Date date{};
    Level to = Level::normal;
    friend bool operator==(const Turn&, const Turn&) = default;
};
// What a late or restated reading makes of the past: the turns from `from` on replace those that
// were known. The level of today moves by AlertMoved.
struct AlertRevised {
    std::string alert, subject, indicator;
    Date from{};
    std::vector<Turn> before, after;
    std::string why;  // which reading, old and new value
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
    FeedQuarantined,
    FeedReleased,
    FeedDiscarded,
    FeedFlagged,
    FeedGap,
    DutyMoved,
    FilingProposed,
    FilingConfirmed,
    FilingReturned,
    CalendarMissing,
    AlertWatched,
    AlertMoved,
    AlertRevised,
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
