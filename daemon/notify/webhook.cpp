#include "daemon/notify/base64.hpp"
#include "daemon/notify/sender.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace sanbao::notify {

namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t key_bytes_min = 24;
constexpr std::size_t key_bytes_max = 64;

}  // namespace

Result<std::string> sign_webhook(
    const io::Secret& secret,
    std::string_view id,
    std::int64_t timestamp_s,
    std::string_view body) {
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

}  // namespace sanbao::notify
