// What became of a delivery when its step was decided.
#pragma once

#include "alerts/core/state.hpp"
#include "daemon/feeds/take.hpp"

#include <functional>

namespace sanbao::feeds {

enum class Fate : unsigned char {
    lost,       // nothing was committed: sanbaod is stopping
    failed,     // there was no body
    refused,    // … or it cannot be read
    discarded,  // a person has thrown this very body away, and it is no better now
    unchanged,  // known already
    taken,
    held,  // quarantined, until an administrator decides
};

// Asked before the step; answers from the state behind it.
std::function<Fate(const core::State& after)> fate_of(const Poll& poll, const core::State& before);

}  // namespace sanbao::feeds
