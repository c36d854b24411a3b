#include "alerts/text/correction.hpp"

#include "alerts/text/figures.hpp"
#include "alerts/text/say.hpp"
#include "alerts/text/utf8.hpp"

namespace sanbao::text {

namespace {

std::string figure(const Item& item, const Rational& value, Language language) {
    return item.unit == Unit::money ? money_text(value, item.currency, language)
                                    : plain_decimal(value);
}

std::string what_was_wrong(const Correction& c, const Say& say) {
    const auto date = sanbao::to_text(c.date);
    const auto should = level_text(c.should, say.language);
    if (c.should == Level::normal) {
        return say.format(
            "{}的{}预警不应发出",
            "the {1} alert of {0} should not have been sent",
            date,
            level_text(c.was, say.language));
    }
    if (c.was != Level::normal) {
        return say.format(
            "{}的预警级别应为{}，不是{}",
            "the alert of {} should have been {}, not {}",
            date,
            should,
            level_text(c.was, say.language));
    }
    if (c.until) {
        return say.format(
            "{}起应有{}预警（至{}），当时未发出",
            "there should have been a {1} alert from {0} (to {2}), and none was sent",
            date,
            should,
            sanbao::to_text(*c.until));
    }
    return say.format(
        "{}起应有{}预警，当时未发出",
        "there should have been a {1} alert from {0}, and none was sent",
        date,
        should);
}

std::string cause(const Correction& c, const Say& say) {
    if (c.item == nullptr) {
        return {};
    }
    const auto name = clean(c.item->name.in(say.language));
    const auto now = figure(*c.item, c.now, say.language);
    const auto of = c.reading == c.date ? std::string{}
                                        : say.format("{}的", " of {}", sanbao::to_text(c.reading));
    auto text = c.before ? say.format(
                    "：{0}{1}原报{2}，更正为{3}",
                    ": {1}{0} was reported as {2}, corrected to {3}",
                    of,
                    name,
                    figure(*c.item, *c.before, say.language),
                    now)
                         : say.format(
                             "：{0}{1}迟报，为{2}", ": {1}{0} came late, it is {2}", of, name, now);
    if (c.more > 0) {
        text += say.format("（另有{}项数据变动）", " (and {} more figures)", c.more);
    }
    return text;
}

std::string today(const Correction& c, const Say& say) {
    const auto to = level_text(c.to, say.language);
    if (c.from != c.to && c.to == Level::normal) {
        return say.format(
            "；现无预警（原{}）",
            "; no alert stands now (was {})",
            level_text(c.from, say.language));
    }
    if (c.from != c.to) {
        return say.format(
            "；现为{}（原{}）", "; it is {} now (was {})", to, level_text(c.from, say.language));
    }
    return c.to == Level::normal ? std::string{say("；现无预警", "; no alert stands now")}
                                 : say.format("；现级别仍为{}", "; the level is still {}", to);
}

}  // namespace

Text correction_text(const Correction& correction) {
    const auto sentence = [&](Language language) {
        const Say say{language};
        return what_was_wrong(correction, say) + cause(correction, say) + today(correction, say);
    };
    return {sentence(Language::zh), sentence(Language::en)};
}

std::string cause_text(const Correction& c) {
    if (c.item == nullptr) {
        return {};
    }
    auto text = fmt::format(
        "{} of {}: {} -> {}",
        c.item->id,
        sanbao::to_text(c.reading),
        c.before ? plain_decimal(*c.before) : "none",
        plain_decimal(c.now));
    return c.more > 0 ? fmt::format("{}, and {} more", text, c.more) : text;
}

}  // namespace sanbao::text
