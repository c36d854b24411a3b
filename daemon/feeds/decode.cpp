#include "daemon/feeds/decode.hpp"

#include "alerts/base/assert.hpp"
#include "daemon/feeds/collect.hpp"
#include "daemon/feeds/readers.hpp"
#include "daemon/feeds/table.hpp"
#include "daemon/io/transfer.hpp"

#include <algorithm>

namespace sanbao::feeds {

namespace {

using core::PollProblem;
using Outcome = boost::system::result<Decoded, Refusal>;

// The text between the blanks around it. Those of a table may be columns, and its last line break
// is the end mark.
std::string_view without_blanks(std::string_view text, Format format) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        return {};
    }
    if (format != Format::json && format != Format::xml) {
        return text;
    }
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool looks_like_page(std::string_view text, Format format) {
    constexpr std::string_view document_type = "<!doctype html";
    const auto first = text.find_first_not_of(" \t\r\n");
    text.remove_prefix(std::min(first, text.size()));
    if (format != Format::xml) {
        return text.starts_with('<');
    }
    return std::ranges::equal(
               text.substr(0, document_type.size()),
               document_type,
               {},
               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; })
           || text.starts_with("<html");
}

void pad(std::string& body) {
    if (body.capacity() - body.size() < io::body_padding) {
        body.reserve(body.size() + io::body_padding);
    }
}

void read_text(const Reading& reading, std::string_view body) {
    const auto format = reading.feed.format;
    auto source = find_charset(body, reading.feed, reading.problems);
    if (!source) {
        return;
    }
    reading.collector.tell(source->how);
    std::string converted;
    if (source->charset != Charset::utf8 && format != Format::csv) {
        converted = Transcoder{source->charset}.to_utf8(source->text);
        pad(converted);
        source->charset = Charset::utf8;
        source->text = converted;
    }
    source->text = without_blanks(source->text, format);
    if (source->text.empty()) {
        reading.problems.add(PollProblem::malformed, "the body is empty: see what the source does");
        return;
    }
    switch (format) {
        case Format::json:
            return read_json(reading, source->text);
        case Format::csv:
            return read_csv(reading, *source);
        case Format::xml:
            return read_xml(reading, source->text);
        case Format::fixed:
            return read_fixed(reading, source->text);
        case Format::xlsx:
            break;
    }
    SANBAO_ASSERT(false);
}

}  // namespace

Outcome decode(
    const FeedSettings& feed, const rules::Rulebook& rules, std::string& body, Instant now) {
    pad(body);
    Problems problems;
    const auto layout = layout_of(feed);
    Collector collector{{feed, rules, layout, problems, body.size()}, now};
    if (problems.any()) {
        return collector.finish();
    }
    if (looks_like_page(body, feed.format)) {
        problems.add(
            PollProblem::malformed,
            "this looks like a web page (login?): open the address in a browser, and see whether "
            "the source wants a password");
        return problems.take();
    }
    const Reading reading{feed, layout, collector, problems};
    if (feed.format == Format::xlsx) {
        read_xlsx(reading, body);
    } else {
        read_text(reading, body);
    }
    return collector.finish();
}

}  // namespace sanbao::feeds
