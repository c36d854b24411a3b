#include "daemon/feeds/workbook.hpp"

#include "alerts/base/quote.hpp"
#include "daemon/feeds/xml_names.hpp"

#include <fmt/format.h>

#include <zip.h>

#include <algorithm>
#include <array>
#include <map>

namespace sanbao::feeds {

namespace {

using core::PollProblem;

constexpr std::string_view workbook_part = "xl/workbook.xml";
constexpr std::string_view relations_part = "xl/_rels/workbook.xml.rels";
constexpr std::string_view strings_part = "xl/sharedStrings.xml";
constexpr std::string_view styles_part = "xl/styles.xml";

struct CloseFile {
    void operator()(zip_file* file) const { zip_fclose(file); }
};

// What a number format shows of a serial date. Texts in quotes or brackets and escaped characters
// are not part of it: [$-804]yyyy"年"m"月".
DateStyle style_of_code(std::string_view code) {
    bool year = false;
    bool month = false;
    bool day = false;
    bool time = false;
    for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
        const auto skip_to = [&](char end) {
            i = std::min(code.find(end, i + 1), code.size());
        };
        switch (code[i]) {
            case '"':
                skip_to('"');
                break;
            case '[':
                skip_to(']');
                break;
            case '\\':
            case '_':
            case '*':
                ++i;
                break;
            case 'y':
            case 'Y':
                year = true;
                break;
            case 'm':
            case 'M':
                month = true;
                break;
            case 'd':
            case 'D':
                day = true;
                break;
            case 'h':
            case 'H':
            case 's':
            case 'S':
                time = true;
                break;
            default:
                break;
        }
    }
    if (day || (year && time)) {
        return DateStyle::day;
    }
    return year && month              ? DateStyle::month
           : year || (month && !time) ? DateStyle::day
                                      : DateStyle::none;
}

// Formats that every program knows by number (ECMA-376 part 1, 18.8.30; 27 to 36 and 50 to 58 as in
// Chinese editions). Times alone are no dates.
DateStyle style_of_number(int id) {
    constexpr std::array months{17, 27, 36, 50, 52, 57};
    if (std::ranges::find(months, id) != months.end()) {
        return DateStyle::month;
    }
    const bool time = (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47)
                      || id == 55 || id == 56;
    const bool date = (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
    return date && !time ? DateStyle::day : DateStyle::none;
}

// "worksheets/sheet1.xml" from the workbook's own folder, "/xl/worksheets/…" from the top.
std::string part_at(std::string_view target) {
    return target.starts_with('/') ? std::string{target.substr(1)} : "xl/" + std::string{target};
}

}  // namespace

std::string rich_text(const pugi::xml_node& item) {
    std::string text;
    for (const auto& child : item.children()) {
        if (is_called(child, "t")) {
            text += child.child_value();
        } else if (is_called(child, "r")) {
            text += child_called(child, "t").child_value();
        }
    }
    return text;
}

void Workbook::Close::operator()(zip* archive) const {
    zip_discard(archive);
}

Workbook::Workbook(std::string_view bytes, std::int64_t bytes_max, Problems& problems)
    : bytes_(bytes), bytes_left_(bytes_max), problems_(problems) {}

void Workbook::report(std::string message) {
    problems_.add(PollProblem::malformed, std::move(message));
}

bool Workbook::open_archive() {
    if (bytes_.starts_with("\xD0\xCF\x11\xE0")) {
        report(
            "this is an old workbook (.xls) or one with a password: have it saved as .xlsx, "
            "without "
            "a password");
        return false;
    }
    if (!bytes_.starts_with("PK")) {
        report(
            "this is no workbook (.xlsx): correct format in the feed's settings, or the address");
        return false;
    }
    zip_error_t error;
    zip_error_init(&error);
    auto* const source = zip_source_buffer_create(bytes_.data(), bytes_.size(), 0, &error);
    if (source != nullptr) {
        archive_.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
        if (archive_ == nullptr) {
            zip_source_free(source);
        }
    }
    if (archive_ == nullptr) {
        problems_.add(
            PollProblem::truncated,
            fmt::format("the workbook is damaged or cut: {}", zip_error_strerror(&error)));
    }
    zip_error_fini(&error);
    return archive_ != nullptr;
}

// nullopt: there is no such part, or `problems_` says what is wrong with it.
std::optional<std::string> Workbook::unpack(const std::string& part) {
    zip_stat_t about;
    if (zip_stat(archive_.get(), part.c_str(), 0, &about) != 0) {
        return std::nullopt;
    }
    const auto too_large = [&] {
        problems_.add(
            PollProblem::too_large,
            fmt::format(
                "the workbook unpacks to more than body_max: {} alone says {} bytes",
                part,
                about.size));
    };
    if (about.size > static_cast<zip_uint64_t>(bytes_left_)) {
        too_large();
        return std::nullopt;
    }
    const std::unique_ptr<zip_file, CloseFile> file{zip_fopen(archive_.get(), part.c_str(), 0)};
    std::string text(about.size, '\0');
    const auto read = file == nullptr ? -1 : zip_fread(file.get(), text.data(), about.size);
    char more = 0;  // an entry may hold more than it says
    if (read != static_cast<zip_int64_t>(about.size) || zip_fread(file.get(), &more, 1) != 0) {
        report(fmt::format("the workbook's part {} is damaged", part));
        return std::nullopt;
    }
    bytes_left_ -= static_cast<std::int64_t>(about.size);
    return text;
}

bool Workbook::load(const std::string& part, pugi::xml_document& into) {
    const auto text = unpack(part);
    if (!text) {
        if (!problems_.any()) {
            report(fmt::format("the workbook has no part {}", part));
        }
        return false;
    }
    constexpr auto flags = pugi::parse_default | pugi::parse_ws_pcdata_single;
    const auto result = into.load_buffer(text->data(), text->size(), flags);
    if (!result) {
        report(fmt::format("the workbook's part {}: {}", part, result.description()));
    }
    return !problems_.any();
}

std::optional<std::string> Workbook::find_sheet(const std::string& wanted) {
    pugi::xml_document workbook;
    pugi::xml_document relations;
    if (!load(std::string{workbook_part}, workbook)
        || !load(std::string{relations_part}, relations)) {
        return std::nullopt;
    }
    const auto root = workbook.document_element();
    counts_from_1904_ = attribute_called(child_called(root, "workbookPr"), "date1904").as_bool();
    std::map<std::string, std::string> targets;
    for (const auto& relation : relations.document_element().children()) {
        targets[relation.attribute("Id").value()] = relation.attribute("Target").value();
    }
    std::vector<std::string> names;
    for (const auto& sheet : child_called(root, "sheets").children()) {
        const std::string name = attribute_called(sheet, "name").value();
        const bool hidden = sheet.attribute("state") && !wanted.empty()
                                ? false
                                : std::string_view{sheet.attribute("state").value()}.find("idden")
                                      != std::string_view::npos;
        if (wanted.empty() ? !hidden : name == wanted) {
            sheet_name_ = name;
            return part_at(targets[attribute_called(sheet, "id").value()]);
        }
        names.push_back(in_quotes(name));
    }
    problems_.add(
        PollProblem::wrong_shape,
        fmt::format(
            "the workbook has no sheet {}; it has {}: correct sheet in the feed's settings",
            in_quotes(wanted),
            fmt::join(names, ", ")));
    return std::nullopt;
}

bool Workbook::load_strings() {
    if (zip_name_locate(archive_.get(), strings_part.data(), 0) < 0) {
        return true;  // all texts are inline
    }
    pugi::xml_document document;
    if (!load(std::string{strings_part}, document)) {
        return false;
    }
    for (const auto& item : document.document_element().children()) {
        if (is_called(item, "si")) {
            strings_.push_back(rich_text(item));
        }
    }
    return true;
}

bool Workbook::load_styles() {
    if (zip_name_locate(archive_.get(), styles_part.data(), 0) < 0) {
        return true;  // nothing is a date
    }
    pugi::xml_document document;
    if (!load(std::string{styles_part}, document)) {
        return false;
    }
    const auto root = document.document_element();
    std::map<int, DateStyle> own;
    for (const auto& format : child_called(root, "numFmts").children()) {
        own[format.attribute("numFmtId").as_int()] =
            style_of_code(format.attribute("formatCode").value());
    }
    for (const auto& style : child_called(root, "cellXfs").children()) {
        const auto id = style.attribute("numFmtId").as_int();
        const auto found = own.find(id);
        styles_.push_back(found == own.end() ? style_of_number(id) : found->second);
    }
    return true;
}

bool Workbook::open(const std::string& sheet) {
    if (!open_archive()) {
        return false;
    }
    const auto part = find_sheet(sheet);
    return part && load_strings() && load_styles() && load(*part, sheet_);
}

}  // namespace sanbao::feeds
