#include "daemon/feeds/fetch.hpp"

#include "alerts/base/assert.hpp"
#include "daemon/feeds/decode.hpp"
#include "daemon/feeds/pages.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>

namespace sanbao::feeds {

namespace asio = boost::asio;
using core::PollProblem;

namespace {

PollProblem problem_of(io::TransferProblem problem) {
    switch (problem) {
        case io::TransferProblem::bad_request:
        case io::TransferProblem::unreachable:
        case io::TransferProblem::denied:
        case io::TransferProblem::later:
            return PollProblem::unreachable;
        case io::TransferProblem::timed_out:
            return PollProblem::timed_out;
        case io::TransferProblem::tls:
            return PollProblem::tls;
        case io::TransferProblem::too_large:
            return PollProblem::too_large;
        case io::TransferProblem::bad_encoding:
            return PollProblem::malformed;
        case io::TransferProblem::truncated:
            return PollProblem::truncated;
        case io::TransferProblem::redirect:
            return PollProblem::redirect;
    }
    SANBAO_ASSERT(false);
}

std::string status_message(int status) {
    const auto* const advice = status == 401 || status == 403
                                   ? "see whether the source wants a password"
                               : status == 404 || status == 410 ? "correct the address of the feed"
                               : status == 304 ? "it was not asked for changes only"
                                               : "ask the operator of the source";
    return fmt::format("the source answered HTTP {} instead of 200: {}", status, advice);
}

Result<io::Credentials> credentials_of(const Login& login) {
    io::Credentials result;
    const std::array secrets{
        std::pair{&login.password, &result.password},
        std::pair{&login.token, &result.bearer},
        std::pair{&login.key, &result.key},
        std::pair{&login.certificate_key, &result.certificate_key}};
    for (const auto& [source, secret] : secrets) {
        if (source->empty()) {
            continue;
        }
        auto read = io::read_secret(*source);
        if (!read) {
            return read.error();
        }
        *secret = std::move(*read);
    }
    result.user = login.user;
    result.key_header = login.key_header;
    result.certificate = login.certificate;
    result.known_host = login.known_host;
    return result;
}

io::Request request_for(const FeedSettings& feed) {
    io::Request request;
    request.url = feed.url;
    request.compressed = feed.url.starts_with("http");
    request.connect_timeout = feed.connect_timeout;
    request.timeout = feed.timeout;
    request.body_max = feed.body_max;
    request.ca_file = feed.ca_file;
    request.proxy = feed.proxy;
    return request;
}

std::string header_or_empty(const io::Response& response, std::string_view name) {
    const auto* const value = response.header(name);
    return value == nullptr ? std::string{} : *value;
}

FetchError failure(PollProblem problem, const PageWalk& walk, std::string message, int status = 0) {
    if (walk.number() > 1) {
        message = fmt::format("page {}: {}", walk.number(), message);
    }
    return {problem, status, std::move(message)};
}

}  // namespace

asio::awaitable<FetchResult<Fetched>> fetch(
    const FeedSettings& feed, io::Transfer& transfer, Headers conditions) {
    PageWalk walk{feed};
    Fetched whole;
    for (bool more = true; more;) {
        auto request = request_for(feed);
        if (feed.login != Login{}) {
            auto credentials = credentials_of(feed.login);
            if (!credentials) {
                co_return failure(PollProblem::not_ready, walk, credentials.error().message);
            }
            request.credentials = std::move(*credentials);
        }
        request.url = walk.address();
        request.body_max = feed.body_max - static_cast<std::int64_t>(whole.body.size());
        if (walk.number() == 1) {
            request.headers = conditions;
        }
        auto answer = co_await transfer.perform(std::move(request));
        if (!answer) {
            const auto& error = answer.error();
            co_return failure(problem_of(error.problem), walk, error.message, error.status);
        }
        if (answer->status == 304 && !conditions.empty()) {
            whole.status = 304;
            co_return whole;
        }
        if (answer->status != 200) {
            co_return failure(
                PollProblem::http_status, walk, status_message(answer->status), answer->status);
        }
        auto turned = feed.paging.any() ? walk.turn(answer->body) : Result<bool>{false};
        if (!turned) {
            co_return failure(PollProblem::malformed, walk, turned.error().message);
        }
        more = *turned;
        if (whole.body.empty()) {
            whole.etag = header_or_empty(*answer, "etag");
            whole.last_modified = header_or_empty(*answer, "last-modified");
            whole.body = std::move(answer->body);
        } else {
            whole.body += answer->body;
        }
        if (more) {
            whole.body += page_separator;
        }
    }
    whole.pages = walk.number();
    whole.body.reserve(whole.body.size() + io::body_padding);
    co_return whole;
}

}  // namespace sanbao::feeds
