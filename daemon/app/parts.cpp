// What each part sees of the others.
#include "alerts/base/digest.hpp"
#include "alerts/core/duties.hpp"
#include "daemon/app/impl.hpp"
#include "daemon/feeds/filing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sanbao::app {

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
    if (auto kept = keep(form.body); !kept) {
        return kept.error();
    }
    if (!engine.step(core::Act{std::move(act)}, actor)) {
        return Error{ErrorKind::io, "the store failed; nothing was done"};
    }
    return id;
}

}  // namespace sanbao::app
