// What the sub-commands do once the command line is read. Each returns the exit code of the
// program.
#pragma once

#include "daemon/settings/settings.hpp"
#include "daemon/tools/control.hpp"
#include "daemon/tools/look.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::tools {

struct Options {
    std::filesystem::path config;
    std::filesystem::path socket;  // empty: the one of the settings
    std::string lang;              // zh, en; empty: of the environment, else of the settings
    bool json = false;
};

// Without a daemon.
int check(const Options& options);
struct FeedTest {
    std::string feed;
    std::vector<std::string> files;  // read instead of fetching: the pages of one answer
    bool all = false;                // show every figure
};
int feed_test(const Options& options, const FeedTest& wanted);
// Raw bytes to standard output; `info`: size, class and path instead.
int feed_show(const Options& options, const std::string& digest, bool info);

// Through the control socket.
int status(const Options& options);
int alerts(const Options& options, bool all);
int alert_show(const Options& options, const std::string& id);
int explain(const Options& options, const std::string& county, const std::string& indicator);
int plan_show(const Options& options, const std::string& county);
int plan_act(const Options& options, const std::string& act, const boost::json::object& form);
int file(const Options& options, const boost::json::object& form);
int filings(const Options& options);
int filing_act(const Options& options, const std::string& act, const boost::json::object& form);
int duties(const Options& options, const std::string& county);  // empty: all
int reload(const Options& options);
int feed_held(const Options& options);
// `act`: release or discard.
int feed_settle(const Options& options, const std::string& act, const boost::json::object& form);

// --- shared by them.
// Settings that load, or nullopt after every problem was printed to standard error.
std::optional<settings::Settings> load_settings(const Options& options);
// `fallback` is what the settings or the daemon say: "zh" or "en".
Look make_look(const Options& options, std::string_view fallback);
std::string_view language_of(const settings::Settings& settings);
void put(std::string_view text);       // to standard output
void complain(std::string_view text);  // "sanbaod: …" to standard error

}  // namespace sanbao::tools
