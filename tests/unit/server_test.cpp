// The HTTP server over real sockets.
#include "daemon/web/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <thread>

using namespace sanbao;
namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

web::Reply echo(const web::Call& call) {
    web::Reply reply;
    const auto x = call.query.find("x");
    reply.body = call.method + " " + call.path + " x=" + (x == call.query.end() ? "" : x->second)
                 + " " + call.actor + (call.control ? " control " : " ") + call.body;
    if (call.path == "/gone") {
        reply.status = 405;
        reply.allow = "POST";
    }
    return reply;
}

// A server on its own loop and thread; the loop must run out of work when it is closed.
class Running {
  public:
    explicit Running(web::Patience patience = {})
        : server_(loop_.get_executor(), echo, patience)
        , path_("/tmp/sanbao-web-" + std::to_string(::getpid()) + ".sock") {
        REQUIRE(server_.listen_tcp("127.0.0.1", 0));
        REQUIRE(server_.listen_control(path_));
        done_ = std::async(std::launch::async, [this] { loop_.run(); });
    }
    ~Running() { close(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    // True when the loop ended by itself.
    bool close() {
        asio::post(loop_, [this] { server_.close(); });
        const auto ended = done_.wait_for(5s) == std::future_status::ready;
        loop_.stop();
        return ended;
    }
    asio::ip::tcp::socket tcp() {
        asio::ip::tcp::socket socket{client_};
        socket.connect({asio::ip::make_address("127.0.0.1"), server_.tcp_port()});
        return socket;
    }
    asio::local::stream_protocol::socket control() {
        asio::local::stream_protocol::socket socket{client_};
        socket.connect({path_});
        return socket;
    }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    asio::io_context loop_;
    asio::io_context client_;
    web::Server server_;
    std::string path_;
    std::future<void> done_;
};

template <class Socket>
void send(Socket& socket, const std::string& text) {
    error_code ignored;  // the other side may have had enough
    asio::write(socket, asio::buffer(text), ignored);
}

// All that comes until the other side closes.
template <class Socket>
std::string all(Socket& socket) {
    std::string text;
    error_code end;
    asio::read(socket, asio::dynamic_buffer(text), end);
    return text;
}

template <class Socket>
std::string ask(Socket& socket, const std::string& request) {
    send(socket, request + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return all(socket);
}

}  // namespace

TEST_CASE("a request is decoded, handed on, and answered") {
    Running server;
    auto socket = server.tcp();
    const auto answer = ask(socket, "GET /a%20b/%E7%9C%89?x=1%2B2&x=9");
    CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 200 OK\r\n"));
    CHECK_THAT(answer, Catch::EndsWith("\r\n\r\nGET /a b/眉 x=1+2 web "));
    CHECK_THAT(answer, Catch::Contains("Cache-Control: no-store"));
}

TEST_CASE("a connection is kept for the next request, also when both came in one piece") {
    Running server;
    auto socket = server.tcp();
    const std::string one = "GET /one HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string two = "GET /two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    send(socket, one + one);
    send(socket, two);
    const auto answers = all(socket);
    CHECK_THAT(answers, Catch::Contains("GET /one x= web HTTP/1.1 200 OK"));
    CHECK_THAT(answers, Catch::EndsWith("GET /two x= web "));
}

TEST_CASE("HEAD has the length of the answer and no body") {
    Running server;
    auto socket = server.tcp();
    const auto answer = ask(socket, "HEAD /abc");
    CHECK_THAT(answer, Catch::Contains("Content-Length: 17\r\n"));
    CHECK_THAT(answer, Catch::EndsWith("\r\n\r\n"));
}

TEST_CASE("a refused method says which are allowed") {
    Running server;
    auto socket = server.tcp();
    const auto answer = ask(socket, "GET /gone");
    CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 405 "));
    CHECK_THAT(answer, Catch::Contains("Allow: POST\r\n"));
}

TEST_CASE("a body is handed on; one that is too long is refused before it is read") {
    Running server;
    auto socket = server.tcp();
    send(socket, "POST /p HTTP/1.1\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
    CHECK_THAT(all(socket), Catch::EndsWith("POST /p x= web hello"));
    auto other = server.tcp();
    send(other, "POST /p HTTP/1.1\r\nContent-Length: 70000\r\n\r\n");
    CHECK_THAT(all(other), Catch::StartsWith("HTTP/1.1 413 "));
}

TEST_CASE("headers over the limit are refused with 431, wherever the limit is passed") {
    Running server;
    for (const std::size_t size : {9'000U, 200'000U}) {
        auto socket = server.tcp();
        send(socket, "GET / HTTP/1.1\r\nX-Long: " + std::string(size, 'a') + "\r\n\r\n");
        CHECK_THAT(all(socket), Catch::StartsWith("HTTP/1.1 431 "));
    }
}

TEST_CASE("what is no HTTP is refused and the connection ends") {
    Running server;
    auto socket = server.tcp();
    send(socket, "\x16\x03\x01 hello\r\n\r\n");
    CHECK_THAT(all(socket), Catch::StartsWith("HTTP/1.1 400 "));
    auto other = server.tcp();
    send(other, "GET /%zz HTTP/1.1\r\nConnection: close\r\n\r\n");
    CHECK_THAT(all(other), Catch::StartsWith("HTTP/1.1 400 "));
}

TEST_CASE("a client that sends one byte and then waits is closed after the request's time") {
    Running server{{150ms, 60s}};
    auto socket = server.tcp();
    const auto begin = std::chrono::steady_clock::now();
    send(socket, "G");
    CHECK(all(socket).empty());
    const auto waited = std::chrono::steady_clock::now() - begin;
    CHECK(waited >= 140ms);
    CHECK(waited < 3s);
}

TEST_CASE("a client that dribbles cannot stretch the time of a request") {
    Running server{{200ms, 60s}};
    auto socket = server.tcp();
    const auto begin = std::chrono::steady_clock::now();
    error_code error;
    while (!error && std::chrono::steady_clock::now() - begin < 3s) {
        asio::write(socket, asio::buffer("G", 1), error);
        std::this_thread::sleep_for(20ms);
    }
    CHECK(error);
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("an idle connection is closed after its own time") {
    Running server{{10s, 100ms}};
    auto socket = server.tcp();
    const auto begin = std::chrono::steady_clock::now();
    CHECK(all(socket).empty());
    CHECK(std::chrono::steady_clock::now() - begin < 3s);
}

TEST_CASE("the control socket knows its caller by the kernel's word and is nobody else's") {
    Running server;
    struct stat file {};
    REQUIRE(::stat(server.path().c_str(), &file) == 0);
    CHECK((file.st_mode & 0777U) == 0600U);
    auto socket = server.control();
    const auto* me = ::getpwuid(::getuid());
    const auto name = me != nullptr ? std::string{me->pw_name} : std::to_string(::getuid());
    CHECK_THAT(ask(socket, "GET /who"), Catch::EndsWith("GET /who x= cli:" + name + " control "));
}

TEST_CASE("a stale socket file is replaced, and removed at the end") {
    const std::string left = "/tmp/sanbao-web-" + std::to_string(::getpid()) + ".sock";
    {
        asio::io_context loop;
        const asio::local::stream_protocol::acceptor dead{loop, {left}};
    }
    REQUIRE(::access(left.c_str(), F_OK) == 0);
    Running server;
    auto socket = server.control();
    CHECK_THAT(ask(socket, "GET /"), Catch::StartsWith("HTTP/1.1 200"));
    CHECK(server.close());
    CHECK(::access(left.c_str(), F_OK) != 0);
}

TEST_CASE("close ends idle connections and half requests, and the loop runs out of work") {
    Running server;
    auto idle = server.tcp();
    auto half = server.tcp();
    auto kept = server.control();
    send(half, "GET / HT");
    send(kept, "GET /kept HTTP/1.1\r\nHost: x\r\n\r\n");
    std::array<char, 12> head{};
    asio::read(kept, asio::buffer(head));
    CHECK(server.close());
    CHECK(all(idle).empty());
    CHECK(all(half).empty());
}

TEST_CASE("connections over the cap are closed at once, and the others go on") {
    Running server;
    std::vector<asio::ip::tcp::socket> held;
    for (int i = 0; i < limits::http_connections_max; ++i) {
        held.push_back(server.tcp());
    }
    std::this_thread::sleep_for(100ms);
    auto late = server.tcp();
    CHECK(all(late).empty());
    auto control = server.control();  // counted apart
    CHECK_THAT(ask(control, "GET /"), Catch::StartsWith("HTTP/1.1 200"));
    CHECK_THAT(ask(held.front(), "GET /"), Catch::StartsWith("HTTP/1.1 200"));
}

TEST_CASE("an address that cannot be listened on is an error that names the setting") {
    asio::io_context loop;
    web::Server server{loop.get_executor(), echo};
    const auto named = server.listen_tcp("no-such-name", 80);
    REQUIRE_FALSE(named);
    CHECK_THAT(named.error().message, Catch::Contains("is no address"));
    REQUIRE(server.listen_tcp("127.0.0.1", 0));
    web::Server second{loop.get_executor(), echo};
    const auto taken = second.listen_tcp("127.0.0.1", server.tcp_port());
    REQUIRE_FALSE(taken);
    CHECK_THAT(taken.error().message, Catch::Contains("[web] listen"));
    CHECK_FALSE(second.listen_control("/tmp/" + std::string(200, 'x')));
    CHECK_FALSE(second.listen_control("/nonexistent/x.sock"));
}
