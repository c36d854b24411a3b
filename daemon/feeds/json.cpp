// JSON by simdjson's On-Demand reader: one pass, in place, numbers as they are written.
//
// On-Demand checks what it is asked for, so we go through the whole outer document ourselves: what
// stands beside the rows is passed over by its brackets, and the very end is looked at.
#include "alerts/base/assert.hpp"
#include "alerts/base/quote.hpp"
#include "daemon/feeds/characters.hpp"
#include "daemon/feeds/json_reader.hpp"
#include "daemon/io/transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace sanbao::feeds {

using core::PollProblem;

static_assert(io::body_padding >= simdjson::SIMDJSON_PADDING);

bool JsonReader::compile() {
    const auto bad = [this](const Field& field) {
        reading_.problems.add(
            PollProblem::wrong_shape,
            fmt::format(
                "{} is not a JSON Pointer: write it as /name, or $/name for the document",
                in_quotes(field)));
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

bool JsonReader::read(std::string_view page) {
    body_ = page;
    rows_found_ = false;
    ondemand::document document;
    const simdjson::padded_string_view view{
        body_.data(), body_.size(), body_.size() + simdjson::SIMDJSON_PADDING};
    auto error = parser_.iterate(view).get(document);
    if (error == simdjson::SUCCESS) {
        if (!read_total(document) || !read_document_fields(document)) {
            return false;
        }
        document.rewind();
        error = walk_root(document);
    }
    if (stopped_) {
        return false;
    }
    if (error != simdjson::SUCCESS) {
        report(error, document);
    } else if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
        reading_.problems.add(
            PollProblem::malformed, "something stands behind the end of the JSON document");
    } else if (!rows_found_) {
        report_absent(fmt::format("array at {}", in_quotes(reading_.feed.rows)), document);
    }
    return !reading_.problems.any();
}

void JsonReader::finish() {
    if (total_ && *total_ != row_) {
        reading_.problems.add(
            PollProblem::truncated,
            fmt::format(
                "{} says that there are {} rows in all, and {} came: the answer is not whole",
                reading_.feed.paging.total,
                *total_,
                row_));
        return;
    }
    std::vector<std::string> unused;
    for (const auto& [key, child] : tree_.node(0).order) {
        if (child == PointerTree::nothing) {
            unused.push_back("/" + key);
        }
    }
    reading_.collector.tell_unused(std::move(unused));
}

// Errors of sources often come as documents of their own; then what they say is worth more than
// what is missing.
void JsonReader::report_absent(std::string_view what, ondemand::document& document) {
    std::string says;
    document.rewind();
    for (const std::string_view key : {"error", "message", "errmsg", "msg"}) {
        std::string_view text;
        if (document.find_field_unordered(key).get_string().get(text) == simdjson::SUCCESS) {
            says +=
                fmt::format("{} {}: {}", says.empty() ? "; it says" : ",", key, in_quotes(text));
        }
        document.rewind();
    }
    reading_.problems.add(
        PollProblem::wrong_shape,
        fmt::format(
            "the document has no {}{}: correct it in the feed's settings, or see what the source "
            "does",
            what,
            says));
}

// Every page says the same, or the source changed between them.
bool JsonReader::read_total(ondemand::document& document) {
    const auto& pointer = reading_.feed.paging.total;
    if (pointer.empty()) {
        return true;
    }
    ondemand::value value;
    std::int64_t total = 0;
    auto error = document.at_pointer(pointer).get(value);
    error = error ? error : value.get_int64().get(total);
    if (error == simdjson::INCORRECT_TYPE) {
        error = value.get_int64_in_string().get(total);
    }
    if (error) {
        report_absent(fmt::format("number of rows at {}", pointer), document);
        return false;
    }
    if (total_.value_or(total) != total) {
        reading_.problems.add(
            PollProblem::truncated,
            fmt::format(
                "{} is {} on one page and {} on another: the source changed meanwhile",
                pointer,
                *total_,
                total));
        return false;
    }
    total_ = total;
    document.rewind();
    return true;
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
            report_absent(fmt::format("field {}", fields[i]), document);
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

void JsonReader::report(error_code error, ondemand::document& document) {
    const char* place = nullptr;
    std::string where = row_ > 0 ? " in or behind " + reading_.collector.place_of(row_) : "";
    if (error != simdjson::UNCLOSED_STRING && error != simdjson::UTF8_ERROR
        && error != simdjson::UNESCAPED_CHARS
        && document.current_location().get(place) == simdjson::SUCCESS && place >= body_.data()
        && place <= body_.data() + body_.size()) {
        const auto offset = static_cast<std::size_t>(place - body_.data());
        where += fmt::format(" at byte {}, at {}", offset + 1, in_quotes(body_.substr(offset)));
    }
    const bool cut =
        error == simdjson::UNCLOSED_STRING || error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
    reading_.problems.add(
        cut ? PollProblem::truncated : PollProblem::malformed,
        fmt::format("not good JSON{}: {}", where, simdjson::error_message(error)));
}

namespace {

// Whether a page ends as it begins; what it holds is looked at later.
bool ends(const Reading& reading, std::string_view page) {
    const char opens = page.front();
    const char closes = opens == '{' ? '}' : ']';
    if ((opens != '{' && opens != '[') || page.back() == closes) {
        return true;
    }
    reading.problems.add(
        PollProblem::truncated,
        fmt::format(
            "the JSON document begins with {} and does not end with {}: it was cut, or something "
            "stands behind its end",
            opens,
            closes));
    return false;
}

}  // namespace

void read_json(const Reading& reading, std::string_view text) {
    // Kept by the thread: the parser's index takes four bytes for each bracket, comma and text of a
    // body, and to be given those pages anew each time took a fifth of the whole reading.
    thread_local ondemand::parser parser;
    JsonReader reader{reading, parser};
    if (!reader.compile()) {
        return;
    }
    std::size_t pages = 0;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(page_separator, begin), text.size());
        const auto page = trimmed(text.substr(begin, end - begin));
        begin = end + 1;
        if (page.empty()) {
            continue;
        }
        ++pages;
        reading.collector.begin_page();
        if (!ends(reading, page) || !reader.read(page)) {
            return;
        }
    }
    if (pages > 1) {
        reading.collector.tell(fmt::format("pages: {}", pages));
    }
    reader.finish();
}

}  // namespace sanbao::feeds
