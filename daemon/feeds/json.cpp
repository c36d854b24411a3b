// JSON by simdjson's On-Demand reader: one pass, in place, numbers as they are written.
//
// On-Demand checks what it is asked for, so we go through the whole outer document ourselves: what
// stands beside the rows is passed over by its brackets, and the very end is looked at.
#include "alerts/base/assert.hpp"
#include "daemon/feeds/pointer.hpp"
#include "daemon/feeds/readers.hpp"
#include "daemon/io/transfer.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstring>

namespace sanbao::feeds {

namespace {

namespace ondemand = simdjson::ondemand;
using core::PollProblem;
using simdjson::error_code;

static_assert(io::body_padding >= simdjson::SIMDJSON_PADDING);

constexpr std::size_t order_max = 256;  // keys of an object whose order is remembered

class JsonReader {
  public:
    JsonReader(const Reading& reading, std::string_view body) : reading_(reading), body_(body) {}
    void read();

  private:
    bool compile();
    bool read_document_fields(ondemand::document& document);
    error_code walk_root(ondemand::document& document);
    error_code walk(ondemand::value value, std::size_t depth);
    error_code walk_object(ondemand::object object, std::size_t depth);
    error_code walk_array(ondemand::array array, std::size_t depth);
    error_code read_rows(ondemand::array array);
    error_code read_value(std::uint32_t number, ondemand::value value);
    error_code read_object(std::uint32_t number, ondemand::object object);
    error_code read_array(std::uint32_t number, ondemand::array array);
    error_code child_of(
        PointerTree::Node& node, std::size_t place, ondemand::field& field, std::uint32_t& child);
    static error_code read_text(ondemand::value& value, Text& text);
    void fill(std::size_t field, const Text& text);
    void report(error_code error, ondemand::document& document);

    const Reading& reading_;
    std::string_view body_;
    ondemand::parser parser_;
    std::vector<std::string> rows_path_;
    PointerTree tree_;
    std::vector<std::string> document_texts_;  // what the texts of document fields point into
    std::vector<Text> blank_;  // a row before it is read: document fields are there already
    std::vector<Text> texts_;
    std::int64_t row_ = 0;
    bool rows_found_ = false;
    bool stopped_ = false;
};

bool JsonReader::compile() {
    const auto bad = [this](const Field& field) {
        reading_.problems.add(
            PollProblem::wrong_shape,
            fmt::format(
                "{} is not a JSON Pointer: write it as /name, or $/name for the document",
                shown(field)));
    };
    auto path = parse_pointer(reading_.feed.rows);
    if (!path) {
        bad(reading_.feed.rows);
        return false;
    }
    rows_path_ = *std::move(path);
    const auto& fields = reading_.layout.fields;
    blank_.resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const bool of_document = is_of_document(fields[i]);
        const auto tokens = parse_pointer(std::string_view{fields[i]}.substr(of_document ? 1 : 0));
        if (!tokens || tokens->empty()) {
            bad(fields[i]);
        } else if (!of_document) {
            tree_.add(*tokens, i);
        }
    }
    return !reading_.problems.any();
}

void JsonReader::read() {
    if (!compile()) {
        return;
    }
    ondemand::document document;
    const simdjson::padded_string_view view{
        body_.data(), body_.size(), body_.size() + simdjson::SIMDJSON_PADDING};
    auto error = parser_.iterate(view).get(document);
    if (error == simdjson::SUCCESS) {
        if (!read_document_fields(document)) {
            return;
        }
        document.rewind();
        error = walk_root(document);
    }
    if (stopped_) {
        return;
    }
    if (error != simdjson::SUCCESS) {
        report(error, document);
    } else if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
        reading_.problems.add(
            PollProblem::malformed, "something stands behind the end of the JSON document");
    } else if (!rows_found_) {
        reading_.problems.add(
            PollProblem::wrong_shape,
            fmt::format(
                "the document has no array at {}: correct rows in the feed's settings",
                shown(reading_.feed.rows)));
    }
}

// Once for all rows, before them: they may stand behind the rows.
bool JsonReader::read_document_fields(ondemand::document& document) {
    const auto& fields = reading_.layout.fields;
    document_texts_.resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!is_of_document(fields[i])) {
            continue;
        }
        ondemand::value value;
        auto error = document.at_pointer(std::string_view{fields[i]}.substr(1)).get(value);
        if (error == simdjson::SUCCESS) {
            error = read_text(value, blank_[i]);
        }
        if (error == simdjson::NO_SUCH_FIELD || error == simdjson::INCORRECT_TYPE
            || error == simdjson::INDEX_OUT_OF_BOUNDS || error == simdjson::INVALID_JSON_POINTER) {
            reading_.problems.add(
                PollProblem::wrong_shape,
                fmt::format(
                    "the document has no field {}: correct it in the feed's settings", fields[i]));
            return false;
        }
        if (error != simdjson::SUCCESS) {
            report(error, document);
            return false;
        }
        document_texts_[i] = blank_[i].text;
        blank_[i].text = document_texts_[i];
    }
    return true;
}

