"""Bad bodies, made by rule: every way in which a table of two counties goes wrong, in every format.

`corpus(format)` gives (name, body, kinds): the daemon must refuse the body for one of these kinds of
problem. `good(format, rows)` is the same table as it should be. Values are texts; nothing here knows
how the daemon reads them.
"""
import io
import json
import zipfile
from xml.sax.saxutils import escape

FORMATS = ("json", "json_long", "csv", "csv_gb18030", "xml", "fixed", "xlsx")
FIELDS = ("code", "date", "cash", "outflow")
HEAD = {"code": "区划代码", "date": "日期", "cash": "库款余额", "outflow": "月均流出"}

# What stands where a figure should stand. Nothing of it is declared as "no figure".
FIGURES = (
    "NaN", "nan", "inf", "-Infinity", "1e999", "--", "—", "n.d.", "null", "NULL", "N/A", "无", "暂无数据",
    "1,23,4.00", "1,2345", "12,", ",12", "1.2.3", "1..2", "0x1F", "12abc", "abc12", "1e", "1e+", "+-1", "--5",
    "1O0", "l00", "١٢٣", "½", "∞", "1/2", "10%%", "9" * 40, "1" + "0" * 25, "0.0000001", "1.23456789",
    "=1+1", "#REF!", "#DIV/0!", "true", "yes", "2026-11-23", "壹佰", "12万", "1 2", "1_000", "'12", "1;2")
NEGATIVE = ("-1", "-0.01", "－12", "(12)", "−3")
DATES = (
    "2025-13-01", "2025-02-30", "2025-00-10", "0000-00-00", "2025-1", "yesterday", "昨天", "20251", "25-11-01",
    "2025-11-31", "1e3", "NaN", "null", "31/31/2025", "2025-11-1O")
FUTURE = ("2099-01-01", "9999-12-31", "20990101")
COUNTIES = ("999999", "61032", "6103277", "null", "陇X县", "610327x", "Long", "6l0327", "０", "\u202e610327")


def table(rows):
    return [[str(row[field]) for field in FIELDS] for row in rows]


def csv_text(rows, head=None, delimiter=","):
    def cell(text):
        needs = any(c in text for c in '",;\n\r\t|')
        return '"' + text.replace('"', '""') + '"' if needs else text
    lines = [head or [HEAD[field] for field in FIELDS], *table(rows)]
    return "".join(delimiter.join(map(cell, line)) + "\r\n" for line in lines)


def fixed_text(rows):
    """Columns of 12, 12, 24 and 24 characters."""
    line = "{:<12}{:<12}{:>44}{:>24}\n"
    return "宝鸡市库款日报\n----\n" + "".join(line.format(*cells) for cells in table(rows)) + "合计\n"


def xml_text(rows, encoding="UTF-8"):
    items = "".join(
        f'<county code="{escape(c, {chr(34): "&quot;"})}"><date>{escape(d)}</date><cash>{escape(a)}</cash>'
        f"<outflow>{escape(b)}</outflow></county>" for c, d, a, b in table(rows))
    return f'<?xml version="1.0" encoding="{encoding}"?>\n<report>{items}</report>\n'


def xlsx_bytes(rows, sheet="Sheet1"):
    def cell(at, text):
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
    lines = [[HEAD[field] for field in FIELDS], *table(rows)]
    data = "".join(
        f'<row r="{n}">' + "".join(cell(f"{'ABCD'[i]}{n}", text) for i, text in enumerate(line)) + "</row>"
        for n, line in enumerate(lines, 1))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml":
            f'<Types xmlns="{package}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels":
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{link}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml":
            f'<workbook xmlns="{space}" xmlns:r="{link}"><sheets><sheet name="{sheet}" sheetId="1" r:id="r1"/>'
            "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels":
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{link}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{space}"><sheetData>{data}</sheetData></worksheet>'}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return out.getvalue()


def long_rows(rows):
    return [{"code": row["code"], "date": row["date"], "item": item, "value": row[item]}
            for row in rows for item in ("cash", "outflow")]


def good(format, rows):
    if format == "json":
        return json.dumps(rows, ensure_ascii=False).encode()
    if format == "json_long":
        return json.dumps({"data": long_rows(rows)}, ensure_ascii=False).encode()
    if format == "csv":
        return csv_text(rows).encode()
    if format == "csv_gb18030":
        return csv_text(rows, delimiter=";").encode("gb18030")
    if format == "xml":
        return xml_text(rows).encode()
    if format == "fixed":
        return fixed_text(rows).encode()
    return xlsx_bytes(rows)


def changed(rows, place, **fields):
    rows = [dict(row) for row in rows]
    rows[place].update(fields)
    return rows


VALUE = {"bad_value", "wrong_shape", "malformed"}
DATE = {"bad_value", "wrong_shape", "malformed", "future_date", "unknown_subject"}
COUNTY = {"unknown_subject", "bad_value", "wrong_shape", "malformed"}
FORM = {"malformed", "truncated", "wrong_shape", "bad_value", "unknown_subject"}


def of_values(format, rows):
    for text in FIGURES:
        yield f"figure {text[:12]!r}", good(format, changed(rows, 1, cash=text)), VALUE
    for text in NEGATIVE:
        yield f"negative {text!r}", good(format, changed(rows, 0, cash=text)), VALUE
    for text in DATES:
        yield f"date {text!r}", good(format, changed(rows, 1, date=text)), DATE
    for text in FUTURE:
        yield f"future {text!r}", good(format, changed(rows, 0, date=text)), {"future_date", "bad_value"}
    for text in COUNTIES:
        if format == "fixed" and (len(text) > 12 or " " in text):
            continue
        yield f"county {text!r}", good(format, changed(rows, 1, code=text)), COUNTY
    yield "a figure twice, and different", good(format, [*rows, changed(rows, 0, cash="7")[0]]), {"contradiction"}
    yield "no row at all", good(format, []), FORM | {"wrong_shape"}


