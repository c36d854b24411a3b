// Where an answer that comes in pages goes on. Pure: addresses in, addresses out.
#pragma once

#include "alerts/base/result.hpp"
#include "daemon/feeds/feed.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace sanbao::feeds {

// One walk over the pages of one answer, from its first. Fetch address(); give the page to turn();
// go on while it says true.
class PageWalk {
  public:
    // `feed` is held by reference.
    explicit PageWalk(const FeedSettings& feed);

    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] int number() const { return number_; }  // of the page, from 1

    // What the page says of the next: true when there is one. `page` has io::body_padding spare
    // bytes behind it. Errors: the page does not say it as the settings say, the next one is of
    // another host, was there before, or is one too many.
    Result<bool> turn(const std::string& page);

  private:
    Result<bool> count_on(const std::string& page);
    Result<bool> follow(std::string_view said);
    Result<bool> set_parameter(const std::string& name, const std::string& value);
    Result<bool> go_to(std::string address);

    const FeedSettings& feed_;
    std::string address_;
    std::set<std::string> seen_;
    int number_ = 1;
    std::optional<std::int64_t> count_;  // of pages, as the first page says it
};

}  // namespace sanbao::feeds
