#include "daemon/app/app.hpp"

#include "daemon/app/engine.hpp"
#include "daemon/app/service.hpp"
#include "daemon/feeds/poller.hpp"
#include "daemon/io/secret.hpp"
#include "daemon/io/transfer.hpp"
#include "daemon/notify/sender.hpp"
#include "daemon/web/api.hpp"
#include "daemon/web/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace sanbao::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto drain_time = 4s;    // SIGTERM to exit: at most 5 s
constexpr auto timer_floor = 5ms;  // a wake-up is never a busy loop

int exit_code_of(const Error& error) {
    return error.kind == ErrorKind::locked ? 75 : 1;
}

std::unique_ptr<io::Clock> make_clock(const settings::Settings& settings, Instant latest) {
    if (settings.replay_feed.empty()) {
        return std::make_unique<io::WallClock>();
    }
    const auto& zone = settings.rules->catalogue().zone;
    return std::make_unique<io::ReplayClock>(
        std::max(latest, at_time(zone, settings.replay_start, settings.replay_time)));
}

// True when an item must keep history that it did not keep before.
bool keeps_more(const rules::Rulebook& before, const rules::Rulebook& after) {
    const auto& items = after.catalogue().items;
    for (std::uint32_t i = 0; i < items.size(); ++i) {
        const auto old = before.catalogue().item(items[i].id);
        if (after.keeps_history(i) && (old == none || !before.keeps_history(old))) {
            return true;
        }
    }
    return false;
}

}  // namespace

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
        , transfer(io::make_curl_transfer(loop.get_executor()))
        , poller(loop.get_executor(), poller_parts())
        , sender(loop.get_executor(), sender_parts())
        , server(loop.get_executor(), web::make_api(ports())) {}

    settings::Settings settings;
    asio::io_context loop{1};
    asio::thread_pool workers{1};  // decoding and hashing of large bodies
    std::unique_ptr<store::Journal> journal;
    std::unique_ptr<io::Clock> clock;
    Engine engine;
    std::unique_ptr<io::Transfer> transfer;
    feeds::Poller poller;
    notify::Sender sender;
    web::Server server;
    asio::signal_set signals{loop, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer wake_timer{loop};
    asio::steady_timer watchdog{loop};
    asio::steady_timer drain_timer{loop};
    bool ready = false;
    bool stopping = false;
    int exit_code = 0;

    // What each part sees of the others; the rest of this struct is their plumbing.
    feeds::Poller::Parts poller_parts();
    notify::Sender::Parts sender_parts();
    web::Ports ports();

    Result<void> start();
    void accept(feeds::Poll poll);
    void advance_clock(const feeds::Poll& poll);
    void after_step();
    void arm_wake();
    void arm_watchdog();
    void await_signal();
    std::vector<std::string> reload();
    void use_settings(settings::Settings next);
    void stop(const std::string& reason);
    void finish(const std::string& reason);
    void storage_failed(const Error& error);
    [[nodiscard]] std::map<std::string, std::string> accepted_digests() const;
};

feeds::Poller::Parts App::Impl::poller_parts() {
    return {
        *transfer,
        workers,
        [this] { return clock->now(); },
        [this] { return engine.state().rules; },
        [this](feeds::Poll poll) {
            accept(std::move(poll));
        }};
}

notify::Sender::Parts App::Impl::sender_parts() {
    return {
        *transfer,
        settings.rules->catalogue().zone,
        [this] { return clock->now(); },
        [this](const std::string& channel) {
            return core::due_messages(engine.state(), channel, clock->now());
        },
        [this](std::vector<std::string> ids) -> std::vector<store::Message> {
            if (!engine.step(core::AttemptsBegun{ids})) {
                return {};
            }
            auto messages = journal->load(ids);
            if (!messages) {
                storage_failed(messages.error());
                return {};
            }
            return std::move(*messages);
        },
        [this](std::vector<core::AttemptSettled> settled) {
            engine.step(core::AttemptsSettled{std::move(settled)});
        }};
}

