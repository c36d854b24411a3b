// The daemon's documents as a person reads them. Pure: text in the look's language, no I/O.
#pragma once

#include "daemon/tools/facts.hpp"
#include "daemon/tools/look.hpp"

#include <map>
#include <string>

namespace sanbao::tools {

std::string show_status(const Facts& document, const Look& look);
std::string show_alerts(const Facts& document, const Look& look);
std::string show_alert(const Facts& document, const Look& look);
std::string show_duties(const Facts& document, const Look& look);
std::string show_filings(const Facts& document, const Look& look);  // those that wait, or a new one
std::string show_filing_done(const Facts& document, const Look& look);
std::string show_plan(const Facts& document, const Look& look);
std::string show_held(const Facts& document, const Look& look);  // batches that are held back
// `feeds`: which feed delivers an item, and from which field, by item id; may be empty.
std::string show_explanation(
    const Facts& document, const Look& look, const std::map<std::string, std::string>& feeds);

inline constexpr std::size_t digest_digits_shown = 16;

// Parts of several of them.
std::string banner(
    const Facts& document, const Look& look);  // replay, label, synthetic: first line
std::string subject_name(const Facts& subject, const Look& look);
Cell level_cell(const Facts& level, const Look& look);
std::string plan_words(const Facts& plan, const Look& look);
// One entry of `corrected`: when, from which date on, and which reading.
std::string corrected_words(const Facts& corrected, const Look& look);
std::string messages_block(const Facts& messages, const Look& look, std::size_t indent);
std::string value_words(
    const Facts& value, const Look& look);  // as displayed, or why it is missing

}  // namespace sanbao::tools
