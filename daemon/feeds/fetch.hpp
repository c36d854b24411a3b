// One answer of a source, whole: logged in, decompressed, all its pages.
#pragma once

#include "alerts/core/input.hpp"
#include "daemon/feeds/feed.hpp"
#include "daemon/io/transfer.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>
#include <vector>

namespace sanbao::feeds {

struct Fetched {
    int status = 200;  // 200, or 304 where conditions were sent
    std::string body;  // io::body_padding spare; pages are joined by page_separator
    std::string etag, last_modified;
    int pages = 1;
};

struct FetchError {
    core::PollProblem problem = core::PollProblem::unreachable;
    int status = 0;  // of HTTP, where there was one
    std::string message;
};
template <class T>
using FetchResult = boost::system::result<T, FetchError>;

using Headers = std::vector<std::pair<std::string, std::string>>;

// `conditions`: headers that ask for changes only; none for a feed that comes in pages. Secrets are
// read for each fetch: one that was changed is used at once. `feed` and `transfer` must outlive the
// coroutine.
boost::asio::awaitable<FetchResult<Fetched>> fetch(
    const FeedSettings& feed, io::Transfer& transfer, Headers conditions);

}  // namespace sanbao::feeds
