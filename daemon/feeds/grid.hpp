// Rows of cells to rows of fields, for CSV, XLSX and fixed width: the header is found, what stands
// around the table is kept for the fields that point there, and the table ends where it should.
#pragma once

#include "daemon/feeds/charset.hpp"
#include "daemon/feeds/header.hpp"
#include "daemon/feeds/names.hpp"
#include "daemon/feeds/readers.hpp"
#include "daemon/feeds/surroundings.hpp"

#include <span>
#include <string>
#include <vector>

namespace sanbao::feeds {

// Stands (by its address) for a formula without a computed value.
// One object, for it is told from a text that happens to be the same by where it lies.
inline constexpr char uncomputed_mark[] = "=";
inline constexpr std::string_view uncomputed_formula{uncomputed_mark, 1};

struct GridRow {
    std::int64_t number = 0;  // in the file (a line) or the sheet, from 1
    std::span<const std::string_view> cells;
    // XLSX: the same with merged cells filled, for names and dates but not for figures.
    std::span<const std::string_view> merged = {};
    bool unended = false;  // nothing came behind it, not even a line break
};

class Grid {
  public:
    // `transcoder`: cells are bytes of its charset; null: they are UTF-8. Both must outlive this.
    explicit Grid(const Reading& reading, Transcoder* transcoder = nullptr);

    // Fixed width: the table begins at once (behind `after`) and has these columns.
    void set_columns(std::vector<std::string> names);
    void use_addresses() { addressed_ = true; }

    // In the order of the file. False: stop reading, enough is known to refuse the body.
    bool row(const GridRow& row);
    // When all rows were taken.
    void finish();

    // Whether the next row is outside the table, as far as can be known before it is looked at.
    [[nodiscard]] bool outside() const {
        return stage_ == Stage::before || stage_ == Stage::behind;
    }

  private:
    enum class Stage : unsigned char {
        before,  // `after` has not come
        header,
        table,
        behind,
    };

    bool take_before(const GridRow& row);
    bool take_header(const GridRow& row);
    bool begin_table(const Header& header);
    bool take_row(const GridRow& row);
    bool refuse_width(const GridRow& row);
    bool hand_on(std::int64_t number);
    void find_document_fields();
    void keep(const GridRow& row);
    [[nodiscard]] bool ends_table(std::string_view first_filled);
    [[nodiscard]] std::string_view first_filled(std::span<const std::string_view> cells) const;
    [[nodiscard]] std::string_view text_of(std::size_t column, std::string_view bytes);
    [[nodiscard]] std::vector<std::string> texts_of(std::span<const std::string_view> cells);

    // A row that waits for a field of the document that stands behind the table.
    struct Held {
        std::int64_t number = 0;
        std::vector<std::string> texts;  // by field
        std::vector<TextState> states;
    };

    const Reading& reading_;
    Transcoder* transcoder_;
    HeaderFinder finder_;
    Stage stage_ = Stage::before;
    std::int64_t behind_ = 0;  // rows of several cells below the end of the table
    bool addressed_ = false;
    bool keeps_surroundings_ = false;
    bool ended_ = false;  // by `until`
    std::size_t width_ = 0;
    std::vector<std::string> own_columns_;
    std::vector<std::size_t> columns_;  // by field
    std::vector<bool> spans_rows_;      // by field: a merged cell counts for all its rows
    std::vector<Text> texts_;           // by field; those of the document are there already
    std::vector<std::string> document_texts_;
    std::vector<bool> found_;  // by field: of the document, and found
    bool holding_ = false;
    std::vector<Held> held_;
    Surroundings surroundings_;
    std::vector<Names<std::string>> converted_;  // by column: bytes to UTF-8
};

}  // namespace sanbao::feeds
