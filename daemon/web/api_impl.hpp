// Inside web/: the API as a class, and what its handlers share. Handlers of feeds and filings stand
// in files of their own.
#pragma once

#include "daemon/web/api.hpp"
#include "daemon/web/views.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::web {

namespace json = boost::json;

inline Reply answer(const json::object& body, int status = 200) {
    Reply reply;
    reply.status = status;
    reply.body = json::serialize(body) + "\n";
    return reply;
}

// A reply that says why not. A type of its own, so that no value is ever taken for one.
class Refused {
  public:
    Refused() = default;  // result<> asks for it
    explicit Refused(Reply reply) : reply_(std::move(reply)) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    operator Reply() const { return reply_; }

  private:
    Reply reply_;
};

inline Refused refuse(int status, std::string sentence) {
    return Refused{answer({{"error", std::move(sentence)}}, status)};
}

inline Reply plain(
    int status, std::string body, std::string_view type = "text/plain; charset=utf-8") {
    return {status, std::string{type}, std::move(body), {}};
}

int status_of(const Error& error);  // of HTTP

template <class T>
using Or = boost::system::result<T, Refused>;

// The body of a POST: one JSON object.
class Form {
  public:
    static Or<Form> read(const std::string& body) {
        boost::system::error_code error;
        json::parse_options options;
        options.max_depth = 4;
        auto value = json::parse(body.empty() ? "{}" : body, error, {}, options);
        if (error || !value.is_object()) {
            return refuse(400, "the body is no JSON object");
        }
        return Form{std::move(value.as_object())};
    }
    // Empty when it is absent.
    [[nodiscard]] Or<std::string> text(std::string_view key) const {
        const auto* value = fields_.if_contains(key);
        if (value == nullptr || value->is_null()) {
            return std::string{};
        }
        if (!value->is_string()) {
            return refuse(400, fmt::format("'{}' must be a text", key));
        }
        return std::string{value->as_string()};
    }
    [[nodiscard]] Or<json::object> object(std::string_view key) const {
        const auto* value = fields_.if_contains(key);
        if (value == nullptr || !value->is_object()) {
            return refuse(400, fmt::format("'{}' must be an object", key));
        }
        return value->get_object();
    }
    [[nodiscard]] Or<int> whole(std::string_view key) const {
        const auto* value = fields_.if_contains(key);
        boost::system::error_code error;
        const auto number = value != nullptr ? value->to_number<int>(error) : 0;
        if (value == nullptr || error) {
            return refuse(400, fmt::format("'{}' must be a whole number", key));
        }
        return number;
    }

  private:
    explicit Form(json::object fields) : fields_(std::move(fields)) {}
    json::object fields_;
};

inline std::string parameter(const Call& call, const std::string& name) {
    const auto found = call.query.find(name);
    return found == call.query.end() ? std::string{} : found->second;
}

// By id, by a code in force today, or by name in either language.
Or<std::uint32_t> find_subject(const View& view, const std::string& called);
// One by id or name; all risk indicators for "".
Or<std::vector<std::uint32_t>> find_indicators(const View& view, const std::string& called);

class Api {
  public:
    explicit Api(Ports ports) : ports_(std::move(ports)) {}

    [[nodiscard]] Reply serve(const Call& call) const;

  private:
    struct Route;
    static std::span<const Route> routes();
    static Reply not_served(const Call& call);

    [[nodiscard]] View view() const { return {ports_.state(), ports_.now(), ports_.replay()}; }

    // All of one shape, for the table of routes.
    [[nodiscard]] Reply healthz(const Call& call) const;
    [[nodiscard]] Reply readyz(const Call& call) const;
    [[nodiscard]] Reply metrics(const Call& call) const;
    [[nodiscard]] Reply status(const Call& call) const;
    [[nodiscard]] Reply alerts(const Call& call) const;
    [[nodiscard]] Reply alert(const Call& call) const;
    [[nodiscard]] Reply explain(const Call& call) const;
    [[nodiscard]] Reply plan(const Call& call) const;
    [[nodiscard]] Reply reload(const Call& call) const;
    [[nodiscard]] Reply activate(const Call& call) const;
    [[nodiscard]] Reply step(const Call& call) const;
    [[nodiscard]] Reply report(const Call& call) const;
    [[nodiscard]] Reply end(const Call& call) const;
    // api_feeds.cpp
    [[nodiscard]] Reply held(const Call& call) const;
    [[nodiscard]] Reply release(const Call& call) const;
    [[nodiscard]] Reply discard(const Call& call) const;
    // api_filings.cpp
    [[nodiscard]] Reply file(const Call& call) const;
    [[nodiscard]] Reply filings(const Call& call) const;
    [[nodiscard]] Reply confirm(const Call& call) const;
    [[nodiscard]] Reply send_back(const Call& call) const;
    [[nodiscard]] Reply duties(const Call& call) const;

    // Reads the county and who it is done by, lets `make` read the rest, and does it.
    template <class Make>
    Reply act(const Call& call, Make make) const;
    // Does with a held batch what ReleaseBatch or DiscardBatch says.
    template <class Act>
    Reply settle_batch(const Call& call) const;
    // Reads which filing and who decides about it, and does what `make` gives.
    template <class Make>
    Reply decide_filing(const Call& call, Make make) const;

    Ports ports_;
};

}  // namespace sanbao::web
