// The Prometheus text format, written by hand: a library of it would bring a second web server.
#include "daemon/web/views.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace sanbao::web {

namespace {

class Metrics {
  public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
    }
    void sample(std::int64_t value) { text_ += fmt::format("{} {}\n", name_, value); }
    void sample(double value) { text_ += fmt::format("{} {}\n", name_, value); }
    template <class Number>
    void sample(std::string_view label, std::string_view of, Number value) {
        text_ += fmt::format("{}{{{}=\"{}\"}} {}\n", name_, label, escaped(of), value);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    static std::string escaped(std::string_view value) {
        std::string out;
        for (const char c : value) {
            if (c == '\n') {
                out += "\\n";
                continue;
            }
            if (c == '\\' || c == '"') {
                out += '\\';
            }
            out += c;
        }
        return out;
    }
    std::string_view name_;
    std::string text_;
};

double seconds(Millis span) {
    return std::chrono::duration<double>(span).count();
}

void write_process(Metrics& out, const View& view, const Counters& counters) {
    out.family("sanbaod_config_info", "gauge", "Digest of the settings in force; always 1.");
    out.sample("digest", view.state.config_digest, 1);
    out.family("sanbaod_sweeps_total", "counter", "Feed bodies taken by this process.");
    out.sample(counters.sweeps);
    out.family("sanbaod_polls_total", "counter", "Polls of feeds by this process, of any outcome.");
    out.sample(counters.polls);
    out.family("sanbaod_steps_total", "counter", "Inputs decided and committed by this process.");
    out.sample(counters.steps);
    out.family("sanbaod_step_seconds_total", "counter", "Time spent in these steps.");
    out.sample(counters.step_seconds);
    out.family("sanbaod_records_total", "counter", "Records written by this process.");
    out.sample(counters.records);
    out.family("sanbaod_journal_head_seq", "gauge", "Last record of the journal; -1 when empty.");
    out.sample(counters.head_seq);
    out.family("sanbaod_push_denied_total", "counter", "Pushed deliveries turned away unread.");
    for (const auto& [reason, count] : counters.pushes_denied) {
        out.sample("reason", reason, count);
    }
}

void write_messages(Metrics& out, const View& view) {
    std::map<std::string, std::int64_t> pending;
    for (const auto& channel : view.catalogue().channels) {
        pending[channel.id] = 0;
    }
    auto oldest = view.now;
    for (const auto& [id, message] : view.state.outbox) {
        ++pending[message.channel];
        oldest = std::min(oldest, message.queued);
    }
    out.family("sanbaod_outbox_pending", "gauge", "Messages neither delivered nor given up.");
    for (const auto& [channel, count] : pending) {
        out.sample("channel", channel, count);
    }
    out.family("sanbaod_outbox_oldest_seconds", "gauge", "Age of the oldest of them; 0 for none.");
    out.sample(seconds(view.now - oldest));
    out.family("sanbaod_delivered_total", "counter", "Messages delivered, ever.");
    out.sample(view.state.delivered);
    out.family("sanbaod_dead_letters_total", "counter", "Messages given up, ever.");
    out.sample(view.state.dead);
}

// The last good answer: a body taken or found unchanged. While the feed fails only the beginning of
// the failure is known, which is at most one poll later.
std::optional<Instant> last_success(const core::FeedStanding& feed) {
    if (!feed.accepted) {
        return std::nullopt;
    }
    return feed.failures > 0 ? feed.failing_since : feed.checked ? feed.checked : feed.accepted;
}

void write_feeds(Metrics& out, const View& view) {
    const auto each = [&view](auto write) {
        for (const auto& rule : view.catalogue().feeds) {
            const auto found = view.state.feeds.find(rule.id);
            write(rule.id, found == view.state.feeds.end() ? core::FeedStanding{} : found->second);
        }
    };
    out.family(
        "sanbaod_feed_last_success_timestamp_seconds",
        "gauge",
        "Last good answer; absent before the first.");
    each([&out](const std::string& id, const core::FeedStanding& feed) {
        if (const auto at = last_success(feed)) {
            out.sample("feed", id, fmt::format("{:.3f}", seconds(at->time_since_epoch())));
        }
    });
    out.family("sanbaod_feed_failures", "gauge", "Polls failed in a row.");
    each([&out](const std::string& id, const core::FeedStanding& feed) {
        out.sample("feed", id, feed.failures);
    });
    out.family("sanbaod_feed_late", "gauge", "1 while newer data is overdue.");
    each([&out](const std::string& id, const core::FeedStanding& feed) {
        out.sample("feed", id, feed.late ? 1 : 0);
    });
}

void write_subjects(Metrics& out, const View& view) {
    std::array<std::int64_t, 5> counts{};
    for (std::uint32_t i = 0; i < view.catalogue().subjects.size(); ++i) {
        ++counts[static_cast<std::size_t>(core::level_of(view.state, i))];
    }
    out.family("sanbaod_subjects", "gauge", "Counties and other subjects by their level.");
    for (std::size_t i = 0; i < counts.size(); ++i) {
        out.sample("level", to_text(static_cast<Level>(i)), counts[i]);
    }
}

}  // namespace

std::string metrics_text(const View& view, const Counters& counters) {
    Metrics out;
    write_process(out, view, counters);
    write_messages(out, view);
    write_feeds(out, view);
    write_subjects(out, view);
    return out.take();
}

}  // namespace sanbao::web
