#include "alerts/base/assert.hpp"
#include "alerts/text/document.hpp"
#include "alerts/text/figures.hpp"
#include "alerts/text/reason.hpp"
#include "alerts/text/utf8.hpp"

namespace sanbao::text {

namespace {

constexpr std::size_t subject_bytes_max = 400;  // longer ones are cut by every phone
constexpr std::size_t also_told_max = 12;

Tone tone_of(Level level) {
    switch (level) {
        case Level::normal:
            return Tone::calm;
        case Level::blue:
            return Tone::blue;
        case Level::yellow:
            return Tone::yellow;
        case Level::orange:
            return Tone::orange;
        case Level::red:
            return Tone::red;
    }
    SANBAO_ASSERT(false);
}

Tone tone_of(const Facts& facts, const ReasonWords& words) {
    switch (words.about) {
        case About::risk:
            return tone_of(facts.risk->to);
        case About::plan:
            return facts.reason == Reason::plan_ended ? Tone::calm : Tone::plan;
        case About::feed:
            return words.resolves ? Tone::calm : Tone::data;
        case About::delivery:
            return Tone::orange;
    }
    SANBAO_ASSERT(false);
}

// 红色 / 红色，原橙色 / 解除.
std::string mark_of(const Facts& facts, const ReasonWords& words, const Say& say) {
    if (!words.mark.zh.empty()) {
        return std::string{words.mark.in(say)};
    }
    const Phrase loud = facts.risk->to == Level::red      ? Phrase{"红色", "RED"}
                        : facts.risk->to == Level::orange ? Phrase{"橙色", "ORANGE"}
                        : facts.risk->to == Level::yellow ? Phrase{"黄色", "YELLOW"}
                        : facts.risk->to == Level::blue   ? Phrase{"蓝色", "BLUE"}
                                                          : Phrase{"正常", "NORMAL"};
    if (facts.reason != Reason::worse) {
        return std::string{loud.in(say)};
    }
    return say.format(
        "{}，原{}", "{}, was {}", loud.in(say), level_text(facts.risk->from, say.language));
}

std::string full_subject(const Document& document, const Say& say) {
    if (document.place.empty()) {
        return say.format("【{}】{}", "[{}] {}", document.mark, document.headline);
    }
    const auto gap = document.place.ends_with("）") ? "" : " ";
    return say.zh()
               ? fmt::format("【{}】{}{}{}", document.mark, document.place, gap, document.headline)
               : fmt::format("[{}] {}: {}", document.mark, document.place, document.headline);
}

// The sentence that may name the place and its level.
std::string brief_sentence(const Facts& facts, const ReasonWords& words, const Say& say) {
    const auto place = place_text(facts, say.language);
    std::string what{words.brief.in(say)};
    if (facts.reason == Reason::first || facts.reason == Reason::worse) {
        const auto level = level_text(facts.risk->to, say.language);
        what = facts.reason == Reason::first
                   ? say.format("{}预警", "{} alert", level)
                   : say.format("预警升为{}", "alert raised to {}", level);
    }
    if (place.empty()) {
        return say.format("{}，请登录查看", "Please log in: {}", what);
    }
    const auto gap = say.zh() && place.ends_with("）") ? "" : " ";
    return say.zh() ? fmt::format("{}{}{}，请登录查看", place, gap, what)
                    : fmt::format("{}: {}, please log in", place, what);
}

std::string pointer_sentence(const Facts& facts, const ReasonWords& words, const Say& say) {
    const bool synthetic = facts.subject != nullptr && facts.subject->synthetic;
    return say.format(
        "{}{}，请登录查看",
        "{}{}, please log in",
        words.pointer.in(say),
        synthetic ? say("（合成数据）", " (synthetic data)") : "");
}

std::string joined(const std::vector<std::string>& names, const Say& say) {
    std::string result;
    for (std::size_t i = 0; i < names.size() && i < also_told_max; ++i) {
        result += i == 0 ? "" : say("、", ", ");
        result += clean(names[i]);
    }
    if (names.size() > also_told_max) {
        result += say.format(" 等{}人", " and others, {} in all", names.size());
    }
    return result;
}

void add_what_follows(Document& document, const Facts& facts, const Say& say) {
    Section section{std::string{say("其他", "And then")}, {}, {}};
    if (!facts.next.empty()) {
        section.rows.push_back({std::string{say("接下来", "Next")}, clean(facts.next), ""});
    }
    if (!facts.also_told.empty()) {
        section.rows.push_back(
            {std::string{say("同时通知", "Also told")}, joined(facts.also_told, say), ""});
    }
    if (!section.rows.empty()) {
        document.sections.push_back(std::move(section));
    }
}

void add_foot(Document& document, const Facts& facts, const Options& options) {
    const Say say{options.language};
    document.foot.push_back(
        {std::string{say("发出时间", "Sent")}, to_local_text(options.zone, facts.at), ""});
    if (!facts.alert_id.empty()) {
        document.foot.push_back(
            {std::string{say("预警编号", "Alert id")}, clean(facts.alert_id), ""});
    }
}

Full full_part(const Facts& facts, const Options& options, About about) {
    switch (about) {
        case About::risk:
            return risk_part(facts, options);
        case About::plan:
            return plan_part(facts, options);
        case About::feed:
            return feed_part(facts, options);
        case About::delivery:
            return dead_part(facts, options);
    }
    SANBAO_ASSERT(false);
}

void require_facts(const Facts& facts, About about) {
    switch (about) {
        case About::risk:
            SANBAO_ASSERT(
                facts.subject != nullptr && facts.risk && facts.risk->indicator != nullptr);
            return;
        case About::plan:
            SANBAO_ASSERT(facts.subject != nullptr && facts.plan);
            return;
        case About::feed:
            SANBAO_ASSERT(facts.feed);
            return;
        case About::delivery:
            SANBAO_ASSERT(facts.dead);
            return;
    }
}

}  // namespace

std::string place_text(const Facts& facts, Language language) {
    if (facts.subject == nullptr) {
        return {};
    }
    const Say say{language};
    const auto name = clean(facts.subject->name.in(language));
    return facts.subject->synthetic ? say.format("{}（合成数据）", "{} (synthetic data)", name)
                                    : name;
}

Document compose(const Facts& facts, const Options& options) {
    const Say say{options.language};
    const auto& words = words_of(facts.reason);
    require_facts(facts, words.about);

    Document document;
    document.language = options.language;
    document.label = clean(options.label.in(options.language));
    switch (options.detail) {
        case Detail::full: {
            auto full = full_part(facts, options, words.about);
            document.tone = tone_of(facts, words);
            document.mark = mark_of(facts, words, say);
            document.place = place_text(facts, options.language);
            document.headline = std::move(full.headline);
            document.notes = std::move(full.notes);
            document.sections = std::move(full.sections);
            document.subject = full_subject(document, say);
            add_what_follows(document, facts, say);
            break;
        }
        case Detail::level:
            document.tone = tone_of(facts, words);
            document.headline = brief_sentence(facts, words, say);
            document.subject = document.headline;
            break;
        case Detail::pointer:
            document.headline = pointer_sentence(facts, words, say);
            document.subject = document.headline;
            break;
    }
    if (!document.label.empty()) {
        const auto labelled = say.format("【{}】", "[{}] ", document.label);
        document.subject.insert(0, labelled);
    }
    document.subject = cut(document.subject, subject_bytes_max);
    add_foot(document, facts, options);
    return document;
}

Rendered render(const Facts& facts, const Options& options) {
    const auto document = compose(facts, options);
    return {document.subject, to_plain(document), to_html(document)};
}

}  // namespace sanbao::text
