// The State Council's table of a year as a file of its own.
#include "daemon/settings/settings.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace sanbao;
namespace fs = std::filesystem;

namespace {

// The shipped example with one county, and a calendar of its own.
class Folder {
  public:
    explicit Folder(const std::string& calendar) {
        static int count = 0;
        path_ = fs::temp_directory_path()
                / ("sanbao-calendar-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
        const fs::path shipped = SANBAO_CONFIG;
        fs::copy(shipped, path_, fs::copy_options::recursive);
        write("calendar.toml", calendar);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path_); }

    void write(const std::string& file, const std::string& text) const {
        std::ofstream{path_ / file, std::ios::binary} << text;
    }
    [[nodiscard]] auto load(std::optional<Date> today = {}) const {
        return settings::load(path_ / "sanbaod.toml", today);
    }
    // All problems, a line each, with files below the folder.
    [[nodiscard]] std::string problems() const {
        std::string text;
        if (const auto loaded = load(); !loaded) {
            for (const auto& each : loaded.error()) {
                text += each.to_text().substr(path_.string().size() + 1) + "\n";
            }
        }
        return text;
    }

  private:
    fs::path path_;
};

std::string year_file(const std::string& days, const std::string& year = "2026") {
    return "{\"year\": " + year + ", \"papers\": [], \"days\": [" + days + "]}";
}

constexpr auto by_file = "[calendar.2026]\nfile = \"2026.json\"\n";

}  // namespace

