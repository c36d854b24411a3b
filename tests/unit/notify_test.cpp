#include "daemon/notify/sender.hpp"
#include "tests/unit/held_transfer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

using namespace sanbao;
using namespace sanbao::notify;
using core::Outcome;

namespace {

namespace fs = std::filesystem;

Instant instant(const char* utc) {
    return *parse_utc(utc);
}

struct Folder {
    fs::path path = fs::temp_directory_path() / fmt::format("sanbao-notify-{}", ::getpid());
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
        const auto file = path / name;
        std::ofstream{file, std::ios::binary} << text;
        ::chmod(file.c_str(), 0600);
        return file;
    }
};

Stored stored(const std::string& id, const std::string& channel) {
    Stored message;
    message.id = id;
    message.channel = channel;
    message.recipient = "zhang@baoji.example";
    message.recipient_name = "张伟";
    message.alert = "al_mf2xk3q7zt4nsvw5c6ydb2rhja";
    message.title = "【红色】眉县 工资兑付覆盖率 0.82，缺口1,832万元，距发薪2天";
    message.text = "级别：红色\n.\n缺口：1,832万元\n";
    message.html = "<p>级别：<b>红色</b></p>\n";
    message.json = R"({"data":{"county":"610326"},"timestamp":"…","type":"sanbao.alert.fired"})";
    message.queued = instant("2026-11-23T02:23:24.000Z");
    return message;
}

ChannelSettings mail_channel(const std::string& id = "duty-mail") {
    ChannelSettings channel;
    channel.id = id;
    channel.kind = ChannelKind::email;
    channel.smtp = "smtp://mail.example:25/" + id;
    channel.from = "sanbao@czj.baoji.example";
    return channel;
}

ChannelSettings webhook_channel(const std::string& id, int concurrency = 8) {
    ChannelSettings channel;
    channel.id = id;
    channel.kind = ChannelKind::webhook;
    channel.url = "https://hook.example/" + id;
    channel.concurrency = concurrency;
    return channel;
}

// What an independent reader (Python's email package) finds in a mail.
boost::json::object parsed_by_python(const Folder& folder, const std::string& mail) {
    const auto file = folder.write("mail.eml", mail);
    const auto script = folder.write("parse.py", R"(
import email, email.policy, json, sys
raw = open(sys.argv[1], 'rb').read()
head, _, _ = raw.partition(b'\r\n\r\n')
m = email.message_from_bytes(raw, policy=email.policy.default)
parts = [{'type': p.get_content_type(), 'charset': p.get_content_charset(),
          'encoding': p['content-transfer-encoding'],
          'text': p.get_payload(decode=True).decode('utf-8')} for p in m.iter_parts()]
to = m['to'].addresses[0]
print(json.dumps({
    'subject': m['subject'], 'from': str(m['from']), 'to_name': to.display_name,
    'to': to.addr_spec, 'recipients': len(m['to'].addresses), 'id': m['message-id'].strip(),
    'references': str(m['references']), 'in_reply_to': str(m['in-reply-to']),
    'date': m['date'].datetime.isoformat(), 'auto': str(m['auto-submitted']),
    'names': sorted(m.keys()), 'type': m.get_content_type(), 'parts': parts,
    'defects': [str(d) for d in m.defects] + [str(d) for h in m.values() for d in getattr(h, 'defects', [])],
    'longest': max(len(l) for l in raw.split(b'\r\n')),
    'longest_head': max(len(l) for l in head.split(b'\r\n')),
    'ascii_head': head.isascii(), 'bare_breaks': raw.replace(b'\r\n', b'').count(b'\n') + raw.replace(b'\r\n', b'').count(b'\r')}))
)");
    const auto command = fmt::format("python3 {} {}", script, file);
    std::FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string out;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
        out += static_cast<char>(c);
    }
    REQUIRE(::pclose(pipe) == 0);
    return boost::json::parse(out).as_object();
}

std::string text_of(const boost::json::object& object, const char* key) {
    return std::string{object.at(key).as_string()};
}

