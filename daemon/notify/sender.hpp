// Takes due messages out of the outbox, one worker set a channel: a slow or dead channel never
// delays another. The attempt is on disk before its first byte leaves.
#pragma once

#include "alerts/core/input.hpp"
#include "daemon/io/standard_webhook.hpp"
#include "daemon/io/transfer.hpp"
#include "daemon/notify/channel.hpp"
#include "daemon/store/outbox.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sanbao::notify {

using Stored = store::Message;

// The whole message (RFC 5322, CRLF): multipart/alternative of text and HTML, both base64, RFC 2047
// subject, Message-ID <id@domain of from>, Date from `queued`, Auto-Submitted. A function of its
// arguments alone, so every attempt sends the same bytes. Nothing in a field can end a header.
std::string compose_mail(const Stored& message, const ChannelSettings& channel, const Zone& zone);

// What an answer means for the outbox (reliability rules: 2xx and 250 only are success; 410 gone;
// 408, 425, 429 and 5xx of HTTP and 4xx of SMTP later; the rest refused). Retry-After (seconds or
// IMF-fixdate against `now`) is clamped to 1 s … 1 h; other texts are as if it were not there.
core::AttemptSettled settle(
    const std::string& message,
    ChannelKind kind,
    const io::TransferResult<io::Response>& answer,
    Instant now);

class Sender {
  public:
    struct Parts {
        io::Transfer& transfer;
        Zone zone;
        // The wall clock, in replay too: a receiver judges the age of a signature, and an HTTP date
        // in Retry-After, by its own.
        std::function<Instant()> now;
        // Ids that may be attempted now on this channel, most urgent first; excludes those in
        // flight.
        std::function<std::vector<std::string>(const std::string& channel)> due;
        // Commits AttemptsBegun and loads the contents; called with at most what fits
        // `concurrency`.
        std::function<std::vector<Stored>(std::vector<std::string> ids)> begin;
        // Commits AttemptsSettled; answers that arrive in one turn of the loop come together.
        std::function<void(std::vector<core::AttemptSettled>)> settled;
    };
    // Loop thread only; no callback runs inside a call of ours. `parts.transfer` must outlive the
    // last turn of the loop.
    Sender(boost::asio::any_io_executor executor, Parts parts);
    ~Sender();  // cancels what is under way; no callback runs afterwards
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    // At start and reload. Attempts under way end by the settings with which they began; messages
    // of a channel that is gone stay queued.
    void set_channels(std::vector<ChannelSettings> channels);
    void kick();  // something may be due: called after every step and at every wake
    // Takes nothing new; `done` runs once when nothing is in flight any more, all settled.
    void drain(std::function<void()> done);
    [[nodiscard]] std::size_t in_flight() const;

  private:
    class Desk;
    std::shared_ptr<Desk> desk_;  // shared with the attempts under way
};

}  // namespace sanbao::notify
