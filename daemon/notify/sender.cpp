#include "daemon/notify/sender.hpp"

#include "alerts/base/assert.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

namespace sanbao::notify {

namespace {

namespace asio = boost::asio;

using ChannelPtr = std::shared_ptr<const ChannelSettings>;

// Not the fault of the message: tried again as soon as the schedule allows, and said to whoever
// asks.
core::AttemptSettled not_sent(const std::string& message, std::string why) {
    core::AttemptSettled result;
    result.message = message;
    result.outcome = core::Outcome::later;
    result.answer = "not sent: " + std::move(why);
    return result;
}

Result<io::Request> mail_request(
    const ChannelSettings& channel, const Stored& message, const Zone& zone) {
    io::Request request;
    request.url = channel.smtp;
    request.ca_file = channel.ca_file;
    request.timeout = channel.timeout;
    request.mail.emplace();
    auto& mail = *request.mail;
    mail.from = channel.from;
    mail.to = message.recipient;
    mail.content = compose_mail(message, channel, zone);
    mail.tls = channel.tls;
    mail.user = channel.user;
    if (!channel.password.empty()) {
        auto password = io::read_secret(channel.password);
        if (!password) {
            return std::move(password).error();
        }
        mail.password = std::move(*password);
    }
    return request;
}

Result<io::Request> webhook_request(
    const ChannelSettings& channel, const Stored& message, Instant now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    io::Request request;
    request.url = channel.url;
    request.method = "POST";
    request.ca_file = channel.ca_file;
    request.timeout = channel.timeout;
    request.body = message.json;
    request.headers = {
        {"content-type", "application/json"},
        {"user-agent", "sanbaod/" SANBAO_VERSION},
        {"webhook-id", message.id},
        {"webhook-timestamp", fmt::format("{}", seconds)},
    };
    if (!channel.secret.empty()) {
        const auto secret = io::read_secret(channel.secret);
        if (!secret) {
            return secret.error();
        }
        auto signature = sign_webhook(*secret, message.id, seconds, message.json);
        if (!signature) {
            return std::move(signature).error();
        }
        request.headers.emplace_back("webhook-signature", std::move(*signature));
    }
    return request;
}

}  // namespace

// Holds what is under way. The attempts share it, so it outlives the Sender by as much as they do.
class Sender::Desk : public std::enable_shared_from_this<Desk> {
  public:
    Desk(asio::any_io_executor executor, Parts parts)
        : executor_(std::move(executor)), parts_(std::move(parts)) {}

    void set_channels(std::vector<ChannelSettings> channels);
    void ask_for_turn();
    void drain(std::function<void()> done);
    void close();
    [[nodiscard]] std::size_t in_flight() const { return flights_.size(); }

  private:
    struct Flight {
        std::string channel;
        asio::cancellation_signal cancel;
    };

    void turn();
    void settle_answers();
    void start_due();
    [[nodiscard]] std::size_t room_on(const ChannelSettings& channel) const;
    void start(Stored message);
    void finish(core::AttemptSettled answer);
    static asio::awaitable<core::AttemptSettled> attempt(
        std::shared_ptr<Desk> desk, ChannelPtr channel, Stored message);

