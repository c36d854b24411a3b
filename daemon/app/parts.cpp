// What each part sees of the others.
#include "alerts/base/digest.hpp"
#include "alerts/core/duties.hpp"
#include "daemon/app/impl.hpp"
#include "daemon/feeds/decode.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace sanbao::app {

namespace {

store::Retention retention_of(feeds::Keep keep) {
    return keep == feeds::Keep::short_term ? store::Retention::short_term
                                           : store::Retention::long_term;
}

}  // namespace

feeds::Poller::Parts App::Impl::poller_parts() {
    return {
        *transfer,
        workers,
        [this] { return clock->now(); },
        [this] { return engine.state().rules; },
        [this](feeds::Poll poll) { return accept(std::move(poll)); },
        // On a worker: nothing of `this` is touched there.
        [kept = evidence, zone = settings.rules->catalogue().zone, wall = io::WallClock{}](
            std::string_view body, const std::string& digest, feeds::Keep keep) {
            return kept.put(body, digest, retention_of(keep), date_in(zone, wall.now()));
        }};
}

namespace {

web::PushAnswer answer_of(feeds::Poller::Pushed pushed) {
    using Fate = web::PushAnswer::Fate;
    web::PushAnswer answer;
    switch (pushed.fate) {
        case feeds::Fate::lost:
        case feeds::Fate::failed:
            answer.fate = Fate::not_now;
            break;
        case feeds::Fate::refused:
        case feeds::Fate::discarded:
            answer.fate = Fate::refused;
            break;
        case feeds::Fate::unchanged:
            answer.fate = Fate::unchanged;
            break;
        case feeds::Fate::taken:
            answer.fate = Fate::taken;
            break;
        case feeds::Fate::held:
            answer.fate = Fate::held;
            break;
    }
    answer.digest = std::move(pushed.digest);
    answer.rows = pushed.rows;
    answer.problems = std::move(pushed.problems);
    return answer;
}

boost::asio::awaitable<web::PushAnswer> take_push(
    feeds::Poller& poller, std::string feed, std::string body) {
    auto pushed = co_await poller.push(std::move(feed), std::move(body));
    co_return answer_of(std::move(pushed));
}

}  // namespace

web::Pushes::Ports App::Impl::push_ports() {
    web::Pushes::Ports ports;
    ports.now = [wall = io::WallClock{}] {
        return wall.now();
    };
    ports.feed = [this](const std::string& name) -> std::optional<web::PushFeed> {
        const auto feed = std::ranges::find(settings.feeds, name, &feeds::FeedSettings::id);
        if (feed == settings.feeds.end() || feed->arrives != Arrival::push) {
            return std::nullopt;
        }
        return web::PushFeed{feed->push_secret, feed->body_max};
    };
    ports.take = [this](std::string feed, std::string body) {
        return take_push(poller, std::move(feed), std::move(body));
    };
    ports.log = [](const std::string& sentence) {
        spdlog::warn("push: {}", sentence);
    };
    return ports;
}

notify::Sender::Parts App::Impl::sender_parts() {
    return {
        *transfer,
        settings.rules->catalogue().zone,
        [wall = io::WallClock{}] { return wall.now(); },
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
        counters.pushes_denied = pushes.denied();
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
    ports.file = [this](web::FiledForm form, const std::string& actor) {
        return file(std::move(form), actor);
    };
    return ports;
}

// Decoded as any body is, kept, and proposed: the figures count when a second person confirms them.
Result<std::string> App::Impl::file(web::FiledForm form, const std::string& actor) {
    const auto feed = std::ranges::find(settings.feeds, form.feed, &feeds::FeedSettings::id);
    if (feed == settings.feeds.end() || feed->arrives != Arrival::hand) {
        return invalid(fmt::format("no feed {} is filed by hand", form.feed));
    }
    const auto rules = engine.state().rules;
    const auto digest = to_hex(sha256(form.body));
    auto decoded = feeds::decode_filing(*feed, *rules, form.body, clock->now());
    if (!decoded) {
        return invalid(fmt::format("{}", fmt::join(decoded.error().problems, "; ")));
    }
    if (decoded->cells.empty()) {
        return invalid("there is not a single figure in this filing");
    }
    core::ProposeFiling act;
    act.feed = rules->catalogue().feed(form.feed);
    act.subject = form.subject;
    act.date = decoded->cells.front().date;
    act.digest = digest;
    act.bytes = static_cast<std::int64_t>(form.body.size());
    act.cells = std::move(decoded->cells);
    act.by = form.by;
    const auto& county = rules->catalogue().subjects[form.subject].id;
    auto id = core::filing_id(form.feed, county, act.date, digest);
    if (auto permitted = core::permit(engine.state(), act); !permitted) {
        return permitted.error();
    }
    if (feed->keep != feeds::Keep::no) {
        const auto today = date_in(rules->catalogue().zone, io::WallClock{}.now());
        if (auto kept = evidence.put(form.body, digest, retention_of(feed->keep), today); !kept) {
            return kept.error();
        }
    }
    if (!engine.step(core::Act{std::move(act)}, actor)) {
        return Error{ErrorKind::io, "the store failed; nothing was done"};
    }
    return id;
}

}  // namespace sanbao::app