def of_bytes(format, rows):
    body = good(format, rows)
    yield "empty", b"", FORM
    yield "blanks", b" \r\n\t\n", FORM
    yield "a login page", "<!DOCTYPE html><html><head><title>登录</title></head></html>".encode(), FORM
    yield "a plain sentence", "系统维护中，请稍后再试。".encode(), FORM
    yield "an error object", b'{"error": "Invalid Query Param", "message": "see the documentation"}', FORM
    yield "another format", b"a,b\r\n1,2\r\n" if format.startswith("json") else b'[{"a": 1}]', FORM
    yield "a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", FORM
    yield "a gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcbH\xcd\xc9\xc9\x07\x00", FORM
    yield "UTF-16", b"\xff\xfe" + "code,date".encode("utf-16-le"), FORM
    yield "NULs", b"\x00" * 64, FORM
    yield "random bytes", bytes((i * 167 + 13) % 256 for i in range(512)), FORM
    if format != "xlsx":
        yield "a NUL inside", body[:len(body) // 2] + b"\x00" + body[len(body) // 2:], FORM
        yield "a byte that is no text", body[:len(body) // 2] + b"\xff\xff" + body[len(body) // 2:], FORM
    for part in (0.1, 0.3, 0.5, 0.7, 0.9):
        yield f"cut at {part:.0%}", body[:int(len(body) * part)], FORM | {"truncated"}
    yield "the last byte gone", body[:-1] if format in ("json", "json_long", "xlsx") else body[:-12], FORM
    yield "brackets without end", b"[" * 10_000, FORM


def of_json(rows):
    text = json.dumps(rows)
    for token in ("NaN", "Infinity", "-", ".5", "5.", "01", "1e", "tru", "nil", "{", "[1]", '{"a":1}', '"\\ud800"',
                  "1e400", "0x10", "''", "+1"):
        yield f"token {token}", json.dumps(changed(rows, 0, cash="@")).replace('"@"', token).encode(), FORM
    yield "a field missing", json.dumps([{k: v for k, v in row.items() if k != "cash"} for row in rows]).encode(), FORM
    yield "a field renamed", text.replace('"cash"', '"Cash"').encode(), FORM
    yield "a field twice", text.replace('"cash"', '"outflow"', 1).encode(), FORM
    yield "rows as an object", json.dumps({"0": rows[0]}).encode(), FORM
    yield "a row that is a text", json.dumps([*rows, "end"]).encode(), FORM
    yield "a row that is null", json.dumps([*rows, None]).encode(), FORM
    yield "something behind the end", (text + "]").encode(), FORM
    yield "two documents", (text + text).encode(), FORM
    yield "a comma too many", text.replace("}, {", "},, {").encode(), FORM
    yield "a comment", ("/* cash */" + text).encode(), FORM
    yield "single quotes", text.replace('"', "'").encode(), FORM


def of_csv(rows, encoding, delimiter):
    names = [HEAD[field] for field in FIELDS]
    text = csv_text(rows, delimiter=delimiter)

    def has(name, changed_text):
        return name, changed_text.encode(encoding), FORM
    yield has("a column renamed", text.replace("库款余额", "库存余额"))
    yield has("a column twice", csv_text(rows, [names[0], names[1], names[2], names[2]], delimiter))
    yield has("no header", text.split("\r\n", 1)[1])
    yield has("a cell too many", text.rstrip() + delimiter + "1\r\n")
    yield has("a cell too few", text.rstrip().rsplit(delimiter, 1)[0] + "\r\n")
    yield has("a quote that never ends", text.replace("610329", '"610329'))
    yield has("a quote inside", text.replace("610329", '610"329'))
    yield has("text behind a quote", text.replace("610329", '"610329"x'))
    yield has("another delimiter in one row", text[:-20] + text[-20:].replace(delimiter, "\t"))
    yield has("a footnote", text + "注：数据为快报数\r\n")


def of_xml(rows):
    text = xml_text(rows)
    yield "an element not closed", text.replace("</cash>", "", 1).encode(), FORM
    yield "an element renamed", text.replace("cash>", "Cash>").encode(), FORM
    yield "an entity bomb", (
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;">]><report><county code="610327">'
        "<date>2025-11-03</date><cash>&b;</cash><outflow>1</outflow></county></report>").encode(), FORM
    yield "a file from outside", (
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><report><county code="610327">'
        "<date>2025-11-03</date><cash>&a;</cash><outflow>1</outflow></county></report>").encode(), FORM
    yield "the rows elsewhere", text.replace("report>", "answer>").encode(), FORM
    noted = xml_text(rows, "utf-8").replace("<report>", "<report note='陇县'>")
    yield "a false encoding", noted.encode("gb18030"), FORM


def corpus(format, rows):
    yield from of_values(format, rows)
    yield from of_bytes(format, rows)
    if format == "json":
        yield from of_json(rows)
    elif format == "csv":
        yield from of_csv(rows, "utf-8", ",")
    elif format == "csv_gb18030":
        yield from of_csv(rows, "gb18030", ";")
    elif format == "xml":
        yield from of_xml(rows)
