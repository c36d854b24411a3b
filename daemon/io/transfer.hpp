// Feeds, webhooks and mail all leave through one perform(): libcurl's multi-socket interface on the
// one Asio loop. Nothing here retries, decides or logs.
#pragma once

#include "alerts/base/result.hpp"
#include "alerts/base/time.hpp"
#include "daemon/io/secret.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sanbao::io {

// How mail is secured on its way.
enum class MailTls : unsigned char {
    implicit,  // smtps://
    starttls,  // required: no plain text is ever sent when the server does not offer it
    none,      // plain; only where the settings say so with a reason
};

struct Mail {
    std::string from;
    std::string to;       // one recipient a message: no shared fate
    std::string content;  // the whole message, CRLF lines, headers included
    MailTls tls = MailTls::starttls;
    std::string user;
    Secret password;
};

// Who we are to a server. Secrets are wiped with the request.
struct Credentials {
    std::string user;
    Secret password;          // basic, and sftp
    Secret bearer;            // "Authorization: Bearer …"
    std::string key_header;   // "X-Api-Key" …
    Secret key;               // … and its value
    std::string certificate;  // PEM file of the client's certificate …
    Secret certificate_key;   // … and its private key, PEM text
    std::string known_host;   // sftp: SHA-256 of the server's host key, base64; required
};

struct Request {
    std::string url;  // http, https, file, sftp, smtp, smtps
    std::optional<Credentials> credentials;
    bool compressed = false;     // offer gzip and deflate; body_max counts what comes out, and more
                                 // than limits::feed_inflation_max bytes for one are refused
    std::string method = "GET";  // GET or POST; ignored for mail
    std::vector<std::pair<std::string, std::string>> headers;  // CR, LF, NUL are refused
    std::string body;                                          // of POST
    std::optional<Mail> mail;                                  // set: this is a mail
    std::string ca_file;                                       // empty: the system's
    std::string proxy;  // empty: none, whatever the environment says
    Millis connect_timeout{5'000};
    Millis timeout{20'000};
    std::int64_t body_max = 1 << 20;  // answers longer than this are refused, sized or not
};

// Bytes that may be read behind the end of Response::body: parsers that read in wide steps work on
// the body where it lies instead of on a copy.
inline constexpr std::size_t body_padding = 64;

struct Response {
    int status = 0;    // HTTP or SMTP; 200 for file
    std::string body;  // capacity() - size() >= body_padding
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    [[nodiscard]] const std::string* header(std::string_view lower_case_name) const;
};

// What went wrong on the way, when there is no whole answer. A whole HTTP answer of any status is a
// Response. `status` is the last reply of the server where it got that far (SMTP 4xx/5xx), else 0.
enum class TransferProblem : unsigned char {
    bad_request,  // the request itself cannot be sent (bad URL, CR in a header)
    unreachable,  // no name, no route, connection refused or reset
    timed_out,
    tls,  // certificate or handshake
    too_large,
    bad_encoding,  // compressed in a way that was not asked for, or damaged
    truncated,     // the body ended before its announced length, or a chunk was cut
    redirect,      // 3xx: never followed
    denied,        // SMTP said 5xx or HTTP-less refusal; login failed
    later,         // SMTP said 4xx
};
struct TransferError {
    TransferProblem problem = TransferProblem::unreachable;
    int status = 0;
    std::string message;  // libcurl's words plus the last server line, without secrets
};
template <class T>
using TransferResult = boost::system::result<T, TransferError>;

// Abstract so that tests can answer from a script (tests/unit/fake_transfer.hpp).
class Transfer {
  public:
    virtual ~Transfer() = default;
    // Any number at once. Cancelling the coroutine's slot ends the transfer. Loop thread only.
    virtual boost::asio::awaitable<TransferResult<Response>> perform(Request request) = 0;
};

std::unique_ptr<Transfer> make_curl_transfer(boost::asio::any_io_executor executor);

}  // namespace sanbao::io
