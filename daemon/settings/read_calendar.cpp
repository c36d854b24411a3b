// [calendar.2026]: the State Council's table of a year, written out or as a holiday-cn file.
#include "daemon/settings/draft.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

namespace sanbao::settings {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::optional<int> year_of_name(const Section& section) {
    int year = 0;
    const auto* const end = section.id().data() + section.id().size();
    const auto [stop, error] = std::from_chars(section.id().data(), end, year);
    if (error == std::errc{} && stop == end && year >= 1949 && year <= 2999) {
        return year;
    }
    section.problem(
        section.where(),
        fmt::format("\"{}\" is not a year", section.id()),
        "write [calendar.2026]");
    return std::nullopt;
}

// The days of one table, each once. A year's table may name days of its neighbours: a holiday round
// New Year's Day.
class Days {
  public:
    Days(int year, Draft& draft) : year_(year), draft_(draft) {}

    void add(Date date, bool off, const Where& where, const std::string& place) {
        const auto problem = [&](std::string_view what, std::string hint) {
            draft_.problems.add(
                where, fmt::format("{}{} {}", place, sanbao::to_text(date), what), std::move(hint));
        };
        if (std::abs(sanbao::year_of(date) - year_) > 1) {
            problem(fmt::format("is not near {}", year_), {});
        } else if (!seen_.insert(date).second) {
            problem("stands twice", "keep one");
        }
        draft_.catalogue.calendar.set(date, off);
    }
    [[nodiscard]] bool empty() const { return seen_.empty(); }

  private:
    int year_;
    Draft& draft_;
    std::set<Date> seen_;
};

// A file in the format of github.com/NateScarlet/holiday-cn:
// {"year": 2026, "papers": […], "days": [{"name", "date", "isOffDay"}]}.
class HolidayFile {
  public:
    HolidayFile(const Document& document, int year, Draft& draft)
        : document_(document), year_(year), draft_(draft) {}

    void read() {
        const auto root = parse();
        if (!root) {
            return;
        }
        const auto* const object = root->if_object();
        if (object == nullptr) {
            return problem("", "this is no holiday-cn file: an object is expected");
        }
        const auto* const year = object->if_contains("year");
        const auto* const days = object->if_contains("days");
        if (year == nullptr || !year->is_int64()) {
            return problem("/year: ", "a whole number is expected");
        }
        if (year->get_int64() != year_) {
            return problem(
                "/year: ",
                fmt::format("this is the table of {}, not of {}", year->get_int64(), year_));
        }
        if (days == nullptr || !days->is_array()) {
            return problem("/days: ", "a list is expected");
        }
        Days table{year_, draft_};
        std::size_t number = 0;
        for (const auto& day : days->get_array()) {
            read_day(day, fmt::format("/days/{}", number++), table);
        }
        note_empty(table);
    }

  private:
    std::optional<json::value> parse() {
        json::stream_parser parser;
        boost::system::error_code error;
        const auto taken = parser.write_some(document_.text, error);
        if (!error && parser.done()
            && document_.text.find_first_not_of(" \t\r\n", taken) == std::string::npos) {
            return parser.release();
        }
        const std::string_view good{document_.text.data(), taken};
        const auto line = static_cast<unsigned>(std::ranges::count(good, '\n')) + 1;
        const auto start = good.rfind('\n') + 1;  // npos + 1 is 0
        const auto column = std::ranges::count_if(good.substr(start), [](char byte) {
            return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
        });
        draft_.problems.add(
            {&document_, line, static_cast<unsigned>(column) + 1},
            error ? fmt::format("this is not JSON: {}", error.message())
                  : "this is not one whole JSON document",
            "fetch the file again");
        return std::nullopt;
    }
    void read_day(const json::value& day, const std::string& pointer, Days& table) {
        const auto* const object = day.if_object();
        const auto* const date = object == nullptr ? nullptr : object->if_contains("date");
        const auto* const off = object == nullptr ? nullptr : object->if_contains("isOffDay");
        if (date == nullptr || !date->is_string()) {
            return problem(pointer + "/date: ", "a date is expected: \"2026-01-01\"");
        }
        const std::string text{date->get_string()};
        const auto parsed = parse_date(text);
        if (!parsed) {
            return problem(pointer + "/date: ", fmt::format("\"{}\" is no date", text));
        }
        if (off == nullptr || !off->is_bool()) {
            return problem(pointer + "/isOffDay: ", "true or false is expected");
        }
        table.add(*parsed, off->get_bool(), {&document_, 1, 1}, pointer + "/date: ");
    }
    // So it looks until the State Council has published the year.
    void note_empty(const Days& table) {
        if (table.empty()) {
            draft_.settings.notes.push_back(fmt::format(
                "{}: no day of {} is known yet: weekends stand in", document_.relative, year_));
        } else {
            draft_.catalogue.calendar.add_year(year_);
        }
    }
    void problem(const std::string& pointer, std::string_view message) {
        draft_.problems.add(
            {&document_, 1, 1},
            fmt::format("{}{}", pointer, message),
            "see github.com/NateScarlet/holiday-cn");
    }
    const Document& document_;
    int year_;
    Draft& draft_;
};

void read_file(const Section& section, int year, Draft& draft) {
    const fs::path named{section.text("file")};
    const auto& from = section.document();
    auto& document = draft.documents.emplace_back();
    document.order = draft.documents.size();
    document.name = (fs::path{from.name}.parent_path() / named).string();
    document.relative = (fs::path{from.relative}.parent_path() / named).lexically_normal().string();
    draft.settings.files.push_back(document.name);
    if (read_text(document.name, document, draft.problems)) {
        HolidayFile{document, year, draft}.read();
    } else {
        section.problem(
            section.where("file"), fmt::format("the table of {} could not be read", year));
    }
}

void read_days(const Section& section, int year, Draft& draft) {
    Days table{year, draft};
    for (const std::string_view key : {"off", "work"}) {
        for (const auto& [date, where] : section.dates(key)) {
            table.add(date, key == "off", where, "");
        }
    }
    draft.catalogue.calendar.add_year(year);
}

}  // namespace

void read_calendar(const Section& section, Draft& draft) {
    const auto year = year_of_name(section);
    if (!year) {
        return;
    }
    if (draft.catalogue.calendar.covers(*year)) {
        section.problem(
            section.where(),
            fmt::format("the calendar of {} stands already in another file", *year));
    }
    const bool days = section.wrote("off") || section.wrote("work");
    if (section.wrote("file") == days) {
        section.problem(
            section.where(days ? "file" : "basis"),
            "a year's table is exactly one of file, and off with work",
            days ? "take one of them out" : "write off = [2026-01-01, …], or file = \"2026.json\"");
        return;
    }
    if (section.has("file")) {
        read_file(section, *year, draft);
    } else {
        read_days(section, *year, draft);
    }
}

}  // namespace sanbao::settings
