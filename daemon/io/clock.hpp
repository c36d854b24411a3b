// The one port through which time comes in. The wall clock in service; in a demonstration or a test
// a clock that a feed's dates drive. Nothing else makes old data fresh.
#pragma once

#include "alerts/base/time.hpp"

#include <chrono>

namespace sanbao::io {

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

class WallClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override;
};

// Shows `at` when set, and runs on from there with the machine's steady clock. Only moves forward.
class ReplayClock final : public Clock {
  public:
    explicit ReplayClock(Instant start);
    [[nodiscard]] Instant now() const override;
    // No effect when `at` is not after now().
    void advance_to(Instant at);

  private:
    Instant base_;
    std::chrono::steady_clock::time_point since_;
};

}  // namespace sanbao::io
