#include "daemon/feeds/dates.hpp"
#include "daemon/settings/feed_parts.hpp"

#include <fmt/format.h>

namespace sanbao::settings {

namespace {

using feeds::FeedSettings;
using feeds::Format;

void read_subject_of(const Section& section, FeedSettings& feed, Draft& draft) {
    feed.county = section.text("county");
    feed.county_is = section.text("county_is");
    draft.names.refer(Thing::subject, section.placed("county_is"));
    if (feed.arrives == Arrival::hand) {
        refuse(section, "county", "feeds that are not filed by hand");
        refuse(section, "county_is", "feeds that are not filed by hand");
    } else if (feed.county.empty() == feed.county_is.empty()) {
        section.problem(
            section.where(feed.county.empty() ? "name" : "county_is"),
            "a feed says whom its rows speak of by exactly one of county and county_is",
            "write county = \"/county_code\", or county_is = \"id\"");
    }
}

void read_texts(const Section& section, FeedSettings& feed) {
    feed.encoding = section.choice<feeds::Encoding>("encoding");
    feed.numbers = section.choice<feeds::Numbers>("numbers");
    feed.cut_digits = section.text("digits") == "cut";
    feed.rounded = section.text("rounding") != "exact";
    feed.date_form = section.text("date_form");
    if (!feeds::is_date_form(feed.date_form)) {
        section.problem(section.where("date_form"), "a date form has a year: write it with YYYY");
    }
    feed.missing = section.plain_texts("missing");
    feed.reads_as = section.text_map("reads_as");
    feed.where = section.text_map("where");
    feed.skip = section.text_lists("skip");
    feed.skip_unknown_counties = section.text("unknown_counties") == "skip";
}

void read_table(const Section& section, FeedSettings& feed) {
    feed.rows = section.text("rows");
    feed.header = section.whole("header");
    feed.header_rows = section.whole("header_rows");
    feed.sheet = section.text("sheet");
    feed.after = section.text("after");
    feed.until = section.plain_texts("until");
    for (const auto& each : section.tables("column")) {
        feeds::FixedColumn column{each.text("name"), each.whole("from"), each.whole("to")};
        if (column.to < column.from) {
            each.problem(each.where("to"), "a column ends where it begins, or behind that");
        }
        feed.columns.push_back(std::move(column));
    }
    const bool fixed = feed.format == Format::fixed;
    if (fixed != !feed.columns.empty()) {
        section.problem(
            section.where(fixed ? "format" : "column"),
            "format = \"fixed\" and [[feed.column]] belong together");
    }
    const auto delimiter = section.text("delimiter");
    if (delimiter.size() > 1 || static_cast<unsigned char>(delimiter[0]) >= 0x80) {
        section.problem(section.where("delimiter"), "the delimiter is one ASCII character");
    }
    feed.delimiter = delimiter.empty() ? '\0' : delimiter.front();
    const bool table = feed.format != Format::json && feed.format != Format::xml;
    for (const std::string_view key : {"header", "header_rows", "after", "until"}) {
        if (!table) {
            refuse(section, key, "tables (csv, xlsx, fixed)");
        }
    }
    if (table) {
        refuse(section, "rows", "json and xml");
    }
    if (feed.format == Format::xml) {
        need(section, "rows", "format = \"xml\"");
    }
    if (feed.format != Format::csv) {
        refuse(section, "delimiter", "csv");
    }
    if (feed.format != Format::xlsx) {
        refuse(section, "sheet", "xlsx");
    }
}

void read_shape(const Section& section, FeedSettings& feed) {
    feed.shape = section.choice<feeds::Shape>("shape");
    feed.date = section.text("date");
    feed.published = section.text("published");
    feed.item_field = section.text("item");
    feed.value_field = section.text("value");
    const bool tall = feed.shape == feeds::Shape::tall;
    if (tall && !section.wrote("item")) {
        section.problem(
            section.where("shape"), "a long feed needs \"item\"", "write item = \"/item\"");
    }
    for (const std::string_view key : {"item", "value"}) {
        if (!tall && section.wrote(key)) {
            section.problem(
                section.where(key),
                fmt::format("\"{}\" is of long feeds", key),
                "take it out, or write shape = \"long\"");
        }
    }
    if (feed.arrives == Arrival::hand) {
        refuse(section, "date", "feeds that are not filed by hand");
    } else {
        need(section, "date", "a feed");
    }
    for (const std::string_view key : {"rows", "county", "date", "published", "item", "value"}) {
        check_field(section, key, section.placed(key), feed.format);
    }
}

void read_mappings(const Section& section, FeedSettings& feed, Draft& draft) {
    const auto mappings = section.named("items");
    if (mappings.empty() && section.has("items")) {
        section.problem(
            section.where("items"),
            "this feed delivers nothing",
            "write an entry for each item: balance = { from = \"/balance\", unit = \"万元\" }");
    }
    std::map<std::pair<std::string, std::string>, std::string> taken;  // from, value → item
    for (const auto& each : mappings) {
        draft.names.refer(Thing::item, {each.id(), each.where()});
        const auto from = each.placed("from");
        feeds::ItemMapping mapping{each.id(), from.text};
        mapping.value = each.text("value");
        mapping.each_time = each.yes("each_time");
        check_field(each, "value", each.placed("value"), feed.format);
        if (feed.shape == feeds::Shape::wide) {
            if (feed.arrives != Arrival::hand) {  // there it is what the form calls the figure
                check_field(each, "from", from, feed.format);
            }
            refuse(each, "value", "long feeds");
        } else if (mapping.value.empty() && feed.value_field.empty()) {
            each.problem(
                each.where(),
                "nothing says where this item's figure stands",
                "write value = … for the feed, or here");
        }
        const auto [other, added] = taken.try_emplace({from.text, mapping.value}, each.id());
        if (!added && !from.text.empty()) {
            section.problem(
                from.where,
                fmt::format("item \"{}\" is read from \"{}\" already", other->second, from.text));
        }
        const auto unit = each.text("unit");
        if (unit.starts_with('$') || unit.starts_with('#')) {
            mapping.unit_from = unit;
        } else {
            draft.mappings.push_back(
                {draft.settings.feeds.size(), feed.items.size(), unit, each.where("unit")});
        }
        feed.items.push_back(std::move(mapping));
    }
}

std::vector<FeedCheck> read_checks(const Section& section, const FeedSettings& feed, Draft& draft) {
    std::vector<FeedCheck> checks;
    for (const auto& each : section.tables("check")) {
        draft.formulas["feed " + feed.id].emplace(
            fmt::format("check[{}].rule", checks.size()),
            FormulaAt{&section.document(), each.node("rule"), each.where("rule")});
        checks.push_back({each.text("name"), each.text("rule"), each.choice<CheckAction>("then")});
    }
    if (checks.size() > limits::feed_checks_max) {
        section.problem(
            section.where("check"), fmt::format("at most {} checks", limits::feed_checks_max));
    }
    return checks;
}

std::optional<std::pair<std::int64_t, std::int64_t>> read_row_count(const Section& section) {
    const auto text = section.text("row_count");
    if (text.empty()) {
        return std::nullopt;
    }
    const auto range =
        parse_range(text.find("..") == std::string::npos ? text + ".." + text : text);
    if (!range || range->first < 0 || range->second < range->first) {
        section.problem(
            section.where("row_count"), "this is no count of rows", "write \"12\" or \"10..14\"");
        return std::nullopt;
    }
    return range;
}

void read_people(const Section& section, FeedRule& rule, Draft& draft) {
    rule.owner = section.text("owner");
    rule.chief = section.text("chief");
    for (const std::string_view key : {"owner", "chief"}) {
        draft.names.refer(Thing::person, section.placed(key));
        if (section.has(key)) {
            draft.told.push_back(section.placed(key));
        }
    }
    rule.reporters = section.text_map("reporters");
    for (const auto& [subject, person] : rule.reporters) {
        draft.names.refer(Thing::subject, {subject, section.where("reporters")});
        draft.names.refer(Thing::person, {person, section.where("reporters")});
        draft.told.push_back({person, section.where("reporters")});
    }
}

void read_duty(const Section& section, FeedRule& rule, Draft& draft) {
    rule.late_after = section.term("late_after");
    rule.tell_after_failures = section.whole("tell_after");
    rule.missing_after = section.term("missing_after");
    rule.remind_before = section.duration("remind_before");
    if (const auto text = section.text("due"); !text.empty()) {
        const auto due = parse_schedule(text);
        if (due) {
            rule.due = *due;
        } else {
            section.problem(section.where("due"), due.error().message);
        }
    }
    for (const std::string_view key : {"missing_after", "remind_before"}) {
        if (section.wrote(key) && !section.wrote("due")) {
            section.problem(section.where(key), fmt::format("\"{}\" needs \"due\"", key));
        }
    }
    if (rule.arrives != Arrival::hand) {
        refuse(section, "reporters", "feeds that are filed by hand");
        refuse(section, "remind_before", "feeds that are filed by hand");
    }
    const auto counties = section.texts("counties");
    if (counties.size() == 1 && counties.front().text == "all") {
        draft.all_counties.push_back(rule.id);
        return;
    }
    for (const auto& county : counties) {
        draft.names.refer(Thing::subject, county);
        rule.counties.push_back(county.text);
    }
}

}  // namespace

void read_feed(const Section& section, Draft& draft) {
    FeedSettings feed;
    feed.id = section.text("name");
    if (feed.id.empty()
        || !draft.names.declare(Thing::feed, feed.id, section.where("name"), draft.problems)) {
        return;
    }
    feed.format = section.choice<Format>("format");
    read_place(section, feed, draft);
    read_table(section, feed);
    read_texts(section, feed);
    read_shape(section, feed);
    read_subject_of(section, feed, draft);
    read_mappings(section, feed, draft);

    FeedRule rule;
    rule.id = feed.id;
    rule.name = section.has("title") ? section.name("title") : Text{feed.id, feed.id};
    rule.arrives = feed.arrives;
    rule.every = feed.every;
    for (const auto& mapping : feed.items) {
        rule.items.push_back({mapping.item, mapping.each_time});
    }
    rule.partial = section.yes("partial");
    rule.row_count = read_row_count(section);
    rule.checks = read_checks(section, feed, draft);
    rule.jumps = section.choice<CheckAction>("jumps");
    read_people(section, rule, draft);
    read_duty(section, rule, draft);
    draft.catalogue.feeds.push_back(std::move(rule));
    draft.settings.feeds.push_back(std::move(feed));
}

}  // namespace sanbao::settings
