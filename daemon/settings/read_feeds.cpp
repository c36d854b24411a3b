#include "daemon/settings/draft.hpp"
#include "daemon/settings/urls.hpp"

#include <fmt/format.h>

namespace sanbao::settings {

namespace {

// JSON fields are pointers into the row, or into the document after '$'; CSV fields are names.
void check_field(
    const Section& section, std::string_view key, const Placed& field, feeds::Format format) {
    if (format == feeds::Format::csv || field.text.empty()) {
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

void read_transport(const Section& section, feeds::FeedSettings& feed, Draft& draft) {
    feed.url = section.text("url");
    feed.every = section.duration("every");
    feed.timeout = section.duration("timeout");
    feed.connect_timeout = section.duration("connect_timeout");
    feed.body_max = section.bytes("body_max");
    feed.ca_file = section.text("ca_file");
    feed.proxy = section.text("proxy");
    const auto url = check_url(section, "url", {"http", "https", "file"});
    if (section.has("proxy")) {
        (void)check_url(section, "proxy", {"http", "https"});
    }
    if (url && url->scheme == "http" && !url->is_loopback) {
        draft.settings.notes.push_back(fmt::format(
            "{}: feed \"{}\" comes without TLS: anyone on the way can change its figures",
            section.where("url").to_place(),
            feed.id));
    }
}

void read_subject_of(const Section& section, feeds::FeedSettings& feed, Draft& draft) {
    feed.county = section.text("county");
    feed.county_is = section.text("county_is");
    draft.names.refer(Thing::subject, section.placed("county_is"));
    if (feed.county.empty() == feed.county_is.empty()) {
        section.problem(
            section.where(feed.county.empty() ? "name" : "county_is"),
            "a feed says whom its rows speak of by exactly one of county and county_is",
            "write county = \"/county_code\", or county_is = \"id\"");
    }
}

void read_shape(const Section& section, feeds::FeedSettings& feed) {
    feed.format = section.choice<feeds::Format>("format");
    feed.shape = section.choice<feeds::Shape>("shape");
    feed.rows = section.text("rows");
    feed.date = section.text("date");
    feed.item_field = section.text("item");
    feed.value_field = section.text("value");
    feed.where = section.text_map("where");
    feed.missing = section.plain_texts("missing");
    feed.skip_unknown_counties = section.text("unknown_counties") == "skip";
    const bool tall = feed.shape == feeds::Shape::tall;
    for (const std::string_view key : {"item", "value"}) {
        if (tall && !section.wrote(key)) {
            section.problem(
                section.where("shape"),
                fmt::format("a long feed needs \"{}\"", key),
                fmt::format("write {} = \"/{}\"", key, key));
        } else if (!tall && section.wrote(key)) {
            section.problem(
                section.where(key),
                fmt::format("\"{}\" is of long feeds", key),
                "take it out, or write shape = \"long\"");
        }
    }
    const auto delimiter = section.text("delimiter");
    feed.delimiter = delimiter.empty() ? ',' : delimiter.front();
    if (delimiter.size() != 1 || static_cast<unsigned char>(feed.delimiter) >= 0x80) {
        section.problem(section.where("delimiter"), "the delimiter is one ASCII character");
    }
    if (feed.format == feeds::Format::csv && section.wrote("rows")) {
        section.problem(section.where("rows"), "CSV has no \"rows\"", "take it out");
    }
    for (const std::string_view key : {"rows", "county", "date", "item", "value"}) {
        check_field(section, key, section.placed(key), feed.format);
    }
}

void read_mappings(const Section& section, feeds::FeedSettings& feed, Draft& draft) {
    const auto mappings = section.named("items");
    if (mappings.empty() && section.has("items")) {
        section.problem(
            section.where("items"),
            "this feed delivers nothing",
            "write an entry for each item: balance = { from = \"/balance\", unit = \"万元\" }");
    }
    std::map<std::string, std::string> taken;  // from → item
    for (const auto& each : mappings) {
        draft.names.refer(Thing::item, {each.id(), each.where()});
        const auto from = each.placed("from");
        if (feed.shape == feeds::Shape::wide) {
            check_field(each, "from", from, feed.format);
        }
        const auto [other, added] = taken.try_emplace(from.text, each.id());
        if (!added && !from.text.empty()) {
            section.problem(
                from.where,
                fmt::format("item \"{}\" is read from \"{}\" already", other->second, from.text));
        }
        draft.mappings.push_back(
            {draft.settings.feeds.size(),
             feed.items.size(),
             each.text("unit"),
             each.where("unit")});
        feed.items.push_back({each.id(), from.text, 1});
    }
}

}  // namespace

void read_feed(const Section& section, Draft& draft) {
    feeds::FeedSettings feed;
    feed.id = section.text("name");
    if (feed.id.empty()
        || !draft.names.declare(Thing::feed, feed.id, section.where("name"), draft.problems)) {
        return;
    }
    read_transport(section, feed, draft);
    read_shape(section, feed);
    read_subject_of(section, feed, draft);
    read_mappings(section, feed, draft);

    FeedRule rule;
    rule.id = feed.id;
    rule.name = section.has("title") ? section.name("title") : Text{feed.id, feed.id};
    rule.owner = section.text("owner");
    rule.every = feed.every;
    rule.late_after = section.term("late_after");
    rule.tell_after_failures = section.whole("tell_after");
    draft.names.refer(Thing::person, section.placed("owner"));
    if (section.has("owner")) {
        draft.told.push_back(section.placed("owner"));
    }
    draft.catalogue.feeds.push_back(std::move(rule));
    draft.settings.feeds.push_back(std::move(feed));
}

}  // namespace sanbao::settings
