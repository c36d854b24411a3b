// Inside store/: the statements that write one event, and the rows that are read back.
#pragma once

#include "daemon/store/journal.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <string>
#include <string_view>

namespace sanbao::store {

// Prepared once. Every call is inside a transaction of the caller's; throws SQLite::Exception.
class Writer {
  public:
    explicit Writer(SQLite::Database& database);

    // The record of `event` after `head`, and what stands beside it. Fills in batch_digest.
    Head write(
        const Head& head,
        core::Event& event,
        std::string_view actor,
        Instant at,
        const Catalogue& catalogue);
    Head write(const Head& head, const record::Body& body, std::string_view actor, Instant at);

  private:
    void queue(const core::MessageQueued& message, std::int64_t seq, Instant at);
    struct Fate {
        std::string_view state;
        std::string_view answer;
        int code = 0;
        std::optional<Instant> next, settled;
    };
    void settle(const std::string& id, int attempt, const Fate& fate);

    SQLite::Statement insert_record_;
    SQLite::Statement insert_batch_;
    SQLite::Statement insert_message_;
    SQLite::Statement update_message_;
};

std::string_view blob_of(const SQLite::Column& column);
Message message_of(const SQLite::Statement& row);
MessageFate fate_of(const SQLite::Statement& row);

}  // namespace sanbao::store
