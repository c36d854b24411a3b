#include "daemon/app/app.hpp"

#include "daemon/app/impl.hpp"
#include "daemon/app/service.hpp"
#include "daemon/io/secret.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace sanbao::app {

int exit_code_of(const Error& error) {
    return error.kind == ErrorKind::locked ? 75 : 1;
}

namespace {

std::unique_ptr<io::Clock> make_clock(const settings::Settings& settings, Instant latest) {
    if (settings.replay_feed.empty()) {
        return std::make_unique<io::WallClock>();
    }
    const auto& zone = settings.rules->catalogue().zone;
    return std::make_unique<io::ReplayClock>(
        std::max(latest, at_time(zone, settings.replay_start, settings.replay_time)));
}

}  // namespace

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
    // A body that other settings read must be read again: they may map more of it.
    const auto same_settings = engine.state().config_digest == settings.rules->catalogue().digest;
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
    using Digests = std::map<std::string, std::string>;
    poller.set_feeds(settings.feeds, same_settings ? accepted_digests() : Digests{});
    await_signal();
    arm_watchdog();
    prune_evidence();
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
