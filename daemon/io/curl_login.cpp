// Who we are to a server, as libcurl takes it.
#include "daemon/io/curl_exchange.hpp"

#include <openssl/crypto.h>

#include <cstring>
#include <string_view>

namespace sanbao::io {

void FreeList::operator()(curl_slist* list) const {
    for (auto* line = list; line != nullptr; line = line->next) {  // one may hold a key
        OPENSSL_cleanse(line->data, std::strlen(line->data));
    }
    curl_slist_free_all(list);
}

void Exchange::set_login(const Credentials& login) {
    auto* const easy = easy_.get();
    if (sftp_) {
        constexpr std::string_view prefix = "SHA256:";  // as ssh-keygen -lf prints it
        const auto named = login.known_host.starts_with(prefix) ? prefix.size() : 0;
        set(easy, CURLOPT_SSH_HOST_PUBLIC_KEY_SHA256, login.known_host.c_str() + named);
        set(easy, CURLOPT_SSH_AUTH_TYPES, long{CURLSSH_AUTH_PASSWORD});
    } else {
        set(easy, CURLOPT_HTTPAUTH, login.bearer.empty() ? CURLAUTH_BASIC : CURLAUTH_BEARER);
    }
    if (!login.user.empty()) {  // apart, never in the URL: a colon in it stays a colon
        set(easy, CURLOPT_USERNAME, login.user.c_str());
        set(easy, CURLOPT_PASSWORD, login.password.reveal().c_str());
    }
    if (!login.bearer.empty()) {
        set(easy, CURLOPT_XOAUTH2_BEARER, login.bearer.reveal().c_str());
    }
    if (!login.certificate.empty()) {
        set(easy, CURLOPT_SSLCERT, login.certificate.c_str());
        set(easy, CURLOPT_SSLCERTTYPE, "PEM");
        set(easy, CURLOPT_SSLKEYTYPE, "PEM");
        const auto& key = login.certificate_key.reveal();
        curl_blob blob{};
        blob.data = const_cast<char*>(key.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        blob.len = key.size();
        blob.flags = CURL_BLOB_NOCOPY;  // request_ holds it until the handle is reset
        set(easy, CURLOPT_SSLKEY_BLOB, &blob);
    }
}

}  // namespace sanbao::io
