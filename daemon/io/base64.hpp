// Base64 of RFC 4648 §4, by OpenSSL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sanbao::io {

std::string to_base64(std::string_view bytes);  // padded, in one line

// Strict: whole groups of four, '=' only at the end. nullopt for anything else.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace sanbao::io
