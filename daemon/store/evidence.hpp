// The raw bodies behind the figures: `<folder>/<long|short>/<YYYY-MM>/<SHA-256 of the raw
// bytes>.zst`, written before the step that speaks of them commits. No record without its evidence.
//
// The folder belongs to this process's user alone (0700, files 0600). Every call may run on any
// thread, and several at once.
#pragma once

#include "alerts/base/result.hpp"
#include "alerts/base/time.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace sanbao::store {

enum class Retention : unsigned char { long_term, short_term };  // limits::evidence_*_days

class Evidence {
  public:
    explicit Evidence(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Keeps `bytes`, whose SHA-256 in hex is `digest`, under the month of `today`. On return they
    // are on disk. What is there already is left as it is. Errors: io, with what to do.
    [[nodiscard]] Result<void> put(
        std::string_view bytes, const std::string& digest, Retention retention, Date today) const;

    struct Found {
        std::string digest;
        std::filesystem::path path;
        Retention retention = Retention::long_term;
        std::int64_t packed_bytes = 0;
    };
    // By the digest or by its first 8 and more hex digits, when only one body begins so.
    [[nodiscard]] Result<Found> find(std::string_view digest) const;
    // The raw bytes. Their digest is computed again: a changed file is an error that says so.
    [[nodiscard]] Result<std::string> get(const Found& found) const;

    // Removes the months that are wholly older than their class allows; how many files went.
    // What was there before is never read, so a hostile or foreign file does no harm.
    Result<std::int64_t> prune(Date today) const;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  private:
    std::filesystem::path folder_;
};

}  // namespace sanbao::store
