// Workbooks, written here part by part.
#include "tests/unit/decode_samples.hpp"

#include <zip.h>

#include <cstdio>
#include <fstream>

using namespace sanbao;
using namespace sanbao::feeds;
using namespace sanbao::test;

namespace {

using Part = std::pair<std::string, std::string>;

std::string zipped(const std::vector<Part>& parts) {
    zip_error_t error;
    zip_error_init(&error);
    auto* const buffer = zip_source_buffer_create(nullptr, 0, 0, &error);
    auto* const archive = zip_open_from_source(buffer, ZIP_TRUNCATE, &error);
    REQUIRE(archive != nullptr);
    zip_source_keep(buffer);
    for (const auto& [name, text] : parts) {
        auto* const source = zip_source_buffer(archive, text.data(), text.size(), 0);
        REQUIRE(zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8) >= 0);
    }
    REQUIRE(zip_close(archive) == 0);
    REQUIRE(zip_source_open(buffer) == 0);
    zip_stat_t about;
    zip_source_stat(buffer, &about);
    std::string bytes(about.size, '\0');
    REQUIRE(
        zip_source_read(buffer, bytes.data(), about.size) == static_cast<zip_int64_t>(about.size));
    zip_source_close(buffer);
    zip_source_free(buffer);
    return bytes;
}

struct Sheet {
    std::string rows;
    std::string more = {};        // behind sheetData
    std::string properties = {};  // of the workbook
    std::string sheets = R"(<sheet name="表一" sheetId="1" r:id="rId1"/>)";
};

std::string workbook(const Sheet& sheet) {
    return zipped(
        {{"xl/workbook.xml",
          R"(<workbook xmlns="m" xmlns:r="r">)" + sheet.properties + "<sheets>" + sheet.sheets
              + "</sheets></workbook>"},
         {"xl/_rels/workbook.xml.rels",
          R"(<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>)"},
         {"xl/sharedStrings.xml",
          R"(<sst><si><t>县区</t></si><si><r><t>库款</t></r><r><t>余额</t></r><rPh><t>x</t></rPh></si><si><t>单位：万元</t></si></sst>)"},
         {"xl/styles.xml",
          R"(<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="165" formatCode="#,##0.00_ ;[Red]\-#,##0.00"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/></cellXfs></styleSheet>)"},
         {"xl/worksheets/sheet1.xml",
          "<worksheet><sheetData>" + sheet.rows + "</sheetData>" + sheet.more + "</worksheet>"},
         {"xl/worksheets/sheet2.xml", "<worksheet><sheetData/></worksheet>"}});
}

std::string text_cell(std::string_view at, std::string_view text) {
    return fmt::format(R"(<c r="{}" t="inlineStr"><is><t>{}</t></is></c>)", at, text);
}
std::string cell(std::string_view at, std::string_view value, int style = 0) {
    return fmt::format(R"(<c r="{}" s="{}"><v>{}</v></c>)", at, style, value);
}

FeedSettings sheet_feed() {
    auto feed = csv_feed();
    feed.format = Format::xlsx;
    feed.items = {{"balance", "bal", 100}};
    return feed;
}

// code, day, bal of 眉县; `day` and `bal` are whole cells.
std::string table(const std::string& day, const std::string& bal) {
    return workbook(
        {"<row r=\"1\">" + text_cell("A1", "code") + text_cell("B1", "day") + text_cell("C1", "bal")
         + "</row><row r=\"7\" hidden=\"1\">" + text_cell("A7", "610326") + day + bal + "</row>"});
}

}  // namespace

