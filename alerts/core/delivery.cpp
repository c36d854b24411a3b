// What an attempt's answer means for its message: delivered, later, or dead and a person told.
#include "alerts/base/assert.hpp"
#include "alerts/base/digest.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/core/step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace sanbao::core {

using namespace std::chrono_literals;

namespace {

// Denser at the start than mail's customary half hours because alerts age fast.
constexpr std::array<Millis, 8> webhook_waits{5s, 30s, 2min, 5min, 15min, 30min, 1h, 1h};
constexpr std::array<Millis, 6> mail_waits{1min, 5min, 15min, 30min, 1h, 1h};
constexpr Millis webhook_lifetime = 72h;
constexpr Millis mail_lifetime = 120h;
constexpr Millis refused_again_after = 15min;
// From here on a reply speaks of this message or its recipient; 530 and 535 speak of our login,
// which somebody mends, and then everything is to be sent.
constexpr int smtp_mailbox_refused = 550;

// +-20 %, from the message and the attempt: spread like chance, yet the same at every replay.
Millis jittered(Millis wait, std::string_view id, int attempt) {
    const auto digest = sha256({id, "/", std::to_string(attempt)});
    const auto permille = 800 + (digest[0] * 256 + digest[1]) % 401;
    return wait * permille / 1000;
}

struct Schedule {
    std::span<const Millis> waits;
    Millis lifetime;
};

Schedule schedule_of(ChannelKind kind) {
    switch (kind) {
        case ChannelKind::webhook:
            return {webhook_waits, webhook_lifetime};
        case ChannelKind::email:
            return {mail_waits, mail_lifetime};
    }
    SANBAO_ASSERT(false);
}

void tell_operators(Step& step, const AttemptSettled& settled, const Pending& message) {
    if (message.reason == text::Reason::undeliverable) {
        return;  // told through every other channel already; the page and the log keep it
    }
    Notice notice;
    notice.facts.reason = text::Reason::undeliverable;
    notice.facts.alert_id = message.alert;
    notice.facts.dead = text::DeadFacts{
        settled.message,
        message.channel,
        message.recipient,
        settled.answer,
        fmt::format("{} {}", message.subject, text::to_text(message.reason)),
        message.attempts};
    notice.topic = Topic::delivery;
    notice.level = message.level;
    notice.occasion = fmt::format("undeliverable/{}", settled.message);
    notice.also = step.catalogue().operators;
    notice.except_channel = message.channel;
    notice.except_person = message.recipient;
    tell(step, std::move(notice));
}

void give_up(Step& step, const AttemptSettled& settled, const Pending& message) {
    step.emit(MessageDead{settled.message, message.attempts, settled.code, settled.answer});
    if (!message.refused) {  // else they were told at the first refusal
        tell_operators(step, settled, message);
    }
}

void defer(Step& step, const AttemptSettled& settled, const Pending& message, Millis wait) {
    step.emit(MessageDeferred{
        settled.message,
        message.attempts,
        settled.code,
        settled.answer,
        step.at + wait,
        settled.outcome == Outcome::refused});
    if (settled.outcome == Outcome::refused && !message.refused) {
        tell_operators(step, settled, message);
    }
}

}  // namespace

void begin_attempts(Step& step, const AttemptsBegun& begun) {
    for (const auto& id : begun.messages) {
        const auto found = step.state.outbox.find(id);
        if (found != step.state.outbox.end() && !found->second.in_flight) {
            step.emit(MessageAttempted{id, found->second.attempts + 1});
        }
    }
}

void settle_attempt(Step& step, const AttemptSettled& settled) {
    const auto found = step.state.outbox.find(settled.message);
    if (found == step.state.outbox.end()) {
        return;
    }
    const auto message = found->second;
    if (settled.outcome == Outcome::delivered) {
        step.emit(
            MessageDelivered{settled.message, message.attempts, settled.code, settled.answer});
        return;
    }
    const auto* channel = step.catalogue().channel(message.channel);
    const auto kind = channel != nullptr ? channel->kind : ChannelKind::webhook;
    const auto schedule = schedule_of(kind);
    const auto attempt = static_cast<std::size_t>(std::max(message.attempts, 1));
    auto wait = schedule.waits[std::min(attempt, schedule.waits.size()) - 1];
    if (settled.outcome == Outcome::refused) {
        wait = std::max(wait, refused_again_after);
    }
    wait = settled.retry_after.value_or(jittered(wait, settled.message, message.attempts));
    const auto refused_twice = settled.outcome == Outcome::refused && message.refused
                               && kind == ChannelKind::email
                               && settled.code >= smtp_mailbox_refused;
    const auto too_old = step.at + wait - message.queued > schedule.lifetime;
    if (settled.outcome == Outcome::gone || refused_twice || too_old
        || message.attempts >= limits::delivery_attempts_max) {
        give_up(step, settled, message);
    } else {
        defer(step, settled, message, wait);
    }
}

void give_up_removed_channels(Step& step) {
    const auto pending = step.state.outbox;
    for (const auto& [id, message] : pending) {
        if (!message.in_flight && step.catalogue().channel(message.channel) == nullptr) {
            give_up(
                step,
                {id, Outcome::gone, 0, "the settings no longer have this channel", {}},
                message);
        }
    }
}

std::vector<std::string> due_messages(const State& state, std::string_view channel, Instant now) {
    std::vector<const std::pair<const std::string, Pending>*> due;
    for (const auto& entry : state.outbox) {
        const auto& message = entry.second;
        if (message.channel == channel && !message.in_flight && message.next <= now) {
            due.push_back(&entry);
        }
    }
    std::ranges::sort(due, [](const auto* a, const auto* b) {
        return std::tie(b->second.level, a->second.queued, a->first)
               < std::tie(a->second.level, b->second.queued, b->first);
    });
    std::vector<std::string> ids;
    std::ranges::transform(due, std::back_inserter(ids), [](const auto* e) { return e->first; });
    return ids;
}

}  // namespace sanbao::core
