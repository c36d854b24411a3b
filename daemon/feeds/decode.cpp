#include "daemon/feeds/decode.hpp"

#include "alerts/base/assert.hpp"
#include "daemon/feeds/collect.hpp"
#include "daemon/feeds/readers.hpp"
#include "daemon/feeds/table.hpp"
#include "daemon/io/transfer.hpp"

namespace sanbao::feeds {

namespace {

using core::PollProblem;

// The text between the byte order mark or blanks around it.
std::string_view trimmed(std::string_view body, Format format) {
    if (body.starts_with("\xEF\xBB\xBF")) {
        body.remove_prefix(3);
    }
    const auto first = body.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        return {};
    }
    if (format == Format::csv) {  // its blanks may be columns, its last line break is the end mark
        return body;
    }
    return body.substr(first, body.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

boost::system::result<Decoded, Refusal> decode(
    const FeedSettings& feed, const rules::Rulebook& rules, std::string& body, Instant now) {
    if (body.capacity() - body.size() < io::body_padding) {
        body.reserve(body.size() + io::body_padding);
    }
    Problems problems;
    const auto text = trimmed(body, feed.format);
    if (text.empty()) {
        problems.add(PollProblem::malformed, "the body is empty: see what the source does");
        return problems.take();
    }
    if (text.front() == '<') {
        problems.add(
            PollProblem::malformed,
            "this looks like a web page (login?): open the address in a browser, and see whether "
            "the "
            "source wants a password");
        return problems.take();
    }
    const auto layout = layout_of(feed);
    Collector collector{{feed, rules, layout, problems, body.size()}, now};
    if (!problems.any()) {
        const Reading reading{feed, layout, collector, problems};
        if (feed.format == Format::json) {
            read_json(reading, text);
        } else {
            read_csv(reading, text);
        }
    }
    return collector.finish();
}

}  // namespace sanbao::feeds
