// Inside feeds/: one feed under watch, and a round over a drop folder.
#pragma once

#include "daemon/feeds/folder.hpp"
#include "daemon/feeds/poller.hpp"

#include <boost/asio/cancellation_signal.hpp>

namespace sanbao::feeds {

// One feed and its coroutine. `gone` is looked at after every wait.
struct Watched {
    explicit Watched(FeedSettings feed) : settings(std::move(feed)), folder(settings.folder) {}
    FeedSettings settings;
    Memory memory;
    std::shared_ptr<const rules::Rulebook> rules;  // by which `memory` came about
    DropFolder folder;
    bool refused =
        false;  // the last file of the folder was, or is held; stands until another is taken
    bool busy = false;  // a push is being read
    Millis phase{0};
    boost::asio::cancellation_signal cancel;
    bool gone = false;
};

// Takes every whole file, oldest first, each as a step of its own. The delay to the next look where
// it is to be sooner than the feed's period. Ends early when the feed is gone, the rules changed,
// or nothing can be committed or kept.
boost::asio::awaitable<std::optional<Millis>> folder_round(
    const Poller::Parts& parts, std::shared_ptr<Watched> watched);

}  // namespace sanbao::feeds
