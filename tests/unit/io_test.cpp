#include "daemon/io/clock.hpp"
#include "daemon/io/secret.hpp"
#include "daemon/io/transfer.hpp"
#include "tests/unit/scripted_server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace sanbao;
using namespace sanbao::io;
using sanbao::test::Line;
using sanbao::test::ScriptedServer;
namespace asio = boost::asio;

namespace {

using Got = TransferResult<Response>;

// A loop and a transfer on it; each call runs the loop until the answer is there.
struct Client {
    asio::io_context loop;
    std::unique_ptr<Transfer> transfer = make_curl_transfer(loop.get_executor());

    Got send(Request request) {
        std::optional<Got> result;
        asio::co_spawn(
            loop, transfer->perform(std::move(request)), [&](std::exception_ptr failed, Got got) {
                REQUIRE(failed == nullptr);
                result = std::move(got);
            });
        loop.restart();
        loop.run_for(std::chrono::seconds{20});
        REQUIRE(result.has_value());
        return *std::move(result);
    }
    Got get(std::string url) {
        Request request;
        request.url = std::move(url);
        return send(std::move(request));
    }
};

std::string http(std::string_view body, std::string_view more_headers = "") {
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), more_headers, body);
}

// Answers every request of a connection with the same bytes.
auto always(std::string bytes) {
    return [bytes = std::move(bytes)](Line& line) {
        while (!line.read_request().empty() && line.send(bytes)) {}
    };
}

TransferProblem problem_of(const Got& result) {
    REQUIRE(result.has_error());
    INFO(result.error().message);
    REQUIRE_FALSE(result.error().message.empty());
    return result.error().problem;
}

}  // namespace

namespace Catch {
template <>
struct StringMaker<TransferProblem> {
    static std::string convert(TransferProblem problem) {
        return "problem " + std::to_string(static_cast<int>(problem));
    }
};
}  // namespace Catch

TEST_CASE("an answer comes with its status, headers in lower case, and room behind its body") {
    const ScriptedServer server{
        always(http("{\"a\":1}", "ETag: \"v1\"\r\nX-Mixed-CASE:  some text \r\n"))};
    Client client;
    const auto result = client.get(server.url("/feed.json"));
    REQUIRE(result.has_value());
    CHECK(result->status == 200);
    CHECK(result->body == "{\"a\":1}");
    REQUIRE(result->header("etag") != nullptr);
    CHECK(*result->header("etag") == "\"v1\"");
    CHECK(*result->header("x-mixed-case") == "some text");
    CHECK(result->header("x-none") == nullptr);
    CHECK(result->body.capacity() - result->body.size() >= body_padding);
}

