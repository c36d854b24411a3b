// Fetches each feed when it is due and hands on what came. Decides nothing about levels.
#pragma once

#include "alerts/core/input.hpp"
#include "daemon/feeds/decode.hpp"
#include "daemon/feeds/fate.hpp"
#include "daemon/feeds/feed.hpp"
#include "daemon/feeds/folder.hpp"
#include "daemon/feeds/take.hpp"
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

// What fetching and taking need of the world. All outlive every coroutine.
struct Means {
    io::Transfer& transfer;
    boost::asio::thread_pool& workers;
    std::function<Instant()> now;
    KeepBody keep = {};  // empty: no evidence is kept
};

// Remembers what conditional requests need. Lost at restart, which costs one full fetch.
struct Memory {
    std::string etag, last_modified;
    std::string digest;  // of the last body taken; at start from the journal
    int failures = 0;
};

// When to poll next, from the start of the last poll. After `failures` in a row: every, then
// doubling up to 16 x every or 1 h (whichever is less, never below `every`), with jitter of up to
// half of `every` taken from `seed`. Without a failure exactly `every`.
Millis next_delay(const FeedSettings& feed, int failures, std::uint64_t seed);

// What a delivery leaves behind for the next, once its step has taken it.
Memory after(Memory memory, const Delivery& delivery);
// `next` when the body was taken or known. One that is held back or refused is asked for in full
// again: "unchanged" would declare its trouble over. Then only the failures count.
void remember(Memory& memory, Memory next, Fate fate);

struct Polled {
    Poll poll;
    Memory next;  // for remember(), when the poll has met its fate
};
// One fetch and decode. What is passed by reference must outlive the coroutine.
boost::asio::awaitable<Polled> poll_once(
    const FeedSettings& feed,
    std::shared_ptr<const rules::Rulebook> rules,
    const Means& means,
    const Memory& memory);

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

// Polls every feed and looks into every drop folder for ever, each on its own schedule: one slow
// feed never delays another; hands on what is pushed. `sink` is called on the loop thread, once per
// delivery; it returns when the step is committed, with what became of it. Polls of one
// feed never overlap. A poll that was under way while `rules` changed is dropped and done again,
// since its indexes are those of the old catalogue; the feed is then fetched and decoded in full.
class Poller {
  public:
    struct Parts {
        io::Transfer& transfer;
        boost::asio::thread_pool& workers;
        std::function<Instant()> now;
        std::function<std::shared_ptr<const rules::Rulebook>()> rules;
        std::function<Fate(Poll)> sink;
        KeepBody keep = {};  // empty: no evidence is kept
    };
    Poller(boost::asio::any_io_executor executor, Parts parts);
    ~Poller();

    // Starts with these feeds; called again at reload, after `rules` gives the new ones: feeds that
    // did not change keep their schedule. `digests`: last accepted body by feed id, from the
    // journal, as far as it was read by these very rules; only looked at for feeds that are new.
    void set_feeds(
        std::vector<FeedSettings> feeds, const std::map<std::string, std::string>& digests);
    void stop();  // cancels what is under way; no sink call after this

    struct Pushed {
        Fate fate = Fate::lost;
        std::string digest;
        std::int64_t rows = 0;
        std::vector<std::string> problems;  // of discarded, refused and failed
    };
    // A body that the source sent; only one of a feed at a time is read, another is `failed`.
    boost::asio::awaitable<Pushed> push(std::string feed, std::string body);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;  // shared with the coroutines
};

}  // namespace sanbao::feeds
