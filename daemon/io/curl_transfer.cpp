// libcurl's multi-socket interface on one Asio loop.
//
// libcurl says which sockets it waits for and when it next wants to be woken; we wait with Asio and
// tell it what happened. Four rules keep the two apart:
//  - libcurl owns the sockets: a stream_descriptor lets go (release) and never closes;
//  - numbers of sockets are used again: after each wait we look whether the map still holds the
//    very same Watch;
//  - inside libcurl's callbacks nothing of libcurl is called: they only note and start waits;
//  - a finished exchange wakes its coroutine by its own timer, so it runs in a later turn of the
//    loop, and cancelling the coroutine is cancelling a timer.
#include "alerts/base/assert.hpp"
#include "daemon/io/curl_exchange.hpp"
#include "daemon/io/file.hpp"
#include "daemon/io/transfer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <unordered_map>

namespace sanbao::io {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t idle_handles_max = 64;  // kept for reuse, about 5 KB each
constexpr long idle_connections_max = 256;    // kept open for the next poll

struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// One socket that libcurl waits for.
struct Watch {
    Watch(const asio::any_io_executor& executor, curl_socket_t fd) : descriptor(executor, fd) {}
    asio::posix::stream_descriptor descriptor;
    int interest = 0;  // CURL_POLL_IN and CURL_POLL_OUT are bits
    bool waits_to_read = false;
    bool waits_to_write = false;
};

// An exchange on its way, and the coroutine that waits for it.
struct Flight {
    Flight(const asio::any_io_executor& executor, EasyHandle easy, Request request)
        : exchange(std::move(easy), std::move(request))
        , done(executor, asio::steady_timer::time_point::max()) {}
    Exchange exchange;
    std::optional<TransferResult<Response>> result;
    asio::steady_timer done;  // never expires; cancelled when `result` is there
};

// Held by every coroutine under way: it may outlive the Transfer by the end of the loop.
class Engine : public std::enable_shared_from_this<Engine> {
  public:
    explicit Engine(const asio::any_io_executor& executor);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    [[nodiscard]] EasyHandle take_handle();
    void keep_handle(EasyHandle easy);
    [[nodiscard]] bool start(Flight& flight);
    void remove(Flight& flight);
    [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }

  private:
    static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* unused);
    static int on_timer(CURLM* multi, long timeout_ms, void* self);
    void watch(curl_socket_t fd, int interest);
    void unwatch(curl_socket_t fd);
    void wait(const std::shared_ptr<Watch>& watch, curl_socket_t fd);
    void wait_for(const std::shared_ptr<Watch>& watch, curl_socket_t fd, int direction);
    void set_timer(long timeout_ms);
    void act(curl_socket_t fd, int events);
    void settle_finished();

    asio::any_io_executor executor_;
    std::unique_ptr<CURLM, FreeMulti> multi_;
    asio::steady_timer timer_;
    std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
    std::vector<EasyHandle> idle_;
};

CURLM* make_multi() {
    static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    SANBAO_ASSERT(ready == CURLE_OK);
    auto* const multi = curl_multi_init();
    SANBAO_ASSERT(multi != nullptr);
    return multi;
}

Engine::Engine(const asio::any_io_executor& executor)
    : executor_(executor), multi_(make_multi()), timer_(executor) {
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Engine::on_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, static_cast<void*>(this));
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Engine::on_timer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, static_cast<void*>(this));
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, idle_connections_max);
}

Engine::~Engine() {
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, nullptr);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, nullptr);
    for (auto& [fd, watch] : watches_) {
        watch->descriptor.release();
    }
}

EasyHandle Engine::take_handle() {
    if (idle_.empty()) {
        EasyHandle fresh{curl_easy_init()};
        SANBAO_ASSERT(fresh != nullptr);
        return fresh;
    }
    auto handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
}

void Engine::keep_handle(EasyHandle easy) {
    if (idle_.size() < idle_handles_max) {
        idle_.push_back(std::move(easy));
    }
}

bool Engine::start(Flight& flight) {
    curl_easy_setopt(flight.exchange.easy(), CURLOPT_PRIVATE, static_cast<void*>(&flight));
    return curl_multi_add_handle(multi_.get(), flight.exchange.easy()) == CURLM_OK;
}

void Engine::remove(Flight& flight) {
    curl_multi_remove_handle(multi_.get(), flight.exchange.easy());
}

int Engine::on_socket(CURL* /*easy*/, curl_socket_t fd, int what, void* self, void* /*unused*/) {
    auto& engine = *static_cast<Engine*>(self);
    if (what == CURL_POLL_REMOVE) {
        engine.unwatch(fd);
    } else {
        engine.watch(fd, what);
    }
    return 0;
}

int Engine::on_timer(CURLM* /*multi*/, long timeout_ms, void* self) {
    static_cast<Engine*>(self)->set_timer(timeout_ms);
    return 0;
}

void Engine::watch(curl_socket_t fd, int interest) {
    auto& watch = watches_[fd];
    if (!watch) {
        watch = std::make_shared<Watch>(executor_, fd);
    }
    watch->interest = interest;
    wait(watch, fd);
}

void Engine::unwatch(curl_socket_t fd) {
    const auto found = watches_.find(fd);
    if (found != watches_.end()) {
        found->second->descriptor.release();
        watches_.erase(found);
    }
}

void Engine::wait(const std::shared_ptr<Watch>& watch, curl_socket_t fd) {
    if ((watch->interest & CURL_POLL_IN) != 0 && !watch->waits_to_read) {
        watch->waits_to_read = true;
        wait_for(watch, fd, CURL_POLL_IN);
    }
    if ((watch->interest & CURL_POLL_OUT) != 0 && !watch->waits_to_write) {
        watch->waits_to_write = true;
        wait_for(watch, fd, CURL_POLL_OUT);
    }
}

