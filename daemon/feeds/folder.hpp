// A folder in which somebody drops files: the way that data crosses a network gap.
//
// What was taken goes to `done/` below it, what was refused to `refused/` with the reason beside
// it, what is held back to `held/`. The move comes after the step has committed: a crash in between
// brings the same bytes again, which are then known.
#pragma once

#include "alerts/core/input.hpp"
#include "daemon/feeds/feed.hpp"
#include "daemon/feeds/take.hpp"
#include "daemon/io/file.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::feeds {

// `*` any characters, `?` one (a byte); all others themselves. A name that begins with a dot is
// somebody's half-written file: it matches only a pattern that begins with one.
bool matches(std::string_view pattern, std::string_view name);

struct Dropped {
    std::string name;
    io::FileMark mark;
    bool regular = true;  // else a link, a folder, a FIFO …: never read, moved aside
    friend bool operator==(const Dropped&, const Dropped&) = default;
};

struct WhyRefused {  // a few words each
    std::string_view zh, en;
};
WhyRefused words_of(core::PollProblem problem);

enum class Aside : unsigned char { done, refused, held };

// Loop thread only, but for read().
class DropFolder {
  public:
    using Steady = std::chrono::steady_clock;
    explicit DropFolder(Folder settings) : settings_(std::move(settings)) {}

    struct Look {
        std::vector<Dropped> whole;  // oldest first, then by name
        bool unsettled = false;      // another may soon be
    };
    // Whether a file is whole by its age is told by watching it: only from the second look on. An
    // error says that the folder cannot be read, and what to do.
    Result<Look> look(Steady::time_point now);
    // Its bytes. Errors as of io::read_file; a link is refused. Unavailable: no longer the file
    // that was looked at.
    [[nodiscard]] Result<std::string> read(const Dropped& file, std::int64_t bytes_max) const;
    // Moves it out of the way, and its marker with it. False: another has come in its place
    // meanwhile, and stays for the next look. Where the move fails the file is not looked at again
    // until it changes, and the error says so. No link is ever followed out of the folder.
    Result<bool> put_aside(const Dropped& file, Aside where, const std::string& digest);
    // Writes why beside a file that was put aside as refused.
    Result<void> explain(
        const Dropped& file, const WhyRefused& why, const std::vector<std::string>& problems);

    [[nodiscard]] std::filesystem::path path_of(const Dropped& file) const;

  private:
    struct Seen {
        Dropped file;
        Steady::time_point since;
    };
    [[nodiscard]] bool has_marker(const std::string& name) const;
    void clear_marker(const std::string& name) const;

    Folder settings_;
    std::map<std::string, Seen> seen_;
    std::map<std::string, Dropped> stuck_;  // could not be moved
    Aside put_where_ = Aside::done;         // where the last file was put …
    std::string put_as_;                    // … and under which name
};

// The oldest file that matches, whole or not: for `feed test`.
Result<std::string> first_dropped(const FeedSettings& feed);

}  // namespace sanbao::feeds
