// What happens to the service while it runs: polls, wake-ups, signals, reload, stop.
#include "daemon/app/impl.hpp"
#include "daemon/app/service.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace sanbao::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto drain_time = 4s;    // SIGTERM to exit: at most 5 s
constexpr auto timer_floor = 5ms;  // a wake-up is never a busy loop

// True when an item must keep history that it did not keep before.
bool keeps_more(const rules::Rulebook& before, const rules::Rulebook& after) {
    const auto& items = after.catalogue().items;
    for (std::uint32_t i = 0; i < items.size(); ++i) {
        const auto old = before.catalogue().item(items[i].id);
        if ((after.keeps_history(i) && (old == none || !before.keeps_history(old)))
            || (after.keeps_past(i) && (old == none || !before.keeps_past(old)))) {
            return true;
        }
    }
    return false;
}

}  // namespace

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
    const auto begun = std::ranges::any_of(
        engine.state().feeds, [](const auto& feed) { return feed.second.accepted.has_value(); });
    if (!begun) {
        replay->advance_to(target);  // the calendar begins with the first date, not before
    }
    for (auto due = engine.next_wake(); due && *due < target; due = engine.next_wake()) {
        replay->advance_to(*due);
        engine.wake();
    }
    replay->advance_to(target);
}

feeds::Fate App::Impl::accept(feeds::Poll poll) {
    if (stopping) {
        return feeds::Fate::lost;
    }
    advance_clock(poll);
    const auto then = feeds::fate_of(poll, engine.state());
    const auto fate = std::visit(
        [&](auto& outcome) {
            if (!engine.step(std::move(outcome))) {
                return feeds::Fate::lost;
            }
            return then(engine.state());
        },
        poll);
    // Off the hot path: messages of this step are already on their way.
    asio::post(loop, [this] {
        if (auto done = journal->checkpoint(); !done) {
            storage_failed(done.error());
        }
    });
    return fate;
}

// Once a day, beside the work of the day.
void App::Impl::prune_evidence() {
    const auto today = date_in(settings.rules->catalogue().zone, io::WallClock{}.now());
    asio::post(workers, [kept = evidence, today] {
        const auto removed = kept.prune(today);
        if (!removed) {
            spdlog::error("{}", removed.error().message);
        } else if (*removed > 0) {
            spdlog::info("evidence: {} bodies whose time is over were removed", *removed);
        }
    });
    prune_timer.expires_after(24h);
    prune_timer.async_wait([this](const boost::system::error_code& code) {
        if (!code && !stopping) {
            prune_evidence();
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
        next->store != settings.store || next->evidence != settings.evidence
        || next->replay_feed != settings.replay_feed || next->socket != settings.socket
        || next->web_host != settings.web_host || next->web_port != settings.web_port) {
        problems.emplace_back(
            "store, evidence, socket, web and clock cannot change while sanbaod runs; restart it "
            "for that");
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
        poller.set_feeds(settings.feeds, {});  // what other rules read is read again
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
    prune_timer.cancel();
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

}  // namespace sanbao::app