void Engine::wait_for(const std::shared_ptr<Watch>& watch, curl_socket_t fd, int direction) {
    const bool reading = direction == CURL_POLL_IN;
    watch->descriptor.async_wait(
        reading ? asio::posix::stream_descriptor::wait_read
                : asio::posix::stream_descriptor::wait_write,
        [weak = weak_from_this(), watch, fd, reading](error_code failed) {
            (reading ? watch->waits_to_read : watch->waits_to_write) = false;
            const auto engine = weak.lock();
            if (!engine || failed == asio::error::operation_aborted) {
                return;
            }
            const auto still_ours = [&] {
                const auto found = engine->watches_.find(fd);
                return found != engine->watches_.end() && found->second == watch;
            };
            if (!still_ours()) {
                return;
            }
            if ((watch->interest & (reading ? CURL_POLL_IN : CURL_POLL_OUT)) != 0) {
                engine->act(
                    fd,
                    failed    ? CURL_CSELECT_ERR
                    : reading ? CURL_CSELECT_IN
                              : CURL_CSELECT_OUT);
            }
            if (still_ours()) {
                engine->wait(watch, fd);
            }
        });
}

void Engine::set_timer(long timeout_ms) {
    if (timeout_ms < 0) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(std::chrono::milliseconds{timeout_ms});
    timer_.async_wait([weak = weak_from_this()](error_code failed) {
        const auto engine = weak.lock();
        if (engine && !failed) {
            engine->act(CURL_SOCKET_TIMEOUT, 0);
        }
    });
}

void Engine::act(curl_socket_t fd, int events) {
    int running = 0;
    const auto code = curl_multi_socket_action(multi_.get(), fd, events, &running);
    SANBAO_ASSERT(code == CURLM_OK || code == CURLM_BAD_SOCKET);
    settle_finished();
}

void Engine::settle_finished() {
    int queued = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &queued)) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        const auto code = message->data.result;  // the message dies with the removal below
        auto* const easy = message->easy_handle;
        void* owner = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
        auto& flight = *static_cast<Flight*>(owner);
        curl_multi_remove_handle(multi_.get(), easy);
        flight.result.emplace(flight.exchange.finish(code));
        flight.done.cancel();
    }
}

// Takes the exchange out of libcurl's hands however the coroutine ends: answered, cancelled, or
// destroyed with the loop.
class Landing {
  public:
    Landing(std::shared_ptr<Engine> engine, Flight& flight)
        : engine_(std::move(engine)), flight_(flight) {}
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    ~Landing() {
        engine_->remove(flight_);  // no effect once settled
        engine_->keep_handle(flight_.exchange.release());
    }

  private:
    std::shared_ptr<Engine> engine_;
    Flight& flight_;
};

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

// libcurl would wait for ever for the writer of a FIFO, and read a device without an end.
TransferResult<Response> read_file_url(const Request& request) {
    const std::unique_ptr<CURLU, FreeUrl> url{curl_url()};
    char* path = nullptr;
    if (url == nullptr
        || curl_url_set(url.get(), CURLUPART_URL, request.url.c_str(), 0) != CURLUE_OK
        || curl_url_get(url.get(), CURLUPART_PATH, &path, CURLU_URLDECODE) != CURLUE_OK) {
        return TransferError{
            TransferProblem::bad_request, 0, "the address of the file is wrong: file:///path"};
    }
    const std::string name{path};
    curl_free(path);
    auto body = read_file(name, request.body_max);
    if (!body) {
        const auto& error = body.error();
        return TransferError{
            error.kind == ErrorKind::too_large  ? TransferProblem::too_large
            : error.kind == ErrorKind::rejected ? TransferProblem::denied
                                                : TransferProblem::unreachable,
            0,
            error.message};
    }
    Response response;
    response.status = 200;
    response.body = std::move(*body);
    return response;
}

class CurlTransfer final : public Transfer {
  public:
    explicit CurlTransfer(const asio::any_io_executor& executor)
        : engine_(std::make_shared<Engine>(executor)) {}

    asio::awaitable<TransferResult<Response>> perform(Request request) override {
        return run(engine_, std::move(request));
    }

  private:
    static asio::awaitable<TransferResult<Response>> run(
        std::shared_ptr<Engine> engine, Request request) {
        if (auto problem = request_problem(request)) {
            co_return *std::move(problem);
        }
        if (request.url.starts_with("file:")) {
            co_return read_file_url(request);
        }
        Flight flight{engine->executor(), engine->take_handle(), std::move(request)};
        const Landing landing{engine, flight};
        if (!engine->start(flight)) {
            co_return TransferError{
                TransferProblem::unreachable, 0, "libcurl could not start the transfer"};
        }
        co_await flight.done.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!flight.result) {
            co_return TransferError{TransferProblem::unreachable, 0, "the transfer was cancelled"};
        }
        co_return *std::move(flight.result);
    }

    std::shared_ptr<Engine> engine_;
};

}  // namespace

const std::string* Response::header(std::string_view lower_case_name) const {
    const auto found =
        std::ranges::find(headers, lower_case_name, [](const auto& header) -> std::string_view {
            return header.first;
        });
    return found == headers.end() ? nullptr : &found->second;
}

std::unique_ptr<Transfer> make_curl_transfer(asio::any_io_executor executor) {
    return std::make_unique<CurlTransfer>(executor);
}

}  // namespace sanbao::io
