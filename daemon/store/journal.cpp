#include "daemon/store/journal.hpp"

#include "alerts/base/assert.hpp"
#include "daemon/store/lock.hpp"
#include "daemon/store/schema.hpp"
#include "daemon/store/writer.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cstring>
#include <fstream>

namespace sanbao::store {

namespace {

constexpr int busy_timeout_ms = 2'000;
constexpr int wal_pages_before_checkpoint = 2'000;

Error storage_error(const std::filesystem::path& file, const SQLite::Exception& e) {
    const auto code = e.getErrorCode() & 0xff;
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        return {
            ErrorKind::locked,
            fmt::format("{}: locked by another process; end it and start again", file.string())};
    }
    if (code == SQLITE_FULL) {
        return {
            ErrorKind::io,
            fmt::format(
                "{}: the disk is full; nothing more is decided or sent until there is room",
                file.string())};
    }
    return {
        ErrorKind::io,
        fmt::format(
            "{}: storage failed: {} (sqlite {}); do not restart blindly: copy the store away, "
            "check the disk",
            file.string(),
            e.what(),
            e.getExtendedErrorCode())};
}

std::uint32_t big_endian(const char* at) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<unsigned char>(at[i]);
    }
    return value;
}

Error newer_store(const std::filesystem::path& file, int version) {
    return {
        ErrorKind::newer,
        fmt::format(
            "{}: written by a newer sanbaod (store version {}, this one knows {}); it was left "
            "untouched; install the newer version",
            file.string(),
            version,
            schema_version)};
}

enum class Found { nothing, ours };

// Looks at the first page without SQLite, so that a store that is not ours is left untouched.
Result<Found> inspect(const std::filesystem::path& file, bool was_made) {
    std::error_code code;
    const auto size =
        std::filesystem::exists(file, code) ? std::filesystem::file_size(file, code) : 0;
    if (size == 0) {
        if (was_made) {
            return Error{
                ErrorKind::io,
                fmt::format(
                    "{}: a store was here and is gone or empty; restore it from the last backup "
                    "(to begin anew on purpose, remove {}.lock)",
                    file.string(),
                    file.string())};
        }
        return Found::nothing;
    }
    std::array<char, 100> header{};
    std::ifstream in{file, std::ios::binary};
    in.read(header.data(), header.size());
    if (!in || std::memcmp(header.data(), "SQLite format 3", 16) != 0
        || big_endian(header.data() + 68) != static_cast<std::uint32_t>(application_id)) {
        return Error{
            ErrorKind::io,
            fmt::format(
                "{}: not a sanbaod store, or damaged; it was left untouched", file.string())};
    }
    const auto version = static_cast<int>(big_endian(header.data() + 60));
    if (version > schema_version) {
        return newer_store(file, version);
    }
    return Found::ours;
}

}  // namespace

struct Journal::Impl {
    Impl(std::filesystem::path path, Lock held)
        : file(std::move(path))
        , lock(std::move(held))
        , database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {}

    std::filesystem::path file;
    Lock lock;
    SQLite::Database database;
    std::unique_ptr<Writer> writer;
    Head head;
    Instant last_at{};
    bool closed = false;

    Result<void> configure(Found found) {
        database.setBusyTimeout(busy_timeout_ms);
        sqlite3_db_config(
            database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, static_cast<int*>(nullptr));
        // Again, by SQLite: the newer version's number may still be in the log beside the file.
        if (const int version = database.execAndGet("PRAGMA user_version").getInt();
            version > schema_version) {
            return newer_store(file, version);
        }
        if (found == Found::nothing) {
            // Before anything else: inspect() must know a half-made store as ours.
            database.exec(fmt::format("PRAGMA application_id={}", application_id));
        }
        database.exec(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; "
            "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; "
            "PRAGMA cache_size=-4096; PRAGMA journal_size_limit=67108864");
        SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
        if (database.execAndGet("PRAGMA user_version").getInt() == 0) {
            database.exec(schema_sql);
            database.exec(fmt::format("PRAGMA user_version={}", schema_version));
        }
        transaction.commit();
        return {};
    }

