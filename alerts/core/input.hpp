// Everything that can happen to sanbaod, as values. Each is one step and one transaction.
#pragma once

#include "alerts/rules/rulebook.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sanbao::core {

struct Started {
    std::string version;
};
struct Stopped {
    std::string reason;
};

// The body was read whole and every row is good. `cells` in any order.
struct PollAccepted {
    std::uint32_t feed = 0;
    std::string digest;  // SHA-256 hex of the body
    std::int64_t bytes = 0;
    std::int64_t rows = 0;
    std::vector<rules::Cell> cells;
    // When the source says that it made this version of its figures; nullopt: it does not say. An
    // older edition that comes later only fills gaps.
    std::optional<Instant> edition = {};
};
// 304, or the same digest as the last accepted body.
struct PollUnchanged {
    std::uint32_t feed = 0;
};

enum class PollProblem : unsigned char {
    unreachable,
    timed_out,
    tls,
    http_status,
    redirect,
    too_large,
    not_ready,  // on our side: a credential is missing, evidence cannot be written
                // … all these failed: no body
    malformed,
    truncated,
    wrong_shape,
    bad_value,
    unknown_subject,
    future_date,
    contradiction,  // refused
};
std::string_view to_text(PollProblem problem);
constexpr bool is_refusal(PollProblem problem) {
    return problem >= PollProblem::malformed;
}

struct PollFailed {
    std::uint32_t feed = 0;
    PollProblem problem = PollProblem::unreachable;
    std::string message;  // one sentence: what, where (row, column), what to do
    std::string digest;   // of the refused body; empty when there is none
};

struct RulesLoaded {
    std::shared_ptr<const rules::Rulebook> rules;
    // Given when the new rules keep history that the old ones did not: all stored readings again.
    std::optional<rules::Readings> readings;
};
struct RulesRejected {
    std::vector<std::string> problems;  // file:line:column: …
};

struct Wake {};  // the time that next_wake() named has come

// The first byte of these messages' next attempt may leave once this is committed.
struct AttemptsBegun {
    std::vector<std::string> messages;  // ids
};

enum class Outcome : unsigned char {
    delivered,
    later,    // try again: 4xx of SMTP, 429, 5xx of HTTP, no connection, no answer
    refused,  // try again slowly and tell somebody: other 4xx of HTTP, 5xx of SMTP
    gone,     // 410: never again
};
struct AttemptSettled {
    std::string message;
    Outcome outcome = Outcome::later;
    int code = 0;        // SMTP or HTTP; 0 when there was none
    std::string answer;  // what the other side said, or the transfer error; at most 500 bytes
    std::optional<Millis> retry_after;
};
struct AttemptsSettled {
    std::vector<AttemptSettled> attempts;
};

// What a person does. `by` is a person's id; the actor of the record is the caller's login.
struct ActivatePlan {
    std::uint32_t subject = 0;
    std::string by, doc_no;
};
struct SettleStep {
    std::uint32_t subject = 0;
    int seq = 0;
    std::string by, evidence,
        waived_because;  // exactly one of evidence / waived_because where needed
};
struct SendReport {
    std::uint32_t subject = 0;
    int index = 0;  // in Plan::reports
    std::string by;
};
struct EndPlan {
    std::uint32_t subject = 0;
    std::string by;
};

// A quarantined batch is taken after all, or thrown away. `digest`: of its body.
struct ReleaseBatch {
    std::string feed, digest, by, reason;
};
struct DiscardBatch {
    std::string feed, digest, by, reason;
};

// Filing by hand: one county's figures of one date, decoded and good; a second person confirms.
struct ProposeFiling {
    std::uint32_t feed = 0, subject = 0;
    Date date{};
    std::string digest;  // SHA-256 hex of the filed body
    std::int64_t bytes = 0;
    std::vector<rules::Cell> cells;
    std::string by;
};
struct ConfirmFiling {
    std::string filing;  // id
    std::string by;
};
struct ReturnFiling {
    std::string filing, by, reason;
};
using Act = std::variant<
    ActivatePlan,
    SettleStep,
    SendReport,
    EndPlan,
    ReleaseBatch,
    DiscardBatch,
    ProposeFiling,
    ConfirmFiling,
    ReturnFiling>;

using Body = std::variant<
    Started,
    Stopped,
    PollAccepted,
    PollUnchanged,
    PollFailed,
    RulesLoaded,
    RulesRejected,
    Wake,
    AttemptsBegun,
    AttemptsSettled,
    Act>;

struct Input {
    Instant at{};
    std::string actor = "system";  // "system", "cli:root"
    Body body;
};

}  // namespace sanbao::core
