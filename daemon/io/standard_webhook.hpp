// Standard Webhooks 1.0.0, v1: what we send and what is sent to us.
#pragma once

#include "alerts/base/result.hpp"
#include "daemon/io/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sanbao::io {

// "v1,<base64 HMAC-SHA256 of id.timestamp.body>"; secret "whsec_<base64>" of 24 to 64 bytes.
Result<std::string> sign_webhook(
    const Secret& secret, std::string_view id, std::int64_t timestamp_s, std::string_view body);

// Whether one of `signatures` (separated by blanks, as during a change of keys) is ours; compared
// in constant time. An error is that our own secret is none.
Result<bool> is_signed(
    const Secret& secret,
    std::string_view id,
    std::int64_t timestamp_s,
    std::string_view body,
    std::string_view signatures);

}  // namespace sanbao::io
