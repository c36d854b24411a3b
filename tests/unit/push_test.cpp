// Who may push, before a byte of the body is read. Bodies and signatures: tests/whole.
#include "daemon/web/push.hpp"

#include "alerts/base/limits.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace sanbao;
using web::Call;
using web::Intake;

namespace {

struct Door {
    Instant now{Millis{1'800'000'000'000}};
    std::vector<std::string> said;
    web::Pushes pushes{
        {[this] { return now; },
         [](const std::string& name) -> std::optional<web::PushFeed> {
             return name == "cash" ? std::optional{web::PushFeed{{}, 1'000}} : std::nullopt;
         },
         [](std::string, std::string) -> boost::asio::awaitable<web::PushAnswer> {
             web::PushAnswer taken;
             taken.fate = web::PushAnswer::Fate::taken;
             co_return taken;
         },
         [this](const std::string& sentence) {
             said.push_back(sentence);
         }},
        now - Millis{10'000'000}};
    Intake intake = pushes.intake();

    // Behind the door, with its body.
    int serve() {
        boost::asio::io_context loop;
        int status = 0;
        boost::asio::co_spawn(
            loop,
            intake.serve({"POST", "/api/v1/feeds/cash", {}, "body", false, "web"}),
            [&](std::exception_ptr failed, web::Reply reply) {
                REQUIRE(failed == nullptr);
                status = reply.status;
            });
        loop.run();
        return status;
    }

    std::optional<Intake::Admission> knock(std::int64_t age_s = 0, std::string id = "msg_1") {
        Call head{"POST", "/api/v1/feeds/cash", {}, "", false, "web"};
        const auto stamp = now.time_since_epoch() / std::chrono::seconds{1} - age_s;
        head.headers = {
            {"webhook-id", std::move(id)},
            {"webhook-timestamp", std::to_string(stamp)},
            {"webhook-signature", "v1,x"}};
        return intake.admit(head);
    }
    int status(std::int64_t age_s = 0, std::string id = "msg_1") {
        const auto admission = knock(age_s, std::move(id));
        REQUIRE(admission.has_value());
        return admission->refused ? admission->refused->status : 200;
    }
};

}  // namespace

TEST_CASE("a delivery is let in to its feed's length while its signature is young enough") {
    Door door;
    CHECK(door.knock()->body_max == 1'000);
    CHECK(door.status(limits::push_age_s_max) == 200);
    CHECK(door.status(-limits::push_ahead_s_max) == 200);
    CHECK(door.status(limits::push_age_s_max + 1) == 401);
    CHECK(door.status(-limits::push_ahead_s_max - 1) == 401);
    CHECK(door.status(0, std::string(limits::push_id_bytes_max, 'x')) == 200);
    CHECK(door.status(0, std::string(limits::push_id_bytes_max + 1, 'x')) == 401);
    CHECK(door.status(0, "") == 401);
    CHECK_FALSE(door.intake.admit({"POST", "/v1/reload", {}, "", false, "web"}).has_value());
}

TEST_CASE("only so many deliveries are received at once, and each makes room when it is done") {
    Door door;
    std::vector<std::optional<Intake::Admission>> inside;
    for (std::size_t i = 0; i < limits::pushes_max; ++i) {
        inside.push_back(door.knock());
        REQUIRE_FALSE(inside.back()->refused);
    }
    CHECK(door.status() == 503);
    inside.pop_back();
    CHECK(door.status() == 200);
}

TEST_CASE("whatever is thrown at the door, the log hears of it once a minute, the metrics always") {
    Door door;
    for (int second = 0; second < 150; ++second) {
        door.now += Millis{1'000};
        CHECK(door.status(1'000) == 401);
    }
    CHECK(door.said.size() == 3);
    CHECK(door.pushes.denied().at("old") == 150);
    CHECK(door.said[1].find("60 pushed deliveries") == 0);
}

TEST_CASE(
    "what may have come before a restart, by a clock that was ahead, is not let in behind it") {
    Door before;
    const auto signed_at = before.now + Millis{limits::push_ahead_s_max * 1'000};
    CHECK(before.status(-limits::push_ahead_s_max) == 200);

    Door door;
    web::Pushes again{
        {[&] { return door.now; },
         [](const std::string&) {
             return std::optional{web::PushFeed{{}, 1'000}};
         },
         {},
         [](const std::string&) {
         }},
        before.now + Millis{1'000}};
    door.intake = again.intake();
    const auto age = [&](Instant at) {
        return (door.now - at) / std::chrono::seconds{1};
    };
    for (int second = 1; second <= 400; ++second) {
        door.now += Millis{1'000};
        CHECK(door.status(age(signed_at)) == (second <= limits::push_ahead_s_max ? 503 : 401));
        // An honest one waits a minute and no longer.
        CHECK(door.status() == (second <= limits::push_ahead_s_max ? 503 : 200));
    }
    CHECK(again.denied().at("starting") == 2 * limits::push_ahead_s_max);
}

TEST_CASE("a secret that cannot be read is told once a minute, whatever comes") {
    Door door;
    for (int second = 0; second < 90; ++second) {
        door.now += Millis{1'000};
        CHECK(door.serve() == 503);
    }
    CHECK(door.said.size() == 2);
}
