#include "daemon/feeds/filing.hpp"

#include "alerts/base/quote.hpp"
#include "daemon/feeds/collect.hpp"
#include "daemon/io/transfer.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

constexpr auto county_field = "county";
constexpr auto date_field = "date";

// The feed as one that sends a wide row: county, date, and a column for each item.
FeedSettings form_of(const FeedSettings& feed) {
    auto form = feed;
    form.shape = Shape::wide;
    form.county = county_field;
    form.county_is.clear();
    form.date = date_field;
    form.where.clear();
    form.skip.clear();
    form.skip_unknown_counties = false;
    form.missing = {""};  // an item that is left out, where it may be
    for (auto& mapping : form.items) {
        mapping.from = mapping.item;
    }
    return form;
}

// What was written into each field of the form.
class Written {
  public:
    Written(const FeedSettings& form, Problems& problems) : form_(form), problems_(problems) {}

    bool read(std::string_view body) {
        simdjson::dom::parser parser;
        simdjson::dom::object root;
        simdjson::dom::object values;
        if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) {
            problems_.add(PollProblem::malformed, "a filing is one JSON object");
            return false;
        }
        for (const auto* field : {county_field, date_field}) {
            simdjson::dom::element value;
            if (root.at_key(field).get(value) == simdjson::SUCCESS) {
                take(field, value);
            }
        }
        if (root.at_key("values").get(values) != simdjson::SUCCESS) {
            problems_.add(
                PollProblem::wrong_shape, "a filing has its figures in \"values\": {item: text}");
            return false;
        }
        for (const auto& [key, value] : values) {
            if (is_mapped(key)) {
                take(key, value);
            } else {
                report_unknown(key);
            }
        }
        leave_out();
        return !problems_.any();
    }
    [[nodiscard]] Text text(const std::string& field) const {
        const auto found = texts_.find(field);
        return found == texts_.end() ? Text{} : Text{found->second, TextState::scalar};
    }

  private:
    void take(std::string_view field, const simdjson::dom::element& value) {
        std::string_view text;
        std::int64_t whole = 0;
        const bool is_text = value.get(text) == simdjson::SUCCESS;
        if (!is_text && value.get(whole) != simdjson::SUCCESS) {
            problems_.add(
                PollProblem::wrong_shape,
                fmt::format("row 1, {}: write the figure as a text: \"1234.56\"", field));
            return;
        }
        const auto written = is_text ? std::string{text} : std::to_string(whole);
        if (written.empty()) {
            problems_.add(
                PollProblem::bad_value, fmt::format("row 1, {}: nothing was written", field));
        }
        if (!texts_.emplace(field, written).second) {
            problems_.add(
                PollProblem::contradiction, fmt::format("row 1, {}: stands twice", field));
        }
    }
    // Items that need not come each time.
    void leave_out() {
        for (const auto& mapping : form_.items) {
            if (!mapping.each_time) {
                texts_.try_emplace(mapping.item);
            }
        }
    }
    [[nodiscard]] bool is_mapped(std::string_view item) const {
        return std::ranges::find(form_.items, item, &ItemMapping::item) != form_.items.end();
    }
    void report_unknown(std::string_view item) {
        std::string known;
        for (const auto& mapping : form_.items) {
            known += (known.empty() ? "" : ", ") + mapping.item;
        }
        problems_.add(
            PollProblem::wrong_shape,
            fmt::format(
                "row 1: {} is no item of feed {}; these are: {}",
                in_quotes(item),
                form_.id,
                known));
    }
    const FeedSettings& form_;
    Problems& problems_;
    std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace

boost::system::result<Decoded, Refusal> decode_filing(
    const FeedSettings& feed, const rules::Rulebook& rules, std::string& body, Instant now) {
    Problems problems;
    if (static_cast<std::int64_t>(body.size()) > feed.body_max) {
        problems.add(PollProblem::too_large, "this filing is larger than body_max of its feed");
        return problems.take();
    }
    body.reserve(body.size() + io::body_padding);
    const auto form = form_of(feed);
    Written written{form, problems};
    if (!written.read(body)) {
        return problems.take();
    }
    const auto layout = layout_of(form);
    Collector collector{{form, rules, layout, problems, body.size()}, now};
    std::vector<Text> row;
    for (const auto& field : layout.fields) {
        row.push_back(written.text(field));
    }
    if (!problems.any()) {
        collector.take(1, row);
    }
    return collector.finish();
}

}  // namespace sanbao::feeds
