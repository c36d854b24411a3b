// Every limit of sanbaod, by name. Each is asserted or reported where it is met, and tested.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sanbao::limits {

inline constexpr std::size_t subjects_max = 8'192;
inline constexpr std::size_t items_max = 1'024;
inline constexpr std::size_t indicators_max = 512;
inline constexpr std::size_t feeds_max = 512;
inline constexpr std::size_t persons_max = 4'096;
inline constexpr std::size_t channels_max = 256;
inline constexpr std::size_t settings_file_bytes_max = 4 << 20;

inline constexpr std::int64_t feed_body_bytes_default = 8 << 20;
inline constexpr std::int64_t feed_body_bytes_max = 64 << 20;
inline constexpr std::int64_t feed_header_bytes_max = 64 << 10;
inline constexpr std::size_t feed_rows_max = 1'000'000;
inline constexpr std::size_t feed_problems_shown_max = 20;
inline constexpr std::size_t feed_names_shown_max = 200;  // columns and items that nothing maps
inline constexpr int feed_future_hours_max = 24;
inline constexpr std::size_t feed_columns_max = 1'024;     // of a table
inline constexpr std::size_t feed_preamble_rows_max = 50;  // before a table's header
inline constexpr int feed_pages_max = 200;                 // of one answer
inline constexpr int feed_inflation_max = 100;             // decompressed bytes for one received
inline constexpr std::size_t feed_quarantined_max = 16;    // batches held back, of one feed
inline constexpr std::size_t feed_bodies_kept = 62;        // dates whose body is remembered
inline constexpr std::size_t feed_checks_max = 64;         // of one feed
inline constexpr std::size_t feed_findings_max = 20;       // told of one batch
inline constexpr std::size_t filings_waiting_max = 1'000;
inline constexpr int push_age_s_max = 300;             // of a signed push
inline constexpr int push_ahead_s_max = 60;            // … that its sender's clock may be ahead
inline constexpr std::size_t pushes_max = 8;           // being received at once
inline constexpr std::size_t push_ids_max = 10'000;    // remembered until they are too old
inline constexpr std::size_t push_id_bytes_max = 128;  // of one
inline constexpr int evidence_short_days = 183;        // what the law asks at least
inline constexpr int evidence_long_days = 3'653;       // ten years

inline constexpr std::size_t formula_bytes_max = 1'024;
inline constexpr std::size_t formula_depth_max = 32;
inline constexpr std::size_t formula_inputs_max = 16;
inline constexpr int hold_readings_max = 31;
inline constexpr int restate_days_max = 62;  // a correction of an older date is not judged again
inline constexpr int restate_kept_days = restate_days_max + 31;  // what judging that far back reads
inline constexpr std::size_t feed_digests_kept =
    62;                                             // to know a body that came before, of one feed
inline constexpr std::size_t corrections_kept = 5;  // of one risk, for explain
inline constexpr int history_days_max = 1'100;  // three years: "same period last year" of a window

inline constexpr std::size_t record_bytes_max = 16 << 10;
inline constexpr std::size_t record_text_bytes_max = 2'000;     // of one text, as it is stored
inline constexpr std::size_t record_list_max = 20;              // texts of one list …
inline constexpr std::size_t record_list_text_bytes_max = 600;  // … and of each, as it is stored
inline constexpr std::size_t note_bytes_max = 500;              // what a person writes into an act
inline constexpr int delivery_attempts_max = 200;
inline constexpr std::size_t http_header_bytes_max = 8 << 10;
inline constexpr std::size_t http_body_bytes_max = 64 << 10;
inline constexpr int http_connections_max = 256;    // of each listener
inline constexpr int http_request_ms_max = 10'000;  // from the first byte to the last
inline constexpr int http_idle_ms_max = 60'000;     // between two requests of a connection

static_assert(record_list_max * record_list_text_bytes_max < record_bytes_max * 3 / 4);
static_assert(feed_body_bytes_default <= feed_body_bytes_max);

}  // namespace sanbao::limits