io::Response response(int status, std::string body = {}) {
    io::Response result;
    result.status = status;
    result.body = std::move(body);
    return result;
}

// Stands for the engine: knows what is due, writes down in which order things happen.
struct Bench {
    boost::asio::io_context loop{1};
    io::HeldTransfer transfer{loop.get_executor()};
    std::map<std::string, std::vector<std::string>> queue;  // by channel
    std::set<std::string> begun_ids;
    std::vector<std::vector<std::string>> begun;
    std::vector<std::vector<core::AttemptSettled>> settled;
    Instant now = instant("2026-11-23T02:30:00.000Z");
    std::unique_ptr<Sender> sender;

    Bench() {
        Sender::Parts parts{
            transfer,
            Zone{},
            [this] { return now; },
            [this](const std::string& channel) { return queue[channel]; },
            [this](std::vector<std::string> ids) { return begin(std::move(ids)); },
            [this](std::vector<core::AttemptSettled> answers) {
                settle(std::move(answers));
            }};
        sender = std::make_unique<Sender>(loop.get_executor(), std::move(parts));
    }

    std::vector<Stored> begin(std::vector<std::string> ids) {
        std::vector<Stored> messages;
        for (const auto& id : ids) {
            const auto channel = id.substr(0, id.find('/'));
            messages.push_back(stored(id, channel));
            std::erase(queue[channel], id);
            begun_ids.insert(id);
        }
        begun.push_back(std::move(ids));
        return messages;
    }
    void settle(std::vector<core::AttemptSettled> answers) {
        settled.push_back(std::move(answers));
        sender->kick();  // as the engine does after each step
    }
    void add(const std::string& channel, int count) {
        for (int i = 0; i < count; ++i) {
            queue[channel].push_back(fmt::format("{}/{}", channel, i));
        }
    }
    void run() {
        sender->kick();
        turn();
    }
    void turn() {
        loop.restart();
        loop.poll();
    }
    [[nodiscard]] std::vector<core::AttemptSettled> all_settled() const {
        std::vector<core::AttemptSettled> all;
        for (const auto& group : settled) {
            all.insert(all.end(), group.begin(), group.end());
        }
        return all;
    }
};

}  // namespace

TEST_CASE("an independent reader finds in the mail what was put into it") {
    const Folder folder;
    const auto message = stored("msg_q2w3e4r5t6y7u8i9o0p1a2s3d4", "duty-mail");
    const auto mail = compose_mail(message, mail_channel(), Zone{});
    const auto seen = parsed_by_python(folder, mail);
    CHECK(text_of(seen, "subject") == message.title);
    CHECK(text_of(seen, "from") == "sanbao@czj.baoji.example");
    CHECK(text_of(seen, "to_name") == "张伟");
    CHECK(text_of(seen, "to") == "zhang@baoji.example");
    CHECK(text_of(seen, "id") == "<msg_q2w3e4r5t6y7u8i9o0p1a2s3d4@czj.baoji.example>");
    CHECK(text_of(seen, "references") == "<al_mf2xk3q7zt4nsvw5c6ydb2rhja@czj.baoji.example>");
    CHECK(text_of(seen, "in_reply_to") == text_of(seen, "references"));
    CHECK(text_of(seen, "date") == "2026-11-23T10:23:24+08:00");
    CHECK(text_of(seen, "auto") == "auto-generated");
    CHECK(text_of(seen, "type") == "multipart/alternative");
    const auto& parts = seen.at("parts").as_array();
    REQUIRE(parts.size() == 2);
    CHECK(text_of(parts[0].as_object(), "type") == "text/plain");
    CHECK(text_of(parts[0].as_object(), "text") == "级别：红色\r\n.\r\n缺口：1,832万元\r\n");
    CHECK(text_of(parts[1].as_object(), "type") == "text/html");
    CHECK(text_of(parts[1].as_object(), "text") == "<p>级别：<b>红色</b></p>\r\n");
    for (const auto& part : parts) {
        CHECK(text_of(part.as_object(), "charset") == "utf-8");
        CHECK(text_of(part.as_object(), "encoding") == "base64");
    }
    CHECK(seen.at("ascii_head").as_bool());
    CHECK(seen.at("longest_head").as_int64() <= 76);
    CHECK(seen.at("longest").as_int64() <= 998);
    CHECK(seen.at("bare_breaks").as_int64() == 0);
    CHECK(seen.at("defects").as_array().empty());
    CHECK(mail == compose_mail(message, mail_channel(), Zone{}));
}

