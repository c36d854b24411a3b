// A Transfer without a network: answers from a script, remembers what it was asked.
#pragma once

#include "daemon/io/transfer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace sanbao::test {

inline io::Response answer_of(
    int status, std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
    io::Response response;
    response.status = status;
    response.body = std::move(body);
    response.body.reserve(response.body.size() + io::body_padding);
    response.headers = std::move(headers);
    return response;
}

class FakeTransfer final : public io::Transfer {
  public:
    using Answer = io::TransferResult<io::Response>;

    explicit FakeTransfer(std::function<Answer(const io::Request&)> script)
        : script_(std::move(script)) {}

    boost::asio::awaitable<Answer> perform(io::Request request) override {
        namespace asio = boost::asio;
        ++under_way;
        requests.push_back(request);
        if (delay.count() > 0) {
            const auto executor = co_await asio::this_coro::executor;
            asio::steady_timer timer{executor, delay};
            const auto waited = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
            if (std::get<0>(waited)) {
                --under_way;
                ++cancelled;
                co_return io::TransferError{
                    io::TransferProblem::unreachable, 0, "the transfer was cancelled"};
            }
        }
        --under_way;
        co_return script_(request);
    }

    std::vector<io::Request> requests;  // in the order in which they began
    Millis delay{0};                    // of every answer
    int under_way = 0;
    int cancelled = 0;

  private:
    std::function<Answer(const io::Request&)> script_;
};

}  // namespace sanbao::test
