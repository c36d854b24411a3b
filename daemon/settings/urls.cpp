#include "daemon/settings/urls.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace sanbao::settings {

namespace {

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

std::optional<Address> check_url(
    const Section& section, std::string_view key, std::initializer_list<std::string_view> schemes) {
    if (!section.has(key)) {
        return std::nullopt;
    }
    const auto text = section.text(key);
    const auto refuse = [&](std::string message, std::string hint) {
        section.problem(section.where(key), std::move(message), std::move(hint));
        return std::nullopt;
    };
    const auto url = boost::urls::parse_uri(text);
    const std::string known = fmt::format("{}", fmt::join(schemes, "://, "));
    if (!url) {
        return refuse(
            fmt::format("\"{}\" is not a URL", text),
            fmt::format("it starts with one of {}://", known));
    }
    const std::string scheme{url->scheme()};
    if (std::ranges::find(schemes, scheme) == schemes.end()) {
        return refuse(
            fmt::format("{}:// cannot be used here", scheme),
            fmt::format("write one of {}://", known));
    }
    if (url->has_userinfo()) {
        return refuse("a login does not belong into a URL", "secrets are { credential = \"…\" }");
    }
    const std::string host = url->host_address();
    const bool is_file = scheme == "file";
    if (is_file ? !host.empty() || !url->path().starts_with('/') : host.empty()) {
        return refuse(
            fmt::format("\"{}\" names no {}", text, is_file ? "absolute path" : "host"),
            is_file ? "write file:///path" : "write host and port");
    }
    return Address{scheme, is_file || is_loopback(host)};
}

}  // namespace sanbao::settings