web::Ports App::Impl::ports() {
    web::Ports ports;
    ports.state = [this]() -> const core::State& {
        return engine.state();
    };
    ports.now = [this] {
        return clock->now();
    };
    ports.counters = [this] {
        const auto& own = engine.counters();
        web::Counters counters;
        counters.sweeps = own.sweeps;
        counters.polls = own.polls;
        counters.steps = own.steps;
        counters.records = own.records;
        counters.head_seq = journal->head().seq;
        counters.step_seconds = std::chrono::duration<double>(own.in_steps).count();
        return counters;
    };
    ports.messages = [this](const std::string& alert) -> std::vector<store::MessageFate> {
        auto fates = journal->fates(alert);
        if (!fates) {
            storage_failed(fates.error());
            return {};
        }
        return std::move(*fates);
    };
    ports.places = [this] {
        return settings.places;
    };
    ports.ready = [this] {
        return ready && !stopping && !engine.failed();
    };
    ports.replay = [this] {
        return !settings.replay_feed.empty();
    };
    ports.reload = [this] {
        return reload();
    };
    ports.act = [this](core::Act act, std::string actor) -> Result<void> {
        if (auto permitted = core::permit(engine.state(), act); !permitted) {
            return permitted.error();
        }
        if (!engine.step(std::move(act), actor)) {
            return Error{ErrorKind::io, "the store failed; nothing was done"};
        }
        return {};
    };
    return ports;
}

std::map<std::string, std::string> App::Impl::accepted_digests() const {
    std::map<std::string, std::string> digests;
    for (const auto& [id, feed] : engine.state().feeds) {
        digests[id] = feed.digest;
    }
    return digests;
}

Result<void> App::Impl::start() {
    engine.set_hooks(
        {[this] { after_step(); },
         [this](const Error& error) {
             storage_failed(error);
         }});
    if (!engine.step(core::Started{SANBAO_VERSION})
        || !engine.step(core::RulesLoaded{settings.rules, {}})) {
        return Error{ErrorKind::io, "the store failed at start"};
    }
    if (auto listening = server.listen_tcp(settings.web_host, settings.web_port); !listening) {
        return listening.error();
    }
    if (auto listening = server.listen_control(settings.socket); !listening) {
        return listening.error();
    }
    sender.set_channels(settings.channels);
    poller.set_feeds(settings.feeds, accepted_digests());
    await_signal();
    arm_watchdog();
    ready = true;
    const auto& catalogue = settings.rules->catalogue();
    const auto status = fmt::format(
        "{} subjects, {} indicators, {} feeds",
        catalogue.subjects.size(),
        catalogue.indicators.size(),
        settings.feeds.size());
    spdlog::info(
        "sanbaod {} ready: {}; http://{}:{}",
        SANBAO_VERSION,
        status,
        settings.web_host,
        settings.web_port);
    service::ready(status);
    sender.kick();
    return {};
}

// In replay the driving feed's newest date moves the clock, and on the way there everything that
// becomes due does so at its own time.
void App::Impl::advance_clock(const feeds::Poll& poll) {
    auto* replay = dynamic_cast<io::ReplayClock*>(clock.get());
    const auto* accepted = std::get_if<core::PollAccepted>(&poll);
    const auto& catalogue = engine.state().rules->catalogue();
    if (replay == nullptr || accepted == nullptr || accepted->cells.empty()
        || catalogue.feeds[accepted->feed].id != settings.replay_feed) {
        return;
    }
    const auto newest = std::ranges::max(accepted->cells, {}, &rules::Cell::date).date;
    const auto target = at_time(catalogue.zone, newest, settings.replay_time);
    for (auto due = engine.next_wake(); due && *due < target; due = engine.next_wake()) {
        replay->advance_to(*due);
        engine.wake();
    }
    replay->advance_to(target);
}

void App::Impl::accept(feeds::Poll poll) {
    if (stopping) {
        return;
    }
    advance_clock(poll);
    std::visit([this](auto& outcome) { engine.step(std::move(outcome)); }, poll);
    // Off the hot path: messages of this step are already on their way.
    asio::post(loop, [this] {
        if (auto done = journal->checkpoint(); !done) {
            storage_failed(done.error());
        }
    });
}

void App::Impl::after_step() {
    sender.kick();
    arm_wake();
}

void App::Impl::arm_wake() {
    const auto due = engine.next_wake();
    if (!due || stopping) {
        wake_timer.cancel();
        return;
    }
    const auto wait = std::max<Millis>(*due - clock->now(), timer_floor);
    wake_timer.expires_after(std::min<Millis>(wait, 24h));
    wake_timer.async_wait([this](const boost::system::error_code& code) {
        if (!code && !stopping) {
            engine.wake();
        }
    });
}

void App::Impl::arm_watchdog() {
    const auto interval = service::watchdog_interval();
    if (!interval) {
        return;
    }
    service::alive();
    watchdog.expires_after(*interval);
    watchdog.async_wait([this](const boost::system::error_code& code) {
        if (!code) {
            arm_watchdog();
        }
    });
}

void App::Impl::await_signal() {
    signals.async_wait([this](const boost::system::error_code& code, int signal) {
        if (code) {
            return;
        }
        if (signal == SIGHUP) {
            reload();
        } else {
            stop(signal == SIGTERM ? "SIGTERM" : "SIGINT");
        }
        await_signal();
    });
}