error_code JsonReader::walk_root(ondemand::document& document) {
    ondemand::json_type type{};
    if (const auto error = document.type().get(type)) {
        return error;
    }
    if (type == ondemand::json_type::object) {
        ondemand::object object;
        const auto error = document.get_object().get(object);
        return error ? error : walk_object(object, 0);
    }
    if (type == ondemand::json_type::array) {
        ondemand::array array;
        const auto error = document.get_array().get(array);
        return error ? error : walk_array(array, 0);
    }
    reading_.problems.add(
        PollProblem::wrong_shape,
        "the document is a single value: an object or an array is expected");
    stopped_ = true;
    return simdjson::SUCCESS;
}

// Goes down to the rows, and through everything beside them.
error_code JsonReader::walk(ondemand::value value, std::size_t depth) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) {
        return error;
    }
    if (type == ondemand::json_type::array) {
        ondemand::array array;
        const auto error = value.get_array().get(array);
        return error ? error : walk_array(array, depth);
    }
    if (type == ondemand::json_type::object && depth < rows_path_.size()) {
        ondemand::object object;
        const auto error = value.get_object().get(object);
        return error ? error : walk_object(object, depth);
    }
    return simdjson::SUCCESS;
}

error_code JsonReader::walk_object(ondemand::object object, std::size_t depth) {
    for (auto each : object) {
        ondemand::field field;
        if (const auto error = std::move(each).get(field)) {
            return error;
        }
        std::string_view key;
        if (const auto error = field.unescaped_key().get(key)) {
            return error;
        }
        if (depth < rows_path_.size() && key == rows_path_[depth]) {
            const auto error = walk(field.value(), depth + 1);
            if (error || stopped_) {
                return error;
            }
        }
    }
    return simdjson::SUCCESS;
}

error_code JsonReader::walk_array(ondemand::array array, std::size_t depth) {
    if (depth == rows_path_.size()) {
        return read_rows(array);
    }
    std::size_t index = 0;
    for (auto each : array) {
        ondemand::value value;
        if (const auto error = std::move(each).get(value)) {
            return error;
        }
        if (rows_path_[depth] == std::to_string(index++)) {
            const auto error = walk(value, depth + 1);
            if (error || stopped_) {
                return error;
            }
        }
    }
    return simdjson::SUCCESS;
}

error_code JsonReader::read_rows(ondemand::array array) {
    if (rows_found_) {
        reading_.problems.add(
            PollProblem::malformed,
            fmt::format("the array {} stands twice in the document", shown(reading_.feed.rows)));
        stopped_ = true;
        return simdjson::SUCCESS;
    }
    rows_found_ = true;
    for (auto each : array) {
        ondemand::value value;
        if (const auto error = std::move(each).get(value)) {
            return error;
        }
        ++row_;
        texts_ = blank_;
        if (const auto error = read_value(0, value)) {
            return error;
        }
        if (!reading_.collector.take(row_, texts_)) {
            stopped_ = true;
            break;
        }
    }
    return simdjson::SUCCESS;
}

error_code JsonReader::read_value(std::uint32_t number, ondemand::value value) {
    const auto& node = tree_.node(number);
    if (node.field != no_field) {
        Text text;
        if (const auto error = read_text(value, text)) {
            return error;
        }
        fill(node.field, text);
    }
    if (node.children.empty()) {
        return simdjson::SUCCESS;
    }
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) {
        return error;
    }
    if (type == ondemand::json_type::object) {
        ondemand::object object;
        const auto error = value.get_object().get(object);
        return error ? error : read_object(number, object);
    }
    if (type == ondemand::json_type::array) {
        ondemand::array array;
        const auto error = value.get_array().get(array);
        return error ? error : read_array(number, array);
    }
    return simdjson::SUCCESS;  // its fields are absent, which the collector tells
}

error_code JsonReader::read_object(std::uint32_t number, ondemand::object object) {
    std::size_t place = 0;
    for (auto each : object) {
        ondemand::field field;
        if (const auto error = std::move(each).get(field)) {
            return error;
        }
        auto child = PointerTree::nothing;
        if (const auto error = child_of(tree_.node(number), place++, field, child)) {
            return error;
        }
        if (child == PointerTree::nothing) {
            continue;
        }
        if (const auto error = read_value(child, field.value())) {
            return error;
        }
    }
    return simdjson::SUCCESS;
}

