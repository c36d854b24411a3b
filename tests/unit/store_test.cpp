#include "daemon/store/journal.hpp"
#include "tests/unit/sample.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace sanbao;
using namespace sanbao::test;
namespace fs = std::filesystem;
using store::Journal;

namespace {

class Folder {
  public:
    Folder() : path_(fs::temp_directory_path() / ("sanbao-store-" + std::to_string(::getpid()))) {
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] fs::path file() const { return path_ / "sanbao.db"; }

  private:
    fs::path path_;
};

std::unique_ptr<Journal> open(const Folder& folder) {
    auto journal = Journal::open(folder.file(), noon("2017-01-01"), "test");
    if (!journal) {
        FAIL(journal.error().message);
    }
    return std::move(*journal);
}

ErrorKind kind_of_failure(const Folder& folder) {
    const auto journal = Journal::open(folder.file(), noon("2017-01-01"), "test");
    REQUIRE_FALSE(journal.has_value());
    return journal.error().kind;
}

std::string bytes_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

void commit(Journal& journal, World& world) {
    for (auto& [event, at] : world.log) {
        std::vector<core::Event> one{event};
        REQUIRE(journal.append(at, "system", one, world.state.rules->catalogue()).has_value());
    }
    world.log.clear();
}

}  // namespace

TEST_CASE("what was appended comes back after the process is gone, and folds to the same state") {
    const Folder folder;
    World world;
    world.balance("2017-02-01", 5'000'000);
    {
        auto journal = open(folder);
        commit(*journal, world);
        // No close(): as after kill -9.
    }
    auto journal = open(folder);
    auto state = core::make_state(world.state.rules);
    REQUIRE(journal
                ->replay(
                    world.state.rules->catalogue(),
                    [&](const core::Event& event, Instant at) { core::evolve(state, event, at); })
                .has_value());
    CHECK(state.standing({0, 0}).level == Level::red);
    CHECK(state.outbox.size() == world.state.outbox.size());
    CHECK(state.readings.latest(0, 0)->value == 5'000'000'00);
    const auto ids = core::due_messages(state, "mail", noon("2017-02-01"));
    const auto messages = journal->load(ids);
    REQUIRE(messages.has_value());
    REQUIRE(messages->size() == ids.size());
    CHECK(messages->at(0).recipient == "zhang@example.test");
    CHECK_FALSE(messages->at(0).html.empty());
    CHECK(journal->close().has_value());
}

TEST_CASE("a second process is locked out; the first goes on") {
    const Folder folder;
    auto first = open(folder);
    CHECK(kind_of_failure(folder) == ErrorKind::locked);
    World world;
    commit(*first, world);
}

TEST_CASE("a store that another program holds a write lock on is not waited for for ever") {
    const Folder folder;
    open(folder)->close().value();
    SQLite::Database other{folder.file().string(), SQLite::OPEN_READWRITE};
    other.exec("BEGIN IMMEDIATE");
    CHECK(kind_of_failure(folder) == ErrorKind::locked);
}

TEST_CASE("a newer store is refused and not one byte of it is touched") {
    const Folder folder;
    open(folder)->close().value();
    {
        SQLite::Database other{folder.file().string(), SQLite::OPEN_READWRITE};
        other.exec("PRAGMA user_version=2; PRAGMA wal_checkpoint(TRUNCATE)");
    }
    const auto before = bytes_of(folder.file());
    CHECK(kind_of_failure(folder) == ErrorKind::newer);
    CHECK(bytes_of(folder.file()) == before);
}

TEST_CASE("a store that is gone, empty or something else is never silently begun anew") {
    const Folder folder;
    open(folder)->close().value();
    fs::remove(folder.file());
    CHECK(kind_of_failure(folder) == ErrorKind::io);
    CHECK_FALSE(fs::exists(folder.file()));
    std::ofstream{folder.file()};
    CHECK(kind_of_failure(folder) == ErrorKind::io);
    std::ofstream{folder.file()} << std::string(4096, 'x');
    CHECK(kind_of_failure(folder) == ErrorKind::io);
}

TEST_CASE("the log cannot be changed through SQL, and a change made under it is found") {
    const Folder folder;
    World world;
    world.balance("2017-02-01", 5'000'000);
    {
        auto journal = open(folder);
        commit(*journal, world);
        journal->close().value();
    }
    {
        SQLite::Database other{folder.file().string(), SQLite::OPEN_READWRITE};
        CHECK_THROWS(other.exec("DELETE FROM audit WHERE seq = 3"));
        CHECK_THROWS(other.exec("UPDATE audit SET rec = x'00' WHERE seq = 3"));
        other.exec(
            "DROP TRIGGER audit_is_append_only_u; UPDATE audit SET rec = "
            "CAST(replace(CAST(rec AS TEXT), '\"red\"', '\"blue\"') AS BLOB) WHERE CAST(rec AS "
            "TEXT) LIKE '%alert.opened%'");
        REQUIRE(other.getChanges() == 1);
    }
    auto journal = open(folder);
    const auto replayed = journal->replay(world.state.rules->catalogue(), [](const auto&, auto) {});
    REQUIRE_FALSE(replayed.has_value());
    CHECK(replayed.error().message.find("does not match its hash") != std::string::npos);
}

TEST_CASE("the log file is emptied by the last call and kept small by checkpoints") {
    const Folder folder;
    auto journal = open(folder);
    World world;
    for (int i = 0; i < 3'000; ++i) {
        world.step(noon("2017-02-01") + i * 1h, core::PollUnchanged{0});
    }
    commit(*journal, world);
    REQUIRE(journal->checkpoint().has_value());
    const auto wal = folder.file().string() + "-wal";
    CHECK(fs::file_size(wal) < 64U << 20);
    REQUIRE(journal->close().has_value());
    CHECK(fs::file_size(wal) == 0);
}
