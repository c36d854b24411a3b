// Why it stands as it does: feed, value, line and who set it, level, message, answer; also why
// nobody was told.
#pragma once

#include "alerts/core/state.hpp"

#include <string>
#include <vector>

namespace sanbao::core {

struct InputExplained {
    std::string name, item;  // as the formula calls it; item id
    std::string window;      // "latest", "monthly mean over year to date"
    rules::Value value;
    std::optional<rules::Reading> latest;
};

struct LineExplained {
    Level level = Level::normal;
    std::string line;   // "< 0.30"; empty: none
    std::string layer;  // "indicator", or the override's "basis, approved by …, file:line"
    bool crossed = false;
};

struct Explained {
    std::string subject, indicator;
    IndicatorKind kind = IndicatorKind::risk;
    std::optional<Date> date;  // judged; nullopt: nothing to judge
    rules::Explanation formula;
    rules::Value value, judged;
    std::vector<InputExplained> inputs;
    std::vector<LineExplained> lines;  // blue to red
    Standing standing;
    Level level = Level::normal;
    std::string alert;  // id, where one is open
    Fresh fresh;
    std::vector<Watched> waiting;      // readings that wait for a hold
    std::vector<Turn> turns;           // changes of level by data date, as known now
    std::vector<Corrected> corrected;  // what was told otherwise first, oldest first
    Text verdict;  // one sentence: why this level, and when nobody was told, why not
};

// Judges again, on the newest date not after `today`, only to show how; `state` stays as it is.
Explained explain(const State& state, Key key, Date today);

}  // namespace sanbao::core
