// Of [[feed]]: how it arrives.
#include "daemon/settings/feed_parts.hpp"
#include "daemon/settings/urls.hpp"

#include <fmt/format.h>

#include <array>

namespace sanbao::settings {

using feeds::FeedSettings;
using feeds::Format;

void check_field(const Section& section, std::string_view key, const Placed& field, Format format) {
    if (format != Format::json || field.text.empty()) {
        return;
    }
    const auto pointer = field.text.starts_with('$') ? field.text.substr(1) : field.text;
    if (!pointer.starts_with('/')) {
        section.problem(
            field.where,
            fmt::format("\"{}\" of \"{}\" is not a JSON Pointer", field.text, key),
            fmt::format("write \"/{}\"", field.text));
    }
}

void refuse(const Section& section, std::string_view key, std::string_view of) {
    if (section.wrote(key)) {
        section.problem(
            section.where(key), fmt::format("\"{}\" is of {} only", key, of), "take it out");
    }
}
void need(const Section& section, std::string_view key, std::string_view because) {
    if (!section.wrote(key)) {
        section.problem(section.where(), fmt::format("{} needs \"{}\"", because, key));
    }
}

namespace {

constexpr std::array polled_keys{
    "url",
    "timeout",
    "connect_timeout",
    "ca_file",
    "proxy",
    "user",
    "password",
    "token",
    "key_header",
    "key",
    "certificate",
    "certificate_key",
    "known_host",
    "next_page",
    "pages",
    "page_parameter",
    "cursor",
    "cursor_parameter",
    "total"};
constexpr std::array dropped_keys{"folder", "pattern", "settle", "marker"};
constexpr std::array pushed_keys{"push_secret"};

void read_keys(const Section& section, FeedSettings& feed) {
    feed.arrives = section.choice<Arrival>("arrives");
    feed.url = section.text("url");
    feed.every = section.duration("every");
    feed.timeout = section.duration("timeout");
    feed.connect_timeout = section.duration("connect_timeout");
    feed.body_max = section.bytes("body_max");
    feed.ca_file = section.text("ca_file");
    feed.proxy = section.text("proxy");
    feed.folder = {
        section.text("folder"),
        section.text("pattern"),
        section.duration("settle"),
        section.text("marker")};
    if (section.wrote("folder") && !feed.folder.path.starts_with('/')) {
        section.problem(
            section.where("folder"),
            "a drop folder is named by its absolute path",
            "write \"/srv/…\"");
    }
    feed.push_secret = section.secret("push_secret");
    feed.keep = section.choice<feeds::Keep>("evidence");
}

// The first key of each way says where, and cannot be left out of it.
void check_keys(const Section& section, Arrival arrives) {
    const auto check = [&](const auto& keys, Arrival way, std::string_view name) {
        const auto of = fmt::format("arrives = \"{}\"", name);
        if (arrives == way) {
            need(section, keys.front(), of);
            return;
        }
        for (const std::string_view key : keys) {
            refuse(section, key, of);
        }
    };
    check(polled_keys, Arrival::poll, "poll");
    check(dropped_keys, Arrival::folder, "folder");
    check(pushed_keys, Arrival::push, "push");
}

void check_address(const Section& section, const FeedSettings& feed, Draft& draft) {
    const auto url = check_url(section, "url", {"http", "https", "file", "sftp"});
    if (section.has("proxy")) {
        (void)check_url(section, "proxy", {"http", "https"});
    }
    if (url && url->scheme == "http" && !url->is_loopback) {
        draft.settings.notes.push_back(fmt::format(
            "{}: feed \"{}\" comes without TLS: anyone on the way can change its figures",
            section.where("url").to_place(),
            feed.id));
    }
    if (url && url->scheme == "sftp") {
        need(section, "known_host", "sftp");
        need(section, "user", "sftp");
    } else if (url) {
        refuse(section, "known_host", "sftp");
    }
}

void read_login(const Section& section, FeedSettings& feed) {
    feed.login = {
        section.text("user"),
        section.secret("password"),
        section.secret("token"),
        section.text("key_header"),
        section.secret("key"),
        section.text("certificate"),
        section.secret("certificate_key"),
        section.text("known_host")};
    constexpr std::array pairs{
        std::pair{"password", "user"},
        std::pair{"key", "key_header"},
        std::pair{"key_header", "key"},
        std::pair{"certificate", "certificate_key"},
        std::pair{"certificate_key", "certificate"}};
    for (const auto& [one, other] : pairs) {
        if (section.wrote(one) && !section.wrote(other)) {
            section.problem(
                section.where(one), fmt::format("\"{}\" needs \"{}\" beside it", one, other));
        }
    }
    if (section.wrote("token") && section.wrote("user") && !feed.url.starts_with("sftp")) {
        section.problem(
            section.where("token"), "a feed logs in by user or by token", "take one out");
    }
}

void read_paging(const Section& section, FeedSettings& feed) {
    feed.paging = {
        section.text("next_page"),
        section.text("pages"),
        section.text("page_parameter"),
        section.text("cursor"),
        section.text("cursor_parameter"),
        section.text("total")};
    int ways = 0;
    for (const std::string_view key : {"next_page", "pages", "cursor", "total"}) {
        check_field(section, key, section.placed(key), Format::json);
        if (section.wrote(key) && feed.format != Format::json) {
            section.problem(section.where(key), fmt::format("\"{}\" is of JSON only", key));
        }
        ways += section.wrote(key) && key != "total" ? 1 : 0;
    }
    constexpr std::array parameters{
        std::pair{"page_parameter", "pages"}, std::pair{"cursor_parameter", "cursor"}};
    for (const auto& [parameter, of] : parameters) {
        if (!section.wrote(of)) {
            refuse(section, parameter, fmt::format("feeds with \"{}\"", of));
        }
    }
    if (ways > 1) {
        section.problem(
            section.where(),
            "an answer goes on by one of next_page, pages and cursor",
            "take the others out");
    }
}

}  // namespace

void read_place(const Section& section, FeedSettings& feed, Draft& draft) {
    read_keys(section, feed);
    check_keys(section, feed.arrives);
    if (feed.arrives != Arrival::poll) {
        return;
    }
    check_address(section, feed, draft);
    read_login(section, feed);
    read_paging(section, feed);
}

}  // namespace sanbao::settings
