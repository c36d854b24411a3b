// People, the channels that reach them, and who is told of what.
#include "daemon/settings/draft.hpp"
#include "daemon/settings/urls.hpp"

#include <fmt/format.h>

namespace sanbao::settings {

namespace {

constexpr int webhook_concurrency = 8;

// Keys that only the other kind of channel has: a slip that would otherwise stay silent.
void refuse_foreign_keys(const Section& section, ChannelKind kind) {
    const auto foreign = kind == ChannelKind::email ? std::vector<std::string_view>{"url", "secret"}
                                                    : std::vector<std::string_view>{
                                                        "smtp", "tls", "from", "user", "password"};
    for (const auto key : foreign) {
        if (section.wrote(key)) {
            section.problem(
                section.where(key),
                fmt::format("\"{}\" does not belong to {} of this kind", key, section.title()),
                "take it out, or change kind");
        }
    }
}

void require(const Section& section, std::string_view key, std::string_view hint) {
    if (!section.wrote(key)) {
        section.problem(
            section.where(),
            fmt::format("{} has no \"{}\"", section.title(), key),
            std::string{hint});
    }
}

// Plain text on the wire is allowed where the settings say why, and never silently.
void allow_plain(
    const Section& section, std::string_view key, const std::string& what, Draft& draft) {
    const auto because = section.text("plain_because");
    if (because.empty()) {
        section.problem(
            section.where(key), what, "secure it with TLS, or say why not: plain_because = \"…\"");
        return;
    }
    draft.settings.notes.push_back(fmt::format(
        "{}: {}: {} (\"{}\")", section.where(key).to_place(), section.title(), what, because));
}

void read_email(const Section& section, notify::ChannelSettings& channel, Draft& draft) {
    require(section, "smtp", "write smtp = \"smtps://mail.intranet:465\"");
    require(section, "from", "write from = \"sanbao@example.gov.cn\"");
    channel.smtp = section.text("smtp");
    const auto url = check_url(section, "smtp", {"smtp", "smtps"});
    const bool implicit = url && url->scheme == "smtps";
    channel.tls = section.has("tls") ? section.choice<io::MailTls>("tls")
                  : implicit         ? io::MailTls::implicit
                                     : io::MailTls::starttls;
    if (url && implicit != (channel.tls == io::MailTls::implicit)) {
        section.problem(
            section.where("tls"),
            fmt::format("\"{}\" does not fit {}://", section.text("tls"), url->scheme),
            "smtps:// is \"implicit\"; smtp:// is \"starttls\", or \"none\" with plain_because");
    }
    if (url && channel.tls == io::MailTls::none) {
        allow_plain(section, "tls", "mail goes out without TLS", draft);
    }
    channel.from = section.text("from");
    channel.user = section.text("user");
    channel.password = section.secret("password");
    if (section.wrote("user") != section.wrote("password")) {
        section.problem(
            section.where(section.wrote("user") ? "user" : "password"),
            "user and password go together",
            "write both or neither");
    }
}

void read_webhook(const Section& section, notify::ChannelSettings& channel, Draft& draft) {
    require(section, "url", "write url = \"https://…\"");
    channel.url = section.text("url");
    channel.secret = section.secret("secret");
    const auto url = check_url(section, "url", {"http", "https"});
    const bool plain = url && url->scheme == "http" && !url->is_loopback;
    if (plain && channel.detail == Detail::full) {
        allow_plain(section, "url", "whole messages go out without TLS", draft);
    }
}

}  // namespace

void read_person(const Section& section, Draft& draft) {
    if (!draft.names.declare(Thing::person, section.id(), section.where(), draft.problems)) {
        return;
    }
    Person person;
    person.id = section.id();
    person.name = section.text("name");
    person.post = section.text("post");
    person.phone = section.text("phone");
    person.email = section.text("email");
    person.deputy = section.text("deputy");
    person.channels = section.plain_texts("channels");
    if (section.has("language")) {
        person.language = section.choice<Language>("language");
    }
    draft.names.refer(Thing::person, section.placed("deputy"));
    if (person.deputy == person.id) {
        section.problem(
            section.where("deputy"), "nobody is their own deputy", "name somebody else");
    }
    for (const auto& each : section.texts("channels")) {
        draft.names.refer(Thing::channel, each);
    }
    if (!section.wrote("email")) {
        draft.without_address.emplace(person.id, section.where());
    }
    draft.catalogue.persons.push_back(std::move(person));
}

void read_channel(const Section& section, Draft& draft) {
    if (!draft.names.declare(Thing::channel, section.id(), section.where(), draft.problems)) {
        return;
    }
    notify::ChannelSettings channel;
    channel.id = section.id();
    channel.kind = section.choice<ChannelKind>("kind");
    channel.detail = section.choice<Detail>("detail");
    channel.timeout = section.duration("timeout");
    channel.ca_file = section.text("ca_file");
    channel.concurrency = section.has("concurrency")             ? section.whole("concurrency")
                          : channel.kind == ChannelKind::webhook ? webhook_concurrency
                                                                 : 1;
    if (section.has("kind")) {
        refuse_foreign_keys(section, channel.kind);
        channel.kind == ChannelKind::email ? read_email(section, channel, draft)
                                           : read_webhook(section, channel, draft);
    }
    draft.catalogue.channels.push_back({channel.id, channel.kind, channel.detail});
    draft.settings.channels.push_back(std::move(channel));
}

void read_route(const Section& section, Draft& draft) {
    Route route;
    route.topics = section.choices<Topic>("topics");
    route.levels = section.choices<Level>("levels");
    route.subjects = section.plain_texts("subjects");
    route.to = section.plain_texts("to");
    for (const auto& each : section.texts("subjects")) {
        draft.names.refer(Thing::subject, each);
    }
    for (const auto& each : section.texts("to")) {
        draft.route_ends.push_back(each);
    }
    draft.catalogue.routes.push_back(std::move(route));
}

}  // namespace sanbao::settings
