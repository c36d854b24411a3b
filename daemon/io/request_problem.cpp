// What makes a request unfit to be sent, seen before anything leaves.
#include "daemon/io/curl_exchange.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::io {

namespace {

bool has_control(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string_view scheme_of(std::string_view url) {
    const auto end = url.find("://");
    return end == std::string_view::npos ? std::string_view{} : url.substr(0, end);
}

std::optional<std::string> mail_trouble(const Mail& mail, std::string_view scheme) {
    if (scheme != (mail.tls == MailTls::implicit ? "smtps" : "smtp")) {
        return fmt::format(
            "\"{}\" is not the scheme of this mail server: smtps for implicit TLS, else smtp",
            scheme);
    }
    for (const auto* const address : {&mail.from, &mail.to}) {
        if (address->find('@') == std::string::npos || has_control(*address)
            || address->find_first_of("<> ") != std::string::npos) {
            return "a mail address must be plain, as office@example.cn";
        }
    }
    return std::nullopt;
}

std::optional<std::string> web_trouble(const Request& request, std::string_view scheme) {
    const bool web = scheme == "http" || scheme == "https";
    if (!web && scheme != "file" && scheme != "sftp") {
        return fmt::format("\"{}\" is not a scheme to fetch by: http, https, sftp, file", scheme);
    }
    if (request.method != "GET" && (!web || request.method != "POST")) {
        return fmt::format("the method {} cannot be used with {}", request.method, scheme);
    }
    for (const auto& [name, value] : request.headers) {
        if (name.empty() || name.find_first_of(": ") != std::string::npos || has_control(name)
            || value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos) {
            return std::string{
                "a header has a line break or another character that it may not have"};
        }
    }
    return std::nullopt;
}

// A secret that would leave by a way it was not meant for is never sent.
std::optional<std::string> login_trouble(const Request& request, std::string_view scheme) {
    if (scheme == "sftp" && (!request.credentials || request.credentials->known_host.empty())) {
        return "sftp needs the SHA-256 of the server's host key: see known_host";
    }
    if (!request.credentials) {
        return std::nullopt;
    }
    const auto& login = *request.credentials;
    const bool of_web = !login.bearer.empty() || !login.key_header.empty();
    if (request.mail || scheme == "file" || (scheme == "sftp" && of_web)) {
        return fmt::format("this login cannot be used with {}", scheme);
    }
    if (!login.certificate.empty() && scheme != "https") {
        return fmt::format("a client certificate needs https, not {}", scheme);
    }
    if (!login.key_header.empty()
        && (login.key_header.find_first_of(": ") != std::string::npos
            || has_control(login.key_header) || has_control(login.key.reveal()))) {
        return "the key or the name of its header has a character that a header may not have";
    }
    if (has_control(login.bearer.reveal())) {
        return "the bearer token has a character that a header may not have: is the file right?";
    }
    return std::nullopt;
}

}  // namespace

std::optional<TransferError> request_problem(const Request& request) {
    const auto scheme = scheme_of(request.url);
    std::optional<std::string> trouble;
    if (scheme.empty() || has_control(request.url) || request.url.find(' ') != std::string::npos) {
        trouble = "the address is not a URL: write it as https://host/path";
    } else {
        trouble = request.mail ? mail_trouble(*request.mail, scheme) : web_trouble(request, scheme);
    }
    if (!trouble) {
        trouble = login_trouble(request, scheme);
    }
    if (!trouble) {
        return std::nullopt;
    }
    return TransferError{TransferProblem::bad_request, 0, *std::move(trouble)};
}

}  // namespace sanbao::io
