// What a person filed, as a form sends it, judged as any row of any feed.
#include "alerts/base/quote.hpp"
#include "daemon/feeds/characters.hpp"
#include "daemon/feeds/collect.hpp"
#include "daemon/feeds/decode.hpp"
#include "daemon/io/transfer.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

namespace sanbao::feeds {

namespace {

namespace ondemand = simdjson::ondemand;
using core::PollProblem;
using simdjson::error_code;

constexpr std::string_view shape =
    R"({"county": "610326", "date": "2026-10-31", "values": {"item": "1,234.56"}})";

// The feed as the form sees it: items by their ids, dates in the usual forms.
FeedSettings as_form(FeedSettings feed) {
    feed.format = Format::json;
    feed.shape = Shape::wide;
    feed.county = "county";
    feed.county_is.clear();
    feed.date = "date";
    feed.date_form.clear();
    feed.published.clear();
    feed.where.clear();
    feed.skip.clear();
    feed.skip_unknown_counties = false;
    for (auto& mapping : feed.items) {
        mapping.from = mapping.item;
        mapping.unit_from.clear();
    }
    return feed;
}

class FilingReader {
  public:
    FilingReader(const FeedSettings& feed, const Layout& layout, Problems& problems)
        : feed_(feed), layout_(layout), problems_(problems), texts_(layout.fields.size()) {}

    // False: `problems` says why.
    bool read(std::string_view text);
    // By field.
    [[nodiscard]] std::vector<Text> texts() const;

  private:
    error_code read_object(ondemand::object object);
    error_code read_values(ondemand::object values);
    error_code take(std::string_view name, std::size_t field, ondemand::value value);
    void check_complete();

    const FeedSettings& feed_;
    const Layout& layout_;
    Problems& problems_;
    std::vector<std::optional<std::string>> texts_;
};

error_code FilingReader::take(std::string_view name, std::size_t field, ondemand::value value) {
    if (texts_[field]) {
        problems_.add(
            PollProblem::contradiction,
            fmt::format("{} is filed twice: file it once", in_quotes(name)));
    }
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) {
        return error;
    }
    if (type == ondemand::json_type::string) {
        std::string_view text;
        const auto error = value.get_string().get(text);
        texts_[field].emplace(text);
        return error;
    }
    if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
        return simdjson::INCORRECT_TYPE;
    }
    texts_[field].emplace(trimmed(value.raw_json_token()));
    return simdjson::SUCCESS;
}

error_code FilingReader::read_values(ondemand::object values) {
    for (auto each : values) {
        std::string_view name;
        if (const auto error = each.unescaped_key().get(name)) {
            return error;
        }
        const auto mapping = std::ranges::find(feed_.items, name, &ItemMapping::item);
        if (mapping == feed_.items.end()) {
            problems_.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "{} is no item of this feed: take it out, or map it in the feed's settings",
                    in_quotes(name)));
            continue;
        }
        const auto number = static_cast<std::size_t>(mapping - feed_.items.begin());
        if (const auto error = take(name, layout_.figures[number], each.value())) {
            return error;
        }
    }
    return simdjson::SUCCESS;
}

error_code FilingReader::read_object(ondemand::object object) {
    for (auto each : object) {
        std::string_view key;
        if (const auto error = each.unescaped_key().get(key)) {
            return error;
        }
        auto error = simdjson::SUCCESS;
        if (key == "county") {
            error = take(key, layout_.county, each.value());
        } else if (key == "date") {
            error = take(key, layout_.date, each.value());
        } else if (key == "values") {
            ondemand::object values;
            error = each.value().get_object().get(values);
            error = error ? error : read_values(values);
        } else {
            problems_.add(
                PollProblem::wrong_shape,
                fmt::format("a filing has no {}: it has county, date and values", in_quotes(key)));
        }
        if (error) {
            return error;
        }
    }
    return simdjson::SUCCESS;
}

void FilingReader::check_complete() {
    for (const auto& mapping : feed_.items) {
        const auto number = static_cast<std::size_t>(&mapping - feed_.items.data());
        if (mapping.each_time && !texts_[layout_.figures[number]]) {
            problems_.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "the filing lacks {}: every item is to be filed; where there is no figure, "
                    "write what the feed lists in missing",
                    mapping.item));
        }
    }
    for (const auto field : {layout_.county, layout_.date}) {
        if (!texts_[field]) {
            problems_.add(
                PollProblem::wrong_shape,
                fmt::format("the filing lacks {}: send it as {}", layout_.fields[field], shape));
        }
    }
}

bool FilingReader::read(std::string_view text) {
    ondemand::parser parser;
    ondemand::document document;
    ondemand::object object;
    const simdjson::padded_string_view view{
        text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING};
    auto error = parser.iterate(view).get(document);
    error = error ? error : document.get_object().get(object);
    error = error ? error : read_object(object);
    if (!error && document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
        error = simdjson::TRAILING_CONTENT;
    }
    if (error) {
        problems_.add(
            PollProblem::malformed,
            fmt::format("not a filing ({}): send it as {}", simdjson::error_message(error), shape));
    }
    if (!problems_.any()) {
        check_complete();
    }
    return !problems_.any();
}

std::vector<Text> FilingReader::texts() const {
    std::vector<Text> texts;
    for (const auto& text : texts_) {
        texts.push_back(text ? Text{*text, TextState::scalar} : Text{});
    }
    return texts;
}

}  // namespace

boost::system::result<Decoded, Refusal> decode_filing(
    const FeedSettings& feed, const rules::Rulebook& rules, std::string& body, Instant now) {
    if (body.capacity() - body.size() < io::body_padding) {
        body.reserve(body.size() + io::body_padding);
    }
    const auto form = as_form(feed);
    const auto layout = layout_of(form);
    Problems problems;
    Collector collector{{form, rules, layout, problems, body.size()}, now};
    collector.call_rows("the filing");
    if (!problems.any()) {
        FilingReader reader{form, layout, problems};
        if (reader.read(body)) {
            collector.take(1, reader.texts());
        }
    }
    return collector.finish();
}

}  // namespace sanbao::feeds