TEST_CASE("subjects and names of every shape come back equal") {
    const Folder folder;
    std::string four_bytes = "a";
    for (int i = 0; i < 60; ++i) {
        four_bytes += "𝄞";
    }
    const std::vector<std::string> texts{
        "plain",
        "=?UTF-8?B?eA==?=",
        std::string(300, 'x'),
        four_bytes,
        "a, b <c@d> \"e\" \\ (f)",
        "tr\xc3\xa8s long " + std::string(120, 'y') + " 眉县",
        " blank at both ends "};
    for (const auto& text : texts) {
        auto message = stored("msg_a", "duty-mail");
        message.title = text;
        message.recipient_name = text;
        message.text = std::string(5'000, 'z');
        const auto seen = parsed_by_python(folder, compose_mail(message, mail_channel(), Zone{}));
        INFO(text);
        CHECK(text_of(seen, "subject") == text);
        CHECK(seen.at("recipients").as_int64() == 1);
        CHECK(text_of(seen, "to") == "zhang@baoji.example");
        const auto name = text_of(seen, "to_name");  // long ones are cut to one encoded word
        CHECK((name == text || (text.size() > 45 && name.ends_with("…"))));
        CHECK(seen.at("ascii_head").as_bool());
        CHECK(seen.at("longest").as_int64() <= 78);
    }
}

TEST_CASE("no field of a message can add a header or end the head") {
    const Folder folder;
    const std::string attack = std::string{"x\r\nBcc: evil@example\r\n\r\nbody\n\0y", 32};
    auto message = stored("msg_a", "duty-mail");
    auto channel = mail_channel();
    message.title = message.recipient_name = message.recipient = message.alert = message.id =
        attack;
    message.recipient += "@baoji.example>, <evil@example";
    channel.from = "a@b\r\nBcc: evil@example";
    const auto mail = compose_mail(message, channel, Zone{});
    const auto head = mail.substr(0, mail.find("\r\n\r\n"));
    CHECK(head.find("\nBcc") == std::string::npos);
    CHECK(mail.find('\0') == std::string::npos);
    const auto seen = parsed_by_python(folder, mail);
    const boost::json::array expected{
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "In-Reply-To",
        "MIME-Version",
        "Message-ID",
        "References",
        "Subject",
        "To"};
    CHECK(seen.at("names").as_array() == expected);
    CHECK(seen.at("parts").as_array().size() == 2);
    CHECK(seen.at("recipients").as_int64() == 1);
    CHECK(text_of(seen, "subject").find_first_of("\r\n") == std::string::npos);
}

TEST_CASE("signatures equal the published vectors") {
    const io::Secret secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
    CHECK(
        *sign_webhook(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})")
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    CHECK(
        *sign_webhook(
            io::Secret{"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"},
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1649367553,
            R"({"email":"test@example.com","username":"test_user"})")
        == "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    CHECK(
        *sign_webhook(
            secret,
            "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
            1674087231,
            "{\"type\":\"sanbao.alert.fired\",\"timestamp\":\"2022-11-03T20:26:10.344522Z\","
            "\"data\":{\"county\":\"陇县\"}}")
        == "v1,B+FJ+vlL5anaSQqNawhyH+i24Tw4hDvG2r+daJzM8js=");
}

TEST_CASE("a secret that is none is refused, and not shown") {
    for (const auto* text :
         {"",
          "whsec_",
          "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
          "whsec_c2hvcnQ=",
          "whsec_MfKQ9r8GKYqrTwjU=D8ILPZIo2LaLaSw",
          "whsec_MfKQ9r8G KYqrTwjUPD8ILPZIo2LaLaS"}) {
        const auto result = sign_webhook(io::Secret{text}, "msg_a", 1, "{}");
        INFO(text);
        REQUIRE_FALSE(result);
        CHECK(result.error().message.find("MfKQ9r8G") == std::string::npos);
        CHECK(result.error().message.find("openssl rand") != std::string::npos);
    }
}

TEST_CASE("what an answer means") {
    const auto now = instant("2026-11-23T02:30:00.000Z");
    const auto outcome = [&](ChannelKind kind, int status) {
        const auto result = settle("msg_a", kind, response(status), now);
        CHECK(result.message == "msg_a");
        CHECK(result.code == status);
        return result.outcome;
    };
    for (const int status : {200, 201, 202, 204, 299}) {
        CHECK(outcome(ChannelKind::webhook, status) == Outcome::delivered);
    }
    for (const int status : {408, 425, 429, 500, 502, 503, 504, 599}) {
        CHECK(outcome(ChannelKind::webhook, status) == Outcome::later);
    }
    for (const int status : {100, 301, 302, 304, 400, 401, 403, 404, 409, 415, 422, 451}) {
        CHECK(outcome(ChannelKind::webhook, status) == Outcome::refused);
    }
    CHECK(outcome(ChannelKind::webhook, 410) == Outcome::gone);
    CHECK(outcome(ChannelKind::email, 250) == Outcome::delivered);
    for (const int status : {0, 220, 354, 421, 450, 451, 452}) {
        CHECK(outcome(ChannelKind::email, status) == Outcome::later);
    }
    for (const int status : {500, 530, 535, 550, 552, 554}) {
        CHECK(outcome(ChannelKind::email, status) == Outcome::refused);
    }

    using io::TransferProblem;
    const auto failed = [&](TransferProblem problem) {
        return settle("msg_a", ChannelKind::email, io::TransferError{problem, 220, "said no"}, now);
    };
    for (const auto problem :
         {TransferProblem::unreachable,
          TransferProblem::timed_out,
          TransferProblem::tls,
          TransferProblem::too_large,
          TransferProblem::truncated,
          TransferProblem::later}) {
        CHECK(failed(problem).outcome == Outcome::later);
        CHECK(failed(problem).answer == "said no");
    }
    for (const auto problem :
         {TransferProblem::bad_request, TransferProblem::redirect, TransferProblem::denied}) {
        CHECK(failed(problem).outcome == Outcome::refused);
    }
    CHECK(failed(TransferProblem::tls).code == 0);  // 220 was the reply to the greeting
    CHECK(failed(TransferProblem::denied).code == 220);
}

TEST_CASE("an answer is kept short, in whole characters and on one line") {
    std::string body = "no\r\n";
    for (int i = 0; i < 400; ++i) {
        body += "县";
    }
    const auto result = settle(
        "msg_a", ChannelKind::webhook, response(500, body), instant("2026-11-23T02:30:00.000Z"));
    CHECK(result.answer.size() <= 500);
    CHECK(result.answer.starts_with("HTTP 500: no  县县"));
    CHECK(result.answer.ends_with("县…"));
}

TEST_CASE("Retry-After is heard in seconds and as a date, between a second and an hour") {
    const auto now = instant("2026-11-23T02:30:00.000Z");
    const auto wait = [&](const std::string& value, int status = 429) {
        auto answer = response(status);
        answer.headers = {{"retry-after", value}};
        return settle("msg_a", ChannelKind::webhook, answer, now).retry_after;
    };
    using std::chrono::hours;
    using std::chrono::seconds;
    CHECK(wait("120") == seconds{120});
    CHECK(wait("0") == seconds{1});
    CHECK(wait("1000000000") == hours{1});
    CHECK(wait("99999999999999999999") == hours{1});
    CHECK(wait("Mon, 23 Nov 2026 02:32:00 GMT") == seconds{120});
    CHECK(wait("Sun, 06 Nov 1994 08:49:37 GMT") == seconds{1});
    CHECK(wait("Fri, 31 Dec 2999 23:59:59 GMT") == hours{1});
    for (const auto* garbage :
         {"",
          "-5",
          "1.5",
          "soon",
          "0x10",
          "Mon, 31 Feb 2026 02:32:00 GMT",
          "Mon, 23 Nov 2026 25:32:00 GMT",
          "Mon, 23 Nov 2026 02:32:00 CST",
          "Mon, 23 Foo 2026 02:32:00 GMT",
          "Mon, +3 Nov 2026 02:32:00 GMT"}) {
        INFO(garbage);
        CHECK_FALSE(wait(garbage).has_value());
    }
    CHECK_FALSE(wait("120", 200).has_value());
    CHECK_FALSE(wait("120", 410).has_value());
    CHECK(wait("120", 503) == seconds{120});
}

TEST_CASE("a webhook is signed at the real time of each attempt, with the same id and bytes") {
    const Folder folder;
    Bench bench;
    auto channel = webhook_channel("city");
    channel.secret.file = folder.write("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    bench.sender->set_channels({channel});
    for (int attempt = 0; attempt < 2; ++attempt) {
        bench.add("city", 1);
        bench.run();
        bench.now += std::chrono::minutes{5};
        // Rotated: the next attempt must read the new one.
        (void)folder.write("secret", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n");
    }
    REQUIRE(bench.transfer.requests.size() == 2);
    const auto header = [&](std::size_t i, const std::string& name) {
        for (const auto& [key, value] : bench.transfer.requests[i].headers) {
            if (key == name) {
                return value;
            }
        }
        return std::string{};
    };
    const auto& first = bench.transfer.requests[0];
    CHECK(first.method == "POST");
    CHECK(first.url == channel.url);
    CHECK(header(0, "content-type") == "application/json");
    CHECK(header(0, "user-agent") == "sanbaod/" SANBAO_VERSION);
    CHECK(header(0, "webhook-id") == "city/0");
    CHECK(header(1, "webhook-id") == header(0, "webhook-id"));
    CHECK(header(0, "webhook-timestamp") == "1795401000");
    CHECK(header(1, "webhook-timestamp") == "1795401300");
    CHECK(bench.transfer.requests[1].body == first.body);
    CHECK(first.body == stored("city/0", "city").json);
    CHECK(
        header(0, "webhook-signature")
        == *sign_webhook(
            io::Secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
            "city/0",
            1795401000,
            first.body));
    CHECK(
        header(1, "webhook-signature")
        == *sign_webhook(
            io::Secret{"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"},
            "city/0",
            1795401300,
            first.body));
}

TEST_CASE("a mail goes out by its channel's settings, password read at the time") {
    const Folder folder;
    Bench bench;
    auto channel = mail_channel();
    channel.user = "sanbao";
    channel.password.file = folder.write("password", "p4ss\n");
    channel.timeout = Millis{7'000};
    channel.ca_file = "/etc/ca.pem";
    bench.sender->set_channels({channel});
    bench.add("duty-mail", 1);
    bench.run();
    REQUIRE(bench.transfer.requests.size() == 1);
    const auto& request = bench.transfer.requests[0];
    REQUIRE(request.mail);
    CHECK(request.url == channel.smtp);
    CHECK(request.mail->to == "zhang@baoji.example");
    CHECK(request.mail->from == "sanbao@czj.baoji.example");
    CHECK(request.mail->user == "sanbao");
    CHECK(request.mail->password.reveal() == "p4ss");
    CHECK(request.mail->tls == io::MailTls::starttls);
    CHECK(request.timeout == Millis{7'000});
    CHECK(request.ca_file == "/etc/ca.pem");
    CHECK(
        request.mail->content == compose_mail(stored("duty-mail/0", "duty-mail"), channel, Zone{}));
    REQUIRE(bench.all_settled().size() == 1);
    CHECK(bench.all_settled()[0].outcome == Outcome::delivered);
}

TEST_CASE("without its secret a message is not sent but settled for later, saying why") {
    Bench bench;
    auto hook = webhook_channel("city");
    hook.secret.file = "/nonexistent/secret";
    auto mail = mail_channel();
    mail.user = "sanbao";
    mail.password.file = "/nonexistent/password";
    bench.sender->set_channels({hook, mail});
    bench.add("city", 1);
    bench.add("duty-mail", 1);
    bench.run();
    CHECK(bench.transfer.requests.empty());
    const auto settled = bench.all_settled();
    REQUIRE(settled.size() == 2);
    for (const auto& answer : settled) {
        CHECK(answer.outcome == Outcome::later);
        CHECK(answer.code == 0);
        CHECK(answer.answer.starts_with("not sent: "));
        CHECK(answer.answer.find("/nonexistent/") != std::string::npos);
    }
    CHECK(bench.sender->in_flight() == 0);
}

TEST_CASE("no byte leaves before its attempt is committed") {
    Bench bench;
    std::size_t checked = 0;
    bench.transfer.on_perform = [&](const io::Request& request) {
        for (const auto& [key, value] : request.headers) {
            if (key == "webhook-id") {
                CHECK(bench.begun_ids.contains(value));
                ++checked;
            }
        }
    };
    bench.sender->set_channels({webhook_channel("a", 2), webhook_channel("b", 3)});
    bench.add("a", 5);
    bench.add("b", 5);
    bench.run();
    CHECK(checked == 10);
    CHECK(bench.all_settled().size() == 10);
}

TEST_CASE("attempts that may start together are one commit, and so are answers") {
    Bench bench;
    bench.sender->set_channels({webhook_channel("a", 3), webhook_channel("b", 3)});
    bench.transfer.hold("https://hook.example/a");
    bench.transfer.hold("https://hook.example/b");
    bench.add("a", 3);
    bench.add("b", 2);
    for (int i = 0; i < 10; ++i) {
        bench.sender->kick();
    }
    bench.run();
    REQUIRE(bench.begun.size() == 1);
    CHECK(bench.begun[0] == std::vector<std::string>{"a/0", "a/1", "a/2", "b/0", "b/1"});
    CHECK(bench.settled.empty());
    CHECK(bench.sender->in_flight() == 5);
    bench.transfer.release("https://hook.example/a");
    bench.transfer.release("https://hook.example/b");
    bench.turn();
    REQUIRE(bench.settled.size() == 1);
    CHECK(bench.settled[0].size() == 5);
    CHECK(bench.sender->in_flight() == 0);
}

TEST_CASE(
    "a channel never has more under way than its concurrency, and gets through all the same") {
    Bench bench;
    bench.sender->set_channels({webhook_channel("a", 2), mail_channel("m")});
    bench.transfer.hold("https://hook.example/a");
    bench.transfer.hold("smtp://mail.example:25/m");
    bench.add("a", 7);
    bench.add("m", 3);
    bench.run();
    CHECK(bench.transfer.under_way["https://hook.example/a"] == 2);
    CHECK(bench.transfer.under_way["smtp://mail.example:25/m"] == 1);
    CHECK(bench.sender->in_flight() == 3);
    bench.run();
    CHECK(bench.sender->in_flight() == 3);
    bench.transfer.release("https://hook.example/a");
    bench.transfer.release("smtp://mail.example:25/m");
    bench.turn();
    CHECK(bench.all_settled().size() == 10);
    CHECK(bench.transfer.most_under_way["https://hook.example/a"] == 2);
    CHECK(bench.transfer.most_under_way["smtp://mail.example:25/m"] == 1);
}

TEST_CASE("a channel that hangs delays no other") {
    Bench bench;
    bench.sender->set_channels({mail_channel("dead"), webhook_channel("city", 1)});
    bench.transfer.hold("smtp://mail.example:25/dead");
    bench.add("dead", 4);
    bench.add("city", 6);
    bench.run();
    const auto settled = bench.all_settled();
    CHECK(settled.size() == 6);
    for (const auto& answer : settled) {
        CHECK(answer.message.starts_with("city/"));
    }
    CHECK(bench.sender->in_flight() == 1);
    CHECK(bench.queue["dead"].size() == 3);
}

TEST_CASE("an id that is still offered while it is under way is not begun twice") {
    Bench bench;
    bench.sender->set_channels({webhook_channel("a")});
    bench.transfer.hold("https://hook.example/a");
    bench.add("a", 1);
    bench.run();
    bench.add("a", 1);
    bench.run();
    CHECK(bench.begun.size() == 1);
    CHECK(bench.sender->in_flight() == 1);
}

TEST_CASE("a reload takes effect for the next attempt; a channel that is gone keeps its messages") {
    Bench bench;
    auto old = webhook_channel("a", 1);
    bench.sender->set_channels({old, webhook_channel("b", 1)});
    bench.transfer.hold(old.url);
    bench.add("a", 2);
    bench.run();
    auto moved = old;
    moved.url = "https://new.example/a";
    bench.sender->set_channels({moved});
    bench.add("b", 2);
    bench.run();
    CHECK(bench.sender->in_flight() == 1);  // the bound of "a" holds over the reload
    CHECK(bench.queue["b"].size() == 2);
    bench.transfer.release(old.url);
    bench.turn();
    REQUIRE(bench.transfer.requests.size() == 2);
    CHECK(bench.transfer.requests[0].url == old.url);
    CHECK(bench.transfer.requests[1].url == moved.url);
    CHECK(bench.queue["b"].size() == 2);
    bench.sender->set_channels({moved, webhook_channel("b", 1)});
    bench.turn();
    CHECK(bench.queue["b"].empty());
}

TEST_CASE("draining starts nothing, waits for what is under way, and says so once all is settled") {
    Bench bench;
    bench.sender->set_channels({webhook_channel("a", 1)});
    bench.transfer.hold("https://hook.example/a");
    bench.add("a", 3);
    bench.run();
    int done = 0;
    bench.sender->drain([&] {
        ++done;
        CHECK(bench.all_settled().size() == 1);
    });
    bench.run();
    CHECK(done == 0);
    bench.transfer.release("https://hook.example/a");
    bench.turn();
    CHECK(done == 1);
    CHECK(bench.queue["a"].size() == 2);
    bench.run();
    CHECK(done == 1);
    CHECK(bench.begun.size() == 1);
}

TEST_CASE("draining with nothing under way ends at the next turn") {
    Bench bench;
    bool done = false;
    bench.sender->drain([&] { done = true; });
    CHECK_FALSE(done);
    bench.turn();
    CHECK(done);
}

TEST_CASE("a sender that goes cancels what hangs and calls nobody back") {
    Bench bench;
    bench.sender->set_channels({webhook_channel("a", 2)});
    bench.transfer.hold("https://hook.example/a");
    bench.add("a", 2);
    bench.run();
    bench.sender->kick();
    bench.sender.reset();
    bench.transfer.release("https://hook.example/a");
    bench.turn();
    CHECK(bench.settled.empty());
    CHECK(bench.begun.size() == 1);
}

TEST_CASE("a loop that ends with attempts under way leaves nothing dangling") {
    auto bench = std::make_unique<Bench>();
    bench->sender->set_channels({webhook_channel("a", 2)});
    bench->transfer.hold("https://hook.example/a");
    bench->add("a", 2);
    bench->run();
    CHECK(bench->sender->in_flight() == 2);
    bench.reset();
}

TEST_CASE("answers from a script reach the outbox as what they mean") {
    Bench bench;
    const auto channel = webhook_channel("a", 1);
    bench.sender->set_channels({channel});
    auto busy = response(429);
    busy.headers = {{"retry-after", "30"}};
    bench.transfer.answer(
        channel.url,
        {busy,
         io::TransferError{io::TransferProblem::timed_out, 0, "no answer within 30 s"},
         response(410),
         response(204)});
    bench.add("a", 4);
    bench.run();
    const auto settled = bench.all_settled();
    REQUIRE(settled.size() == 4);
    CHECK(settled[0].outcome == Outcome::later);
    CHECK(settled[0].retry_after == std::chrono::seconds{30});
    CHECK(settled[1].answer == "no answer within 30 s");
    CHECK(settled[2].outcome == Outcome::gone);
    CHECK(settled[3].outcome == Outcome::delivered);
}
