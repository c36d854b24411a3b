#include "alerts/base/assert.hpp"
#include "alerts/text/document.hpp"
#include "alerts/text/say.hpp"

#include <algorithm>

namespace sanbao::text {

namespace {

// Mail programs drop linked style sheets and scripts: styles stand on the elements, and the one
// block in the head only turns them dark (where it is dropped too, the light form remains).
constexpr std::string_view head = R"(<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #101012 !important; color: #ececf0 !important; }
  .card { background: #1c1c1f !important; }
  .soft { color: #a9a9b2 !important; }
  .edge { border-color: #3a3a40 !important; }
  .link { color: #8ab4ff !important; }
}
</style>
)";

constexpr std::string_view font =
    "font-family:-apple-system,BlinkMacSystemFont,'PingFang SC','Noto Sans CJK SC','Microsoft "
    "YaHei',sans-serif";

struct Band {
    std::string_view background, ink;  // contrast of at least 4.5 : 1
};
Band band_of(Tone tone) {
    switch (tone) {
        case Tone::red:
            return {"#b3151b", "#ffffff"};
        case Tone::orange:
            return {"#b84a00", "#ffffff"};
        case Tone::yellow:
            return {"#ffd43b", "#1a1a1a"};
        case Tone::blue:
            return {"#1257a6", "#ffffff"};
        case Tone::calm:
            return {"#1b7038", "#ffffff"};
        case Tone::plan:
            return {"#4b3a8c", "#ffffff"};
        case Tone::data:
            return {"#4a4f57", "#ffffff"};
    }
    SANBAO_ASSERT(false);
}

std::string escaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

// A number that a phone can dial; anything else is shown as it is.
bool can_dial(std::string_view phone) {
    constexpr std::string_view allowed = "0123456789+- ()";
    return phone.find_first_not_of(allowed) == std::string_view::npos
           && phone.find_first_of("0123456789") != std::string_view::npos;
}

std::string phone_html(const std::string& phone) {
    if (phone.empty()) {
        return {};
    }
    if (!can_dial(phone)) {
        return fmt::format("<br>{}", escaped(phone));
    }
    std::string number = phone;
    std::erase_if(number, [](char c) { return c == ' ' || c == '(' || c == ')' || c == '-'; });
    return fmt::format(
        R"(<br><a class="link" href="tel:{}" style="color:#0b57d0;font-weight:600;)"
        R"(text-decoration:none;white-space:nowrap">☎ {}</a>)",
        number,
        escaped(phone));
}

std::string row_html(const Row& row, std::string_view name_width) {
    return fmt::format(
        R"(<tr><td class="soft" style="padding:4px 12px 4px 0;color:#5c5f66;vertical-align:top;)"
        R"(width:{}">{}</td><td style="padding:4px 0;vertical-align:top;)"
        R"(overflow-wrap:anywhere">{}{}</td></tr>)"
        "\n",
        name_width,
        escaped(row.name),
        escaped(row.value),
        phone_html(row.phone));
}

std::string rows_html(const std::vector<Row>& rows, std::string_view name_width) {
    std::string out =
        R"(<table role="presentation" cellpadding="0" cellspacing="0" )"
        R"(style="width:100%;border-collapse:collapse;font-size:16px;line-height:1.45">)"
        "\n";
    for (const auto& row : rows) {
        out += row_html(row, name_width);
    }
    return out + "</table>\n";
}

std::string section_html(const Section& section, bool ruled_off) {
    auto out = fmt::format(
        R"(<h2 class="edge" style="margin:{};font-size:15px;line-height:1.4">{}</h2>)"
        "\n",
        ruled_off ? "20px 0 6px;padding-top:14px;border-top:1px solid #d9dbe0" : "14px 0 6px",
        escaped(section.title));
    out += rows_html(section.rows, "5.5em");
    for (const auto& task : section.tasks) {
        out += fmt::format(
            R"(<div class="edge" style="margin:12px 0 0;padding:2px 0 2px 12px;)"
            R"(border-left:4px solid #c9ccd3"><div style="font-size:17px;font-weight:600;)"
            R"(line-height:1.4;overflow-wrap:anywhere">{}</div>)"
            "\n",
            escaped(task.title));
        out += rows_html(task.rows, "2.5em") + "</div>\n";
    }
    return out;
}

std::string band_html(const Document& document) {
    const auto band = band_of(document.tone);
    const Say say{document.language};
    std::string inside;
    if (!document.label.empty()) {
        inside += fmt::format(
            R"(<div style="font-size:14px">{}</div>)",
            escaped(say.format("【{}】", "[{}]", document.label)));
    }
    if (!document.mark.empty()) {
        inside += fmt::format(
            R"(<div style="font-size:15px;font-weight:700;letter-spacing:.06em">{}</div>)",
            escaped(document.mark));
    }
    if (!document.place.empty()) {
        inside += fmt::format(
            R"(<div style="font-size:26px;font-weight:700;line-height:1.3">{}</div>)",
            escaped(document.place));
    }
    inside += fmt::format(
        R"(<div style="margin-top:4px;font-size:18px;font-weight:600;line-height:1.45;)"
        R"(word-break:keep-all">{}</div>)",
        escaped(document.headline));
    return fmt::format(
        R"(<div style="padding:16px;background:{};color:{};border-radius:10px 10px 0 0;)"
        R"(overflow-wrap:anywhere">{}</div>)"
        "\n",
        band.background,
        band.ink,
        inside);
}

std::string foot_html(const Document& document) {
    std::string out =
        R"(<p class="soft edge" style="margin:20px 0 0;padding-top:12px;border-top:1px solid )"
        R"(#d9dbe0;font-size:13px;line-height:1.6;color:#5c5f66;overflow-wrap:anywhere">)";
    const Say say{document.language};
    for (std::size_t i = 0; i < document.foot.size(); ++i) {
        const auto& row = document.foot[i];
        out += i == 0 ? "" : "<br>\n";
        out += escaped(say.format("{}：{}", "{}: {}", row.name, row.value));
    }
    return out + "</p>\n";
}

}  // namespace

std::string to_html(const Document& document) {
    const Say say{document.language};
    std::string body;
    for (const auto& note : document.notes) {
        body += fmt::format(
            R"(<p style="margin:14px 0 0;font-size:16px;line-height:1.5">{}</p>)"
            "\n",
            escaped(note));
    }
    for (const auto& section : document.sections) {
        body += section_html(section, !body.empty());
    }
    body += foot_html(document);
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n{}<title>{}</title>\n</head>\n"
        R"(<body class="page" style="margin:0;padding:12px 8px;background:#eceef1;color:#16181d;{}">)"
        "\n"
        R"(<div style="max-width:560px;margin:0 auto">)"
        "\n{}"
        R"(<div class="card" style="padding:2px 16px 18px;background:#ffffff;)"
        R"(border-radius:0 0 10px 10px">)"
        "\n{}</div>\n</div>\n</body>\n</html>\n",
        say("zh-CN", "en"),
        head,
        escaped(document.subject),
        font,
        band_html(document),
        body);
}

}  // namespace sanbao::text
