// Where paged answers go on, and what is fetched of them.
#include "daemon/feeds/pages.hpp"

#include "daemon/feeds/fetch.hpp"
#include "tests/unit/fake_transfer.hpp"
#include "tests/unit/feed_samples.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <map>

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;
using core::PollProblem;
namespace asio = boost::asio;

namespace {

FeedSettings paged(Paging paging, std::string url = "http://api.example/v1/cash?size=2") {
    auto feed = wide_feed();
    feed.url = std::move(url);
    feed.paging = std::move(paging);
    return feed;
}

Paging by_next() {
    Paging paging;
    paging.next = "/links/next";
    return paging;
}

std::string page(std::string_view json) {
    std::string text{json};
    text.reserve(text.size() + io::body_padding);
    return text;
}

std::string next_after(const std::string& next, const std::string& url) {
    const auto feed = paged(by_next(), url);
    PageWalk walk{feed};
    const auto turned = walk.turn(page(fmt::format(R"({{"links":{{"next":{}}}}})", next)));
    return !turned ? "refused: " + turned.error().message : *turned ? walk.address() : "the end";
}

FetchResult<Fetched> fetch_all(const FeedSettings& feed, FakeTransfer& transfer) {
    asio::io_context loop;
    std::optional<FetchResult<Fetched>> result;
    asio::co_spawn(
        loop, fetch(feed, transfer, {}), [&](std::exception_ptr failed, FetchResult<Fetched> got) {
            REQUIRE(failed == nullptr);
            result = std::move(got);
        });
    loop.run();
    REQUIRE(result.has_value());
    return *std::move(result);
}

// Answers by address; anything else is 404.
struct Site {
    std::map<std::string, std::string> pages;
    FakeTransfer transfer{[this](const io::Request& request) -> FakeTransfer::Answer {
        const auto found = pages.find(request.url);
        return found == pages.end() ? answer_of(404, "") : answer_of(200, found->second);
    }};
};

}  // namespace

