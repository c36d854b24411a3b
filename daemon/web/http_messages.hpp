// Inside web/: calls and replies as Beast's messages. With server.cpp the only one to include
// Beast.
#pragma once

#include "daemon/web/server.hpp"

#include <boost/beast/http.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace sanbao::web {

using Response = boost::beast::http::response<boost::beast::http::string_body>;

Response make_response(unsigned version, Reply reply);
Reply plain_reply(int status, std::string sentence);

// What to say of a request that could not be read; nullopt when nobody is there to hear it.
std::optional<Reply> refusal_of(const boost::system::error_code& error, std::uint64_t body_max);

// All but the body; nullopt when the target is no path.
std::optional<Call> call_of(
    const boost::beast::http::request<boost::beast::http::string_body>& request);

}  // namespace sanbao::web
