#include "daemon/feeds/poller.hpp"

#include "daemon/feeds/watched.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace sanbao::feeds {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t few_feeds = 8;  // so many start at once; more are spread over …
constexpr Millis spread_max{1'000};   // … this, or their period where it is shorter

// FNV-1a of the id, moved on by each failure: another jitter for each feed and each time.
std::uint64_t seed_of(const std::string& id, int failures) {
    constexpr std::uint64_t prime = 0x0000'0100'0000'01B3;
    constexpr std::uint64_t stride = 0x9E37'79B9'7F4A'7C15;
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
    for (const char c : id) {
        hash ^= static_cast<std::uint64_t>(static_cast<unsigned char>(c));
        hash *= prime;
    }
    hash += static_cast<std::uint64_t>(failures) * stride;
    return hash ^ (hash >> 32U);
}

}  // namespace

struct Poller::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::any_io_executor loop, Parts its_parts)
        : executor(std::move(loop)), parts(std::move(its_parts)) {}

    void start(const std::shared_ptr<Watched>& watched);
    void end(const std::shared_ptr<Watched>& watched) const;
    void end_all();
    static asio::awaitable<void> run(std::shared_ptr<Impl> self, std::shared_ptr<Watched> watched);
    static asio::awaitable<void> poll(
        std::shared_ptr<Impl> self, std::shared_ptr<Watched> watched, Steady::time_point& begin);
    static asio::awaitable<void> look(
        std::shared_ptr<Impl> self, std::shared_ptr<Watched> watched, Steady::time_point& begin);
    static asio::awaitable<Pushed> push(
        std::shared_ptr<Impl> self, std::string feed, std::string body);
    void refresh(Watched& watched) const;

    asio::any_io_executor executor;
    Parts parts;
    std::map<std::string, std::shared_ptr<Watched>> feeds;
};

void Poller::Impl::start(const std::shared_ptr<Watched>& watched) {
    // Whatever escapes a coroutine is our own fault and ends the process by way of the loop.
    asio::co_spawn(
        executor,
        run(shared_from_this(), watched),
        asio::bind_cancellation_slot(watched->cancel.slot(), [](std::exception_ptr failed) {
            if (failed) {
                std::rethrow_exception(failed);
            }
        }));
}

// Cancels from within the loop: Asio 1.26 keeps a bare pointer to the signal across its dispatch,
// which on the loop thread happens at once.
void Poller::Impl::end(const std::shared_ptr<Watched>& watched) const {
    watched->gone = true;
    asio::post(executor, [watched] { watched->cancel.emit(asio::cancellation_type::terminal); });
}

void Poller::Impl::end_all() {
    for (const auto& [id, watched] : feeds) {
        end(watched);
    }
    feeds.clear();
}

asio::awaitable<void> Poller::Impl::run(
    std::shared_ptr<Impl> self, std::shared_ptr<Watched> watched) {
    co_await asio::this_coro::throw_if_cancelled(false);  // `gone` says it
    asio::steady_timer timer{self->executor};
    auto begin = Steady::now() + watched->phase;
    for (;;) {
        timer.expires_at(begin);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        if (watched->gone) {
            co_return;
        }
        begin = Steady::now();
        self->refresh(*watched);
        if (watched->settings.arrives == Arrival::folder) {
            co_await look(self, watched, begin);
        } else {
            co_await poll(self, watched, begin);
        }
        if (watched->gone) {
            co_return;
        }
    }
}

// What other rules made of a body says nothing about what these would.
void Poller::Impl::refresh(Watched& watched) const {
    if (auto rules = parts.rules(); rules != watched.rules) {
        watched.memory = Memory{};
        watched.rules = std::move(rules);
    }
}

// `begin`: of this poll, then of the next.
asio::awaitable<void> Poller::Impl::poll(
    std::shared_ptr<Impl> self, std::shared_ptr<Watched> watched, Steady::time_point& begin) {
    const auto& parts = self->parts;
    const Means means{parts.transfer, parts.workers, parts.now, parts.keep};
    auto polled = co_await poll_once(watched->settings, watched->rules, means, watched->memory);
    if (watched->gone || parts.rules() != watched->rules) {
        co_return;  // at once again
    }
    const int failures = polled.next.failures;
    const auto seed = seed_of(watched->settings.id, failures);
    begin = std::max(begin + next_delay(watched->settings, failures, seed), Steady::now());
    const auto fate = parts.sink(std::move(polled.poll));
    remember(watched->memory, std::move(polled.next), fate);
}

