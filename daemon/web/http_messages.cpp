#include "daemon/web/http_messages.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sanbao::web {

namespace http = boost::beast::http;
using boost::system::error_code;

Response make_response(unsigned version, Reply reply) {
    Response response{http::int_to_status(static_cast<unsigned>(reply.status)), version};
    response.set(http::field::content_type, reply.content_type);
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    if (!reply.allow.empty()) {
        response.set(http::field::allow, reply.allow);
    }
    response.content_length(reply.body.size());
    response.body() = std::move(reply.body);
    return response;
}

Reply plain_reply(int status, std::string sentence) {
    return {status, "text/plain; charset=utf-8", std::move(sentence) + "\n", {}};
}

std::optional<Reply> refusal_of(const error_code& error, std::uint64_t body_max) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return plain_reply(
            431, fmt::format("the headers are over {} bytes", limits::http_header_bytes_max));
    }
    if (error == http::error::body_limit) {
        return plain_reply(413, fmt::format("the body is over {} bytes", body_max));
    }
    const auto of_http = error.category() == make_error_code(http::error::bad_method).category();
    if (of_http && error != http::error::end_of_stream && error != http::error::partial_message) {
        return plain_reply(400, "this is no HTTP request: " + error.message());
    }
    return std::nullopt;
}

std::optional<Call> call_of(const http::request<http::string_body>& request) {
    const auto target = boost::urls::parse_origin_form(
        boost::core::string_view{request.target().data(), request.target().size()});
    if (!target) {
        return std::nullopt;
    }
    Call call;
    call.method = std::string{request.method_string()};
    call.path = target->path();
    for (const auto& parameter : target->params()) {
        call.query.emplace(parameter.key, parameter.value);
    }
    for (const auto& field : request) {
        auto name = std::string{field.name_string()};
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        call.headers.emplace(std::move(name), std::string{field.value()});
    }
    return call;
}

}  // namespace sanbao::web
