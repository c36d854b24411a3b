// Inside feeds/: the JSON reader. json.cpp goes through the document, json_rows.cpp through its
// rows.
#pragma once

#include "daemon/feeds/pointer.hpp"
#include "daemon/feeds/readers.hpp"

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::feeds {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

// Reads the pages of one body. Values and fields are handed on by reference: a national body has a
// million of them, and moving each took a fifth of the reading.
class JsonReader {
  public:
    JsonReader(const Reading& reading, ondemand::parser& parser)
        : reading_(reading), parser_(parser) {}
    // Whether the settings can be followed: before the first page.
    bool compile();
    // The next page; false: stop reading. Document fields are those of the page.
    bool read(std::string_view page);
    // After the last page.
    void finish();

  private:
    bool read_total(ondemand::document& document);
    bool read_document_fields(ondemand::document& document);
    error_code walk_root(ondemand::document& document);
    error_code walk(ondemand::value value, std::size_t depth);
    error_code walk_object(ondemand::object object, std::size_t depth);
    error_code walk_array(ondemand::array array, std::size_t depth);
    error_code read_rows(ondemand::array array);
    error_code read_value(std::uint32_t number, ondemand::value& value);
    error_code read_object(std::uint32_t number, ondemand::object object);
    error_code read_array(std::uint32_t number, ondemand::array array);
    error_code child_of(
        PointerTree::Node& node, std::size_t place, ondemand::field& field, std::uint32_t& child);
    error_code read_field(std::size_t field, ondemand::value& value);
    static error_code read_text(ondemand::value& value, Text& text);
    void report(error_code error, ondemand::document& document);
    void report_absent(std::string_view what, ondemand::document& document);

    const Reading& reading_;
    ondemand::parser& parser_;
    std::string_view body_;  // the page
    std::vector<std::string> rows_path_;
    PointerTree tree_;
    std::vector<std::string> document_texts_;  // what the texts of document fields point into
    std::vector<Text> blank_;  // a row before it is read: document fields are there already
    std::vector<Text> texts_;
    std::int64_t row_ = 0;               // over all pages
    std::optional<std::int64_t> total_;  // rows of all pages, as the source says it
    bool rows_found_ = false;
    bool stopped_ = false;
};

}  // namespace sanbao::feeds
