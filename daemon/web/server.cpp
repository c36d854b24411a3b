#include "daemon/web/server.hpp"

#include "daemon/web/http_messages.hpp"
#include "daemon/web/peer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace sanbao::web {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

// One protocol for TCP and Unix sockets: every template below is instantiated once.
using Protocol = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Protocol>;
using Stream = beast::basic_stream<Protocol>;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

constexpr auto rest_after_failure = 100ms;  // of accept(): descriptors may have run out
constexpr auto linger_time = 2s;            // for a refused client to read why
constexpr std::size_t buffer_max = limits::http_header_bytes_max + limits::http_body_bytes_max;

struct Session {
    explicit Session(Protocol::socket socket) : stream(std::move(socket)) {}
    Stream stream;
    std::string actor = "web";
    bool control = false;
    bool answering = false;  // close() lets an answer leave
};

struct Listener {
    explicit Listener(const asio::any_io_executor& executor) : acceptor(executor), rest(executor) {}
    Acceptor acceptor;
    asio::steady_timer rest;
    std::filesystem::path control;  // empty: TCP
    std::set<std::shared_ptr<Session>> sessions;
};

}  // namespace

struct Server::Impl {
    Impl(asio::any_io_executor on, Handler serve, Patience waits)
        : executor(std::move(on)), handler(std::move(serve)), patience(waits) {}

    // Coroutines hold `self`: they may outlive the Server by the end of the loop.
    using Self = std::shared_ptr<Impl>;
    static Result<void> listen(
        const Self& self, const Protocol::endpoint& endpoint, const std::filesystem::path& control);
    static asio::awaitable<void> accept(Self self, std::shared_ptr<Listener> listener);
    static void welcome(
        const Self& self, const std::shared_ptr<Listener>& listener, Protocol::socket socket);
    static asio::awaitable<void> serve(Self self, std::shared_ptr<Session> session);
    static asio::awaitable<bool> send(Self self, Session& session, Response response);
    static asio::awaitable<std::optional<Response>> exchange(
        Self self, std::shared_ptr<Session> session, beast::flat_buffer& buffer);

    std::optional<Call> identify(
        const Session& session, const http::request<http::string_body>& request) const;
    Response finish(const http::request<http::string_body>& request, Reply reply) const;
    void close();

    asio::any_io_executor executor;
    Handler handler;
    Intake intake;
    Patience patience;
    std::vector<std::shared_ptr<Listener>> listeners;
    unsigned short tcp_port = 0;
    bool closed = false;
};

namespace {

// Waits for the first bytes of the next request; false when none come.
asio::awaitable<bool> wait_for_request(Session& session, beast::flat_buffer& buffer, Millis idle) {
    constexpr std::size_t first_read = 4096;
    session.stream.expires_after(idle);
    const auto space = buffer.prepare(first_read);
    const auto [error, bytes] = co_await session.stream.async_read_some(space, as_result);
    buffer.commit(bytes);
    co_return !error && bytes > 0;
}

// Reads away what a refused client still sends, so that it can read why before the reset.
asio::awaitable<void> linger(Session& session) {
    error_code ignored;
    session.stream.socket().shutdown(Protocol::socket::shutdown_send, ignored);
    session.stream.expires_after(linger_time);
    std::array<char, 4096> sink{};
    for (;;) {
        const auto space = asio::buffer(sink);
        const auto [error, bytes] = co_await session.stream.async_read_some(space, as_result);
        if (error || bytes == 0) {
            co_return;
        }
    }
}

void rethrow(const std::exception_ptr& thrown) {
    if (thrown) {
        std::rethrow_exception(thrown);  // our own fault: it leaves through the loop's run()
    }
}

}  // namespace

std::optional<Call> Server::Impl::identify(
    const Session& session, const http::request<http::string_body>& request) const {
    auto call = call_of(request);
    if (call) {
        call->control = session.control;
        call->actor = session.actor;
    }
    return call;
}

