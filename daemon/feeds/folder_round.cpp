// A look at a drop folder and what follows from it.
#include "daemon/feeds/watched.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace sanbao::feeds {

namespace asio = boost::asio;
using core::PollProblem;

namespace {

constexpr std::int64_t worker_bytes_min = 256 << 10;  // of a file: read on a worker

Delivery cannot_take(
    std::uint32_t feed, PollProblem problem, const std::string& name, const std::string& why) {
    Delivery delivery;
    auto message = fmt::format("file {}: {}", name, why);
    delivery.problems = {message};
    delivery.poll = core::PollFailed{feed, problem, std::move(message), ""};
    return delivery;
}

PollProblem problem_of(const Error& error) {
    return error.kind == ErrorKind::too_large  ? PollProblem::too_large
           : error.kind == ErrorKind::rejected ? PollProblem::malformed
                                               : PollProblem::unreachable;
}

asio::awaitable<Result<std::string>> read(
    std::shared_ptr<Watched> watched, Dropped file, asio::thread_pool& workers) {
    if (file.mark.bytes < worker_bytes_min) {
        co_return watched->folder.read(file, watched->settings.body_max);
    }
    auto body = std::make_shared<Result<std::string>>(Error{ErrorKind::io, "cancelled"});
    std::function<void()> work = [watched, file, body] {
        *body = watched->folder.read(file, watched->settings.body_max);
    };
    (void)co_await on_worker(workers, std::move(work));
    co_return std::move(*body);
}

// Nothing when whoever dropped it has replaced it meanwhile, or taken it away again.
asio::awaitable<std::optional<Delivery>> take(
    const Poller::Parts& parts, std::shared_ptr<Watched> watched, Dropped file) {
    const auto number = watched->rules->catalogue().feed(watched->settings.id);
    if (!file.regular) {
        co_return cannot_take(
            number,
            PollProblem::malformed,
            file.name,
            "it is a link, a folder or a device, not a file; drop the file itself");
    }
    auto body = co_await read(watched, file, parts.workers);
    if (!body && body.error().kind == ErrorKind::unavailable) {
        co_return std::nullopt;
    }
    if (!body) {
        co_return cannot_take(number, problem_of(body.error()), file.name, body.error().message);
    }
    Taking taking{
        watched->settings,
        watched->rules,
        parts.now(),
        watched->memory.digest,
        parts.workers,
        parts.keep};
    auto delivery = co_await take_body(std::move(taking), std::move(*body));
    if (auto* failed = std::get_if<core::PollFailed>(&delivery.poll)) {
        failed->message = fmt::format("file {}: {}", file.name, failed->message);
    }
    co_return delivery;
}

void report(const Poller::Parts& parts, Watched& watched, PollProblem problem, std::string why) {
    ++watched.memory.failures;
    const auto number = watched.rules->catalogue().feed(watched.settings.id);
    parts.sink(core::PollFailed{number, problem, std::move(why), ""});
}

// Moves the file where its fate says; its own step is committed.
void put_away(
    const Poller::Parts& parts,
    Watched& watched,
    const Dropped& file,
    Fate fate,
    PollProblem problem,
    const Delivery& delivery) {
    const auto aside = fate == Fate::held                               ? Aside::held
                       : fate == Fate::taken || fate == Fate::unchanged ? Aside::done
                                                                        : Aside::refused;
    const auto moved = watched.folder.put_aside(file, aside, delivery.digest);
    Result<void> done;
    if (!moved) {
        done = moved.error();
    } else if (*moved && aside == Aside::refused) {
        const WhyRefused by_hand{"已由人工作废", "discarded earlier by a person"};
        const auto why = fate == Fate::discarded ? by_hand : words_of(problem);
        done = watched.folder.explain(file, why, delivery.problems);
    }
    if (!done) {
        watched.refused = true;  // else the next look would say that all is well
        report(parts, watched, PollProblem::not_ready, done.error().message);
    }
}

}  // namespace

asio::awaitable<std::optional<Millis>> folder_round(
    const Poller::Parts& parts, std::shared_ptr<Watched> watched) {
    const auto executor = co_await asio::this_coro::executor;
    const auto rules = watched->rules;
    const auto number = rules->catalogue().feed(watched->settings.id);
    const auto look = watched->folder.look(DropFolder::Steady::now());
    if (!look) {
        report(parts, *watched, PollProblem::unreachable, look.error().message);
        co_return std::nullopt;
    }
    std::string unreadable;  // the first such file, told behind those that can be read
    for (const auto& file : look->whole) {
        auto taken = co_await take(parts, watched, file);
        if (watched->gone || parts.rules() != rules) {
            co_return Millis{0};
        }
        if (!taken) {
            continue;
        }
        auto& delivery = *taken;
        const auto* failed = std::get_if<core::PollFailed>(&delivery.poll);
        const auto problem = failed == nullptr ? PollProblem::malformed : failed->problem;
        if (failed != nullptr && problem == PollProblem::unreachable) {
            // The disk or a permission says no, not the file: it stays, and is tried again.
            unreadable = unreadable.empty() ? failed->message : unreadable;
            continue;
        }
        auto next = after(watched->memory, delivery);
        const auto fate = parts.sink(std::move(delivery.poll));
        remember(watched->memory, std::move(next), fate);
        if (watched->gone || fate == Fate::lost || problem == PollProblem::not_ready) {
            co_return std::nullopt;  // it stays, and comes again
        }
        watched->refused = fate != Fate::taken && fate != Fate::unchanged;
        put_away(parts, *watched, file, fate, problem, delivery);
        co_await asio::post(executor, asio::use_awaitable);  // others have their turn
        if (watched->gone) {
            co_return std::nullopt;
        }
    }
    if (!unreadable.empty()) {
        report(parts, *watched, PollProblem::unreachable, unreadable);
    }
    // Nothing new is no good news while the last file that came was refused or is held back.
    if (look->whole.empty() && !watched->refused) {
        watched->memory.failures = 0;
        parts.sink(core::PollUnchanged{number});
    }
    constexpr Millis grace{10};
    co_return look->unsettled ? std::optional{watched->settings.folder.settle + grace}
                              : std::nullopt;
}

}  // namespace sanbao::feeds
