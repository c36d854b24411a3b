// CSV after RFC 4180, strict: records of cells, with the line on which each begins.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::feeds {

// Works on bytes. UTF-8 and GB18030 can be cut at ',', ';', tab, quotes and line breaks: no byte of
// a longer character is one of them (a GB18030 one can be '|').
class CsvRecords {
  public:
    enum class Step : unsigned char {
        record,
        end,
        stray_quote,  // a quote where none may stand
        open_quote,   // the text ends inside a quoted cell
    };

    CsvRecords(std::string_view text, char delimiter);

    // The next record; empty lines are passed over. Line breaks are LF, CRLF or CR.
    Step next();
    // Of the last record, until the next.
    [[nodiscard]] std::span<const std::string_view> cells() const { return cells_; }
    [[nodiscard]] std::int64_t line() const { return line_; }
    [[nodiscard]] bool unended() const { return unended_; }  // no line break behind it

  private:
    enum class Kind : unsigned char { plain, delimiter, quote, feed, carriage };

    [[nodiscard]] Kind kind(char c) const { return kinds_[static_cast<unsigned char>(c)]; }
    Step take_quoted();
    void take_line_break();

    std::array<Kind, 256> kinds_{};
    const char* at_;
    const char* end_;
    std::int64_t line_ = 0;       // where the last record began
    std::int64_t next_line_ = 1;  // where at_ stands
    bool unended_ = false;
    std::vector<std::string_view> cells_;
    std::deque<std::string> unquoted_;  // cells with doubled quotes, without them
};

}  // namespace sanbao::feeds
