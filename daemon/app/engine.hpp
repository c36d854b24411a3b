// The step, as the daemon makes it: decide, commit, and only then let anybody see.
#pragma once

#include "alerts/core/decide.hpp"
#include "daemon/io/clock.hpp"
#include "daemon/store/journal.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace sanbao::app {

// Folds everything the journal holds into a state that judges by `rules`.
Result<core::State> recover(
    const store::Journal& journal, std::shared_ptr<const rules::Rulebook> rules);

class Engine {
  public:
    struct Hooks {
        std::function<void()> stepped;                     // after each committed step
        std::function<void(const Error&)> storage_failed;  // once; nothing is decided after it
    };
    // Keeps references; all outlive the engine. Loop thread only.
    Engine(store::Journal& journal, const io::Clock& clock, core::State state);
    void set_hooks(Hooks hooks) { hooks_ = std::move(hooks); }

    // One input, run to completion. False when storage failed, now or before.
    bool step(core::Body body, const std::string& actor = "system");
    // Whatever has become due by now.
    void wake();
    [[nodiscard]] std::optional<Instant> next_wake() const;

    [[nodiscard]] const core::State& state() const { return state_; }
    [[nodiscard]] bool failed() const { return failed_; }

    struct Counters {
        std::int64_t steps = 0, records = 0, sweeps = 0, polls = 0;
        std::chrono::nanoseconds in_steps{0};
    };
    [[nodiscard]] const Counters& counters() const { return counters_; }

  private:
    void report(const std::vector<core::Event>& events) const;

    store::Journal& journal_;
    const io::Clock& clock_;
    core::State state_;
    Hooks hooks_;
    Counters counters_;
    Instant last_wake_{};
    bool failed_ = false;
};

}  // namespace sanbao::app