std::vector<std::string> App::Impl::reload() {
    auto next = settings::load(settings.file);
    std::vector<std::string> problems;
    if (!next) {
        std::ranges::transform(
            next.error(), std::back_inserter(problems), &settings::Problem::to_text);
    } else if (
        next->store != settings.store || next->replay_feed != settings.replay_feed
        || next->socket != settings.socket || next->web_port != settings.web_port) {
        problems.emplace_back(
            "store, socket, web and clock cannot change while sanbaod runs; restart it for that");
    }
    if (problems.empty()) {
        use_settings(std::move(*next));
    } else {
        std::ranges::for_each(problems, [](const auto& p) { spdlog::error("{}", p); });
        engine.step(core::RulesRejected{problems});
    }
    return problems;
}

void App::Impl::use_settings(settings::Settings next) {
    core::RulesLoaded loaded{next.rules, {}};
    if (keeps_more(*engine.state().rules, *next.rules)) {
        auto readings = journal->readings(*next.rules);
        if (!readings) {
            return storage_failed(readings.error());
        }
        loaded.readings = std::move(*readings);
    }
    if (engine.step(std::move(loaded))) {
        settings = std::move(next);
        sender.set_channels(settings.channels);
        poller.set_feeds(settings.feeds, accepted_digests());
    }
}

// Named teardown, in this order, in bounded time: what is not finished then is found again at the
// next start.
void App::Impl::stop(const std::string& reason) {
    if (stopping) {
        return;
    }
    stopping = true;
    spdlog::info("stopping on {}: {} messages in flight", reason, sender.in_flight());
    service::stopping();
    poller.stop();
    wake_timer.cancel();
    drain_timer.expires_after(drain_time);
    drain_timer.async_wait([this, reason](const boost::system::error_code& code) {
        if (!code) {
            spdlog::warn("{} messages still in flight; they are sent again", sender.in_flight());
            finish(reason);
        }
    });
    sender.drain([this, reason] { finish(reason); });
}

void App::Impl::finish(const std::string& reason) {
    drain_timer.cancel();
    engine.step(core::Stopped{reason});
    if (auto closed = journal->close(); !closed) {
        exit_code = exit_code_of(closed.error());
        spdlog::critical("{}", closed.error().message);
    }
    server.close();
    loop.stop();
}

// Memory may not lead the disk: nothing goes on. systemd starts us again.
void App::Impl::storage_failed(const Error& error) {
    exit_code = exit_code_of(error);
    service::status(error.message);
    spdlog::critical("stopping at once: {}", error.message);
    loop.stop();
}

App::App(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
App::~App() = default;

Result<std::unique_ptr<App>> App::create(settings::Settings settings) {
    for (const auto& channel : settings.channels) {
        for (const auto& source : {channel.password, channel.secret}) {
            if (auto secret = io::read_secret(source); !source.empty() && !secret) {
                return invalid(fmt::format("channel {}: {}", channel.id, secret.error().message));
            }
        }
    }
    const io::WallClock wall;
    const auto& zone = settings.rules->catalogue().zone;
    const auto first = settings.replay_feed.empty()
                           ? wall.now()
                           : at_time(zone, settings.replay_start, settings.replay_time);
    auto journal = store::Journal::open(settings.store, first, SANBAO_VERSION);
    if (!journal) {
        return journal.error();
    }
    auto state = recover(**journal, settings.rules);
    if (!state) {
        return state.error();
    }
    auto clock = make_clock(settings, (*journal)->last_at());
    return std::unique_ptr<App>{new App{std::make_unique<Impl>(
        std::move(settings), std::move(*journal), std::move(*state), std::move(clock))}};
}

int App::run() {
    if (auto started = impl_->start(); !started) {
        spdlog::critical("{}", started.error().message);
        return exit_code_of(started.error());
    }
    impl_->loop.run();
    return impl_->exit_code;
}

int run(const std::filesystem::path& config) {
    std::signal(SIGPIPE, SIG_IGN);
    auto settings = settings::load(config);
    if (!settings) {
        for (const auto& problem : settings.error()) {
            fmt::print(stderr, "{}\n", problem.to_text());
        }
        fmt::print(
            stderr,
            "sanbaod: {} problems in the settings; nothing was started\n",
            settings.error().size());
        return 2;
    }
    service::set_up_log(settings->log_level);
    std::ranges::for_each(settings->notes, [](const auto& note) { spdlog::warn("{}", note); });
    auto app = App::create(std::move(*settings));
    if (!app) {
        spdlog::critical("{}", app.error().message);
        return app.error().kind == ErrorKind::invalid ? 2 : exit_code_of(app.error());
    }
    return (*app)->run();
}

}  // namespace sanbao::app