    Result<void> find_head() {
        SQLite::Statement last{
            database, "SELECT seq, rec, leaf FROM audit ORDER BY seq DESC LIMIT 1"};
        if (!last.executeStep()) {
            return {};
        }
        const auto record = last.getColumn(1);
        const std::string_view bytes{
            static_cast<const char*>(record.getBlob()),
            static_cast<std::size_t>(record.getBytes())};
        head.seq = last.getColumn(0).getInt64();
        head.leaf = record::leaf_hash(bytes);
        if (std::memcmp(last.getColumn(2).getBlob(), head.leaf.data(), head.leaf.size()) != 0) {
            return damaged(head.seq);
        }
        if (const auto parsed = record::parse(bytes)) {
            last_at = parsed->at;
        }
        return {};
    }

    [[nodiscard]] Error damaged(std::int64_t seq) const {
        return {
            ErrorKind::io,
            fmt::format(
                "{}: record {} does not match its hash. The file was changed or the disk is "
                "failing. Do not restart: copy the store away, then restore last night's copy",
                file.string(),
                seq)};
    }
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

const Head& Journal::head() const {
    return impl_->head;
}
Instant Journal::last_at() const {
    return impl_->last_at;
}

Result<std::unique_ptr<Journal>> Journal::open(
    const std::filesystem::path& file, Instant now, std::string_view version) {
    auto lock = Lock::take(file.string() + ".lock");
    if (!lock) {
        return lock.error();
    }
    const auto found = inspect(file, !lock->text().empty());
    if (!found) {
        return found.error();
    }
    try {
        auto impl = std::make_unique<Impl>(file, std::move(*lock));
        if (auto good = impl->configure(*found); !good) {
            return good.error();
        }
        if (auto good = impl->find_head(); !good) {
            return good.error();
        }
        impl->writer = std::make_unique<Writer>(impl->database);
        if (impl->head.seq < 0) {
            SQLite::Transaction transaction{impl->database, SQLite::TransactionBehavior::IMMEDIATE};
            impl->head = impl->writer->write(impl->head, record::genesis(version), "system", now);
            impl->last_at = now;
            transaction.commit();
        }
        if (impl->lock.text().empty()) {
            if (auto written = impl->lock.write("sanbaod store\n"); !written) {
                return written.error();
            }
        }
        return std::unique_ptr<Journal>{new Journal{std::move(impl)}};
    } catch (const SQLite::Exception& e) {
        return storage_error(file, e);
    }
}

namespace {

// The cells of an event, held against the digest in its record; `rejected`: others.
Result<void> read_batch(auto& event, std::string_view blob, const Catalogue& catalogue) {
    if constexpr (requires { event.batch_digest; }) {
        if (event.batch_digest.empty()) {
            return {};
        }
        if (to_hex(sha256(blob)) != event.batch_digest) {
            return Error{ErrorKind::rejected, "changed figures"};
        }
        auto cells = record::decode_cells(blob, catalogue);
        if (!cells) {
            return cells.error();
        }
        event.changed = *std::move(cells);
    }
    return {};
}

}  // namespace

Result<void> Journal::replay(
    const Catalogue& catalogue,
    const std::function<void(const core::Event&, Instant)>& fold) const {
    try {
        SQLite::Statement rows{
            impl_->database,
            "SELECT audit.seq, rec, cells FROM audit LEFT JOIN batch USING (seq) ORDER BY "
            "audit.seq"};
        Digest leaf{};
        std::int64_t expected = 0;
        while (rows.executeStep()) {
            const auto seq = rows.getColumn(0).getInt64();
            const auto bytes = blob_of(rows.getColumn(1));
            auto parsed = record::parse(bytes);
            if (!parsed) {
                return parsed.error();
            }
            if (seq != expected || parsed->seq != seq || parsed->prev != to_hex(leaf)) {
                return impl_->damaged(seq);
            }
            leaf = record::leaf_hash(bytes);
            ++expected;
            if (parsed->folds) {
                auto read = std::visit(
                    [&](auto& event) {
                        return read_batch(event, blob_of(rows.getColumn(2)), catalogue);
                    },
                    parsed->event);
                if (!read) {
                    return read.error().kind == ErrorKind::rejected ? impl_->damaged(seq)
                                                                    : read.error();
                }
            }
            if (parsed->folds) {
                fold(parsed->event, parsed->at);
            }
        }
        return leaf == impl_->head.leaf ? Result<void>{}
                                        : Result<void>{impl_->damaged(expected - 1)};
    } catch (const SQLite::Exception& e) {
        return storage_error(impl_->file, e);
    }
}

Result<rules::Readings> Journal::readings(const rules::Rulebook& rules) const {
    auto readings = rules.empty_readings();
    const auto fold = [&readings](const core::Event& event, Instant /*at*/) {
        if (const auto* accepted = std::get_if<core::FeedAccepted>(&event)) {
            for (const auto& cell : accepted->changed) {
                readings.put(cell, {accepted->newest, accepted->edition});
            }
        }
    };
    if (auto replayed = replay(rules.catalogue(), fold); !replayed) {
        return replayed.error();
    }
    return readings;
}

Result<Head> Journal::append(
    Instant at,
    std::string_view actor,
    std::vector<core::Event>& events,
    const Catalogue& catalogue) {
    SANBAO_ASSERT(!impl_->closed);
    if (events.empty()) {
        return impl_->head;
    }
    try {
        SQLite::Transaction transaction{impl_->database, SQLite::TransactionBehavior::IMMEDIATE};
        auto head = impl_->head;
        for (auto& event : events) {
            head = impl_->writer->write(head, event, actor, at, catalogue);
        }
        transaction.commit();
        impl_->head = head;
        impl_->last_at = at;
        return head;
    } catch (const SQLite::Exception& e) {
        return storage_error(impl_->file, e);
    }
}

Result<std::vector<Message>> Journal::load(std::span<const std::string> ids) const {
    try {
        std::vector<Message> messages;
        SQLite::Statement row{
            impl_->database,
            "SELECT id, channel, address, name, alert, title, text, html, json, queued, attempts "
            "FROM outbox WHERE id = ? AND state NOT IN ('delivered', 'dead')"};
        for (const auto& id : ids) {
            row.reset();
            row.bindNoCopy(1, id);
            if (row.executeStep()) {
                messages.push_back(message_of(row));
            }
        }
        return messages;
    } catch (const SQLite::Exception& e) {
        return storage_error(impl_->file, e);
    }
}

Result<std::vector<MessageFate>> Journal::fates(const std::string& alert) const {
    try {
        std::vector<MessageFate> fates;
        SQLite::Statement row{
            impl_->database,
            fmt::format(
                "SELECT id, channel, recipient, alert, subject, reason, title, state, answer, "
                "attempts, code, queued, next, settled FROM outbox {}",
                alert.empty() ? "ORDER BY seq DESC LIMIT 100" : "WHERE alert = ? ORDER BY seq")};
        if (!alert.empty()) {
            row.bind(1, alert);
        }
        while (row.executeStep()) {
            fates.push_back(fate_of(row));
        }
        return fates;
    } catch (const SQLite::Exception& e) {
        return storage_error(impl_->file, e);
    }
}

namespace {

Result<void> checkpoint_now(
    SQLite::Database& database, int mode, const std::filesystem::path& file) {
    database.setBusyTimeout(0);  // the loop does not wait for a reader
    const auto code =
        sqlite3_wal_checkpoint_v2(database.getHandle(), nullptr, mode, nullptr, nullptr);
    database.setBusyTimeout(busy_timeout_ms);
    // Busy: a reader is looking at an old page. The log stays a little longer; nothing is lost.
    if (code != SQLITE_OK && code != SQLITE_BUSY) {
        return storage_error(file, SQLite::Exception{database.getHandle(), code});
    }
    return {};
}

}  // namespace

Result<void> Journal::checkpoint() {
    std::error_code code;
    const auto size = std::filesystem::file_size(impl_->file.string() + "-wal", code);
    if (code || size < std::uintmax_t{wal_pages_before_checkpoint} * 4096) {
        return {};
    }
    return checkpoint_now(impl_->database, SQLITE_CHECKPOINT_TRUNCATE, impl_->file);
}

Result<void> Journal::close() {
    impl_->writer.reset();
    impl_->closed = true;
    return checkpoint_now(impl_->database, SQLITE_CHECKPOINT_TRUNCATE, impl_->file);
}

}  // namespace sanbao::store