Response Server::Impl::finish(const http::request<http::string_body>& request, Reply reply) const {
    auto response = make_response(request.version(), std::move(reply));
    if (request.method() == http::verb::head) {
        response.body().clear();  // its length stays in the header
    }
    response.keep_alive(request.keep_alive() && !closed);
    return response;
}

asio::awaitable<bool> Server::Impl::send(Self self, Session& session, Response response) {
    session.answering = true;
    session.stream.expires_after(self->patience.request);
    const auto [error, bytes] = co_await http::async_write(session.stream, response, as_result);
    session.answering = false;
    co_return !error && bytes > 0 && response.keep_alive() && !self->closed;
}

// Reads one request and makes its answer; nullopt when nobody is there to hear one.
asio::awaitable<std::optional<Response>> Server::Impl::exchange(
    Self self, std::shared_ptr<Session> session, beast::flat_buffer& buffer) {
    constexpr unsigned http_1_1 = 11;
    const auto refused = [](Reply reply) {
        auto response = make_response(http_1_1, std::move(reply));
        response.keep_alive(false);
        return std::optional{std::move(response)};
    };
    http::request_parser<http::string_body> parser;
    parser.header_limit(limits::http_header_bytes_max);
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // known behind the header
    session->stream.expires_after(self->patience.request);
    const auto head = co_await http::async_read_header(session->stream, buffer, parser, as_result);
    std::uint64_t body_max = limits::http_body_bytes_max;
    if (const auto error = std::get<0>(head)) {
        auto refusal = refusal_of(error, body_max);
        co_return refusal ? refused(std::move(*refusal)) : std::nullopt;
    }
    auto call = self->identify(*session, parser.get());
    std::optional<Intake::Admission> admission;
    if (call && self->intake.admit) {
        admission = self->intake.admit(*call);
    }
    if (admission) {
        if (admission->refused) {
            co_return refused(std::move(*admission->refused));
        }
        body_max = static_cast<std::uint64_t>(admission->body_max);
    }
    parser.body_limit(body_max);
    if (const auto length = parser.content_length(); length && *length > body_max) {
        auto refusal = refusal_of(http::error::body_limit, body_max);
        co_return refused(std::move(*refusal));
    }
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on{http::status::continue_, http_1_1};
        co_await http::async_write(session->stream, go_on, as_result);
    }
    const auto whole = co_await http::async_read(session->stream, buffer, parser, as_result);
    if (const auto error = std::get<0>(whole)) {
        auto refusal = refusal_of(error, body_max);
        co_return refusal ? refused(std::move(*refusal)) : std::nullopt;
    }
    Reply reply;
    if (!call) {
        reply = plain_reply(400, "the target of the request is no path");
    } else {
        call->body = std::move(parser.get().body());
        if (admission) {
            session->stream.expires_never();
            reply = co_await self->intake.serve(std::move(*call));
        } else {
            reply = self->handler(*call);
        }
    }
    co_return self->finish(parser.get(), std::move(reply));
}

asio::awaitable<void> Server::Impl::serve(Self self, std::shared_ptr<Session> session) {
    beast::flat_buffer buffer{buffer_max};
    for (bool goes_on = true; goes_on;) {
        if (buffer.size() == 0) {
            const bool came = co_await wait_for_request(*session, buffer, self->patience.idle);
            if (!came) {
                co_return;
            }
        }
        auto response = co_await exchange(self, session, buffer);
        if (!response) {
            co_return;
        }
        goes_on = co_await send(self, *session, std::move(*response));
    }
    if (!self->closed) {
        co_await linger(*session);
    }
}

void Server::Impl::welcome(
    const Self& self, const std::shared_ptr<Listener>& listener, Protocol::socket socket) {
    if (listener->sessions.size() >= static_cast<std::size_t>(limits::http_connections_max)) {
        return;  // closes it: who holds on to connections must not stop everybody else
    }
    auto session = std::make_shared<Session>(std::move(socket));
    if (!listener->control.empty()) {
        session->control = true;
        session->actor = peer_actor(session->stream.socket().native_handle());
    }
    listener->sessions.insert(session);
    asio::co_spawn(
        self->executor, serve(self, session), [listener, session](std::exception_ptr thrown) {
            listener->sessions.erase(session);
            rethrow(thrown);
        });
}

