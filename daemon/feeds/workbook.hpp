// Inside feeds/: the parts of an XLSX file (ECMA-376) that hold figures.
#pragma once

#include "daemon/feeds/table.hpp"

#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

struct zip;

namespace sanbao::feeds {

enum class DateStyle : unsigned char { none, day, month };  // "month": it shows no day

class Workbook {
  public:
    // `bytes` is held by reference. Unpacked, all parts together may take `bytes_max`.
    Workbook(std::string_view bytes, std::int64_t bytes_max, Problems& problems);

    // False: `problems` says why. `sheet` empty: the first that is not hidden.
    bool open(const std::string& sheet);

    [[nodiscard]] const pugi::xml_document& sheet() const { return sheet_; }
    [[nodiscard]] const std::string& sheet_name() const { return sheet_name_; }
    [[nodiscard]] bool counts_from_1904() const { return counts_from_1904_; }
    // nullptr: there is no such string.
    [[nodiscard]] const std::string* shared_string(std::size_t index) const {
        return index < strings_.size() ? &strings_[index] : nullptr;
    }
    [[nodiscard]] DateStyle date_style(std::size_t style) const {
        return style < styles_.size() ? styles_[style] : DateStyle::none;
    }

  private:
    struct Close {
        void operator()(zip* archive) const;
    };
    bool open_archive();
    std::optional<std::string> unpack(const std::string& part);
    bool load(const std::string& part, pugi::xml_document& into);
    std::optional<std::string> find_sheet(const std::string& wanted);
    bool load_strings();
    bool load_styles();
    void report(std::string message);

    std::string_view bytes_;
    std::int64_t bytes_left_;
    Problems& problems_;
    std::unique_ptr<zip, Close> archive_;
    pugi::xml_document sheet_;
    std::string sheet_name_;
    bool counts_from_1904_ = false;
    std::vector<std::string> strings_;
    std::vector<DateStyle> styles_;  // by number of the cell style
};

// All texts of a string item or an inline string, without the readings above characters (rPh).
std::string rich_text(const pugi::xml_node& item);

}  // namespace sanbao::feeds
