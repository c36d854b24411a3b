// Raw bodies as they lie on disk.
#include "daemon/store/evidence.hpp"

#include "alerts/base/digest.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace sanbao;
using store::Evidence;
using store::Retention;
namespace fs = std::filesystem;

namespace {

class Place {
  public:
    Place() : path_(fs::temp_directory_path() / fmt::format("sanbao-evidence-{}", ::getpid())) {
        fs::remove_all(path_);
    }
    ~Place() { fs::remove_all(path_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

Date day(const char* text) {
    return *parse_date(text);
}

std::string put(
    const Evidence& evidence,
    const std::string& bytes,
    const char* today = "2026-11-23",
    Retention retention = Retention::long_term) {
    const auto digest = to_hex(sha256(bytes));
    const auto kept = evidence.put(bytes, digest, retention, day(today));
    INFO((kept ? "" : kept.error().message));
    REQUIRE(kept.has_value());
    return digest;
}

unsigned mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("a body is kept under its digest, for this user alone, and comes back as it was") {
    const Place place;
    const Evidence evidence{place.path() / "evidence"};
    std::string body(300'000, 'x');
    body += std::string{"\0\xff\x1e", 3};
    const auto digest = put(evidence, body);
    const auto file = place.path() / "evidence/long/2026-11" / (digest + ".zst");
    REQUIRE(fs::exists(file));
    CHECK(mode_of(file) == 0600);
    CHECK(mode_of(file.parent_path()) == 0700);
    CHECK(mode_of(place.path() / "evidence") == 0700);
    CHECK(fs::file_size(file) < 1'000);
    for (const auto length : {std::size_t{8}, std::size_t{20}, std::size_t{64}}) {
        const auto found = evidence.find(digest.substr(0, length));
        REQUIRE(found.has_value());
        CHECK(found->digest == digest);
        CHECK(found->path == file);
        const auto bytes = evidence.get(*found);
        REQUIRE(bytes.has_value());
        CHECK(*bytes == body);
    }
    const auto empty = put(evidence, "");
    CHECK(evidence.get(*evidence.find(empty))->empty());
}

TEST_CASE("what is there is left as it is, and no draft stays behind") {
    const Place place;
    const Evidence evidence{place.path()};
    const auto digest = put(evidence, "one");
    const auto month = place.path() / "long/2026-11";
    const auto before = fs::last_write_time(month / (digest + ".zst"));
    ::usleep(20'000);
    put(evidence, "one");
    CHECK(fs::last_write_time(month / (digest + ".zst")) == before);
    CHECK(std::distance(fs::directory_iterator{month}, fs::directory_iterator{}) == 1);
}

TEST_CASE("a file that was changed is told from the body that was kept") {
    const Place place;
    const Evidence evidence{place.path()};
    const auto digest = put(evidence, "the balance is 100");
    const auto found = evidence.find(digest);
    const auto other = evidence.find(put(evidence, "the balance is 900"));
    REQUIRE((found.has_value() && other.has_value()));
    fs::copy_file(other->path, found->path, fs::copy_options::overwrite_existing);
    auto changed = evidence.get(*found);
    REQUIRE(changed.has_error());
    CHECK(changed.error().message.find("its bytes have the digest") != std::string::npos);
    fs::resize_file(found->path, fs::file_size(found->path) - 3);
    CHECK(evidence.get(*found).has_error());
    std::ofstream{found->path} << "not zstd at all";
    CHECK(evidence.get(*found).has_error());
}

TEST_CASE("a digest that nobody has, is too short or ambiguous is refused with what to do") {
    const Place place;
    const Evidence evidence{place.path()};
    CHECK(
        evidence.find("0123456789").error().message.find("no body with the digest")
        != std::string::npos);
    CHECK(evidence.find("0123").has_error());
    CHECK(evidence.find("../../../etc/passwd").has_error());
    fs::create_directories(place.path() / "long/2026-11");
    for (const char* last : {"a", "b"}) {
        std::ofstream{place.path() / "long/2026-11" / (std::string(63, '0') + last + ".zst")} << "";
    }
    const auto both = evidence.find("00000000");
    REQUIRE(both.has_error());
    CHECK(both.error().message.find("more than one") != std::string::npos);
}

TEST_CASE("months go when all of them is older than their class allows, and not a day before") {
    const Place place;
    const Evidence evidence{place.path()};
    // 183 days before 2026-11-23 is 2026-05-24, ten years before 2016-11-22.
    const auto gone = put(evidence, "gone", "2026-04-30", Retention::short_term);
    const auto stays = put(evidence, "stays", "2026-05-01", Retention::short_term);
    const auto old = put(evidence, "old", "2016-10-31", Retention::long_term);
    const auto kept = put(evidence, "kept", "2016-11-01", Retention::long_term);
    fs::create_directories(place.path() / "long/not-a-month");
    const auto removed = evidence.prune(day("2026-11-23"));
    REQUIRE(removed.has_value());
    CHECK(*removed == 2);
    CHECK(evidence.find(gone).has_error());
    CHECK(evidence.find(stays).has_value());
    CHECK(evidence.find(old).has_error());
    CHECK(evidence.find(kept).has_value());
    CHECK(fs::exists(place.path() / "long/not-a-month"));
}

TEST_CASE("a folder that cannot be written is an error that says what to do") {
    const Place place;
    fs::create_directories(place.path());
    std::ofstream{place.path() / "evidence"} << "a file in the way";
    const Evidence evidence{place.path() / "evidence"};
    const auto kept =
        evidence.put("x", to_hex(sha256("x")), Retention::long_term, day("2026-11-23"));
    REQUIRE(kept.has_error());
    CHECK(kept.error().message.find("the evidence cannot be kept") == 0);
}
