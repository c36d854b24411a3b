// Messages about sanbaod's own work: feeds and deliveries. They must never be taken for a risk.
#include "alerts/text/document.hpp"
#include "alerts/text/reason.hpp"
#include "alerts/text/say.hpp"
#include "alerts/text/utf8.hpp"

namespace sanbao::text {

namespace {

std::string feed_name(const FeedFacts& feed, Language language) {
    const auto& name = feed.name.in(language);
    return clean(name.empty() ? feed.id : name);
}

}  // namespace

namespace {

// All but trouble and recovery: what the reason says, and the lines as they were found.
Full lines_part(const Facts& facts, const Options& options) {
    const Say say{options.language};
    const auto& feed = *facts.feed;
    const auto name = feed_name(feed, options.language);
    Full full;
    full.headline = fmt::format(
        "{}{} {}",
        feed.place.empty() ? "" : clean(feed.place) + " ",
        name,
        words_of(facts.reason).brief.in(say));
    Section section{std::string{say("情况", "What it is about")}, {}, {}};
    section.rows.push_back(
        {say.format("数据源", "Feed"), fmt::format("{} ({})", name, clean(feed.id)), ""});
    for (const auto& line : feed.lines) {
        section.rows.push_back({"", clean(line.in(options.language)), ""});
    }
    if (!feed.problem.empty()) {
        section.rows.push_back({say.format("说明", "Detail"), clean(feed.problem), ""});
    }
    full.sections.push_back(std::move(section));
    full.notes.emplace_back(
        say("这是数据问题，不是财政风险。各县级别保持不变，不会因缺数据而好转。",
            "This is a problem of the data, not of any county's money. Levels stay as they "
            "are: missing data never makes a county look better."));
    return full;
}

}  // namespace

Full feed_part(const Facts& facts, const Options& options) {
    if (facts.reason != Reason::feed_trouble && facts.reason != Reason::feed_recovered) {
        return lines_part(facts, options);
    }
    const Say say{options.language};
    const auto& feed = *facts.feed;
    const auto name = feed_name(feed, options.language);
    const bool trouble = facts.reason == Reason::feed_trouble;
    Full full;
    if (trouble) {
        full.headline =
            feed.failures > 0
                ? say.format(
                    "{} 连续{}次未取到数据，不是财政风险",
                    "{} failed {} times in a row, not a fiscal risk",
                    name,
                    feed.failures)
                : say.format("{} 数据迟到，不是财政风险", "{} is late, not a fiscal risk", name);
        full.notes.emplace_back(
            say("这是数据问题，不是财政风险。各县级别保持不变，不会因缺数据而好转。",
                "This is a problem of the data, not of any county's money. Levels stay as they "
                "are: missing data never makes a county look better."));
    } else {
        full.headline = say.format("{} 恢复正常", "{} works again", name);
        full.notes.emplace_back(
            say("数据已恢复，判断重新依据新数据。",
                "Data arrives again; counties are judged by new figures."));
    }
    Section section{std::string{say("数据源", "The feed")}, {}, {}};
    section.rows.push_back(
        {say.format("名称", "Name"), fmt::format("{} ({})", name, clean(feed.id)), ""});
    if (!feed.problem.empty()) {
        section.rows.push_back({say.format("问题", "Problem"), clean(feed.problem), ""});
    }
    section.rows.push_back(
        {say.format("开始时间", "Since"), to_local_text(options.zone, feed.since), ""});
    full.sections.push_back(std::move(section));
    return full;
}

Full dead_part(const Facts& facts, const Options& options) {
    const Say say{options.language};
    const auto& dead = *facts.dead;
    const auto channel = clean(dead.channel);
    const auto recipient = dead.recipient.empty() ? channel : clean(dead.recipient);
    Full full;
    full.headline = say.format(
        "发给{}的消息未送达，请改用电话",
        "message to {} was not delivered, please call",
        recipient);
    full.notes.emplace_back(
        say("系统已停止重试，收件人没有收到下述消息。请用电话等其他方式告知，并检查渠道。",
            "sanbaod has stopped trying: the recipient does not have the message below. Tell them "
            "another way, and have the channel checked."));
    Section section{std::string{say("未送达的消息", "The message")}, {}, {}};
    section.rows = {
        {say.format("主题", "Subject"), clean(dead.message_subject), ""},
        {say.format("收件人", "Recipient"), recipient, ""},
        {say.format("渠道", "Channel"), channel, ""},
        {say.format("尝试次数", "Attempts"), fmt::format("{}", dead.attempts), ""},
        {say.format("最后回答", "Last answer"), clean(dead.problem), ""},
        {say.format("消息编号", "Message id"), clean(dead.message_id), ""},
    };
    full.sections.push_back(std::move(section));
    return full;
}

}  // namespace sanbao::text