TEST_CASE("a connection is used again") {
    const ScriptedServer server{always(http("ok"))};
    Client client;
    for (int i = 0; i < 5; ++i) {
        REQUIRE(client.get(server.url("/")).has_value());
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("304 is an ordinary answer, and the condition reaches the server") {
    std::string seen;
    const ScriptedServer server{[&](Line& line) {
        seen = line.read_request();
        line.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
    }};
    Client client;
    Request request;
    request.url = server.url("/");
    request.headers = {{"If-None-Match", "\"v1\""}};
    const auto result = client.send(request);
    REQUIRE(result.has_value());
    CHECK(result->status == 304);
    CHECK(seen.find("If-None-Match: \"v1\"\r\n") != std::string::npos);
}

TEST_CASE("an error status and an empty body are ordinary answers") {
    const ScriptedServer failing{always("HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\noops")};
    const ScriptedServer empty{always(http(""))};
    Client client;
    const auto failed = client.get(failing.url("/"));
    REQUIRE(failed.has_value());
    CHECK(failed->status == 500);
    CHECK(failed->body == "oops");
    const auto nothing = client.get(empty.url("/"));
    REQUIRE(nothing.has_value());
    CHECK(nothing->status == 200);
    CHECK(nothing->body.empty());
}

TEST_CASE("POST sends its body and headers") {
    std::string head;
    std::string body;
    const ScriptedServer server{[&](Line& line) {
        head = line.read_request();
        body = line.read_until("END");
        line.send("HTTP/1.1 204 No Content\r\n\r\n");
    }};
    Client client;
    Request request;
    request.url = server.url("/hook");
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
    request.body = std::string(3'000'000, 'x') + "END";
    const auto result = client.send(request);
    REQUIRE(result.has_value());
    CHECK(result->status == 204);
    CHECK(head.find("POST /hook HTTP/1.1\r\n") == 0);
    CHECK(head.find("Content-Type: application/json\r\n") != std::string::npos);
    CHECK(head.find("X-Empty:") != std::string::npos);
    CHECK(head.find("Expect") == std::string::npos);
    CHECK(body == request.body);
}

TEST_CASE("a body cut at any byte is never taken for a whole one") {
    const std::string json = R"({"as_of":"2026-11-22","rows":[{"county":"610326","value":12.50}]})";
    const std::string head =
        fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", json.size());
    const auto chunked = fmt::format(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n{:x}\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        20,
        json.substr(0, 20),
        json.size() - 20,
        json.substr(20));
    for (const auto& whole : {head + json, chunked}) {
        const auto body_begin = whole.find("\r\n\r\n") + 4;
        std::atomic<std::size_t> cut = 0;
        const ScriptedServer server{[&](Line& line) {
            line.read_request();
            line.send(std::string_view{whole}.substr(0, cut));
        }};
        Client client;
        for (cut = 0; cut < whole.size(); ++cut) {
            INFO("cut at " << cut << " of " << whole.size());
            const auto result = client.get(server.url("/"));
            if (result.has_value()
                && cut + 2 >= whole.size()) {  // only the last line break is gone
                CHECK(whole == chunked);
                CHECK(result->body == json);
                continue;
            }
            const auto problem = problem_of(result);
            if (cut >= body_begin) {
                CHECK(problem == TransferProblem::truncated);
            } else {
                const bool expected = problem == TransferProblem::truncated
                                      || problem == TransferProblem::unreachable;
                CHECK(expected);
            }
        }
        const auto good = client.get(server.url("/"));
        REQUIRE(good.has_value());
        CHECK(good->body == json);
    }
}

TEST_CASE("a body over its cap is refused, whether its length is announced or not") {
    std::atomic<bool> announced = true;
    std::atomic<std::int64_t> sent = 0;
    const ScriptedServer server{[&](Line& line) {
        line.read_request();
        line.send(
            announced ? "HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n"
                      : "HTTP/1.1 200 OK\r\n\r\n");
        const std::string block(1 << 16, 'x');
        while (line.send(block)) {
            sent += static_cast<std::int64_t>(block.size());
        }
    }};
    Client client;
    Request request;
    request.url = server.url("/");
    request.body_max = 1'000'000;
    CHECK(problem_of(client.send(request)) == TransferProblem::too_large);
    announced = false;
    sent = 0;
    CHECK(problem_of(client.send(request)) == TransferProblem::too_large);
    CHECK(sent < 40'000'000);  // what socket buffers hold, not what an endless server would send
}

TEST_CASE("a body of exactly its cap is taken") {
    const ScriptedServer server{always(http(std::string(1000, 'x')))};
    Client client;
    Request request;
    request.url = server.url("/");
    request.body_max = 1000;
    CHECK(client.send(request).has_value());
    request.body_max = 999;
    CHECK(problem_of(client.send(request)) == TransferProblem::too_large);
}

TEST_CASE("endless headers are refused") {
    std::atomic<bool> many = true;
    const ScriptedServer server{[&](Line& line) {
        line.read_request();
        line.send("HTTP/1.1 200 OK\r\nX-Long: ");
        const std::string filler(1000, 'h');
        while (line.send(many ? "X-More: " + filler + "\r\n" : filler)) {}
    }};
    Client client;
    CHECK(problem_of(client.get(server.url("/"))) == TransferProblem::too_large);
    many = false;  // one header line without an end
    CHECK(problem_of(client.get(server.url("/"))) == TransferProblem::too_large);
}

TEST_CASE("a redirect is never followed") {
    for (const std::string target :
         {"file:///etc/passwd", "http://127.0.0.1:1/", "https://example.org/"}) {
        const ScriptedServer server{
            always("HTTP/1.1 302 Found\r\nLocation: " + target + "\r\nContent-Length: 0\r\n\r\n")};
        Client client;
        const auto result = client.get(server.url("/"));
        CHECK(problem_of(result) == TransferProblem::redirect);
        CHECK(result.error().status == 302);
    }
}

TEST_CASE("a server that drips bytes or says nothing runs into the time limit") {
    std::atomic<bool> drips = true;
    const ScriptedServer server{[&](Line& line) {
        line.read_request();
        line.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while (drips && line.send("x")) {
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
        line.wait_for_close();
    }};
    Client client;
    Request request;
    request.url = server.url("/");
    request.timeout = Millis{300};
    const auto begin = std::chrono::steady_clock::now();
    CHECK(problem_of(client.send(request)) == TransferProblem::timed_out);
    drips = false;
    CHECK(problem_of(client.send(request)) == TransferProblem::timed_out);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{3});
}

TEST_CASE("a refused connection and an unknown name are unreachable") {
    std::string url;
    {
        const ScriptedServer gone{[](Line&) {
        }};
        url = gone.url("/");
    }
    Client client;
    CHECK(problem_of(client.get(url)) == TransferProblem::unreachable);
    CHECK(problem_of(client.get("http://nowhere.invalid/")) == TransferProblem::unreachable);
}

TEST_CASE("a server that speaks no TLS is a TLS problem") {
    const ScriptedServer server{[](Line& line) {
        line.read_until("\n");
        line.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    }};
    Client client;
    CHECK(problem_of(client.get(server.url("/", "https"))) == TransferProblem::tls);
}

TEST_CASE("requests that cannot be sent are refused before anything leaves") {
    const ScriptedServer server{always(http("ok"))};
    Client client;
    const auto refused = [&](auto change) {
        Request request;
        request.url = server.url("/");
        change(request);
        return problem_of(client.send(request)) == TransferProblem::bad_request;
    };
    CHECK(refused([](Request& r) { r.url = "nonsense"; }));
    CHECK(refused([](Request& r) { r.url = "gopher://127.0.0.1/"; }));
    CHECK(refused([](Request& r) { r.url = "smtp://127.0.0.1/"; }));
    CHECK(refused([](Request& r) { r.url += "\r\nX: y"; }));
    CHECK(refused([](Request& r) { r.method = "DELETE"; }));
    CHECK(refused([](Request& r) { r.headers = {{"X-A", "b\r\nX-Evil: 1"}}; }));
    CHECK(refused([](Request& r) { r.headers = {{"X-A\n", "b"}}; }));
    CHECK(refused([](Request& r) { r.headers = {{"X-A", std::string("b\0c", 3)}}; }));
    CHECK(refused([](Request& r) {
        r.url = "smtp://127.0.0.1/";
        r.mail = Mail{"a@b.cn", "c@d.cn>\r\nRCPT TO:<e@f.cn", "", MailTls::none, "", Secret{}};
    }));
    CHECK(refused([](Request& r) {
        r.url = "smtp://127.0.0.1/";
        r.mail = Mail{"a@b.cn", "c@d.cn", "", MailTls::implicit, "", Secret{}};
    }));
    CHECK(server.connections() == 0);
}

TEST_CASE("a file is fetched like anything else") {
    const auto path =
        std::filesystem::temp_directory_path() / fmt::format("sanbao_io_{}.json", ::getpid());
    std::ofstream{path} << "[1,2,3]";
    Client client;
    const auto result = client.get("file://" + path.string());
    REQUIRE(result.has_value());
    CHECK(result->status == 200);
    CHECK(result->body == "[1,2,3]");
    std::ofstream{path} << "";
    const auto empty = client.get("file://" + path.string());
    REQUIRE(empty.has_value());
    CHECK(empty->body.empty());
    std::filesystem::remove(path);
    CHECK(problem_of(client.get("file://" + path.string())) == TransferProblem::unreachable);
}

TEST_CASE("a FIFO, a device and a file too long are refused at once") {
    const auto path =
        std::filesystem::temp_directory_path() / fmt::format("sanbao_fifo_{}", ::getpid());
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    Client client;
    CHECK(problem_of(client.get("file://" + path.string())) == TransferProblem::denied);
    std::filesystem::remove(path);
    CHECK(problem_of(client.get("file:///dev/zero")) == TransferProblem::denied);
    CHECK(problem_of(client.get("file:///tmp")) == TransferProblem::denied);
    std::ofstream{path} << std::string(101, 'x');
    Request request;
    request.url = "file://" + path.string();
    request.body_max = 100;
    CHECK(problem_of(client.send(request)) == TransferProblem::too_large);
    request.body_max = 101;
    CHECK(client.send(request).has_value());
    std::filesystem::remove(path);
}

TEST_CASE("each login arrives in its own header, and none of them in an error") {
    std::string seen;
    const ScriptedServer server{[&](Line& line) {
        seen = line.read_request();
        line.send(http("ok"));
    }};
    Client client;
    Request request;
    request.url = server.url("/");
    request.credentials.emplace();
    request.credentials->user = "baoji";
    request.credentials->password = Secret{"a:b@c"};
    REQUIRE(client.send(request).has_value());
    CHECK(seen.find("Authorization: Basic YmFvamk6YTpiQGM=\r\n") != std::string::npos);
    request.credentials.emplace();
    request.credentials->bearer = Secret{"tok-1"};
    REQUIRE(client.send(request).has_value());
    CHECK(seen.find("Authorization: Bearer tok-1\r\n") != std::string::npos);
    request.credentials.emplace();
    request.credentials->key_header = "X-Api-Key";
    request.credentials->key = Secret{"key-1"};
    REQUIRE(client.send(request).has_value());
    CHECK(seen.find("X-Api-Key: key-1\r\n") != std::string::npos);
    CHECK(seen.find("Authorization") == std::string::npos);
    // A connection that is used again carries nobody's login but its own.
    request.credentials.reset();
    REQUIRE(client.send(request).has_value());
    CHECK(seen.find("key-1") == std::string::npos);
}

TEST_CASE("a login is never sent by a way that it was not meant for") {
    Client client;
    const auto refused = [&](std::string url, auto fill) {
        Request request;
        request.url = std::move(url);
        request.credentials.emplace();
        fill(*request.credentials);
        const auto answer = client.send(request);
        const bool is_refused = problem_of(answer) == TransferProblem::bad_request;
        return is_refused && answer.error().message.find("s3cret") == std::string::npos;
    };
    CHECK(refused("sftp://127.0.0.1/a", [](Credentials& c) { c.user = "u"; }));
    CHECK(refused("sftp://127.0.0.1/a", [](Credentials& c) {
        c.known_host = "x";
        c.bearer = Secret{"s3cret"};
    }));
    CHECK(refused("file:///etc/hostname", [](Credentials& c) { c.user = "u"; }));
    CHECK(refused("http://127.0.0.1/a", [](Credentials& c) { c.certificate = "/x.pem"; }));
    CHECK(
        refused("http://127.0.0.1/a", [](Credentials& c) { c.bearer = Secret{"s3cret\r\nX: y"}; }));
    CHECK(refused("http://127.0.0.1/a", [](Credentials& c) {
        c.key_header = "X: y";
        c.key = Secret{"s3cret"};
    }));
    CHECK(problem_of(client.get("sftp://127.0.0.1/a")) == TransferProblem::bad_request);
}

TEST_CASE("an answer in a compression that was not offered is refused") {
    for (const auto* encoding : {"br", "zstd", "gzip, gzip", "gzip"}) {
        const ScriptedServer server{
            always(http("....", fmt::format("Content-Encoding: {}\r\n", encoding)))};
        Client client;
        Request request;
        request.url = server.url("/");
        request.compressed = std::string_view{encoding} != "gzip";
        INFO(encoding);
        CHECK(problem_of(client.send(request)) == TransferProblem::bad_encoding);
    }
}

TEST_CASE("a cancelled transfer ends at once and leaves the others alone") {
    std::atomic<bool> gone = false;
    const ScriptedServer silent{[&](Line& line) {
        line.read_request();
        line.wait_for_close();
        gone = true;
    }};
    const ScriptedServer slow{[](Line& line) {
        line.read_request();
        std::this_thread::sleep_for(std::chrono::milliseconds{150});
        line.send(http("late"));
    }};
    Client client;
    asio::cancellation_signal cancel;
    Request first;
    first.url = silent.url("/");
    Request second;
    second.url = slow.url("/");
    bool ended = false;
    std::string body;
    asio::co_spawn(
        client.loop,
        client.transfer->perform(first),
        asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr, Got) { ended = true; }));
    asio::co_spawn(
        client.loop, client.transfer->perform(second), [&](std::exception_ptr, Got result) {
            REQUIRE(result.has_value());
            body = result->body;
        });
    asio::steady_timer timer{client.loop, std::chrono::milliseconds{50}};
    timer.async_wait([&](auto) { cancel.emit(asio::cancellation_type::terminal); });
    const auto begin = std::chrono::steady_clock::now();
    client.loop.run_for(std::chrono::seconds{10});
    CHECK(ended);
    CHECK(body == "late");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{3});
    for (int i = 0; i < 100 && !gone; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    CHECK(gone);
}

