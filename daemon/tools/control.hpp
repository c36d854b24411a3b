// The way to a running daemon: HTTP over its control socket.
#pragma once

#include "alerts/base/result.hpp"

#include <boost/json/value.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace sanbao::tools {

struct Answer {
    int status = 0;
    boost::json::value body;
};

using Query = std::vector<std::pair<std::string, std::string>>;

// One request; blocks until it is answered, at most a minute. An error is that nobody answered,
// with what to do about it; whatever the daemon says is an Answer.
class Control {
  public:
    explicit Control(std::filesystem::path socket) : socket_(std::move(socket)) {}

    [[nodiscard]] Result<Answer> get(const std::string& path, const Query& query = {}) const;
    [[nodiscard]] Result<Answer> post(
        const std::string& path, const boost::json::value& body) const;

  private:
    [[nodiscard]] Result<Answer> ask(const std::string& target, const std::string* body) const;
    std::filesystem::path socket_;
};

}  // namespace sanbao::tools
