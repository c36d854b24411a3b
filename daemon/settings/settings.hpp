// TOML files to validated settings: all or nothing, every mistake in one run.
#pragma once

#include "alerts/base/result.hpp"
#include "alerts/rules/rulebook.hpp"
#include "daemon/feeds/feed.hpp"
#include "daemon/notify/channel.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sanbao::settings {

// A mistake: `file:line:column: message; hint`. Columns count characters, not bytes, from 1.
struct Problem {
    std::string file;  // as given to load(), or below its folder
    unsigned line = 0, column = 0;
    std::string message;  // what is wrong
    std::string hint;     // what to write instead; may be empty
    [[nodiscard]] std::string to_text() const;
};

struct Settings {
    std::filesystem::path file;
    std::filesystem::path store;         // of [store] url = "sqlite:PATH"; relative to the file
    std::filesystem::path evidence;      // folder of raw bodies
    std::filesystem::path socket;        // control socket; default: beside the store
    std::string web_host = "127.0.0.1";  // [web] listen
    unsigned short web_port = 8390;
    std::string log_level = "info";
    std::string replay_feed;                    // [clock] driven_by; empty: the wall clock
    Date replay_start{};                        // [clock] start: shown until the first date arrives
    std::chrono::minutes replay_time{18 * 60};  // local time of day that a replayed date shows
    std::vector<feeds::FeedSettings> feeds;     // by id
    std::vector<notify::ChannelSettings> channels;  // by id
    std::shared_ptr<const rules::Rulebook> rules;
    std::vector<std::string> notes;  // loud but allowed: "channel x: mail without TLS, because …"
    std::vector<std::string> files;  // all that were read, in order
    // Where an indicator or one of its own lines stands: "indicators/1-three-guarantees.toml:14",
    // by "indicator-id" and "indicator-id/level". For explain. Overrides carry theirs
    // (Override::where).
    std::map<std::string, std::string> places;
};

// Reads the main file and its includes. Never partly: either settings that can run, or the
// problems, sorted by file (in the order of reading), line and column. Reads nothing but these
// files: no secret is opened, no address is asked. `today` is only for notes ("the plan has
// expired"); without it there are none of those.
boost::system::result<Settings, std::vector<Problem>> load(
    const std::filesystem::path& file, std::optional<Date> today = std::nullopt);

// The table of keys as text: section by section, name, type, default, range, help. For `help
// settings`.
std::string describe_keys();

}  // namespace sanbao::settings