TEST_CASE("a workbook is read with its title, unit, merged header and merged names") {
    auto feed = sheet_feed();
    feed.rounded = true;
    feed.county = "县区";
    feed.date = "$A1";
    feed.header_rows = 2;
    feed.items = {{"balance", "国库/库款余额", 1}, {"outflow", "国库/流出", 1}};
    feed.items[0].unit_from = feed.items[1].unit_from = "$单位：";
    const auto body = workbook(
        {"<row r=\"1\">" + cell("A1", "46296", 2)
             + "</row><row r=\"2\"><c r=\"C2\" t=\"s\"><v>2</v></c></row>"
             + "<row r=\"4\"><c r=\"A4\" t=\"s\"><v>0</v></c>" + text_cell("B4", "国库")
             + "<c r=\"C4\"/></row>" + "<row r=\"5\"><c r=\"B5\" t=\"s\"><v>1</v></c>"
             + text_cell("C5", "流出") + "</row>" + "<row r=\"6\">" + cell("A6", "610326")
             + cell("B6", "0.30000000000000004", 3) + cell("C6", "1234.5") + "</row>",
         R"(<mergeCells><mergeCell ref="A4:A5"/><mergeCell ref="B4:C4"/></mergeCells>)"});
    const auto outcome = read(feed, body);
    if (outcome.has_error()) {
        FAIL(outcome.error().problems.front());
    }
    CHECK(
        outcome->cells
        == std::vector<Cell>{
            {balance, meixian, day("2026-10-31"), 300'000, 5},
            {outflow, meixian, day("2026-10-31"), 1'234'500'000, 5}});
    CHECK(outcome->how.front() == "sheet: \"表一\"");
}

TEST_CASE("dates of workbooks are serial numbers of either calendar, or texts") {
    const auto dated = [](const std::string& cell_text, const std::string& properties = {}) {
        const auto found = cells(
            sheet_feed(),
            workbook(
                {"<row>" + text_cell("A1", "code") + text_cell("B1", "day") + text_cell("C1", "bal")
                     + "</row><row>" + text_cell("A2", "610326") + cell_text + cell("C2", "1")
                     + "</row>",
                 {},
                 properties}));
        return to_text(found.front().date);
    };
    CHECK(dated(cell("B2", "44733", 1)) == "2022-06-21");
    CHECK(dated(cell("B2", "44733.5", 4)) == "2022-06-21");
    CHECK(dated(cell("B2", "44733", 2)) == "2022-06-30");  // shown as a month: its last day
    CHECK(dated(cell("B2", "59", 1)) == "1900-02-28");
    CHECK(dated(cell("B2", "61", 1)) == "1900-03-01");
    CHECK(dated(text_cell("B2", "2022/6/21")) == "2022-06-21");
    CHECK(dated(cell("B2", "20220621")) == "2022-06-21");
    CHECK(dated(cell("B2", "43271", 1), R"(<workbookPr date1904="1"/>)") == "2022-06-21");
}

TEST_CASE("figures of workbooks are what people see in them") {
    const auto value = [](std::string_view text) {
        return cells(sheet_feed(), table(cell("B7", "44733", 1), cell("C7", text))).front().value;
    };
    CHECK(value("0.1") == 10);
    CHECK(value("1234.5600000000001") == 123456);
    CHECK(value("69489.889999999999") == 6948989);
    CHECK(value("1.5E+3") == 150000);
    CHECK(value("90071992547409.93") == 9007199254740990);  // 15 digits are what a workbook holds
}

TEST_CASE("what is wrong in a workbook is told with the address of its cell") {
    struct Case {
        std::string cell;
        const char* words;
    };
    const std::vector<Case> cases{
        {"<c r=\"C7\"><f>SUM(C2:C6)</f></c>",
         "row 7, bal (C7): a formula stands there whose value"},
        {"<c r=\"C7\"><f>SUM(C2:C6)</f><v></v></c>", "row 7, bal (C7): a formula"},
        {"<c r=\"C7\" t=\"e\"><v>#DIV/0!</v></c>", "row 7, bal (C7): \"#DIV/0!\" is not a number"},
        {"<c r=\"C7\" t=\"b\"><v>1</v></c>", "row 7, bal (C7): \"TRUE\" is not a number"},
        {text_cell("C7", "--"), "row 7, bal (C7): \"--\" is not a number"},
        {"", "row 7, bal (C7): an empty text"},
        {cell("C7", "44733", 1), "row 7, bal (C7): \"2022-06-21\" is not a number"},
    };
    for (const auto& [wrong, words] : cases) {
        const auto refused = refusal(sheet_feed(), table(cell("B7", "44733", 1), wrong));
        INFO(refused.problems.front());
        CHECK(refused.problem == PollProblem::bad_value);
        CHECK(refused.problems.front().find(words) == 0);
    }
    CHECK(
        cells(sheet_feed(), table(cell("B7", "44733", 1), "<c r=\"C7\"><f>1+1</f><v>2</v></c>"))
            .size()
        == 1);
}

TEST_CASE("a cell merged over rows names all of them, and is the figure of its first only") {
    auto feed = sheet_feed();
    feed.missing = {""};
    const auto head = "<row r=\"1\">" + text_cell("A1", "code") + text_cell("B1", "day")
                      + text_cell("C1", "bal") + "</row>";
    const auto body = workbook(
        {head + "<row r=\"2\">" + text_cell("A2", "610326") + cell("B2", "44733", 1)
             + cell("C2", "5") + "</row><row r=\"3\">" + text_cell("A3", "610305") + "</row>",
         R"(<mergeCells><mergeCell ref="B2:B3"/><mergeCell ref="C2:C3"/></mergeCells>)"});
    CHECK(cells(feed, body) == std::vector<Cell>{{balance, meixian, day("2022-06-21"), 500}});
}

TEST_CASE("sheets are taken by name, or the first that is not hidden") {
    auto feed = sheet_feed();
    Sheet sheet;
    sheet.rows = "<row>" + text_cell("A1", "code") + text_cell("B1", "day") + text_cell("C1", "bal")
                 + "</row><row>" + text_cell("A2", "610326") + cell("B2", "44733", 1)
                 + cell("C2", "1") + "</row>";
    sheet.sheets =
        R"(<sheet name="旧" r:id="rId2" state="hidden"/><sheet name="表一" r:id="rId1"/>)";
    CHECK(cells(feed, workbook(sheet)).size() == 1);
    feed.sheet = "表一";
    CHECK(cells(feed, workbook(sheet)).size() == 1);
    feed.sheet = "旧";
    CHECK(refusal(feed, workbook(sheet)).problem == PollProblem::wrong_shape);
    feed.sheet = "表二";
    CHECK(
        first_problem(feed, workbook(sheet)).find("no sheet \"表二\"; it has \"旧\", \"表一\"")
        != std::string::npos);
}

TEST_CASE("what is no workbook, or too large a one, is refused") {
    auto feed = sheet_feed();
    CHECK(first_problem(feed, "code,day,bal\n").find("this is no workbook") == 0);
    CHECK(first_problem(feed, "<html>").find("web page") != std::string::npos);
    CHECK(
        first_problem(feed, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").find("old workbook")
        != std::string::npos);
    CHECK(
        first_problem(feed, zipped({{"a.txt", "x"}})).find("no part xl/workbook.xml")
        != std::string::npos);
    feed.body_max = 100'000;
    const auto bomb = workbook({std::string(1'000'000, ' ')});
    CHECK(bomb.size() < 10'000);
    CHECK(refusal(feed, bomb).problem == PollProblem::too_large);
}

TEST_CASE("a workbook cut at any byte is refused") {
    const auto whole = table(cell("B7", "44733", 1), cell("C7", "5"));
    REQUIRE(read(sheet_feed(), whole).has_value());
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        INFO("cut at " << cut);
        CHECK(read(sheet_feed(), whole.substr(0, cut)).has_error());
    }
}

TEST_CASE("a workbook with a damaged byte is refused or read, and never crashes") {
    const auto whole = table(cell("B7", "44733", 1), cell("C7", "5"));
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
        const auto outcome = read(sheet_feed(), damaged);
        CHECK((outcome.has_error() || outcome->cells.size() == 1));
    }
}

TEST_CASE("a workbook that another program wrote is read") {
    const std::string path = "decode_xlsx_test.xlsx";
    const auto script = fmt::format(
        "/usr/bin/python3 -c \"import openpyxl, datetime\n"
        "book = openpyxl.Workbook(); sheet = book.active; sheet.append(['2026年10月', "
        "'单位：万元'])\n"
        "sheet.append(['code', 'day', 'bal'])\n"
        "sheet.append(['610326', datetime.date(2026, 10, 31), 0.1 + 0.2])\n"
        "book.save('{}')\" 2>/dev/null",
        path);
    if (std::system(script.c_str()) != 0) {
        WARN("skipped: no openpyxl");
        return;
    }
    std::ifstream file{path, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    std::remove(path.c_str());
    auto feed = sheet_feed();
    feed.items[0].unit_from = "$单位：";
    CHECK(cells(feed, bytes) == std::vector<Cell>{{balance, meixian, day("2026-10-31"), 300'000}});
}
