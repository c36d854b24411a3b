// A secret cannot be printed by accident, is wiped when it goes, and never comes from the settings
// text: only from a systemd credential or a file of mode 0600.
#pragma once

#include "alerts/base/result.hpp"

#include <string>
#include <string_view>

namespace sanbao::io {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value);
    Secret(const Secret&) = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(const Secret&) = default;
    Secret& operator=(Secret&&) noexcept = default;
    ~Secret();  // overwrites

    [[nodiscard]] bool empty() const { return value_.empty(); }
    // The only way out; the caller must not log, store or compare it in variable time.
    [[nodiscard]] const std::string& reveal() const { return value_; }

  private:
    std::string value_;
};

// Where a secret is kept. Exactly one of the two is set.
struct SecretSource {
    std::string credential;  // name below $CREDENTIALS_DIRECTORY
    std::string file;        // absolute path; owner us or root, mode & 077 == 0
    [[nodiscard]] bool empty() const { return credential.empty() && file.empty(); }
    friend bool operator==(const SecretSource&, const SecretSource&) = default;
};

// Reads it; trailing newlines are cut. Errors name the source and what to do, never the content.
Result<Secret> read_secret(const SecretSource& source);

}  // namespace sanbao::io
