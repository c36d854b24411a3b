// The rows of a JSON document. Keys are guessed from the row before: feeds repeat themselves.
#include "alerts/base/quote.hpp"
#include "daemon/feeds/json_reader.hpp"

#include <fmt/format.h>

namespace sanbao::feeds {

namespace {

// Whether a bare token is a number that JSON does not have, but that we would understand: .5, +1,
// 007. What is no number at all is told by whoever reads the figure.
bool is_no_json(std::string_view token) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9';
    };
    if (token.front() == '-') {
        token.remove_prefix(1);
    }
    return token.starts_with('.') || token.starts_with('+')
           || (token.size() > 1 && token.front() == '0' && digit(token[1]));
}

constexpr std::size_t order_max = 256;  // keys of an object whose order is remembered

}  // namespace

using core::PollProblem;

error_code JsonReader::read_rows(ondemand::array array) {
    if (rows_found_) {
        reading_.problems.add(
            PollProblem::malformed,
            fmt::format(
                "the array {} stands twice in the document", in_quotes(reading_.feed.rows)));
        stopped_ = true;
        return simdjson::SUCCESS;
    }
    rows_found_ = true;
    for (auto each : array) {
        if (const auto error = each.error()) {
            return error;
        }
        auto&& value = std::move(each).value_unsafe();
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

error_code JsonReader::read_value(std::uint32_t number, ondemand::value& value) {
    const auto& node = tree_.node(number);
    if (node.field != no_field) {
        if (const auto error = read_field(node.field, value)) {
            return error;
        }
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
        if (const auto error = each.error()) {
            return error;
        }
        auto&& field = std::move(each).value_unsafe();
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

error_code JsonReader::read_field(std::size_t field, ondemand::value& value) {
    auto& text = texts_[field];
    if (text.state != TextState::absent) {
        reading_.problems.add(
            PollProblem::malformed,
            fmt::format(
                "{} has the field {} twice: have the source send it once",
                reading_.collector.place_of(row_),
                reading_.layout.fields[field]));
    }
    return read_text(value, text);
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
        return is_no_json(token) ? simdjson::NUMBER_ERROR : simdjson::SUCCESS;
    }
    if (token.size() < 2 || token.back() != '"') {
        return simdjson::STRING_ERROR;
    }
    text.text = token.substr(1, token.size() - 2);
    return text.text.find('\\') == std::string_view::npos ? simdjson::SUCCESS
                                                          : value.get_string().get(text.text);
}

}  // namespace sanbao::feeds