TEST_CASE("a next page is named by its address, relative or whole, or by its query") {
    const std::string url = "http://api.example/v1/cash?size=2";
    CHECK(
        next_after(R"("http://api.example/v1/cash?page=2")", url)
        == "http://api.example/v1/cash?page=2");
    CHECK(next_after(R"("/v2/x?page=2")", url) == "http://api.example/v2/x?page=2");
    CHECK(next_after(R"("?page=2")", url) == "http://api.example/v1/cash?page=2");
    CHECK(next_after(R"("cash2")", url) == "http://api.example/v1/cash2");
    CHECK(next_after(R"("&page=2&size=3")", url) == "http://api.example/v1/cash?page=2&size=3");
    CHECK(
        next_after(R"("&page%5Bnumber%5D=2&page%5Bsize%5D=100")", "http://api.example/v1/cash")
        == next_after(R"("?page%5Bnumber%5D=2&page%5Bsize%5D=100")", "http://api.example/v1/cash"));
    CHECK(next_after("null", url) == "the end");
    CHECK(next_after(R"("")", url) == "the end");
}

TEST_CASE("a page that does not say how it goes on is the last") {
    const auto feed = paged(by_next());
    for (const auto* text : {"{}", R"({"links":{}})", R"({"links":null})", "[1,2]"}) {
        PageWalk walk{feed};
        const auto turned = walk.turn(page(text));
        INFO(text);
        REQUIRE(turned.has_value());
        CHECK_FALSE(*turned);
    }
}

TEST_CASE("a next page of another host, of another kind or that was there before is refused") {
    const std::string url = "http://api.example/v1/cash?size=2";
    for (const auto* next :
         {R"("http://evil.example/v1/cash")",
          R"("https://api.example/v1/cash")",
          R"("http://api.example:81/v1/cash")",
          R"("http://user@api.example/v1/cash")",
          R"("file:///etc/passwd")",
          R"("//evil.example/")",
          R"("http://api.example/v1/cash?size=2")",
          R"("&size=2")",
          R"(true)",
          R"({"href":"x"})",
          R"("http://[")"}) {
        INFO(next);
        CHECK(next_after(next, url).starts_with("refused: "));
    }
}

TEST_CASE("pages that are counted are all fetched and make one body") {
    Paging paging;
    paging.pages = "/meta/pages";
    paging.page_parameter = "p";
    Site site;
    site.pages = {
        {"http://api.example/a", R"({"meta":{"pages":3},"n":1})"},
        {"http://api.example/a?p=2", R"({"meta":{"pages":"3"},"n":2})"},
        {"http://api.example/a?p=3", R"({"meta":{"pages":3},"n":3})"}};
    const auto feed = paged(paging, "http://api.example/a");
    const auto got = fetch_all(feed, site.transfer);
    REQUIRE(got.has_value());
    CHECK(got->pages == 3);
    CHECK(
        got->body
        == fmt::format(
            "{}\x1E{}\x1E{}",
            site.pages["http://api.example/a"],
            site.pages["http://api.example/a?p=2"],
            site.pages["http://api.example/a?p=3"]));

    site.pages["http://api.example/a?p=2"] = R"({"meta":{"pages":4},"n":2})";
    const auto changed = fetch_all(feed, site.transfer);
    REQUIRE(changed.has_error());
    CHECK(changed.error().message.find("page 2: ") == 0);
}

TEST_CASE("cursors are followed to their end") {
    Paging paging;
    paging.cursor = "/next";
    paging.cursor_parameter = "after";
    Site site;
    site.pages = {
        {"http://api.example/a?s=1", R"({"next":"x/y=&z"})"},
        {"http://api.example/a?s=1&after=x%2Fy%3D%26z", R"({"next":7})"},
        {"http://api.example/a?s=1&after=7", R"({"next":null})"}};
    const auto feed = paged(paging, "http://api.example/a?s=1");
    const auto got = fetch_all(feed, site.transfer);
    for (const auto& request : site.transfer.requests) {
        UNSCOPED_INFO(request.url);
    }
    REQUIRE(got.has_value());
    CHECK(got->pages == 3);
}

TEST_CASE("a page that fails fails the whole answer") {
    Site site;
    site.pages = {{"http://api.example/a", R"({"links":{"next":"/a?page=2"}})"}};
    const auto feed = paged(by_next(), "http://api.example/a");
    const auto got = fetch_all(feed, site.transfer);
    REQUIRE(got.has_error());
    CHECK(got.error().problem == PollProblem::http_status);
    CHECK(got.error().message.find("page 2: ") == 0);
}

TEST_CASE("an answer without end stops at the limit of pages, or of bytes") {
    int count = 0;
    FakeTransfer endless{[&](const io::Request&) -> FakeTransfer::Answer {
        return answer_of(200, fmt::format(R"({{"links":{{"next":"/a?page={}"}}}})", ++count));
    }};
    auto feed = paged(by_next(), "http://api.example/a");
    const auto got = fetch_all(feed, endless);
    REQUIRE(got.has_error());
    CHECK(got.error().message.find("more than 200 pages") != std::string::npos);
    CHECK(endless.requests.size() == static_cast<std::size_t>(limits::feed_pages_max));
    // What each page may still have shrinks with those before it.
    feed.body_max = 1'000;
    endless.requests.clear();
    (void)fetch_all(feed, endless);
    REQUIRE(endless.requests.size() >= 2);
    CHECK(endless.requests[0].body_max == 1'000);
    CHECK(endless.requests[1].body_max < 1'000);
}

TEST_CASE("a credential that is missing fails the poll by its name, and nothing is sent") {
    ::unsetenv("CREDENTIALS_DIRECTORY");
    Site site;
    auto feed = wide_feed();
    feed.login.user = "baoji";
    feed.login.password.credential = "treasury-password";
    const auto got = fetch_all(feed, site.transfer);
    REQUIRE(got.has_error());
    CHECK(got.error().problem == PollProblem::not_ready);
    CHECK(got.error().message.find("treasury-password") != std::string::npos);
    CHECK(site.transfer.requests.empty());
}
