#include "daemon/store/writer.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

namespace sanbao::store {

namespace {

std::int64_t millis(Instant at) {
    return at.time_since_epoch().count();
}
Instant instant(const SQLite::Column& column) {
    return Instant{Millis{column.getInt64()}};
}
std::optional<Instant> maybe_instant(const SQLite::Column& column) {
    return column.isNull() ? std::nullopt : std::optional{instant(column)};
}

void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes) {
    statement.bindNoCopy(index, bytes.data(), static_cast<int>(bytes.size()));
}
void bind_digest(SQLite::Statement& statement, int index, const Digest& digest) {
    statement.bindNoCopy(index, digest.data(), static_cast<int>(digest.size()));
}
void bind_maybe(SQLite::Statement& statement, int index, std::optional<Instant> at) {
    if (at) {
        statement.bind(index, millis(*at));
    } else {
        statement.bind(index);  // NULL
    }
}
void run(SQLite::Statement& statement) {
    statement.exec();
    statement.reset();
}

}  // namespace

std::string_view blob_of(const SQLite::Column& column) {
    const auto* bytes = static_cast<const char*>(column.getBlob());
    return {bytes, static_cast<std::size_t>(column.getBytes())};
}

Message message_of(const SQLite::Statement& row) {
    const auto text = [&](int i) {
        return row.getColumn(i).getString();
    };
    Message message;
    message.id = text(0);
    message.channel = text(1);
    message.recipient = text(2);
    message.recipient_name = text(3);
    message.alert = text(4);
    message.title = text(5);
    message.text = text(6);
    message.html = text(7);
    message.json = text(8);
    message.queued = instant(row.getColumn(9));
    message.attempt = row.getColumn(10).getInt();
    return message;
}

MessageFate fate_of(const SQLite::Statement& row) {
    const auto text = [&](int i) {
        return row.getColumn(i).getString();
    };
    MessageFate fate;
    fate.id = text(0);
    fate.channel = text(1);
    fate.recipient = text(2);
    fate.alert = text(3);
    fate.subject = text(4);
    fate.reason = text(5);
    fate.title = text(6);
    fate.state = text(7);
    fate.answer = text(8);
    fate.attempts = row.getColumn(9).getInt();
    fate.code = row.getColumn(10).getInt();
    fate.queued = instant(row.getColumn(11));
    fate.next = maybe_instant(row.getColumn(12));
    fate.settled = maybe_instant(row.getColumn(13));
    return fate;
}

Writer::Writer(SQLite::Database& database)
    : insert_record_(database, "INSERT INTO audit(seq, rec, leaf, prev) VALUES (?, ?, ?, ?)")
    , insert_batch_(database, "INSERT INTO batch(seq, feed, newest, cells) VALUES (?, ?, ?, ?)")
    , insert_message_(
          database,
          "INSERT INTO outbox(id, seq, channel, recipient, address, name, alert, subject, reason, "
          "title, text, html, json, queued, next, state) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending') ON CONFLICT DO NOTHING")
    , update_message_(
          database,
          "UPDATE outbox SET state = ?, attempts = ?, next = ?, code = ?, answer = ?, settled = ? "
          "WHERE id = ? AND state NOT IN ('delivered', 'dead')") {}

Head Writer::write(const Head& head, const record::Body& body, std::string_view actor, Instant at) {
    const auto seq = head.seq + 1;
    const auto bytes = record::to_bytes(body, actor, at, seq, head.leaf);
    const auto leaf = record::leaf_hash(bytes);
    insert_record_.bind(1, seq);
    bind_blob(insert_record_, 2, bytes);
    bind_digest(insert_record_, 3, leaf);
    bind_digest(insert_record_, 4, head.leaf);
    run(insert_record_);
    return {seq, leaf};
}

namespace {

// What is stored beside the record of an event that carries cells; its digest goes into the record.
struct BatchRow {
    std::string feed, cells;
    Date newest{};
};

BatchRow batch_of(auto& event, const Catalogue& catalogue) {
    BatchRow row;
    if constexpr (requires { event.batch_digest; }) {
        if (!event.changed.empty()) {
            row.feed = event.feed;
            row.cells = record::encode_cells(event.changed, catalogue);
            event.batch_digest = to_hex(sha256(row.cells));
            row.newest = std::ranges::max(event.changed, {}, &rules::Cell::date).date;
        }
    }
    return row;
}

}  // namespace

Head Writer::write(
    const Head& head,
    core::Event& event,
    std::string_view actor,
    Instant at,
    const Catalogue& catalogue) {
    const auto batch = std::visit([&](auto& e) { return batch_of(e, catalogue); }, event);
    const auto next = write(head, record::encode(event), actor, at);
    if (!batch.cells.empty()) {
        insert_batch_.bind(1, next.seq);
        insert_batch_.bindNoCopy(2, batch.feed);
        insert_batch_.bind(3, day_number(batch.newest));
        bind_blob(insert_batch_, 4, batch.cells);
        run(insert_batch_);
    }
    if (const auto* queued = std::get_if<core::MessageQueued>(&event)) {
        queue(*queued, next.seq, at);
    } else if (const auto* attempted = std::get_if<core::MessageAttempted>(&event)) {
        settle(attempted->id, attempted->attempt, {"sending", "", 0, {}, {}});
    } else if (const auto* delivered = std::get_if<core::MessageDelivered>(&event)) {
        settle(
            delivered->id,
            delivered->attempt,
            {"delivered", delivered->answer, delivered->code, {}, at});
    } else if (const auto* deferred = std::get_if<core::MessageDeferred>(&event)) {
        settle(
            deferred->id,
            deferred->attempt,
            {"deferred", deferred->answer, deferred->code, deferred->next, {}});
    } else if (const auto* dead = std::get_if<core::MessageDead>(&event)) {
        settle(dead->id, dead->attempt, {"dead", dead->answer, dead->code, {}, at});
    }
    return next;
}

void Writer::queue(const core::MessageQueued& message, std::int64_t seq, Instant at) {
    auto& to = insert_message_;
    int index = 0;
    const auto text = [&](const std::string& value) {
        to.bindNoCopy(++index, value);
    };
    text(message.id);
    to.bind(++index, seq);
    text(message.channel);
    text(message.recipient);
    text(message.address);
    text(message.name);
    text(message.alert);
    text(message.subject);
    const std::string reason{text::to_text(message.reason)};
    text(reason);
    text(message.title);
    text(message.text);
    text(message.html);
    text(message.json);
    to.bind(++index, millis(at));
    to.bind(++index, millis(at));
    run(to);
}

void Writer::settle(const std::string& id, int attempt, const Fate& fate) {
    const std::string state{fate.state};
    const std::string answer{fate.answer};
    update_message_.bindNoCopy(1, state);
    update_message_.bind(2, attempt);
    bind_maybe(update_message_, 3, fate.next);
    update_message_.bind(4, fate.code);
    update_message_.bindNoCopy(5, answer);
    bind_maybe(update_message_, 6, fate.settled);
    update_message_.bindNoCopy(7, id);
    run(update_message_);
}

}  // namespace sanbao::store
