// A message as the outbox keeps it.
#pragma once

#include "alerts/base/time.hpp"

#include <optional>
#include <string>

namespace sanbao::store {

// What a sender needs for one attempt.
struct Message {
    std::string id, channel, recipient;  // recipient: e-mail address; empty for webhooks
    std::string recipient_name;
    std::string alert;  // threads the mails of one alert by References
    std::string title, text, html, json;
    Instant queued{};
    int attempt = 1;  // the one under way
};

// What became of it, for people.
struct MessageFate {
    std::string id, channel, recipient, alert, subject, reason, title;  // recipient: person's id
    std::string state;  // pending sending deferred delivered dead
    std::string answer;
    int attempts = 0, code = 0;
    Instant queued{};
    std::optional<Instant> next, settled;
};

}  // namespace sanbao::store