asio::awaitable<void> Poller::Impl::look(
    std::shared_ptr<Impl> self, std::shared_ptr<Watched> watched, Steady::time_point& begin) {
    const auto sooner = co_await folder_round(self->parts, watched);
    const auto next = std::max(begin + watched->settings.every, Steady::now());
    begin = sooner ? std::min(next, Steady::now() + *sooner) : next;
}

asio::awaitable<Poller::Pushed> Poller::Impl::push(
    std::shared_ptr<Impl> self, std::string feed, std::string body) {
    Pushed pushed;
    const auto found = self->feeds.find(feed);
    if (found == self->feeds.end() || found->second->settings.arrives != Arrival::push) {
        co_return pushed;
    }
    const auto watched = found->second;
    if (watched->busy) {
        pushed.fate = Fate::failed;
        pushed.problems = {"another delivery of this feed is being read: send this one again"};
        co_return pushed;
    }
    watched->busy = true;
    self->refresh(*watched);
    const auto rules = watched->rules;
    const auto& parts = self->parts;
    Taking taking{
        watched->settings, rules, parts.now(), watched->memory.digest, parts.workers, parts.keep};
    auto delivery = co_await take_body(std::move(taking), std::move(body));
    watched->busy = false;
    if (watched->gone || parts.rules() != rules) {
        pushed.fate = watched->gone ? Fate::lost : Fate::failed;
        pushed.problems = {"the settings changed meanwhile: send this delivery again"};
        co_return pushed;
    }
    auto next = after(watched->memory, delivery);
    if (const auto* failed = std::get_if<core::PollFailed>(&delivery.poll);
        failed != nullptr && delivery.problems.empty()) {
        delivery.problems = {failed->message};
    }
    pushed.fate = parts.sink(std::move(delivery.poll));
    remember(watched->memory, std::move(next), pushed.fate);
    if (pushed.fate == Fate::discarded) {
        delivery.problems = {"discarded earlier by a person: what it says is not taken"};
    }
    pushed.digest = std::move(delivery.digest);
    pushed.rows = delivery.rows;
    pushed.problems = std::move(delivery.problems);
    co_return pushed;
}

Poller::Poller(asio::any_io_executor executor, Parts parts)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(parts))) {}

Poller::~Poller() {
    stop();
}

void Poller::set_feeds(
    std::vector<FeedSettings> feeds, const std::map<std::string, std::string>& digests) {
    std::erase_if(feeds, [](const auto& feed) { return feed.arrives == Arrival::hand; });
    std::map<std::string, std::shared_ptr<Watched>> kept;
    std::vector<std::shared_ptr<Watched>> fresh;
    const auto rules = impl_->parts.rules();
    for (auto& feed : feeds) {
        const auto found = impl_->feeds.find(feed.id);
        const bool known = found != impl_->feeds.end();
        if (known && found->second->settings == feed) {
            kept.insert(impl_->feeds.extract(found));
            continue;
        }
        auto watched = std::make_shared<Watched>(std::move(feed));
        watched->rules = rules;
        const auto digest = digests.find(watched->settings.id);
        if (!known && digest != digests.end()) {
            watched->memory.digest = digest->second;
        }
        fresh.push_back(watched);
    }
    impl_->end_all();
    impl_->feeds = std::move(kept);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        const auto& watched = fresh[i];
        if (fresh.size() > few_feeds) {
            const auto spread = std::min(watched->settings.every, spread_max);
            watched->phase = spread * static_cast<int>(i) / static_cast<int>(fresh.size());
        }
        impl_->feeds.emplace(watched->settings.id, watched);
        const auto arrives = watched->settings.arrives;
        if (arrives == Arrival::poll || arrives == Arrival::folder) {
            impl_->start(watched);
        }
    }
}

void Poller::stop() {
    impl_->end_all();
}

asio::awaitable<Poller::Pushed> Poller::push(std::string feed, std::string body) {
    return Impl::push(impl_, std::move(feed), std::move(body));
}

}  // namespace sanbao::feeds
