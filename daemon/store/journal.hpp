// The store: journal, readings and outbox in one SQLite file, written by one connection.
//
// WAL with synchronous=FULL: what append() returned from is on disk, through kill -9 and power
// loss. Auto-checkpoint is off (SQLite 3.40 swallows fsync errors there); checkpoint() is explicit.
// A lock file beside the store is held for the life of the process: SQLite 3.40 can lose commits
// when two connections checkpoint at once.
//
// Every error means that storage is in doubt: the caller says so and ends the process.
#pragma once

#include "alerts/base/digest.hpp"
#include "alerts/base/result.hpp"
#include "alerts/record/record.hpp"
#include "daemon/store/outbox.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::store {

// Version of the tables, in PRAGMA user_version. A newer store is refused untouched.
inline constexpr int schema_version = 1;
inline constexpr int application_id = 0x53424F44;  // "SBOD"

struct Head {
    std::int64_t seq = -1;  // of the last record
    Digest leaf{};          // its leaf hash: `prev` of the next
};

class Journal {
  public:
    // Creates the store where there is none and none was before. `version` goes into the first
    // record. Errors: locked (another process; exit 75), newer, io.
    static Result<std::unique_ptr<Journal>> open(
        const std::filesystem::path& file, Instant now, std::string_view version);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // Every record in order, its chain checked; accepted polls come with their cells. `fold` must
    // not touch the journal.
    Result<void> replay(
        const Catalogue& catalogue,
        const std::function<void(const core::Event&, Instant)>& fold) const;

    // All stored readings, put into columns of `rules`.
    [[nodiscard]] Result<rules::Readings> readings(const rules::Rulebook& rules) const;

    // One step in one transaction: its events as records, changed readings, outbox rows. On return
    // all is on disk. Nothing of the step may be seen or sent before. No events: no write.
    Result<Head> append(
        Instant at,
        std::string_view actor,
        std::vector<core::Event>& events,
        const Catalogue& catalogue);

    // Contents of messages that are not settled; unknown ids are left out.
    [[nodiscard]] Result<std::vector<Message>> load(std::span<const std::string> ids) const;
    // Messages of one alert in the order they were queued; empty alert: the newest 100 of all.
    [[nodiscard]] Result<std::vector<MessageFate>> fates(const std::string& alert) const;

    // Moves the log into the store file when it has grown past a few megabytes. Off the hot path.
    Result<void> checkpoint();
    // Empties the log; the last call.
    Result<void> close();

    [[nodiscard]] const Head& head() const;
    [[nodiscard]] Instant last_at() const;  // time of the last record

  private:
    struct Impl;
    explicit Journal(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace sanbao::store
