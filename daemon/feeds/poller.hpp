// Fetches each feed when it is due and hands on what came. Decides nothing about levels.
#pragma once

#include "alerts/core/input.hpp"
#include "daemon/feeds/decode.hpp"
#include "daemon/feeds/feed.hpp"
#include "daemon/io/transfer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace sanbao::feeds {

// What one poll brought. The variants of core::Input that a feed can cause.
using Poll = std::variant<core::PollAccepted, core::PollUnchanged, core::PollFailed>;

// Remembers what conditional requests need. Lost at restart, which costs one full fetch.
struct Memory {
    std::string etag, last_modified;
    std::string digest;  // of the last accepted body; at start from the journal
    int failures = 0;
};

// When to poll next, from the start of the last poll. After `failures` in a row: every, then
// doubling up to 16 x every or 1 h (whichever is less, never below `every`), with jitter of up to
// half of `every` taken from `seed`. Without a failure exactly `every`.
Millis next_delay(const FeedSettings& feed, int failures, std::uint64_t seed);

// One fetch and decode. Large bodies (over 256 KiB) are hashed and decoded on `workers`. What is
// passed by reference must outlive the coroutine. A body that was refused leaves `memory` as it
// was, but for `failures`: it is fetched whole again.
boost::asio::awaitable<Poll> poll_once(
    const FeedSettings& feed,
    std::shared_ptr<const rules::Rulebook> rules,
    io::Transfer& transfer,
    boost::asio::thread_pool& workers,
    Memory& memory,
    std::function<Instant()> now);

// What `feed test` prints: as poll_once, unconditional, nothing remembered, the whole story told.
struct TestReport {
    int status = 0;
    std::int64_t bytes = 0;
    std::string digest;
    boost::system::result<Decoded, Refusal> decoded;
};
boost::asio::awaitable<io::TransferResult<TestReport>> test_once(
    const FeedSettings& feed,
    std::shared_ptr<const rules::Rulebook> rules,
    io::Transfer& transfer,
    Instant now);

// Polls every feed for ever, each on its own schedule: one slow feed never delays another. `sink`
// is called on the loop thread, once per poll; it returns when the step is committed. Polls of one
// feed never overlap. A poll that was under way while `rules` changed is dropped and done again,
// since its indexes are those of the old catalogue; the feed is then fetched and decoded in full.
class Poller {
  public:
    struct Parts {
        io::Transfer& transfer;
        boost::asio::thread_pool& workers;
        std::function<Instant()> now;
        std::function<std::shared_ptr<const rules::Rulebook>()> rules;
        std::function<void(Poll)> sink;
    };
    Poller(boost::asio::any_io_executor executor, Parts parts);
    ~Poller();

    // Starts with these feeds; called again at reload, after `rules` gives the new ones: feeds that
    // did not change keep their schedule. `digests`: last accepted body by feed id, from the
    // journal, as far as it was read by these very rules; only looked at for feeds that are new.
    void set_feeds(
        std::vector<FeedSettings> feeds, const std::map<std::string, std::string>& digests);
    void stop();  // cancels what is under way; no sink call after this

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;  // shared with the coroutines
};

}  // namespace sanbao::feeds
