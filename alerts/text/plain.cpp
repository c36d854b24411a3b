#include "alerts/text/document.hpp"
#include "alerts/text/say.hpp"

namespace sanbao::text {

namespace {

void add_row(std::string& out, const Row& row, std::string_view indent, const Say& say) {
    out += say.format("{}{}：{}", "{}{}: {}", indent, row.name, row.value);
    if (!row.phone.empty()) {
        out += say.format(" 电话 {}", ", phone {}", row.phone);
    }
    out += '\n';
}

void add_section(std::string& out, const Section& section, const Say& say) {
    out += say.format("\n■ {}\n", "\n* {}\n", section.title);
    for (const auto& row : section.rows) {
        add_row(out, row, "", say);
    }
    for (const auto& task : section.tasks) {
        out += fmt::format("\n{}\n", task.title);
        for (const auto& row : task.rows) {
            add_row(out, row, "   ", say);
        }
    }
}

}  // namespace

std::string to_plain(const Document& document) {
    const Say say{document.language};
    std::string out = document.subject + '\n';
    for (const auto& note : document.notes) {
        out += fmt::format("\n{}\n", note);
    }
    for (const auto& section : document.sections) {
        add_section(out, section, say);
    }
    out += '\n';
    for (const auto& row : document.foot) {
        add_row(out, row, "", say);
    }
    return out;
}

}  // namespace sanbao::text
