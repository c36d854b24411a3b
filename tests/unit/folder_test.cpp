// Drop folders: which files are whole, in which order they are taken, where they go.
#include "alerts/base/digest.hpp"
#include "daemon/feeds/poller.hpp"
#include "tests/unit/fake_transfer.hpp"
#include "tests/unit/feed_samples.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;
using core::PollAccepted;
using core::PollFailed;
using core::PollProblem;
using core::PollUnchanged;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

class Place {
  public:
    Place()
        : path_(
            fs::temp_directory_path() / fmt::format("sanbao-drop-{}-{}", ::getpid(), ::geteuid())) {
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    ~Place() { fs::remove_all(path_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // `age`: seconds before now that its time of change says.
    void drop(const std::string& name, const std::string& text, int age = 100) const {
        const auto file = path_ / name;
        std::ofstream{file, std::ios::binary} << text;
        fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::seconds{age});
    }
    [[nodiscard]] std::vector<std::string> names(const std::string& below = "") const {
        std::vector<std::string> found;
        std::error_code none;
        for (const auto& entry : fs::directory_iterator{path_ / below, none}) {
            if (!entry.is_directory() || below.empty()) {
                found.push_back(entry.path().filename());
            }
        }
        std::ranges::sort(found);
        return found;
    }
    [[nodiscard]] std::string text(const std::string& name) const {
        std::ifstream in{path_ / name};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

std::string csv(int value, const char* date = "2026-11-20") {
    return fmt::format("code,day,bal,out\n610326,{},{},2\n", date, value);
}

FeedSettings folder_feed(const Place& place) {
    auto feed = csv_feed();
    feed.arrives = Arrival::folder;
    feed.url.clear();
    feed.folder.path = place.path();
    feed.folder.pattern = "*.csv";
    feed.folder.settle = Millis{20};
    feed.every = Millis{30};
    return feed;
}

struct Running {
    asio::io_context loop;
    asio::thread_pool workers{1};
    std::shared_ptr<const rules::Rulebook> rules = rulebook();
    FakeTransfer transfer{[](const io::Request&) {
        return answer_of(500, "");
    }};
    std::vector<Poll> polls;  // without those that say "unchanged"
    int unchanged = 0;
    std::vector<std::string> kept;
    bool keeps = true;
    std::optional<Fate> fate;  // of every delivery
    Poller poller{
        loop.get_executor(),
        {transfer,
         workers,
         &morning,
         [this] { return rules; },
         [this](Poll poll) { return sink(std::move(poll)); },
         [this](std::string_view, const std::string& digest, Keep) -> Result<void> {
             kept.push_back(digest);
             return keeps ? Result<void>{} : Error{ErrorKind::io, "the disk is full"};
         }}};

    std::function<void()> before = [] {
    };  // each step but those that say "unchanged"

    Fate sink(Poll poll) {
        Fate its = Fate::taken;
        if (std::holds_alternative<PollUnchanged>(poll)) {
            ++unchanged;
            its = Fate::unchanged;
        } else {
            before();
            if (const auto* failed = std::get_if<PollFailed>(&poll)) {
                its = core::is_refusal(failed->problem) ? Fate::refused : Fate::failed;
            }
            polls.push_back(std::move(poll));
        }
        return fate.value_or(its);
    }
    void run_for(Millis time) {
        loop.restart();
        loop.run_for(time);
    }
    [[nodiscard]] std::vector<std::int64_t> values() const {
        std::vector<std::int64_t> found;
        for (const auto& poll : polls) {
            if (const auto* accepted = std::get_if<PollAccepted>(&poll)) {
                found.push_back(accepted->cells.front().value / 100);
            }
        }
        return found;
    }
    [[nodiscard]] const PollFailed& failed(std::size_t i) const {
        REQUIRE(i < polls.size());
        REQUIRE(std::holds_alternative<PollFailed>(polls[i]));
        return std::get<PollFailed>(polls[i]);
    }
};

using Names = std::vector<std::string>;

// For root nothing is forbidden.
class Nobody {
  public:
    Nobody() {
        if (::geteuid() == 0) {
            REQUIRE(::seteuid(65'534) == 0);
        }
    }
    ~Nobody() { (void)(::getuid() == 0 && ::seteuid(0) == 0); }
    Nobody(const Nobody&) = delete;
    Nobody& operator=(const Nobody&) = delete;
};

}  // namespace

TEST_CASE("patterns of names know * and ?") {
    CHECK(matches("*", "a.csv"));
    CHECK(matches("baoji-*.csv", "baoji-2026.csv"));
    CHECK(matches("baoji-*.csv", "baoji-.csv"));
    CHECK(matches("a?c*d", "abcxxdyd"));
    CHECK(matches("**", "x"));
    CHECK(matches("宝鸡*", "宝鸡.csv"));
    CHECK_FALSE(matches("baoji-*.csv", "baoji-2026.csv.part"));
    CHECK_FALSE(matches("a?", "a"));
    CHECK_FALSE(matches("", "a"));
    CHECK_FALSE(matches("*", ".rsync-half.csv"));
    CHECK(matches(".*", ".rsync-half.csv"));
}

TEST_CASE("whole files are taken oldest first, without waiting for the next look, and go to done") {
    const Place place;
    place.drop("c.csv", csv(1), 300);
    place.drop("b.csv", csv(2), 200);
    place.drop("a.csv", csv(3), 100);
    place.drop("a2.csv", csv(4), 100);
    place.drop("other.txt", "not ours");
    Running running;
    auto feed = folder_feed(place);
    feed.every = Millis{60'000};
    running.poller.set_feeds({feed}, {});
    running.run_for(Millis{300});
    // Of the same age (the clock may tell a.csv and a2.csv apart) by name.
    CHECK(running.values() == std::vector<std::int64_t>{1, 2, 3, 4});
    CHECK(place.names() == Names{"done", "other.txt"});
    CHECK(place.names("done") == Names{"a.csv", "a2.csv", "b.csv", "c.csv"});
    CHECK(running.kept.size() == 4);
}

TEST_CASE("a file is left alone while it grows") {
    const Place place;
    Running running;
    auto feed = folder_feed(place);
    feed.folder.settle = Millis{150};
    running.poller.set_feeds({feed}, {});
    for (int i = 0; i < 6; ++i) {
        place.drop("a.csv", csv(1).substr(0, 20 + static_cast<std::size_t>(i)), 100 - i);
        running.run_for(Millis{60});
    }
    CHECK(running.polls.empty());
    place.drop("a.csv", csv(7));
    running.run_for(Millis{400});
    CHECK(running.values() == std::vector<std::int64_t>{7});
}

TEST_CASE("with a marker a file is whole when the marker stands beside it, however young") {
    const Place place;
    Running running;
    auto feed = folder_feed(place);
    feed.folder.marker = ".ok";
    feed.folder.pattern = "*";
    feed.folder.settle = Millis{60'000};
    running.poller.set_feeds({feed}, {});
    place.drop("a.csv", csv(1));
    running.run_for(Millis{150});
    CHECK(running.polls.empty());
    place.drop("a.csv.ok", "");
    running.run_for(Millis{150});
    CHECK(running.values() == std::vector<std::int64_t>{1});
    CHECK(place.names() == Names{"done"});
    CHECK(place.names("done") == Names{"a.csv"});
    place.drop("a.csv", csv(2));  // the old marker must not speak for the new file
    running.run_for(Millis{150});
    CHECK(running.values().size() == 1);
}

TEST_CASE("a refused file goes to refused with the reason beside it, and its failure stands") {
    const Place place;
    place.drop("a.csv", "code,day,bal,out\n610326,2026-11-20,oops,2\n");
    Running running;
    running.poller.set_feeds({folder_feed(place)}, {});
    running.run_for(Millis{300});
    REQUIRE(running.polls.size() == 1);
    CHECK(running.failed(0).problem == PollProblem::bad_value);
    CHECK(running.failed(0).message.find("file a.csv: ") == 0);
    CHECK_FALSE(running.failed(0).digest.empty());
    CHECK(place.names("refused") == Names{"a.csv", "a.csv.reason.txt"});
    const auto reason = place.text("refused/a.csv.reason.txt");
    CHECK(reason.find("数值有误") != std::string::npos);
    CHECK(reason.find("bad_value") != std::string::npos);
    CHECK(reason.find("oops") != std::string::npos);
    CHECK(
        running.unchanged <= 1);  // before it was whole; an empty folder afterwards is no recovery
    place.drop("a.csv", csv(5));
    running.run_for(Millis{200});
    CHECK(running.values() == std::vector<std::int64_t>{5});
    CHECK(running.unchanged > 1);
}

TEST_CASE("the same name again gets a suffix of its digest") {
    const Place place;
    Running running;
    running.poller.set_feeds({folder_feed(place)}, {});
    place.drop("a.csv", csv(1));
    running.run_for(Millis{200});
    place.drop("a.csv", csv(2));
    running.run_for(Millis{200});
    const auto digest = to_hex(sha256(csv(2))).substr(0, 12);
    CHECK(place.names("done") == Names{fmt::format("a-{}.csv", digest), "a.csv"});
}

TEST_CASE("what is held back goes to held") {
    const Place place;
    place.drop("a.csv", csv(1));
    Running running;
    running.fate = Fate::held;
    running.poller.set_feeds({folder_feed(place)}, {});
    running.run_for(Millis{200});
    CHECK(place.names("held") == Names{"a.csv"});
    CHECK(running.unchanged <= 1);  // an empty folder declares nothing over
    place.drop("b.csv", csv(1));    // the same bytes again wait too
    running.run_for(Millis{200});
    CHECK(place.names("held") == Names{"a.csv", "b.csv"});
}

TEST_CASE("what a person discarded before goes to refused, with that reason") {
    const Place place;
    place.drop("a.csv", csv(1));
    Running running;
    running.fate = Fate::discarded;
    running.poller.set_feeds({folder_feed(place)}, {});
    running.run_for(Millis{200});
    CHECK(place.names("refused") == Names{"a.csv", "a.csv.reason.txt"});
    const auto reason = place.text("refused/a.csv.reason.txt");
    CHECK(reason.find("已由人工作废") != std::string::npos);
    CHECK(reason.find("discarded earlier by a person") != std::string::npos);
}

TEST_CASE("a file that was taken before a crash is known again and moved then") {
    const Place place;
    place.drop("a.csv", csv(1));
    Running running;
    running.poller.set_feeds({folder_feed(place)}, {{"treasury", to_hex(sha256(csv(1)))}});
    running.run_for(Millis{200});
    CHECK(running.polls.empty());
    CHECK(place.names("done") == Names{"a.csv"});
}

TEST_CASE("nothing is moved while nothing can be committed, or no evidence be kept") {
    const Place place;
    place.drop("a.csv", csv(1));
    Running running;
    running.keeps = false;
    running.poller.set_feeds({folder_feed(place)}, {});
    running.run_for(Millis{200});
    REQUIRE(running.polls.size() >= 2);  // it is tried again
    CHECK(running.failed(0).problem == PollProblem::not_ready);
    CHECK(running.failed(0).message.find("the disk is full") != std::string::npos);
    CHECK(place.names() == Names{"a.csv"});
    running.keeps = true;
    running.run_for(Millis{200});
    CHECK(running.values() == std::vector<std::int64_t>{1});
    CHECK(place.names("done") == Names{"a.csv"});

    place.drop("b.csv", csv(2));
    running.fate = Fate::lost;
    running.run_for(Millis{100});
    CHECK(place.names() == Names{"b.csv", "done"});
}

TEST_CASE("links, folders, FIFOs and files too long are told, moved aside, and never read") {
    const Place place;
    place.drop("secret.txt", csv(9));
    fs::create_symlink(place.path() / "secret.txt", place.path() / "link.csv");
    fs::create_directory(place.path() / "folder.csv");
    REQUIRE(::mkfifo((place.path() / "fifo.csv").c_str(), 0600) == 0);
    place.drop("long.csv", std::string(5'000, 'x'));
    place.drop(".hidden.csv", csv(9));
    Running running;
    auto feed = folder_feed(place);
    feed.body_max = 4'096;
    running.poller.set_feeds({feed}, {});
    running.run_for(Millis{400});
    CHECK(running.values().empty());
    REQUIRE(running.polls.size() == 4);
    std::string told;
    for (std::size_t i = 0; i < 4; ++i) {
        told += running.failed(i).message + "\n";
    }
    for (const auto* name : {"link.csv", "folder.csv", "fifo.csv", "long.csv"}) {
        INFO(told);
        CHECK(told.find(fmt::format("file {}: ", name)) != std::string::npos);
        CHECK_FALSE(fs::exists(fs::symlink_status(place.path() / name)));
    }
    CHECK(place.names() == Names{".hidden.csv", "refused", "secret.txt"});
}

TEST_CASE("a file that is replaced while it is read stays, and is read in its turn") {
    const Place place;
    place.drop("a.csv", csv(1));
    Running running;
    auto feed = folder_feed(place);
    int replaced = 0;
    running.before = [&] {
        if (replaced++ == 0) {
            place.drop("new.tmp", csv(2));
            fs::rename(place.path() / "new.tmp", place.path() / "a.csv");
        }
    };
    running.poller.set_feeds({feed}, {});
    running.run_for(Millis{300});
    CHECK(running.values() == std::vector<std::int64_t>{1, 2});
    CHECK(place.names() == Names{"done"});
    CHECK(place.text("done/a.csv") == csv(2));

    DropFolder folder{feed.folder};  // also when it happens before the first byte is read
    place.drop("b.csv", csv(3));
    (void)folder.look(DropFolder::Steady::time_point{});
    const auto look = folder.look(DropFolder::Steady::time_point{} + Millis{50});
    REQUIRE(look.has_value());
    REQUIRE(look->whole.size() == 1);
    place.drop("b.csv", csv(4), 50);
    const auto read = folder.read(look->whole[0], 1'000);
    REQUIRE(read.has_error());
    CHECK(read.error().kind == ErrorKind::unavailable);
    const auto moved = folder.put_aside(look->whole[0], Aside::done, "");
    REQUIRE(moved.has_value());
    CHECK_FALSE(*moved);
    CHECK(place.text("b.csv") == csv(4));
}

TEST_CASE("no link leads out of the drop folder") {
    const Place place;
    const auto outside = place.path() / "outside";
    fs::create_directory(outside);
    std::ofstream{outside / "victim"} << "precious";
    for (const auto* name : {"done", "refused"}) {
        fs::create_directory_symlink(outside, place.path() / name);
    }
    place.drop("a.csv", csv(1));
    place.drop("b.csv", "code,day\n");
    Running running;
    running.poller.set_feeds({folder_feed(place)}, {});
    running.run_for(Millis{300});
    CHECK(place.names("outside") == Names{"victim"});
    CHECK(place.names() == Names{"a.csv", "b.csv", "done", "outside", "refused"});
    REQUIRE(running.polls.size() == 4);
    CHECK(running.failed(1).problem == PollProblem::not_ready);
    CHECK(running.failed(1).message.find("a.csv cannot be moved to done/: ") != std::string::npos);
    CHECK(running.failed(1).message.find("a folder, not a link") != std::string::npos);
    CHECK(running.failed(3).message.find("b.csv cannot be moved to refused/") != std::string::npos);
    CHECK(running.unchanged <= 1);  // nothing is declared over

    fs::remove(place.path() / "refused");
    fs::create_directory(place.path() / "refused");
    fs::create_symlink(outside / "victim", place.path() / "refused/b.csv.reason.txt");
    place.drop("b.csv", "code,day\n", 50);
    running.run_for(Millis{300});
    CHECK(place.text("outside/victim") == "precious");
    CHECK(fs::is_regular_file(fs::symlink_status(place.path() / "refused/b.csv.reason.txt")));
    CHECK(place.text("refused/b.csv.reason.txt").find("Refused as a whole") != std::string::npos);
}

TEST_CASE("a file that the disk or a permission keeps from us stays and fails by its name") {
    const Nobody nobody;
    const Place place;
    place.drop("a.csv", csv(1));
    place.drop("b.csv", csv(2), 50);
    fs::permissions(place.path() / "a.csv", fs::perms::none);
    Running running;
    running.poller.set_feeds({folder_feed(place)}, {});
    running.run_for(Millis{300});
    CHECK(running.values() == std::vector<std::int64_t>{2});
    REQUIRE(running.polls.size() >= 4);  // again and again
    CHECK(running.failed(1).problem == PollProblem::unreachable);
    CHECK(running.failed(1).message.find("file a.csv: ") == 0);
    CHECK(place.names() == Names{"a.csv", "done"});
    CHECK(running.unchanged <= 1);
    fs::permissions(place.path() / "a.csv", fs::perms::owner_read);
    running.run_for(Millis{200});
    CHECK(running.values() == std::vector<std::int64_t>{2, 1});
    CHECK(place.names() == Names{"done"});
}

TEST_CASE("a folder that is gone is a failure with advice, again and again, until it is back") {
    const Place place;
    Running running;
    auto feed = folder_feed(place);
    feed.folder.path += "/nowhere";
    running.poller.set_feeds({feed}, {});
    running.run_for(Millis{150});
    REQUIRE(running.polls.size() >= 2);
    CHECK(running.failed(0).problem == PollProblem::unreachable);
    CHECK(running.failed(0).message.find("ReadWritePaths") != std::string::npos);
    CHECK(running.unchanged == 0);
    fs::create_directory(feed.folder.path);
    running.run_for(Millis{150});
    CHECK(running.unchanged > 0);
}

TEST_CASE("a pushed body is taken once, and its feed is never polled") {
    Running running;
    auto feed = csv_feed();
    feed.arrives = Arrival::push;
    feed.every = Millis{10};
    running.poller.set_feeds({feed}, {});
    std::vector<Poller::Pushed> answers;
    const auto push = [&](std::string feed_id, std::string body) {
        asio::co_spawn(
            running.loop,
            running.poller.push(std::move(feed_id), std::move(body)),
            [&](std::exception_ptr failed, Poller::Pushed pushed) {
                REQUIRE(failed == nullptr);
                answers.push_back(std::move(pushed));
            });
        running.run_for(Millis{60});
    };
    push("treasury", csv(1));
    push("treasury", csv(1));
    push("treasury", "code,day\n");
    push("nobody", csv(1));
    for (const auto fate : {Fate::held, Fate::held, Fate::discarded}) {
        running.fate = fate;
        push("treasury", csv(3));
    }
    REQUIRE(answers.size() == 7);
    CHECK(answers[4].fate == Fate::held);
    CHECK(answers[5].fate == Fate::held);  // not "unchanged": it waits still
    CHECK(answers[6].fate == Fate::discarded);
    REQUIRE(answers[6].problems.size() == 1);
    CHECK(answers[6].problems[0].find("discarded earlier by a person") == 0);
    CHECK(answers[0].fate == Fate::taken);
    CHECK(answers[0].rows == 1);
    CHECK(answers[0].digest == to_hex(sha256(csv(1))));
    CHECK(answers[1].fate == Fate::unchanged);
    CHECK(answers[2].fate == Fate::refused);
    CHECK_FALSE(answers[2].problems.empty());
    CHECK(answers[3].fate == Fate::lost);
    CHECK(running.transfer.requests.empty());
    CHECK(running.kept.size() == 5);  // the good one, the refused one, and each that waited
}
