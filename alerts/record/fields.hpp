// Inside record/: the fields of every event, named once for writing and reading alike. DO NOT
// RENAME. `V` is Writer or Reader of record.cpp; an event is const for one and not for the other.
#pragma once

#include "alerts/core/event.hpp"

#include <type_traits>

namespace sanbao::record {

template <class T, class E>
concept Is = std::is_same_v<std::remove_const_t<T>, E>;

void fields(auto& v, Is<core::DaemonStarted> auto& e) {
    v("version", e.version);
}
void fields(auto& v, Is<core::DaemonStopped> auto& e) {
    v("reason", e.reason);
}
void fields(auto& v, Is<core::ConfigLoaded> auto& e) {
    v("digest", e.digest);
    v("indicators", e.indicators);
    v("subjects", e.subjects);
}
void fields(auto& v, Is<core::ConfigRejected> auto& e) {
    v("problems", e.problems);
}

void fields(auto& v, Is<core::FeedAccepted> auto& e) {
    v("batch", e.batch_digest);
    v("bytes", e.bytes);
    v("digest", e.digest);
    v("feed", e.feed);
    v("newest", e.newest);
    v("rows", e.rows);
    v.optional("copy", e.copy);
    v.optional("edition", e.edition);
    v.optional("note", e.note);
}
void fields(auto& v, Is<core::FeedQuarantined> auto& e) {
    v("batch", e.batch_digest);
    v("bytes", e.bytes);
    v("digest", e.digest);
    v.optional("edition", e.edition);
    v("feed", e.feed);
    v("newest", e.newest);
    v("reasons", e.reasons);
    v("rows", e.rows);
    v("told", e.told);
}
void fields(auto& v, Is<core::FeedReleased> auto& e) {
    v("by", e.by);
    v("digest", e.digest);
    v("feed", e.feed);
    v("reason", e.reason);
}
void fields(auto& v, Is<core::FeedDiscarded> auto& e) {
    v("by", e.by);
    v("digest", e.digest);
    v("feed", e.feed);
    v("reason", e.reason);
}
void fields(auto& v, Is<core::FeedFlagged> auto& e) {
    v("digest", e.digest);
    v("feed", e.feed);
    v("reasons", e.reasons);
}
void fields(auto& v, Is<core::FeedGap> auto& e) {
    v("count", e.count);
    v("feed", e.feed);
    v("key", e.key);
    v("missing", e.missing);
}
void fields(auto& v, Is<core::DutyMoved> auto& e) {
    v("feed", e.feed);
    v("period", e.period);
    v("stage", e.stage);
    v("subject", e.subject);
}
void fields(auto& v, Is<core::FilingProposed> auto& e) {
    v("batch", e.batch_digest);
    v("by", e.by);
    v("bytes", e.bytes);
    v("date", e.date);
    v("digest", e.digest);
    v("feed", e.feed);
    v("id", e.id);
    v("subject", e.subject);
}
void fields(auto& v, Is<core::FilingConfirmed> auto& e) {
    v("by", e.by);
    v("id", e.id);
}
void fields(auto& v, Is<core::FilingReturned> auto& e) {
    v("by", e.by);
    v("id", e.id);
    v("reason", e.reason);
}
void fields(auto& v, Is<core::CalendarMissing> auto& e) {
    v("year", e.year);
}
void fields(auto& v, Is<core::FeedUnchanged> auto& e) {
    v("digest", e.digest);
    v("feed", e.feed);
}
void fields(auto& v, Is<core::FeedFailed> auto& e) {
    v("digest", e.digest);
    v("failures", e.failures);
    v("feed", e.feed);
    v("message", e.message);
    v("problem", e.problem);
    v("told", e.told);
}
void fields(auto& v, Is<core::FeedLate> auto& e) {
    v("feed", e.feed);
    v("newest", e.newest);
}

void fields(auto& v, Is<core::Watched> auto& e) {
    v("at", e.at);
    v("date", e.date);
    v("entered", e.entered);
    v("kept", e.kept);
}
void fields(auto& v, Is<core::AlertWatched> auto& e) {
    v("indicator", e.indicator);
    v("subject", e.subject);
    v("window", e.window);
}
void fields(auto& v, Is<core::AlertMoved> auto& e) {
    v("alert", e.alert);
    v("as_of", e.as_of);
    v("episode", e.episode);
    v.optional("evidence", e.evidence);
    v("from", e.from);
    v("indicator", e.indicator);
    v("judged", e.judged);
    v("layer", e.layer);
    v("line", e.line);
    v("plan", e.plan);
    v("subject", e.subject);
    v("to", e.to);
    v("transition", e.transition);
    v("value", e.value);
    v("why", e.why);
}
void fields(auto& v, Is<core::Turn> auto& e) {
    v("date", e.date);
    v("to", e.to);
}
void fields(auto& v, Is<core::AlertRevised> auto& e) {
    v("after", e.after);
    v("alert", e.alert);
    v("before", e.before);
    v("from", e.from);
    v("indicator", e.indicator);
    v("subject", e.subject);
    v("why", e.why);
}

void fields(auto& v, Is<core::PlanProposed> auto& e) {
    v("cause", e.cause);
    v("digest", e.digest);
    v("level", e.level);
    v("plan", e.plan);
    v("run", e.run);
    v("subject", e.subject);
}
void fields(auto& v, Is<core::PlanActivated> auto& e) {
    v("by", e.by);
    v("doc_no", e.doc_no);
    v("level", e.level);
    v("subject", e.subject);
}
void fields(auto& v, Is<core::PlanRaised> auto& e) {
    v("cause", e.cause);
    v("from", e.from);
    v("subject", e.subject);
    v("to", e.to);
}
void fields(auto& v, Is<core::PlanWithdrawn> auto& e) {
    v("subject", e.subject);
    v("why", e.why);
}
void fields(auto& v, Is<core::StepSettled> auto& e) {
    v("by", e.by);
    v("evidence", e.evidence);
    v("seq", e.seq);
    v("subject", e.subject);
    v("waived_because", e.waived_because);
}
void fields(auto& v, Is<core::StepOverdue> auto& e) {
    v("seq", e.seq);
    v("subject", e.subject);
}
void fields(auto& v, Is<core::ReportSent> auto& e) {
    v("by", e.by);
    v("index", e.index);
    v("subject", e.subject);
}
void fields(auto& v, Is<core::ReportOverdue> auto& e) {
    v("index", e.index);
    v("subject", e.subject);
}
void fields(auto& v, Is<core::PlanEndHolds> auto& e) {
    v("holds", e.holds);
    v("subject", e.subject);
}
void fields(auto& v, Is<core::PlanMayEnd> auto& e) {
    v("subject", e.subject);
}
void fields(auto& v, Is<core::PlanEnded> auto& e) {
    v("by", e.by);
    v("subject", e.subject);
}

void fields(auto& v, Is<core::MessageQueued> auto& e) {
    v("alert", e.alert);
    v("channel", e.channel);
    v("digest", e.digest);
    v("id", e.id);
    v("level", e.level);
    v("reason", e.reason);
    v("recipient", e.recipient);
    v("subject", e.subject);
}
void fields(auto& v, Is<core::MessageAttempted> auto& e) {
    v("attempt", e.attempt);
    v("id", e.id);
}
void fields(auto& v, Is<core::MessageDelivered> auto& e) {
    v("answer", e.answer);
    v("attempt", e.attempt);
    v("code", e.code);
    v("id", e.id);
}
void fields(auto& v, Is<core::MessageDeferred> auto& e) {
    v("answer", e.answer);
    v("attempt", e.attempt);
    v("code", e.code);
    v("id", e.id);
    v("next", e.next);
    v("refused", e.refused);
}
void fields(auto& v, Is<core::MessageDead> auto& e) {
    v("answer", e.answer);
    v("attempt", e.attempt);
    v("code", e.code);
    v("id", e.id);
}

}  // namespace sanbao::record
