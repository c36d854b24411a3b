// Figures that a source sends by itself: POST /api/v1/feeds/NAME, signed as Standard Webhooks.
//
//   200 {"accepted": true, "unchanged": …, "rows": …, "digest": …}
//   202 the same with "held": true: quarantined until an administrator decides
//   401 not signed, wrongly, or too old or too new; the text never says which
//   404 no feed of this name is pushed     413 longer than the feed's body_max
//   422 {"error", "problems": […]} refused as a whole     503 not now: send it again
#pragma once

#include "daemon/io/secret.hpp"
#include "daemon/web/server.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sanbao::web {

struct PushFeed {
    io::SecretSource secret;
    std::int64_t body_max = 0;
};

struct PushAnswer {
    enum class Fate : unsigned char { not_now, refused, unchanged, taken, held };
    Fate fate = Fate::not_now;
    std::string digest;
    std::int64_t rows = 0;
    std::vector<std::string> problems;
};

// Loop thread only. Outlives the server whose intake it is.
class Pushes {
  public:
    struct Ports {
        std::function<Instant()> now;  // the wall clock, also in replay
        std::function<std::optional<PushFeed>(const std::string& name)> feed;
        std::function<boost::asio::awaitable<PushAnswer>(std::string feed, std::string body)> take;
        std::function<void(const std::string& sentence)> log;  // at most once a minute
    };
    // Which ids were seen before `started` is not remembered, so whatever may have come then is
    // refused: signed before it, or by a clock that is ahead up to push_ahead_s_max behind it. For
    // so long after a start honest senders are asked to send again, signed anew.
    Pushes(Ports ports, Instant started) : ports_(std::move(ports)), started_(started) {}

    [[nodiscard]] Intake intake();
    // By reason: unknown, unsigned, old, starting, signature, busy.
    [[nodiscard]] const std::map<std::string, std::int64_t>& denied() const { return denied_; }

  private:
    [[nodiscard]] std::optional<Intake::Admission> admit(const Call& head);
    boost::asio::awaitable<Reply> serve(Call call);
    Reply deny(const std::string& reason, int status);
    // Whether it is said again after a minute; then it was said now.
    [[nodiscard]] bool may_say(std::optional<Instant>& said) const;
    void forget_old(Instant now);

    Ports ports_;
    Instant started_;
    std::shared_ptr<int> under_way_ = std::make_shared<int>(0);
    struct Seen {
        Instant at{};
        Reply reply;
    };
    std::map<std::pair<std::string, std::string>, Seen> seen_;  // by feed and id
    std::map<std::string, std::int64_t> denied_;
    std::int64_t denied_unsaid_ = 0;
    std::optional<Instant> said_, said_secret_;
};

}  // namespace sanbao::web