TEST_CASE("a loop may end with transfers under way") {
    const ScriptedServer silent{[](Line& line) {
        line.wait_for_close();
    }};
    Client client;
    for (int i = 0; i < 3; ++i) {
        Request request;
        request.url = silent.url("/");
        asio::co_spawn(
            client.loop, client.transfer->perform(request), [](std::exception_ptr, Got) {});
    }
    client.loop.run_for(std::chrono::milliseconds{50});
    CHECK(silent.connections() == 3);
}

TEST_CASE("two hundred requests run side by side") {
    const ScriptedServer server{[](Line& line) {
        while (true) {
            const auto request = line.read_request();
            if (request.empty()) {
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{100});
            const auto path = request.substr(4, request.find(' ', 4) - 4);
            line.send(http(path));
        }
    }};
    Client client;
    int good = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 200; ++i) {
            Request request;
            request.url = server.url(fmt::format("/feed/{}", i));
            asio::co_spawn(
                client.loop,
                client.transfer->perform(request),
                [&good, i](std::exception_ptr, Got result) {
                    good += result && result->body == fmt::format("/feed/{}", i) ? 1 : 0;
                });
        }
        client.loop.restart();
        client.loop.run_for(std::chrono::seconds{20});
    }
    CHECK(good == 600);
    CHECK(server.connections() <= 400);  // later rounds use connections again
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});
}

