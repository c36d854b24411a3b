#include "daemon/settings/document.hpp"

#include "alerts/base/digest.hpp"
#include "alerts/base/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>
#include <tuple>
#include <utility>

namespace sanbao::settings {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// Length of the UTF-8 sequence that starts `rest`, 0 where there is none (RFC 3629: no overlong
// forms, no surrogates, nothing above U+10FFFF).
std::size_t sequence_length(std::string_view rest) {
    const auto byte = [&](std::size_t at) {
        return static_cast<unsigned char>(rest[at]);
    };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || rest.size() < length
        || !std::ranges::all_of(rest.substr(1, length - 1), is_continuation)) {
        return 0;
    }
    const unsigned second = byte(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    return overlong || outside ? 0 : length;
}

// The first place that is not UTF-8, if any.
std::optional<std::pair<unsigned, unsigned>> not_utf8(std::string_view text) {
    unsigned line = 1;
    unsigned column = 1;
    while (!text.empty()) {
        const auto length = sequence_length(text);
        if (length == 0) {
            return std::pair{line, column};
        }
        column = text.front() == '\n' ? 1 : column + 1;
        line += text.front() == '\n' ? 1U : 0U;
        text.remove_prefix(length);
    }
    return std::nullopt;
}

// Bytes before character `column` (from 1) of `line`.
std::size_t offset_of(std::string_view line, unsigned column) {
    std::size_t at = 0;
    for (unsigned passed = 1; passed < column && at < line.size(); ++passed) {
        do {
            ++at;
        } while (at < line.size() && is_continuation(line[at]));
    }
    return at;
}

// A bare key or table name with Chinese in it: the likeliest slip of all.
bool has_bare_chinese_name(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    char quote = 0;
    for (const char c : line.substr(0, line.find('='))) {
        if (quote != 0) {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '#') {
            return false;
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            return true;
        }
    }
    return false;
}

std::string syntax_hint(const Document& document, const toml::parse_error& error) {
    const auto& at = error.source().begin;
    if (has_bare_chinese_name(document.line(at.line))) {
        return "put names that are not plain ASCII in quotes: [\"县\".\"太白\"]";
    }
    if (error.description().find("end-of-file") != std::string_view::npos) {
        return "the file looks cut short; write it again whole";
    }
    if (error.description().find("cannot redefine") != std::string_view::npos) {
        return "the name stands twice in this file; keep one";
    }
    if (error.description().find("unescaped control") != std::string_view::npos) {
        return "is the closing quote missing?";
    }
    return "texts stand in quotes, dates are 2026-07-01, lists are [\"a\", \"b\"]";
}

// The bytes of a regular file of bounded size; an error says what is the matter.
Result<std::string> read_bytes(const std::filesystem::path& path) {
    std::error_code code;
    const auto status = std::filesystem::status(path, code);
    if (code || !std::filesystem::exists(status)) {
        return Error{ErrorKind::io, "this file does not exist"};
    }
    if (!std::filesystem::is_regular_file(status)) {
        return Error{ErrorKind::io, "this is not a regular file"};
    }
    std::ifstream stream{path, std::ios::binary};
    if (!stream) {
        return Error{ErrorKind::io, "this file cannot be read"};
    }
    // In chunks, and no further than the limit: the file may grow while it is read.
    std::string bytes;
    std::array<char, 64 << 10> chunk{};
    while (stream && bytes.size() <= limits::settings_file_bytes_max) {
        stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
        bytes.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
    }
    if (stream.bad()) {
        return Error{ErrorKind::io, "reading this file failed"};
    }
    if (bytes.size() > limits::settings_file_bytes_max) {
        return Error{
            ErrorKind::too_large,
            fmt::format("this file has more than {} bytes", limits::settings_file_bytes_max)};
    }
    return bytes;
}

bool parse(Document& document, Problems& problems) {
    // toml++ throws; this is the only place that sees it.
    try {
        document.root =
            toml::parse(std::string_view{document.text}, std::string_view{document.name});
    } catch (const toml::parse_error& error) {
        problems.add(
            where_of(document, error.source()),
            std::string{error.description()},
            syntax_hint(document, error));
        return false;
    }
    if (document.root.empty()) {
        problems.add(
            {&document, 1, 1},
            "there is nothing in this file",
            "restore it, or take it out of the folder");
        return false;
    }
    return true;
}

}  // namespace

std::string_view Document::line(unsigned number) const {
    std::string_view rest = text;
    for (unsigned passed = 1; passed < number; ++passed) {
        const auto end = rest.find('\n');
        if (end == std::string_view::npos) {
            return {};
        }
        rest.remove_prefix(end + 1);
    }
    rest = rest.substr(0, rest.find('\n'));
    return rest.ends_with('\r') ? rest.substr(0, rest.size() - 1) : rest;
}

std::string_view Document::slice(const toml::source_region& region) const {
    const auto whole = line(region.begin.line);
    const auto begin = offset_of(whole, region.begin.column);
    if (region.end.line != region.begin.line) {
        return whole.substr(begin);
    }
    return whole.substr(begin, offset_of(whole, region.end.column) - begin);
}

std::string Where::to_place() const {
    return fmt::format("{}:{}", document->relative, line);
}

Where where_of(const Document& document, const toml::source_region& region) {
    return {&document, std::max(region.begin.line, 1U), std::max(region.begin.column, 1U)};
}

Where inside(const Document& document, const toml::node& string, std::size_t column) {
    auto where = where_of(document, string.source());
    const auto written = document.slice(string.source());
    const bool plain = string.is_string() && written.size() >= 2
                       && string.source().begin.line == string.source().end.line
                       && written.find('\\') == std::string_view::npos
                       && !written.starts_with("\"\"\"") && !written.starts_with("'''");
    if (plain) {
        where.column +=
            static_cast<unsigned>(column);  // the quote is one, `column` counts from one
    }
    return where;
}

void Problems::add(const Where& where, std::string message, std::string hint) {
    found_.push_back(
        {where.document->order,
         {where.document->name, where.line, where.column, std::move(message), std::move(hint)}});
}

std::vector<Problem> Problems::sorted() const {
    auto found = found_;
    std::ranges::stable_sort(found, {}, [](const Found& each) {
        return std::tuple{each.order, each.problem.line, each.problem.column};
    });
    std::vector<Problem> problems;
    problems.reserve(found.size());
    for (auto& each : found) {
        problems.push_back(std::move(each.problem));
    }
    return problems;
}

std::string Problem::to_text() const {
    return fmt::format(
        "{}:{}:{}: {}{}{}", file, line, column, message, hint.empty() ? "" : "; ", hint);
}

bool read_text(const std::filesystem::path& path, Document& document, Problems& problems) {
    auto bytes = read_bytes(path);
    if (!bytes) {
        problems.add(
            {&document, 1, 1},
            bytes.error().message,
            "look at its path, mode and owner, or its size");
        return false;
    }
    document.text = std::move(*bytes);
    document.digest = to_hex(sha256(document.text));
    if (document.text.starts_with(byte_order_mark)) {
        document.text.erase(0, byte_order_mark.size());
    }
    if (const auto at = not_utf8(document.text)) {
        problems.add(
            {&document, at->first, at->second},
            "this is not UTF-8",
            "save the file as UTF-8 (it may be GBK, as some editors write)");
        return false;
    }
    return true;
}

bool read_document(const std::filesystem::path& path, Document& document, Problems& problems) {
    return read_text(path, document, problems) && parse(document, problems);
}

}  // namespace sanbao::settings