asio::awaitable<void> Server::Impl::accept(Self self, std::shared_ptr<Listener> listener) {
    while (listener->acceptor.is_open()) {
        auto [error, socket] = co_await listener->acceptor.async_accept(as_result);
        if (!error) {
            welcome(self, listener, std::move(socket));
        } else if (listener->acceptor.is_open()) {
            listener->rest.expires_after(rest_after_failure);
            co_await listener->rest.async_wait(as_result);
        }
    }
}

Result<void> Server::Impl::listen(
    const Self& self, const Protocol::endpoint& endpoint, const std::filesystem::path& control) {
    auto listener = std::make_shared<Listener>(self->executor);
    error_code error;
    auto& acceptor = listener->acceptor;
    acceptor.open(endpoint.protocol(), error);
    if (!error && control.empty()) {
        acceptor.set_option(asio::socket_base::reuse_address{true}, error);
    }
    if (!error) {
        acceptor.bind(endpoint, error);
    }
    if (!error && !control.empty()) {
        // Nobody can connect before listen(), so there is no moment at which others could.
        using std::filesystem::perms;
        std::error_code refused;
        std::filesystem::permissions(control, perms::owner_read | perms::owner_write, refused);
        error = refused;
    }
    if (!error) {
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
        return Error{ErrorKind::io, error.message()};
    }
    listener->control = control;
    self->listeners.push_back(listener);
    asio::co_spawn(self->executor, accept(self, listener), rethrow);
    return {};
}

void Server::Impl::close() {
    if (std::exchange(closed, true)) {
        return;
    }
    for (const auto& listener : listeners) {
        error_code ignored;
        listener->acceptor.close(ignored);
        listener->rest.cancel();
        if (!listener->control.empty()) {
            std::error_code unremoved;
            std::filesystem::remove(listener->control, unremoved);
        }
        for (const auto& session : listener->sessions) {
            if (!session->answering) {
                session->stream.close();
            }
        }
    }
}

Server::Server(asio::any_io_executor executor, Handler handler, Patience patience)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(handler), patience)) {}

Server::~Server() {
    impl_->close();
}

void Server::set_intake(Intake intake) {
    impl_->intake = std::move(intake);
}

Result<void> Server::listen_tcp(const std::string& host, unsigned short port) {
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) {
        return invalid(fmt::format(
            "web: '{}' is no address to listen on; write one such as 127.0.0.1 or ::1", host));
    }
    const asio::ip::tcp::endpoint endpoint{address, port};
    if (auto listening = Impl::listen(impl_, endpoint, {}); !listening) {
        return Error{
            ErrorKind::io,
            fmt::format(
                "web: cannot listen on {} port {}: {}; choose another in [web] listen",
                host,
                port,
                listening.error().message)};
    }
    const auto bound = impl_->listeners.back()->acceptor.local_endpoint(error);
    asio::ip::tcp::endpoint tcp;
    tcp.resize(bound.size());
    std::memcpy(tcp.data(), bound.data(), bound.size());
    impl_->tcp_port = tcp.port();
    return {};
}

Result<void> Server::listen_control(const std::filesystem::path& path) {
    constexpr std::size_t path_max = 107;  // sockaddr_un
    if (path.native().size() > path_max) {
        return invalid(fmt::format(
            "the path of the control socket is longer than {} bytes: {}; set a shorter one in "
            "[store] socket",
            path_max,
            path.native()));
    }
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    const asio::local::stream_protocol::endpoint endpoint{path.native()};
    if (auto listening = Impl::listen(impl_, endpoint, path); !listening) {
        return Error{
            ErrorKind::io,
            fmt::format(
                "cannot open the control socket {}: {}", path.native(), listening.error().message)};
    }
    return {};
}

unsigned short Server::tcp_port() const {
    return impl_->tcp_port;
}

void Server::close() {
    impl_->close();
}

}  // namespace sanbao::web
