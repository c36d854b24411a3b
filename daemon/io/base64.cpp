#include "daemon/io/base64.hpp"

#include "alerts/base/assert.hpp"

#include <openssl/evp.h>

#include <cstddef>

namespace sanbao::io {

namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string result((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL writes a final zero
    const auto written = EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(result.data()),
        bytes_of(bytes),
        static_cast<int>(bytes.size()));
    SANBAO_ASSERT(written >= 0);
    result.resize(static_cast<std::size_t>(written));
    return result;
}

std::optional<std::string> from_base64(std::string_view text) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto digits = text.substr(0, text.find('='));
    const auto padding = text.size() - digits.size();
    const bool well_formed =
        text.size() % 4 == 0 && padding <= 2
        && digits.find_first_not_of(alphabet) == std::string_view::npos
        && text.substr(digits.size()) == std::string_view{"=="}.substr(2 - padding);
    if (!well_formed) {
        return std::nullopt;
    }
    std::string result(text.size() / 4 * 3, '\0');
    const auto written = EVP_DecodeBlock(
        reinterpret_cast<unsigned char*>(result.data()),
        bytes_of(text),
        static_cast<int>(text.size()));
    if (written < 0) {
        return std::nullopt;
    }
    result.resize(static_cast<std::size_t>(written) - padding);  // OpenSSL counts the padding
    return result;
}

}  // namespace sanbao::io
