#include "alerts/base/digest.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <memory>

namespace sanbao {

namespace {

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Fetched once: OpenSSL 3 otherwise looks its providers up again for every digest.
const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    SANBAO_ASSERT(fetched != nullptr);
    return fetched;
}

class Hasher {
  public:
    Hasher() { SANBAO_ASSERT(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1); }

    void add(std::string_view bytes) {
        SANBAO_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    }
    Digest finish() {
        Digest result{};
        SANBAO_ASSERT(EVP_DigestFinal_ex(context_.get(), result.data(), nullptr) == 1);
        return result;
    }

  private:
    std::unique_ptr<EVP_MD_CTX, FreeContext> context_{EVP_MD_CTX_new()};
};

}  // namespace

Digest sha256(std::string_view bytes) {
    return sha256({bytes});
}

Digest sha256(std::initializer_list<std::string_view> parts) {
    Hasher hasher;
    for (const auto part : parts) {
        hasher.add(part);
    }
    return hasher.finish();
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    result.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        result += digits[byte >> 4U];
        result += digits[byte & 0x0FU];
    }
    return result;
}

std::string derived_id(std::string_view prefix, std::initializer_list<std::string_view> parts) {
    Hasher hasher;
    for (const auto part : parts) {
        hasher.add(fmt::format("{}:", part.size()));
        hasher.add(part);
    }
    const auto digest = hasher.finish();

    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    constexpr std::size_t characters = 26;  // 130 bits
    std::string result{prefix};
    result += '_';
    std::uint32_t bits = 0;
    unsigned held = 0;
    std::size_t next = 0;
    for (std::size_t i = 0; i < characters; ++i) {
        if (held < 5) {
            bits = (bits << 8U) | digest[next++];
            held += 8;
        }
        held -= 5;
        result += alphabet[(bits >> held) & 0x1FU];
    }
    return result;
}

}  // namespace sanbao
