// Answers from a script: what the test says, when the test says it. No sockets.
#pragma once

#include "daemon/io/transfer.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sanbao::io {

class HeldTransfer final : public Transfer {
  public:
    using Answer = TransferResult<Response>;

    explicit HeldTransfer(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // Requests to `url` hang until release(url).
    void hold(const std::string& url) { held_[url] = true; }
    void release(const std::string& url) {
        held_[url] = false;
        for (const auto& wait : waits_) {
            wait->cancel();
        }
    }
    // Without a script the answer is 200 (250 for mail).
    void answer(const std::string& url, std::vector<Answer> answers) {
        std::ranges::reverse(answers);
        script_[url] = std::move(answers);
    }

    boost::asio::awaitable<Answer> perform(Request request) override {
        if (on_perform) {
            on_perform(request);
        }
        const auto url = request.url;
        const bool mail = request.mail.has_value();
        requests.push_back(std::move(request));
        ++under_way[url];
        most_under_way[url] = std::max(most_under_way[url], under_way[url]);
        auto wait = std::make_shared<boost::asio::steady_timer>(executor_);
        waits_.push_back(wait);
        while (held_[url]) {
            wait->expires_after(std::chrono::hours{1});
            boost::system::error_code cancelled;
            auto token = boost::asio::redirect_error(boost::asio::use_awaitable, cancelled);
            co_await wait->async_wait(std::move(token));
        }
        --under_way[url];
        auto& answers = script_[url];
        if (answers.empty()) {
            Response response;
            response.status = mail ? 250 : 200;
            co_return response;
        }
        auto result = std::move(answers.back());
        answers.pop_back();
        co_return result;
    }

    std::vector<Request> requests;
    std::map<std::string, int> under_way, most_under_way;
    std::function<void(const Request&)> on_perform;

  private:
    boost::asio::any_io_executor executor_;
    std::map<std::string, bool> held_;
    std::map<std::string, std::vector<Answer>> script_;
    std::vector<std::shared_ptr<boost::asio::steady_timer>> waits_;
};

}  // namespace sanbao::io
