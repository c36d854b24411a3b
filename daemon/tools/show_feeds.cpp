#include "daemon/tools/show.hpp"

namespace sanbao::tools {

namespace {

std::string batch_block(const Facts& batch, const Look& look) {
    constexpr std::size_t digest_shown = 12;
    auto out = fmt::format(
        "{}  {}  {}\n",
        look.paint(batch["digest"].text().substr(0, digest_shown), Style::strong),
        look.paint(batch["name"].text(look.say.language), Style::strong),
        look.say.format(
            "{}暂存，数据至{}，{}行",
            "held since {}, data to {}, {} rows",
            batch["since"].time(),
            batch["newest"].text(),
            batch["rows"].whole()));
    batch["reasons"].each([&](const Facts& reason) { out += "  - " + reason.text() + "\n"; });
    return out;
}

}  // namespace

std::string show_held(const Facts& document, const Look& look) {
    auto out = banner(document, look);
    const auto& batches = document["held"];
    if (batches.size() == 0) {
        return out + std::string{look.say("没有暂存的批次。\n", "No batch is held back.\n")};
    }
    batches.each([&](const Facts& batch) { out += batch_block(batch, look); });
    return out
           + std::string{look.say(
               "核实后：sanbaod feed release 批次号 --by 编号 --reason 理由（或 feed discard）\n",
               "Once verified: sanbaod feed release DIGEST --by ID --reason TEXT (or feed discard)"
               "\n")};
}

}  // namespace sanbao::tools
