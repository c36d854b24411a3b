#include "daemon/io/standard_webhook.hpp"

#include "daemon/io/base64.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace sanbao::io {

namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t key_bytes_min = 24;
constexpr std::size_t key_bytes_max = 64;

}  // namespace

Result<std::string> sign_webhook(
    const Secret& secret, std::string_view id, std::int64_t timestamp_s, std::string_view body) {
    const std::string_view written = secret.reveal();
    auto key = written.starts_with(secret_prefix)
                   ? from_base64(written.substr(secret_prefix.size()))
                   : std::nullopt;
    if (!key || key->size() < key_bytes_min || key->size() > key_bytes_max) {
        return invalid(fmt::format(
            "the webhook secret is not \"{}\" and the base64 of {} to {} random bytes; make one "
            "with: echo {}$(openssl rand -base64 32)",
            secret_prefix,
            key_bytes_min,
            key_bytes_max,
            secret_prefix));
    }
    const auto content = fmt::format("{}.{}.{}", id, timestamp_s, body);
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned int mac_bytes = 0;
    const auto* done = HMAC(
        EVP_sha256(),
        key->data(),
        static_cast<int>(key->size()),
        reinterpret_cast<const unsigned char*>(content.data()),
        content.size(),
        mac.data(),
        &mac_bytes);
    OPENSSL_cleanse(key->data(), key->size());
    if (done == nullptr) {
        return Error{ErrorKind::io, "OpenSSL refuses HMAC-SHA256; is it in FIPS mode?"};
    }
    return "v1," + to_base64({reinterpret_cast<const char*>(mac.data()), mac_bytes});
}

Result<bool> is_signed(
    const Secret& secret,
    std::string_view id,
    std::int64_t timestamp_s,
    std::string_view body,
    std::string_view signatures) {
    const auto ours = sign_webhook(secret, id, timestamp_s, body);
    if (!ours) {
        return ours.error();
    }
    bool found = false;
    while (!signatures.empty()) {
        const auto end = std::min(signatures.find(' '), signatures.size());
        const auto theirs = signatures.substr(0, end);
        signatures.remove_prefix(std::min(end + 1, signatures.size()));
        if (theirs.size() == ours->size()
            && CRYPTO_memcmp(theirs.data(), ours->data(), ours->size()) == 0) {
            found = true;
        }
    }
    return found;
}

}  // namespace sanbao::io
