// What each reason is called, in one table: the mark before a subject, the sentence of a message
// that may name only the place, and of one that may name nothing.
#pragma once

#include "alerts/text/message.hpp"
#include "alerts/text/say.hpp"

#include <string_view>

namespace sanbao::text {

struct Phrase {
    std::string_view zh, en;
    [[nodiscard]] std::string_view in(const Say& say) const { return say(zh, en); }
};

// What a reason is about decides which facts must be there: risk and plan have a subject.
enum class About : unsigned char { risk, plan, feed, delivery };

struct ReasonWords {
    Reason reason;
    About about;
    std::string_view name;  // to_text
    std::string_view type;  // of the webhook
    bool resolves;          // the webhook's status
    Phrase mark;            // empty where the level is the mark
    Phrase brief;           // after the place; empty where the level makes the sentence
    Phrase pointer;
};
const ReasonWords& words_of(Reason reason);

}  // namespace sanbao::text
