// Why it stands as it does: feed, value, line and who set it, level, message, answer; also why
// nobody was told.
#pragma once

#include "alerts/core/state.hpp"

#include <string>
#include <vector>

namespace sanbao::core {

// A raw body that brought a reading: what `feed show` prints.
struct Source {
    std::string feed, digest;
    Date newest{};  // that it spoke of
    friend bool operator==(const Source&, const Source&) = default;
};

struct InputExplained {
    std::string name, item;  // as the formula calls it; item id
    std::string window;      // "latest", "monthly mean over year to date"
    rules::Value value;
    std::optional<rules::Reading> latest;
    std::vector<Source> sources;  // of the dates that the window looks at; newest first
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

// The bodies behind input number `input` of the standing, judged on `as_of`: of each feed that
// delivers its item the first that can have brought each date looked at, as far as remembered
// (limits::feed_bodies_kept). Newest first, each once, at most limits::record_list_max.
std::vector<Source> sources_of(const State& state, Key key, std::size_t input, Date as_of);
// The digests of those of all inputs: AlertMoved::evidence.
std::vector<std::string> evidence_of(const State& state, Key key, Date as_of);

// Judges again, on the newest date not after `today`, only to show how; `state` stays as it is.
Explained explain(const State& state, Key key, Date today);

}  // namespace sanbao::core