namespace {

// A mail server that answers RCPT and the end of DATA as told, and keeps what it was sent.
struct MailScript {
    std::string to_rcpt = "250 fine";
    std::string to_data = "250 queued";  // empty: drops the line
    std::string to_auth = "235 welcome";
    std::string extensions = "250-AUTH PLAIN\r\n";
    std::vector<std::string> heard;

    void operator()(Line& line) {
        line.send("220 mail.test\r\n");
        while (!line.closed()) {
            const auto command = line.read_until("\r\n");
            heard.push_back(command);
            if (command.starts_with("EHLO")) {
                line.send("250-mail.test\r\n" + extensions + "250 8BITMIME\r\n");
            } else if (command.starts_with("RCPT")) {
                line.send(to_rcpt + "\r\n");
            } else if (command.starts_with("AUTH")) {
                line.send(to_auth + "\r\n");
            } else if (command.starts_with("DATA")) {
                line.send("354 go on\r\n");
                heard.push_back(line.read_until("\r\n.\r\n"));
                if (to_data.empty()) {
                    return;
                }
                line.send(to_data + "\r\n");
            } else {
                line.send(command.starts_with("QUIT") ? "221 bye\r\n" : "250 ok\r\n");
            }
        }
    }
};

Got send_mail(MailScript& script, MailTls tls = MailTls::none, const std::string& user = "") {
    const ScriptedServer server{std::ref(script)};
    Client client;
    Request request;
    request.url = server.url("/sanbao.test", "smtp");
    request.mail = Mail{
        "sanbao@example.cn",
        "zhang@example.cn",
        "Subject: test\r\n\r\nfirst\r\n.dotted\r\nlast\r\n",
        tls,
        user,
        Secret{"geheim"}};
    request.timeout = Millis{3'000};
    return client.send(std::move(request));
}

}  // namespace

TEST_CASE("a mail is handed over whole") {
    MailScript script;
    const auto result = send_mail(script);
    REQUIRE(result.has_value());
    CHECK(result->status == 250);
    REQUIRE(script.heard.size() >= 5);
    CHECK(script.heard[0] == "EHLO sanbao.test\r\n");
    CHECK(script.heard[1].starts_with("MAIL FROM:<sanbao@example.cn>"));
    CHECK(script.heard[2] == "RCPT TO:<zhang@example.cn>\r\n");
    CHECK(script.heard[4] == "Subject: test\r\n\r\nfirst\r\n..dotted\r\nlast\r\n.\r\n");
}

TEST_CASE("what a mail server says decides between later and never") {
    struct Case {
        const char* rcpt;
        const char* data;
        TransferProblem problem;
        int status;
    };
    for (const auto& [rcpt, data, problem, status] : std::initializer_list<Case>{
             {"451 greylisted", "250 ok", TransferProblem::later, 451},
             {"550 no such user", "250 ok", TransferProblem::denied, 550},
             {"250 ok", "452 disk full", TransferProblem::later, 452},
             {"250 ok", "554 spam", TransferProblem::denied, 554},
             {"250 ok", "", TransferProblem::unreachable, 0}}) {
        INFO(rcpt << " / " << data);
        MailScript script;
        script.to_rcpt = rcpt;
        script.to_data = data;
        const auto result = send_mail(script);
        CHECK(problem_of(result) == problem);
        CHECK(result.error().status == status);
        if (status >= 400) {
            const std::string words = rcpt[0] == '2' ? data : rcpt;
            CHECK(result.error().message.find(words) != std::string::npos);
        }
    }
}

TEST_CASE("a mail login is refused in words that do not show the password") {
    MailScript script;
    script.to_auth = "535 wrong";
    const auto result = send_mail(script, MailTls::none, "sanbao");
    CHECK(problem_of(result) == TransferProblem::denied);
    CHECK(result.error().status == 535);
    CHECK(result.error().message.find("geheim") == std::string::npos);
}

TEST_CASE("no mail and no password go out in plain when STARTTLS is asked for and not offered") {
    MailScript script;
    const auto result = send_mail(script, MailTls::starttls, "sanbao");
    CHECK(problem_of(result) == TransferProblem::tls);
    for (const auto& command : script.heard) {
        CHECK_FALSE(command.starts_with("AUTH"));
        CHECK_FALSE(command.starts_with("MAIL"));
    }
}

TEST_CASE("the replay clock runs on from what it was set to, and never back") {
    const Instant start{std::chrono::sys_days{std::chrono::year{2017} / 2 / 1}};
    ReplayClock clock{start};
    CHECK(clock.now() >= start);
    CHECK(clock.now() < start + Millis{5'000});
    clock.advance_to(start + std::chrono::hours{24});
    CHECK(clock.now() >= start + std::chrono::hours{24});
    clock.advance_to(start);
    CHECK(clock.now() >= start + std::chrono::hours{24});
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
    CHECK(clock.now() >= start + std::chrono::hours{24} + Millis{5});
}

namespace {

class SecretFile {
  public:
    SecretFile(std::string_view content, mode_t mode)
        : directory_(
            std::filesystem::temp_directory_path() / fmt::format("sanbao_secret_{}", ::getpid())) {
        std::filesystem::create_directories(directory_);
        std::ofstream{path()} << content;
        ::chmod(path().c_str(), mode);
    }
    SecretFile(const SecretFile&) = delete;
    SecretFile& operator=(const SecretFile&) = delete;
    ~SecretFile() { std::filesystem::remove_all(directory_); }
    [[nodiscard]] std::string path() const { return directory_ / "token"; }
    [[nodiscard]] std::string directory() const { return directory_; }

  private:
    std::filesystem::path directory_;
};

std::string why_not(const SecretSource& source) {
    const auto secret = read_secret(source);
    REQUIRE(secret.has_error());
    return secret.error().message;
}

}  // namespace

TEST_CASE("a secret is read from a file that nobody else can read") {
    const SecretFile file{"geheim\r\n\n", 0600};
    const auto secret = read_secret({"", file.path()});
    REQUIRE(secret.has_value());
    CHECK(secret->reveal() == "geheim");
}

TEST_CASE("a secret file that others can read, that is empty or no file is refused by its reason") {
    {
        const SecretFile file{"geheim", 0640};
        const auto message = why_not({"", file.path()});
        CHECK(message.find("chmod 600") != std::string::npos);
        CHECK(message.find("geheim") == std::string::npos);
    }
    {
        const SecretFile file{"\n", 0600};
        CHECK(why_not({"", file.path()}).find("is empty") != std::string::npos);
        CHECK(why_not({"", file.directory()}).find("not a regular file") != std::string::npos);
        CHECK(why_not({"", file.path() + "x"}).find("cannot read") != std::string::npos);
    }
    {
        const SecretFile file{std::string(100'000, 'x'), 0600};
        CHECK(why_not({"", file.path()}).find("longer than") != std::string::npos);
    }
    CHECK(why_not({"", "relative/token"}).find("absolute") != std::string::npos);
    CHECK(why_not({"", ""}).find("exactly one") != std::string::npos);
    CHECK(why_not({"a", "/b"}).find("exactly one") != std::string::npos);
}

TEST_CASE("a secret is read from a systemd credential") {
    const SecretFile file{"geheim\n", 0400};
    ::setenv("CREDENTIALS_DIRECTORY", file.directory().c_str(), 1);
    const auto secret = read_secret({"token", ""});
    REQUIRE(secret.has_value());
    CHECK(secret->reveal() == "geheim");
    CHECK(why_not({"../token", ""}).find("no '/'") != std::string::npos);
    ::unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(why_not({"token", ""}).find("LoadCredential=token") != std::string::npos);
}
