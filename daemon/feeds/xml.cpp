// XML by pugixml: rows and fields are paths of elements. No DTD is read, so nothing is expanded.
#include "alerts/base/quote.hpp"
#include "daemon/feeds/readers.hpp"
#include "daemon/feeds/xml_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

// "a/b/@code": elements downwards, then an attribute or nothing.
struct Path {
    std::vector<std::string> elements;
    std::string attribute;
};

Path parse_path(std::string_view text) {
    Path path;
    while (!text.empty()) {
        const auto slash = std::min(text.find('/'), text.size());
        const auto part = text.substr(0, slash);
        text.remove_prefix(std::min(slash + 1, text.size()));
        if (part.starts_with('@')) {
            path.attribute = part.substr(1);
        } else if (!part.empty() && part != ".") {
            path.elements.emplace_back(part);
        }
    }
    return path;
}

class XmlReader {
  public:
    explicit XmlReader(const Reading& reading) : reading_(reading) {}
    void read(std::string_view text);

  private:
    bool parse(std::string_view text);
    bool read_document_fields();
    bool walk(const pugi::xml_node& node, std::size_t depth);
    bool take_row(const pugi::xml_node& row);
    Text text_at(const pugi::xml_node& from, const Path& path, std::size_t field);
    Text text_of(const pugi::xml_node& element);
    void tell_unused(const pugi::xml_node& row);

    const Reading& reading_;
    pugi::xml_document document_;
    std::vector<std::string> rows_path_;
    std::vector<Path> paths_;  // by field
    std::vector<Text> texts_;
    std::deque<std::string> joined_;  // texts that stand in several pieces
    std::int64_t row_ = 0;
};

bool XmlReader::parse(std::string_view text) {
    if (text.find("<!ENTITY") != std::string_view::npos) {
        reading_.problems.add(
            PollProblem::malformed,
            "the XML declares entities of its own, which are not read: have the source write them "
            "out");
        return false;
    }
    const auto result =
        document_.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
    const auto roots = std::ranges::count_if(
        document_.children(), [](const auto& node) { return node.type() == pugi::node_element; });
    if (result && roots == 1) {
        return true;
    }
    const auto offset = std::min(static_cast<std::size_t>(result.offset), text.size());
    const bool cut = !result && result.status != pugi::status_no_document_element
                     && (offset + 1 >= text.size() || text.back() != '>');
    reading_.problems.add(
        cut ? PollProblem::truncated : PollProblem::malformed,
        result ? fmt::format("the XML document has {} elements at its top, not one", roots)
               : fmt::format(
                   "not good XML at byte {} (line {}): {}{}",
                   offset + 1,
                   std::ranges::count(text.substr(0, offset), '\n') + 1,
                   result.description(),
                   cut ? "; the text was cut" : ""));
    return false;
}

void XmlReader::read(std::string_view text) {
    if (!parse(text)) {
        return;
    }
    rows_path_ = parse_path(reading_.feed.rows).elements;
    for (const auto& field : reading_.layout.fields) {
        paths_.push_back(parse_path(is_of_document(field) ? field.substr(1) : field));
    }
    texts_.resize(paths_.size());
    if (!read_document_fields() || !walk(document_, 0) || row_ > 0) {
        return;
    }
    reading_.problems.add(
        PollProblem::wrong_shape,
        fmt::format(
            "the document, whose top element is {}, has no element at {}: correct rows in the "
            "feed's settings",
            in_quotes(document_.document_element().name()),
            in_quotes(reading_.feed.rows)));
}

bool XmlReader::read_document_fields() {
    const auto& fields = reading_.layout.fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!is_of_document(fields[i])) {
            continue;
        }
        texts_[i] = text_at(document_, paths_[i], i);
        if (texts_[i].state == TextState::absent && !reading_.problems.any()) {
            reading_.problems.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "the document has no field {}: correct it in the feed's settings", fields[i]));
        }
    }
    return !reading_.problems.any();
}

// False: stop reading.
bool XmlReader::walk(const pugi::xml_node& node, std::size_t depth) {
    if (depth == rows_path_.size()) {
        return take_row(node);
    }
    for (const auto& child : node.children()) {
        if (is_called(child, rows_path_[depth]) && !walk(child, depth + 1)) {
            return false;
        }
    }
    return true;
}

bool XmlReader::take_row(const pugi::xml_node& row) {
    ++row_;
    if (row_ == 1) {
        tell_unused(row);
    }
    for (std::size_t i = 0; i < paths_.size(); ++i) {
        if (!is_of_document(reading_.layout.fields[i])) {
            texts_[i] = text_at(row, paths_[i], i);
        }
    }
    return reading_.collector.take(row_, texts_);
}

Text XmlReader::text_at(const pugi::xml_node& from, const Path& path, std::size_t field) {
    auto node = from;
    for (const auto& name : path.elements) {
        const auto parent = node;
        node = child_called(parent, name);
        const auto same = std::ranges::count_if(
            parent.children(), [&](const auto& child) { return is_called(child, name); });
        if (same > 1) {
            reading_.problems.add(
                PollProblem::malformed,
                fmt::format(
                    "{} has the field {} more than once: have the source send it once",
                    row_ == 0 ? std::string{"the document"} : reading_.collector.place_of(row_),
                    reading_.layout.fields[field]));
        }
    }
    if (!node) {
        return {};
    }
    if (path.attribute.empty()) {
        return text_of(node);
    }
    const auto attribute = attribute_called(node, path.attribute);
    return attribute ? Text{attribute.value(), TextState::scalar} : Text{};
}

Text XmlReader::text_of(const pugi::xml_node& element) {
    std::string_view only;
    std::string* several = nullptr;
    for (const auto& child : element.children()) {
        if (child.type() == pugi::node_element) {
            return {{}, TextState::container};
        }
        if (child.type() != pugi::node_pcdata && child.type() != pugi::node_cdata) {
            continue;
        }
        if (only.empty()) {
            only = child.value();
            continue;
        }
        if (several == nullptr) {
            several = &joined_.emplace_back(only);
        }
        *several += child.value();
    }
    return {several == nullptr ? only : std::string_view{*several}, TextState::scalar};
}

void XmlReader::tell_unused(const pugi::xml_node& row) {
    std::vector<std::string> unused;
    for (const auto& child : row.children()) {
        const auto name = local_name(child.name());
        const bool used = std::ranges::any_of(paths_, [&](const Path& path) {
            return !path.elements.empty() && path.elements.front() == name;
        });
        if (child.type() == pugi::node_element && !used) {
            unused.emplace_back(name);
        }
    }
    for (const auto& attribute : row.attributes()) {
        const auto name = local_name(attribute.name());
        if (std::ranges::none_of(paths_, [&](const Path& path) {
                return path.elements.empty() && path.attribute == name;
            })) {
            unused.push_back("@" + std::string{name});
        }
    }
    reading_.collector.tell_unused(std::move(unused));
}

}  // namespace

void read_xml(const Reading& reading, std::string_view text) {
    XmlReader{reading}.read(text);
}

}  // namespace sanbao::feeds
