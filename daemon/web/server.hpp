// The HTTP server, on a TCP address for probes and metrics and on the control socket for commands.
// One thread, the loop's. Knows nothing of what it serves.
#pragma once

#include "alerts/base/limits.hpp"
#include "alerts/base/result.hpp"
#include "alerts/base/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace sanbao::web {

struct Call {
    std::string method;  // as it came: GET, HEAD, POST, or one that the handler refuses
    std::string path;    // decoded, without the query
    std::map<std::string, std::string> query;  // of a name given twice, the first
    std::string body;
    bool control = false;  // through the control socket
    std::string actor;     // "cli:<login>" by peer credentials; "web" over TCP
    std::map<std::string, std::string> headers = {};  // names in lower case; of one given twice,
                                                      // the first
};

struct Reply {
    int status = 200;
    std::string content_type = "application/json; charset=utf-8";
    std::string body;   // left out of the answer to HEAD
    std::string allow;  // of a 405: "GET, HEAD"
};

// Runs on the loop thread, at once, to completion.
using Handler = std::function<Reply(const Call&)>;

// Requests that may be longer than others, and whose answer takes its time. A call is first looked
// at without its body.
struct Intake {
    struct Admission {
        std::int64_t body_max = 0;
        std::optional<Reply> refused;  // set: answered at once, the body is not read
        std::shared_ptr<void> ticket;  // held until the answer is made
    };
    std::function<std::optional<Admission>(const Call& head)> admit;  // nullopt: an ordinary call
    std::function<boost::asio::awaitable<Reply>(Call)> serve;
};

// How long a connection is waited for before it is closed without a word.
struct Patience {
    Millis request{limits::http_request_ms_max};  // from a request's first byte to its last
    Millis idle{limits::http_idle_ms_max};        // for the next request
};

class Server {
  public:
    Server(boost::asio::any_io_executor executor, Handler handler, Patience patience = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Before the first request.
    void set_intake(Intake intake);

    // `host` is an address, not a name; port 0 takes any free one.
    Result<void> listen_tcp(const std::string& host, unsigned short port);
    // The path is unlinked first (the store's lock says that no other daemon owns it); mode 0600.
    Result<void> listen_control(const std::filesystem::path& path);
    [[nodiscard]] unsigned short tcp_port() const;  // really bound; 0 before listen_tcp

    // Stops accepting and ends all connections but those whose answer is on its way; these end
    // behind it. The control socket's file is removed. After it nothing keeps the loop alive for
    // longer than an answer takes.
    void close();

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace sanbao::web
