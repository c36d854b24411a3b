// What becomes of bytes that came, whichever way: known already, kept as evidence, decoded.
#pragma once

#include "alerts/core/input.hpp"
#include "daemon/feeds/decode.hpp"
#include "daemon/feeds/feed.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sanbao::feeds {

// What one delivery brought. The variants of core::Input that a feed can cause.
using Poll = std::variant<core::PollAccepted, core::PollUnchanged, core::PollFailed>;

// Puts a body where it can be shown again; on return it is on disk. Called on a worker.
using KeepBody =
    std::function<Result<void>(std::string_view body, const std::string& digest, Keep keep)>;

struct Delivery {
    Poll poll;
    std::string digest;                 // of the body
    std::int64_t rows = 0;              // of an accepted body
    std::vector<std::string> problems;  // of a refused one, at most limits::feed_problems_shown_max
};

struct Taking {
    const FeedSettings& feed;
    std::shared_ptr<const rules::Rulebook> rules;
    Instant now{};
    std::string known_digest;  // of the body taken last: the same again is PollUnchanged
    boost::asio::thread_pool& workers;
    const KeepBody& keep;  // may be empty: nothing is kept
};

// No record without its evidence: a body that cannot be kept is PollFailed, and comes again.
// Evidence is written, and bodies over 256 KiB are hashed and decoded, on a worker; what Taking
// refers to must outlive the coroutine.
boost::asio::awaitable<Delivery> take_body(Taking taking, std::string body);

// Runs `work` on a worker. False when the coroutine was cancelled meanwhile: the work goes on, so
// it owns what it needs. The pool must be joined before the loop is destroyed.
boost::asio::awaitable<bool> on_worker(
    boost::asio::thread_pool& workers, std::function<void()> work);

}  // namespace sanbao::feeds