TEST_CASE("a year's table may be a file, which counts as settings") {
    const Folder folder{by_file};
    folder.write("2026.json", year_file(R"({"name": "元旦", "date": "2026-01-02", "isOffDay": true},
                     {"name": "元旦", "date": "2026-01-04", "isOffDay": false},
                     {"name": "元旦", "date": "2025-12-31", "isOffDay": true})"));
    const auto loaded = folder.load();
    INFO(folder.problems());
    REQUIRE(loaded.has_value());
    const auto& calendar = loaded->rules->catalogue().calendar;
    CHECK(calendar.covers(2026));
    CHECK_FALSE(calendar.is_workday(*parse_date("2026-01-02")));
    CHECK(calendar.is_workday(*parse_date("2026-01-04")));
    CHECK_FALSE(calendar.is_workday(*parse_date("2025-12-31")));
    CHECK(std::ranges::any_of(
        loaded->files, [](const auto& file) { return file.ends_with("2026.json"); }));

    folder.write("2026.json", year_file(""));
    const auto changed = folder.load();
    REQUIRE(changed.has_value());
    CHECK(changed->rules->catalogue().digest != loaded->rules->catalogue().digest);
    // A year that is not published yet: an empty list, which is no table.
    CHECK_FALSE(changed->rules->catalogue().calendar.covers(2026));
    CHECK(std::ranges::any_of(changed->notes, [](const auto& note) {
        return note.find("no day of 2026") != std::string::npos;
    }));
}

TEST_CASE("what is wrong with a year's file is said with its place in it") {
    const std::pair<std::string, std::string> wrong[] = {
        {"", "2026.json:1:1: this is not one whole JSON document"},
        {"{\n \"year\": 2026,\n \"days\": [,]}", "2026.json:3:11: this is not JSON"},
        {"{\"year\": 2026, \"papers\": [], \"days\": []} {}", "2026.json:1:"},
        {"[]", "an object is expected"},
        {"{\"days\": []}", "/year: a whole number"},
        {year_file("", "2025"), "/year: this is the table of 2025, not of 2026"},
        {"{\"year\": 2026}", "/days: a list"},
        {year_file("{\"date\": 5, \"isOffDay\": true}"), "/days/0/date: a date is expected"},
        {year_file("7"), "/days/0/date: a date is expected"},
        {year_file(R"({"date": "2026-01-01", "isOffDay": true},
                      {"date": "2026-02-30", "isOffDay": true})"),
         "/days/1/date: \"2026-02-30\" is no date"},
        {year_file(R"({"date": "2026-01-01", "isOffDay": "yes"})"),
         "/days/0/isOffDay: true or false"},
        {year_file(R"({"date": "2026-01-01", "isOffDay": true},
                      {"date": "2026-01-01", "isOffDay": false})"),
         "/days/1/date: 2026-01-01 stands twice"},
        {year_file(R"({"date": "2024-01-01", "isOffDay": true})"), "2024-01-01 is not near 2026"},
        {"\xB7\xC5\xBC\xD9", "this is not UTF-8"}};
    const Folder folder{by_file};
    for (const auto& [text, expected] : wrong) {
        CAPTURE(text);
        folder.write("2026.json", text);
        CHECK_THAT(folder.problems(), Catch::Contains(expected));
    }
}

TEST_CASE("a calendar is exactly one of a file and days") {
    CHECK_THAT(
        Folder{"[calendar.2026]\nbasis = \"x\"\n"}.problems(),
        Catch::Contains("exactly one of file, and off with work"));
    CHECK_THAT(
        Folder{"[calendar.2026]\nfile = \"2026.json\"\noff = [2026-01-01]\n"}.problems(),
        Catch::Contains("exactly one of file, and off with work"));
    const Folder gone{by_file};
    CHECK_THAT(gone.problems(), Catch::Contains("2026.json:1:1: this file does not exist"));
    CHECK_THAT(gone.problems(), Catch::Contains("calendar.toml:2:"));
}

TEST_CASE("a year without a table is noted when it has come, and in December before it") {
    const Folder folder{"[calendar.2026]\noff = [2026-01-01]\n"};
    const auto notes = [&](const char* today) {
        const auto loaded = folder.load(*parse_date(today));
        REQUIRE(loaded.has_value());
        return std::ranges::count_if(loaded->notes, [](const auto& note) {
            return note.find("has no table of holidays") != std::string::npos;
        });
    };
    CHECK(notes("2026-11-30") == 0);
    CHECK(notes("2026-12-01") == 1);
    CHECK(notes("2027-01-01") == 1);
    CHECK(notes("2027-12-31") == 2);
}

TEST_CASE("every published year since 2007 is read, and has the working days that it has") {
    const fs::path folder = SANBAO_SHARED_DATA "/cn_holidays";
    if (!fs::exists(folder / "2026.json")) {
        WARN("skipped: no shared data");
        return;
    }
    std::string text;
    for (int year = 2007; year <= 2026; ++year) {
        text += "[calendar." + std::to_string(year) + "]\nfile = \"" + folder.string() + "/"
                + std::to_string(year) + ".json\"\n";
    }
    const auto loaded = Folder{text}.load();
    REQUIRE(loaded.has_value());
    const auto& calendar = loaded->rules->catalogue().calendar;
    const int workdays[] = {250, 249, 250, 249, 249, 251, 248, 248};  // 2019 … 2026
    for (int year = 2007; year <= 2026; ++year) {
        CAPTURE(year);
        CHECK(calendar.covers(year));
        const Date last{std::chrono::year{year} / 12 / 31};
        const Date before{std::chrono::year{year - 1} / 12 / 31};
        const auto count = calendar.workdays_between(before, last);
        CHECK(count >= 245);
        CHECK(count <= 253);
        if (year >= 2019) {
            CHECK(count == workdays[year - 2019]);
        }
    }
    // And the paydays of the shared table by these files.
    std::ifstream vectors{SANBAO_SHARED_DATA "/domain/cn_payday_vectors.csv"};
    int checked = 0;
    for (std::string line; std::getline(vectors, line);) {
        std::vector<std::string> cells;
        std::istringstream stream{line};
        for (std::string cell; std::getline(stream, cell, ',');) {
            cells.push_back(cell);
        }
        const auto nominal = cells.size() >= 6 ? parse_date(cells[2]) : std::nullopt;
        if (nominal) {
            const auto date = ymd(*nominal);
            CAPTURE(cells[2]);
            CHECK(
                to_text(payday_in(
                    calendar,
                    date.year() / date.month(),
                    static_cast<int>(static_cast<unsigned>(date.day()))))
                == cells[5]);
            ++checked;
        }
    }
    CHECK(checked == 108);
}
