#include "daemon/web/push.hpp"

#include "alerts/base/limits.hpp"
#include "daemon/io/standard_webhook.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace sanbao::web {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view path_prefix = "/api/v1/feeds/";
constexpr auto say_again_after = 1min;
constexpr std::chrono::seconds age_max{limits::push_age_s_max};
constexpr std::chrono::seconds ahead_max{limits::push_ahead_s_max};

Reply answer(const json::object& body, int status) {
    Reply reply;
    reply.status = status;
    reply.body = json::serialize(body) + "\n";
    return reply;
}

std::string header(const Call& call, const std::string& name) {
    const auto found = call.headers.find(name);
    return found == call.headers.end() ? std::string{} : found->second;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional{number}
                                                                           : std::nullopt;
}

std::string feed_of(const Call& call) {
    return call.path.substr(path_prefix.size());
}

Reply reply_of(const PushAnswer& said) {
    using Fate = PushAnswer::Fate;
    if (said.fate == Fate::refused || said.fate == Fate::not_now) {
        json::array problems;
        for (const auto& problem : said.problems) {
            problems.emplace_back(problem);
        }
        const bool refused = said.fate == Fate::refused;
        json::object body{
            {"error",
             refused ? "refused as a whole: correct it and send it anew"
                     : "not taken now: send it again"},
            {"problems", std::move(problems)}};
        if (refused) {
            body["digest"] = said.digest;
        }
        return answer(body, refused ? 422 : 503);
    }
    const bool held = said.fate == Fate::held;
    json::object body{
        {"accepted", !held},
        {"unchanged", said.fate == Fate::unchanged},
        {"rows", said.rows},
        {"digest", said.digest}};
    if (held) {
        body["held"] = true;
    }
    return answer(body, held ? 202 : 200);
}

}  // namespace

Intake Pushes::intake() {
    return {
        [this](const Call& head) { return admit(head); },
        [this](Call call) {
            return serve(std::move(call));
        }};
}

// One line a minute whatever is thrown at us; the metrics count every one.
Reply Pushes::deny(const std::string& reason, int status) {
    ++denied_[reason];
    ++denied_unsaid_;
    if (may_say(said_)) {
        ports_.log(fmt::format(
            "{} pushed deliveries turned away, the last because: {}",
            std::exchange(denied_unsaid_, 0),
            reason));
    }
    const auto* const text = status == 404   ? "no feed of this name is pushed"
                             : status == 503 ? "not now: send it again, signed anew"
                                             : "this delivery is not signed as it must be";
    return answer({{"error", text}}, status);
}

bool Pushes::may_say(std::optional<Instant>& said) const {
    const auto now = ports_.now();
    if (said && now - *said < say_again_after) {
        return false;
    }
    said = now;
    return true;
}

std::optional<Intake::Admission> Pushes::admit(const Call& head) {
    if (!head.path.starts_with(path_prefix)) {
        return std::nullopt;
    }
    const auto refused = [](Reply reply) {
        return Intake::Admission{0, std::move(reply), nullptr};
    };
    if (head.method != "POST") {
        auto reply = answer({{"error", "figures are sent by POST"}}, 405);
        reply.allow = "POST";
        return refused(std::move(reply));
    }
    const auto feed = ports_.feed(feed_of(head));
    if (!feed) {
        return refused(deny("unknown", 404));
    }
    const auto id = header(head, "webhook-id");
    const auto stamp = whole_number(header(head, "webhook-timestamp"));
    if (id.empty() || id.size() > limits::push_id_bytes_max || !stamp
        || header(head, "webhook-signature").empty()) {
        return refused(deny("unsigned", 401));
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(ports_.now().time_since_epoch());
    const auto started = std::chrono::floor<std::chrono::seconds>(started_.time_since_epoch());
    const std::chrono::seconds signed_at{*stamp};
    if (signed_at < now - age_max || signed_at > now + ahead_max || signed_at < started) {
        return refused(deny("old", 401));
    }
    if (signed_at < started + ahead_max && !seen_.contains({feed_of(head), id})) {
        const auto soon = now < started + ahead_max;
        return refused(soon ? deny("starting", 503) : deny("old", 401));
    }
    forget_old(ports_.now());
    if (*under_way_ >= static_cast<int>(limits::pushes_max)
        || seen_.size() >= limits::push_ids_max) {
        return refused(deny("busy", 503));
    }
    ++*under_way_;
    std::shared_ptr<void> ticket{nullptr, [count = under_way_](void*) {
                                     --*count;
                                 }};
    return Intake::Admission{feed->body_max, std::nullopt, std::move(ticket)};
}

void Pushes::forget_old(Instant now) {
    std::erase_if(seen_, [now](const auto& one) { return one.second.at < now - 2 * age_max; });
}

asio::awaitable<Reply> Pushes::serve(Call call) {
    const auto name = feed_of(call);
    const auto id = header(call, "webhook-id");
    const auto feed = ports_.feed(name);
    if (!feed) {
        co_return deny("unknown", 404);
    }
    const auto secret = io::read_secret(feed->secret);
    const auto stamp = whole_number(header(call, "webhook-timestamp")).value_or(0);
    const auto good =
        secret ? io::is_signed(*secret, id, stamp, call.body, header(call, "webhook-signature"))
               : Result<bool>{secret.error()};
    if (!good) {
        if (may_say(said_secret_)) {
            ports_.log(fmt::format("feed {}: {}", name, good.error().message));
        }
        PushAnswer none;
        co_return reply_of(none);
    }
    if (!*good) {
        co_return deny("signature", 401);
    }
    if (const auto before = seen_.find({name, id}); before != seen_.end()) {
        co_return before->second.reply;
    }
    auto said = co_await ports_.take(name, std::move(call.body));
    auto reply = reply_of(said);
    if (said.fate != PushAnswer::Fate::not_now) {
        seen_.insert_or_assign({name, id}, Seen{ports_.now(), reply});
    }
    co_return reply;
}

}  // namespace sanbao::web