error_code JsonReader::read_array(std::uint32_t number, ondemand::array array) {
    std::size_t index = 0;
    for (auto each : array) {
        ondemand::value value;
        if (const auto error = std::move(each).get(value)) {
            return error;
        }
        const auto& elements = tree_.node(number).elements;
        const auto child = index < elements.size() ? elements[index] : PointerTree::nothing;
        ++index;
        if (child == PointerTree::nothing) {
            continue;
        }
        if (const auto error = read_value(child, value)) {
            return error;
        }
    }
    return simdjson::SUCCESS;
}

// The child that the field's key leads to. Rows mostly have their keys in one order: then this is
// one comparison, and the key is neither searched nor unescaped.
error_code JsonReader::child_of(
    PointerTree::Node& node, std::size_t place, ondemand::field& field, std::uint32_t& child) {
    const char* const raw = field.key().raw();
    const auto left = static_cast<std::size_t>(body_.data() + body_.size() - raw);
    if (place < node.order.size()) {
        const auto& [expected, known] = node.order[place];
        if (expected.size() < left && raw[expected.size()] == '"'
            && std::memcmp(raw, expected.data(), expected.size()) == 0) {
            child = known;
            return simdjson::SUCCESS;
        }
    }
    const std::string_view rest{raw, left};
    const auto end = rest.find_first_of("\"\\");
    if (end == std::string_view::npos || rest[end] == '\\') {
        std::string_view key;
        const auto error = field.unescaped_key().get(key);
        child = error ? PointerTree::nothing : PointerTree::child(node, key);
        return error;
    }
    const auto key = rest.substr(0, end);
    child = PointerTree::child(node, key);
    if (place < node.order.size()) {
        node.order[place] = {std::string{key}, child};
    } else if (place == node.order.size() && place < order_max) {
        node.order.emplace_back(key, child);
    }
    return simdjson::SUCCESS;
}

// Leaves the value unread, so that it can still be gone into.
error_code JsonReader::read_text(ondemand::value& value, Text& text) {
    std::string_view token = value.raw_json_token();
    while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') {
        token.remove_suffix(1);
    }
    if (token.empty()) {
        return simdjson::TAPE_ERROR;
    }
    if (token.front() == '{' || token.front() == '[') {
        text = {{}, TextState::container};
        return simdjson::SUCCESS;
    }
    text = {token, TextState::scalar};
    if (token.front() != '"') {
        return simdjson::SUCCESS;
    }
    if (token.size() < 2 || token.back() != '"') {
        return simdjson::STRING_ERROR;
    }
    text.text = token.substr(1, token.size() - 2);
    return text.text.find('\\') == std::string_view::npos ? simdjson::SUCCESS
                                                          : value.get_string().get(text.text);
}

void JsonReader::fill(std::size_t field, const Text& text) {
    if (texts_[field].state != TextState::absent) {
        reading_.problems.add(
            PollProblem::malformed,
            fmt::format(
                "row {} has the field {} twice: have the source send it once",
                row_,
                reading_.layout.fields[field]));
    }
    texts_[field] = text;
}

void JsonReader::report(error_code error, ondemand::document& document) {
    const char* place = nullptr;
    std::string where = row_ > 0 ? fmt::format(" in or behind row {}", row_) : std::string{};
    if (error != simdjson::UNCLOSED_STRING && error != simdjson::UTF8_ERROR
        && error != simdjson::UNESCAPED_CHARS
        && document.current_location().get(place) == simdjson::SUCCESS && place >= body_.data()
        && place <= body_.data() + body_.size()) {
        const auto offset = static_cast<std::size_t>(place - body_.data());
        where += fmt::format(" at byte {}, at {}", offset + 1, shown(body_.substr(offset)));
    }
    const bool cut =
        error == simdjson::UNCLOSED_STRING || error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
    reading_.problems.add(
        cut ? PollProblem::truncated : PollProblem::malformed,
        fmt::format("not good JSON{}: {}", where, simdjson::error_message(error)));
}

}  // namespace

void read_json(const Reading& reading, std::string_view body) {
    const char opens = body.front();
    const char closes = opens == '{' ? '}' : ']';
    if ((opens == '{' || opens == '[') && body.back() != closes) {
        reading.problems.add(
            PollProblem::truncated,
            fmt::format(
                "the JSON document begins with {} and does not end with {}: it was cut, or "
                "something "
                "stands behind its end",
                opens,
                closes));
        return;
    }
    JsonReader{reading, body}.read();
}

}  // namespace sanbao::feeds
