#include "daemon/io/clock.hpp"

namespace sanbao::io {

Instant WallClock::now() const {
    return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

ReplayClock::ReplayClock(Instant start) : base_(start), since_(std::chrono::steady_clock::now()) {}

Instant ReplayClock::now() const {
    return base_ + std::chrono::floor<Millis>(std::chrono::steady_clock::now() - since_);
}

void ReplayClock::advance_to(Instant at) {
    if (at > now()) {
        base_ = at;
        since_ = std::chrono::steady_clock::now();
    }
}

}  // namespace sanbao::io
