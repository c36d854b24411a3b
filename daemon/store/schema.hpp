// The tables of the store. DO NOT CHANGE without a new schema_version and a migration: stores of
// every release must open.
#pragma once

namespace sanbao::store {

inline constexpr auto schema_sql = R"sql(
CREATE TABLE audit(
  seq  INTEGER PRIMARY KEY,
  rec  BLOB NOT NULL,
  leaf BLOB NOT NULL UNIQUE,
  prev BLOB NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER audit_is_append_only_u BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_append_only_d BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TABLE batch(
  seq    INTEGER PRIMARY KEY REFERENCES audit(seq),
  feed   TEXT NOT NULL,
  newest INTEGER NOT NULL,
  cells  BLOB NOT NULL
) STRICT;
CREATE TABLE outbox(
  id        TEXT PRIMARY KEY,
  seq       INTEGER NOT NULL REFERENCES audit(seq),
  channel   TEXT NOT NULL,
  recipient TEXT NOT NULL,
  address   TEXT NOT NULL,
  name      TEXT NOT NULL,
  alert     TEXT NOT NULL,
  subject   TEXT NOT NULL,
  reason    TEXT NOT NULL,
  title     TEXT NOT NULL,
  text      TEXT NOT NULL,
  html      TEXT NOT NULL,
  json      TEXT NOT NULL,
  queued    INTEGER NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('pending','sending','deferred','delivered','dead')),
  attempts  INTEGER NOT NULL DEFAULT 0,
  next      INTEGER,
  code      INTEGER NOT NULL DEFAULT 0,
  answer    TEXT NOT NULL DEFAULT '',
  settled   INTEGER
) STRICT;
CREATE INDEX outbox_by_alert ON outbox(alert, seq);
CREATE INDEX outbox_by_seq ON outbox(seq);
)sql";

}  // namespace sanbao::store
