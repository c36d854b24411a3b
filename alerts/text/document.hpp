// A message before it becomes plain text or HTML: both print this, so they cannot say different
// things. Every string is clean() one-line UTF-8, not yet escaped.
#pragma once

#include "alerts/text/message.hpp"

#include <string>
#include <vector>

namespace sanbao::text {

// The colour of the band in HTML. Never the only sign: `mark` says the same in words.
enum class Tone : unsigned char { red, orange, yellow, blue, calm, plan, data };

struct Row {
    std::string name;
    std::string value;
    std::string phone;  // after the value; a link that dials in HTML
};

// One step of the plan.
struct Task {
    std::string title;
    std::vector<Row> rows;
};

struct Section {
    std::string title;
    std::vector<Row> rows;
    std::vector<Task> tasks;
};

struct Document {
    Language language = Language::zh;
    Tone tone = Tone::data;
    std::string subject;   // of the mail
    std::string label;     // 演示数据
    std::string mark;      // 红色; empty when the message may not say
    std::string place;     // 眉县（合成数据）, or the feed; may be empty
    std::string headline;  // 工资兑付覆盖率 0.82，缺口1,832万元，距发薪2天
    std::vector<std::string> notes;
    std::vector<Section> sections;
    std::vector<Row> foot;  // the alert id last
};

Document compose(const Facts& facts, const Options& options);

std::string to_plain(const Document& document);
std::string to_html(const Document& document);

// 眉县（合成数据） / Mei County (synthetic data); empty without a subject.
std::string place_text(const Facts& facts, Language language);

// The parts of a message that may say everything.
struct Full {
    std::string headline;
    std::vector<std::string> notes;
    std::vector<Section> sections;
};
Full risk_part(const Facts& facts, const Options& options);
Full plan_part(const Facts& facts, const Options& options);
Full feed_part(const Facts& facts, const Options& options);
Full dead_part(const Facts& facts, const Options& options);

Section risk_section(const Facts& facts, const Options& options);
Section plan_section(const Facts& facts, const Options& options);

}  // namespace sanbao::text
