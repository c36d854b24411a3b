// Inside app/: the service and its parts, in the order in which they are made.
#pragma once

#include "daemon/app/app.hpp"
#include "daemon/app/engine.hpp"
#include "daemon/feeds/poller.hpp"
#include "daemon/io/transfer.hpp"
#include "daemon/notify/sender.hpp"
#include "daemon/store/evidence.hpp"
#include "daemon/web/api.hpp"
#include "daemon/web/push.hpp"
#include "daemon/web/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::app {

// 75 when another process owns the store, else 1.
int exit_code_of(const Error& error);

struct App::Impl {
    Impl(
        settings::Settings loaded,
        std::unique_ptr<store::Journal> opened,
        core::State recovered,
        std::unique_ptr<io::Clock> time)
        : settings(std::move(loaded))
        , journal(std::move(opened))
        , clock(std::move(time))
        , engine(*journal, *clock, std::move(recovered))
        , evidence(settings.evidence)
        , transfer(io::make_curl_transfer(loop.get_executor()))
        , poller(loop.get_executor(), poller_parts())
        , sender(loop.get_executor(), sender_parts())
        , pushes(push_ports(), io::WallClock{}.now())
        , server(loop.get_executor(), web::make_api(ports())) {
        server.set_intake(pushes.intake());
    }

    settings::Settings settings;
    boost::asio::io_context loop{1};
    boost::asio::thread_pool workers{1};  // evidence; decoding and hashing of large bodies
    std::unique_ptr<store::Journal> journal;
    std::unique_ptr<io::Clock> clock;
    Engine engine;
    store::Evidence evidence;
    std::unique_ptr<io::Transfer> transfer;
    feeds::Poller poller;
    notify::Sender sender;
    web::Pushes pushes;
    web::Server server;
    boost::asio::signal_set signals{loop, SIGTERM, SIGINT, SIGHUP};
    boost::asio::steady_timer wake_timer{loop};
    boost::asio::steady_timer watchdog{loop};
    boost::asio::steady_timer prune_timer{loop};
    boost::asio::steady_timer drain_timer{loop};
    bool ready = false;
    bool stopping = false;
    int exit_code = 0;

    // What each part sees of the others; the rest of this struct is their plumbing.
    feeds::Poller::Parts poller_parts();
    notify::Sender::Parts sender_parts();
    web::Ports ports();
    web::Pushes::Ports push_ports();

    Result<std::string> file(web::FiledForm form, const std::string& actor);
    Result<void> start();
    feeds::Fate accept(feeds::Poll poll);
    void advance_clock(const feeds::Poll& poll);
    void after_step();
    void arm_wake();
    void arm_watchdog();
    void prune_evidence();
    void await_signal();
    std::vector<std::string> reload();
    void use_settings(settings::Settings next);
    void stop(const std::string& reason);
    void finish(const std::string& reason);
    void storage_failed(const Error& error);
    [[nodiscard]] std::map<std::string, std::string> accepted_digests() const;
};

}  // namespace sanbao::app