    asio::any_io_executor executor_;
    Parts parts_;
    std::vector<ChannelPtr> channels_;
    std::map<std::string, Flight> flights_;  // by message id; from begin() until settled()
    std::vector<core::AttemptSettled> answers_;
    std::function<void()> drained_;
    bool turn_asked_ = false;
    bool draining_ = false;
    bool closed_ = false;
};

void Sender::Desk::set_channels(std::vector<ChannelSettings> channels) {
    channels_.clear();
    for (auto& channel : channels) {
        channels_.push_back(std::make_shared<const ChannelSettings>(std::move(channel)));
    }
    ask_for_turn();
}

// However much happens before the loop comes round, it is handled together: one commit, not one a
// message.
void Sender::Desk::ask_for_turn() {
    if (turn_asked_ || closed_) {
        return;
    }
    turn_asked_ = true;
    asio::post(executor_, [self = shared_from_this()] {
        self->turn_asked_ = false;
        self->turn();
    });
}

void Sender::Desk::turn() {
    if (!closed_) {
        settle_answers();
    }
    if (!closed_ && !draining_) {
        start_due();
    }
    if (!closed_ && draining_ && flights_.empty() && drained_) {
        std::exchange(drained_, nullptr)();
    }
}

void Sender::Desk::settle_answers() {
    if (answers_.empty()) {
        return;
    }
    auto answers = std::exchange(answers_, {});
    // Not in flight any more before the step: it may look at in_flight().
    for (const auto& answer : answers) {
        flights_.erase(answer.message);
    }
    parts_.settled(std::move(answers));
}

std::size_t Sender::Desk::room_on(const ChannelSettings& channel) const {
    const auto busy = std::ranges::count_if(
        flights_, [&](const auto& flight) { return flight.second.channel == channel.id; });
    const auto room = channel.concurrency - busy;
    return room > 0 ? static_cast<std::size_t>(room) : 0;
}

void Sender::Desk::start_due() {
    std::vector<std::string> ids;
    for (const auto& channel : channels_) {
        const auto room = room_on(*channel);
        if (room == 0) {
            continue;
        }
        auto due = parts_.due(channel->id);
        std::erase_if(due, [&](const auto& id) { return flights_.contains(id); });
        due.resize(std::min(due.size(), room));
        std::ranges::move(due, std::back_inserter(ids));
    }
    if (ids.empty()) {
        return;
    }
    for (auto& message : parts_.begin(std::move(ids))) {
        start(std::move(message));
    }
}

void Sender::Desk::start(Stored message) {
    const auto channel = std::ranges::find(
        channels_, message.channel, [](const ChannelPtr& each) -> const std::string& {
            return each->id;
        });
    SANBAO_ASSERT(channel != channels_.end());  // asked for by this channel, in this turn
    const auto id = message.id;
    const auto [flight, is_new] = flights_.try_emplace(id);
    SANBAO_ASSERT(is_new);
    flight->second.channel = message.channel;

    auto completed = [self = shared_from_this(), id](
                         const std::exception_ptr& problem, core::AttemptSettled answer) {
        self->finish(problem ? not_sent(id, "the attempt was broken off") : std::move(answer));
    };
    asio::co_spawn(
        executor_,
        attempt(shared_from_this(), *channel, std::move(message)),
        asio::bind_cancellation_slot(flight->second.cancel.slot(), std::move(completed)));
}

asio::awaitable<core::AttemptSettled> Sender::Desk::attempt(
    std::shared_ptr<Desk> desk, ChannelPtr channel, Stored message) {
    if (desk->closed_) {
        co_return not_sent(message.id, "the sender is closed");
    }
    const auto now = desk->parts_.now();
    auto request = channel->kind == ChannelKind::email
                       ? mail_request(*channel, message, desk->parts_.zone)
                       : webhook_request(*channel, message, now);
    if (!request) {
        co_return not_sent(message.id, request.error().message);
    }
    const auto answer = co_await desk->parts_.transfer.perform(std::move(*request));
    co_return settle(message.id, channel->kind, answer, desk->closed_ ? now : desk->parts_.now());
}

void Sender::Desk::finish(core::AttemptSettled answer) {
    if (closed_) {
        return;
    }
    answers_.push_back(std::move(answer));
    ask_for_turn();
}

void Sender::Desk::drain(std::function<void()> done) {
    draining_ = true;
    drained_ = std::move(done);
    ask_for_turn();
}

void Sender::Desk::close() {
    closed_ = true;
    drained_ = nullptr;
    for (auto& [id, flight] : flights_) {
        flight.cancel.emit(asio::cancellation_type::terminal);
    }
}

Sender::Sender(asio::any_io_executor executor, Parts parts)
    : desk_(std::make_shared<Desk>(std::move(executor), std::move(parts))) {}

Sender::~Sender() {
    desk_->close();
}

void Sender::set_channels(std::vector<ChannelSettings> channels) {
    desk_->set_channels(std::move(channels));
}

void Sender::kick() {
    desk_->ask_for_turn();
}

void Sender::drain(std::function<void()> done) {
    desk_->drain(std::move(done));
}

std::size_t Sender::in_flight() const {
    return desk_->in_flight();
}

}  // namespace sanbao::notify
