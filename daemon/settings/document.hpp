// One settings file: its bytes, its TOML tree, and the way back from a node to the text.
#pragma once

#include "daemon/settings/settings.hpp"

#include <toml++/toml.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::settings {

struct Document {
    std::size_t order = 0;  // of reading: problems are sorted by it
    std::string name;       // as problems call it
    std::string relative;   // below the main file's folder: the same on every machine
    std::string text;       // without a byte order mark
    std::string digest;     // SHA-256 hex of the bytes on disk
    toml::table root;

    // The text of line `number` (from 1), without its end.
    [[nodiscard]] std::string_view line(unsigned number) const;
    // The text of a node that stands on one line: 0.30 as it was written, before it became a
    // double.
    [[nodiscard]] std::string_view slice(const toml::source_region& region) const;
};

// A place in a document, which must outlive it.
struct Where {
    const Document* document = nullptr;
    unsigned line = 1, column = 1;

    [[nodiscard]] std::string to_place() const;  // "counties/610326-meixian.toml:12"
};
Where where_of(const Document& document, const toml::source_region& region);
// The place of character `column` (from 1) of a string value; the string's start where escapes or
// line breaks hide it.
Where inside(const Document& document, const toml::node& string, std::size_t column);

class Problems {
  public:
    void add(const Where& where, std::string message, std::string hint = {});
    [[nodiscard]] std::size_t size() const { return found_.size(); }
    [[nodiscard]] std::vector<Problem> sorted() const;

  private:
    struct Found {
        std::size_t order = 0;
        Problem problem;
    };
    std::vector<Found> found_;
};

// Fills `document` (whose order and names are set) from `path`. False after reporting why not.
// read_text: its bytes alone, which must be UTF-8; read_document: its TOML tree too.
bool read_text(const std::filesystem::path& path, Document& document, Problems& problems);
bool read_document(const std::filesystem::path& path, Document& document, Problems& problems);

}  // namespace sanbao::settings
