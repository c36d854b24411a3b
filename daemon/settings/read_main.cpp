// The main file's own sections, and those small ones that any file may hold.
#include "alerts/base/limits.hpp"
#include "daemon/settings/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sanbao::settings {

namespace {

void read_web(const Section& section, Settings& settings) {
    const auto listen = section.text("listen");
    const auto split = listen.rfind(':');
    const auto digits = split == std::string::npos ? "" : listen.substr(split + 1);
    unsigned short port = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    auto host = listen.substr(0, split);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    const bool bare_v6 = !bracketed && host.find(':') != std::string::npos;
    if (error != std::errc{} || stop != end || digits.empty() || host.empty() || bare_v6) {
        section.problem(
            section.where("listen"),
            fmt::format("\"{}\" is not an address and a port", listen),
            "write \"127.0.0.1:8390\" or \"[::1]:8390\"");
        return;
    }
    settings.web_host = host;
    settings.web_port = port;
}

void read_store(const Section& section, Settings& settings) {
    constexpr std::string_view scheme = "sqlite:";
    const auto url = section.text("url");
    if (!section.has("url")) {
        return;
    }
    if (!url.starts_with(scheme) || url.size() == scheme.size()) {
        section.problem(
            section.where("url"),
            fmt::format("\"{}\" is not a store that this version knows", url),
            "write \"sqlite:sanbao.db\"");
        return;
    }
    const auto folder = settings.file.parent_path();
    settings.store = folder / url.substr(scheme.size());
    const auto evidence = section.text("evidence");
    settings.evidence =
        evidence.empty() ? settings.store.parent_path() / "evidence" : folder / evidence;
    const auto socket = section.text("socket");
    settings.socket = socket.empty()
                          ? std::filesystem::path{settings.store}.replace_extension(".sock")
                          : folder / socket;
    constexpr std::size_t socket_path_max = 107;  // sockaddr_un
    if (settings.socket.string().size() > socket_path_max) {
        section.problem(
            section.where(socket.empty() ? "url" : "socket"),
            fmt::format("the path of the control socket is longer than {} bytes", socket_path_max),
            "write a shorter socket = \"/run/…\"");
    }
}

void read_clock(const Section& section, Draft& draft) {
    draft.settings.replay_feed = section.text("driven_by");
    draft.settings.replay_time =
        parse_time_of_day(section.text("at")).value_or(draft.settings.replay_time);
    draft.settings.replay_start = section.date("start").value_or(draft.settings.replay_start);
    draft.names.refer(Thing::feed, section.placed("driven_by"));
}

void read_item(const Section& section, Draft& draft) {
    if (!draft.names.declare(Thing::item, section.id(), section.where(), draft.problems)) {
        return;
    }
    Item item;
    item.id = section.id();
    item.name = section.name("name");
    item.kind = section.choice<ItemKind>("kind");
    item.unit = section.choice<Unit>("unit");
    item.currency = section.text("currency");
    item.fresh_for = section.term("fresh_for");
    item.may_be_negative = section.yes("negative");
    if (!is_currency(item.currency)) {
        section.problem(
            section.where("currency"),
            fmt::format("\"{}\" is not a currency", item.currency),
            "write its three letters: \"CNY\"");
    } else if (item.unit != Unit::money && section.wrote("currency")) {
        section.problem(
            section.where("currency"),
            "only money has a currency",
            "take it out, or unit = \"money\"");
    }
    draft.catalogue.items.push_back(std::move(item));
}

}  // namespace

void read_main(const Section& section, Draft& draft) {
    auto& catalogue = draft.catalogue;
    if (const auto zone = parse_zone(section.text("timezone"))) {
        catalogue.zone = *zone;
    } else {
        section.problem(
            section.where("timezone"),
            fmt::format("\"{}\" is not a zone without summer time", section.text("timezone")),
            "write Asia/Shanghai, Asia/Urumqi, UTC or \"+08:00\"");
    }
    catalogue.language = section.choice<Language>("language");
    catalogue.label = section.name("label");
    catalogue.operators = section.plain_texts("operators");
    for (const auto& each : section.texts("operators")) {
        draft.names.refer(Thing::person, each);
        draft.told.push_back(each);
    }
    if (const auto web = section.table("web")) {
        read_web(*web, draft.settings);
    }
    if (const auto store = section.table("store")) {
        read_store(*store, draft.settings);
    }
    if (const auto log = section.table("log")) {
        draft.settings.log_level = log->text("level");
    }
    if (const auto clock = section.table("clock")) {
        read_clock(*clock, draft);
    }
}

void read_shared(const Section& section, Draft& draft) {
    for (const auto& each : section.named("item")) {
        read_item(each, draft);
    }
    for (const auto& each : section.named("indicator")) {
        read_indicator(each, draft);
    }
    for (const auto& each : section.named("person")) {
        read_person(each, draft);
    }
    for (const auto& each : section.named("channel")) {
        read_channel(each, draft);
    }
    for (const auto& each : section.tables("route")) {
        read_route(each, draft);
    }
    for (const auto& each : section.tables("feed")) {
        read_feed(each, draft);
    }
    for (const auto& each : section.named("calendar")) {
        read_calendar(each, draft);
    }
}

}  // namespace sanbao::settings
