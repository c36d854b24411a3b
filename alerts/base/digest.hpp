// SHA-256, and ids made from it. Ids are derived, never random: a resend after a crash, a restore
// or a fail-over carries the same id, and the receiver can drop it.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace sanbao {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);
Digest sha256(std::initializer_list<std::string_view> parts);  // of the parts, end to end
std::string to_hex(std::span<const std::uint8_t> bytes);

// prefix + "_" + 26 lower-case base32 characters over the parts, each with its length before it,
// so that ("ab","c") and ("a","bc") differ. No '.' (Standard Webhooks forbids it in an id).
std::string derived_id(std::string_view prefix, std::initializer_list<std::string_view> parts);

}  // namespace sanbao
