// `feed test`: fetch once or read files, show what was understood; store nothing, tell nobody.
#include "alerts/base/digest.hpp"
#include "daemon/feeds/poller.hpp"
#include "daemon/io/clock.hpp"
#include "daemon/tools/commands.hpp"
#include "daemon/tools/feed_report.hpp"
#include "daemon/tools/tools.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace sanbao::tools {

namespace asio = boost::asio;

namespace {

io::TransferResult<feeds::TestReport> fetch(
    const feeds::FeedSettings& feed, const std::shared_ptr<const rules::Rulebook>& rules) {
    asio::io_context loop{1};
    const auto transfer = io::make_curl_transfer(loop.get_executor());
    std::optional<io::TransferResult<feeds::TestReport>> result;
    asio::co_spawn(
        loop,
        feeds::test_once(feed, rules, *transfer, io::WallClock{}.now()),
        [&](const std::exception_ptr& thrown, io::TransferResult<feeds::TestReport> tested) {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
            result = std::move(tested);
            loop.stop();  // what libcurl keeps open for a next request is not waited for
        });
    loop.run();
    return std::move(*result);
}

// The files as the pages of one answer.
Result<std::string> read_pages(const std::vector<std::string>& files, std::int64_t bytes_max) {
    std::string body;
    for (const auto& name : files) {
        std::ifstream file{name, std::ios::binary};
        if (!std::filesystem::is_regular_file(name) || !file) {
            return Error{
                ErrorKind::io,
                fmt::format("{} is no file that we may read: see its path and its rights", name)};
        }
        if (!body.empty()) {
            body += feeds::page_separator;
        }
        body.append(std::istreambuf_iterator<char>{file}, {});
        if (static_cast<std::int64_t>(body.size()) > bytes_max) {
            return Error{
                ErrorKind::too_large,
                fmt::format("{}: more than {} bytes: raise body_max", name, bytes_max)};
        }
    }
    return body;
}

Result<FeedReport> report_of(
    const feeds::FeedSettings& feed,
    const std::shared_ptr<const rules::Rulebook>& rules,
    const FeedTest& wanted) {
    FeedReport report;
    if (!wanted.files.empty()) {
        auto body = read_pages(wanted.files, feed.body_max);
        if (!body) {
            return body.error();
        }
        report.bytes = static_cast<std::int64_t>(body->size());
        report.digest = to_hex(sha256(*body));
        report.decoded = feeds::decode(feed, *rules, *body, io::WallClock{}.now());
    } else if (feed.arrives == Arrival::poll) {
        auto tested = fetch(feed, rules);
        if (!tested) {
            return Error{ErrorKind::unavailable, tested.error().message};
        }
        report.status = tested->status;
        report.bytes = tested->bytes;
        report.digest = std::move(tested->digest);
        report.decoded = std::move(tested->decoded);
    } else {
        return invalid(fmt::format("feed {} is not fetched: name a file with --file", feed.id));
    }
    if (report.decoded) {
        report.checks =
            outcomes_of(rules->feed(rules->catalogue().feed(feed.id)), *report.decoded, *rules);
    }
    return report;
}

}  // namespace

int feed_test(const Options& options, const FeedTest& wanted) {
    const auto settings = load_settings(options);
    if (!settings) {
        return exit_found;
    }
    const auto feed = std::ranges::find(settings->feeds, wanted.feed, &feeds::FeedSettings::id);
    if (feed == settings->feeds.end()) {
        std::string known;
        for (const auto& one : settings->feeds) {
            known += (known.empty() ? "" : ", ") + one.id;
        }
        complain(fmt::format("no feed is called '{}'; known here: {}", wanted.feed, known));
        return exit_found;
    }
    const auto report = report_of(*feed, settings->rules, wanted);
    if (!report) {
        complain(report.error().message);
        return exit_found;
    }
    const auto& catalogue = settings->rules->catalogue();
    if (options.json) {
        put(report_json(*report, catalogue, wanted.all));
    } else {
        put(report_text(
            *report, catalogue, make_look(options, language_of(*settings)), wanted.all));
    }
    return report->decoded && report->would_be_taken() ? exit_ok : exit_found;
}

}  // namespace sanbao::tools
