#include "daemon/io/curl_exchange.hpp"

#include "alerts/base/assert.hpp"
#include "alerts/base/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace sanbao::io {

namespace {

constexpr std::int64_t big_body_bytes = 16 << 20;
constexpr long big_buffer_bytes = 512 << 10;

constexpr long low_speed_bytes = 100;  // a second, for …
constexpr long low_speed_seconds = 10;
constexpr std::size_t reply_bytes_max = 200;  // of a server's line in a message

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_tls(CURLcode code) {
    constexpr std::array codes{
        CURLE_SSL_CONNECT_ERROR,
        CURLE_SSL_ENGINE_NOTFOUND,
        CURLE_SSL_ENGINE_SETFAILED,
        CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER,
        CURLE_PEER_FAILED_VERIFICATION,
        CURLE_USE_SSL_FAILED,
        CURLE_SSL_ENGINE_INITFAILED,
        CURLE_SSL_CACERT_BADFILE,
        CURLE_SSL_SHUTDOWN_FAILED,
        CURLE_SSL_CRL_BADFILE,
        CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_PINNEDPUBKEYNOTMATCH,
        CURLE_SSL_INVALIDCERTSTATUS,
        CURLE_SSL_CLIENTCERT};
    return std::ranges::find(codes, code) != codes.end();
}

// What a server said, fit for a message.
std::string quoted(std::string_view text) {
    std::string shown{text.substr(0, reply_bytes_max)};
    std::ranges::replace_if(
        shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return shown;
}

// After these the last reply of a mail server is the answer to what failed; after any other code
// it is stale (a bad certificate leaves 220 behind).
bool reply_counts(CURLcode code) {
    return code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY
           || code == CURLE_REMOTE_ACCESS_DENIED || code == CURLE_LOGIN_DENIED;
}

}  // namespace

Exchange::Exchange(EasyHandle easy, Request request)
    : easy_(std::move(easy))
    , request_(std::move(request))
    , sftp_(request_.url.starts_with("sftp:")) {
    set_common();
    if (request_.mail) {
        set_mail();
    } else {
        set_web();
    }
}

void Exchange::set_common() {
    auto* const easy = easy_.get();
    set(easy, CURLOPT_URL, request_.url.c_str());
    set(easy, CURLOPT_ERRORBUFFER, words_.data());
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_QUICK_EXIT, 1L);  // else a slow name look-up is waited for when time is up
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, long{request_.connect_timeout.count()});
    set(easy, CURLOPT_TIMEOUT_MS, long{request_.timeout.count()});
    set(easy, CURLOPT_PROXY, request_.proxy.c_str());  // "" also shuts the environment out
    set(easy, CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
    set(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!request_.ca_file.empty()) {  // this authority and no other
        set(easy, CURLOPT_CAINFO, request_.ca_file.c_str());
        set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    set(easy, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(easy, CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
}

void Exchange::set_web() {
    auto* const easy = easy_.get();
    set(easy, CURLOPT_PROTOCOLS_STR, sftp_ ? "sftp" : "http,https");
    set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(easy, CURLOPT_LOW_SPEED_LIMIT, low_speed_bytes);
    set(easy, CURLOPT_LOW_SPEED_TIME, low_speed_seconds);
    set(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t{request_.body_max});
    if (request_.body_max >= big_body_bytes) {
        set(easy, CURLOPT_BUFFERSIZE, big_buffer_bytes);  // fewer reads; too much for every feed
    }
    set(easy, CURLOPT_USERAGENT, "sanbaod/" SANBAO_VERSION);
    const auto add = [this](const std::string& line) {
        auto* const longer = curl_slist_append(headers_.get(), line.c_str());
        SANBAO_ASSERT(longer != nullptr);
        static_cast<void>(headers_.release());
        headers_.reset(longer);
    };
    for (const auto& [name, value] : request_.headers) {
        add(value.empty() ? name + ';' : fmt::format("{}: {}", name, value));
    }
    if (request_.method == "POST") {
        add("Expect:");  // no round trip to ask whether a small body is welcome
        set(easy, CURLOPT_POST, 1L);
        set(easy, CURLOPT_POSTFIELDS, request_.body.data());
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    }
    if (request_.compressed) {
        set(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    }
    if (request_.credentials) {
        const auto& login = *request_.credentials;
        if (!login.key_header.empty()) {
            add(fmt::format("{}: {}", login.key_header, login.key.reveal()));
        }
        set_login(login);
    }
    set(easy, CURLOPT_HTTPHEADER, headers_.get());
}

void Exchange::set_mail() {
    auto* const easy = easy_.get();
    const auto& mail = *request_.mail;
    set(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(easy, CURLOPT_USE_SSL, long{mail.tls == MailTls::none ? CURLUSESSL_NONE : CURLUSESSL_ALL});
    set(easy, CURLOPT_MAIL_FROM, mail.from.c_str());
    recipients_.reset(curl_slist_append(nullptr, mail.to.c_str()));
    SANBAO_ASSERT(recipients_ != nullptr);
    set(easy, CURLOPT_MAIL_RCPT, recipients_.get());
    if (!mail.user.empty()) {
        set(easy, CURLOPT_USERNAME, mail.user.c_str());
        set(easy, CURLOPT_PASSWORD, mail.password.reveal().c_str());
    }
    set(easy, CURLOPT_UPLOAD, 1L);
    set(easy, CURLOPT_READFUNCTION, &Exchange::on_read);
    set(easy, CURLOPT_READDATA, static_cast<void*>(this));
    set(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.content.size()));
}

std::size_t Exchange::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Exchange*>(self)->take_header({data, size * count});
}

std::size_t Exchange::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Exchange*>(self)->take_body({data, size * count});
}

std::size_t Exchange::on_read(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Exchange*>(self)->give_content(data, size * count);
}

// Any other number than the line's length makes libcurl give up with CURLE_WRITE_ERROR.
std::size_t Exchange::take_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > static_cast<std::size_t>(limits::feed_header_bytes_max)) {
        over_cap_ = true;
        return 0;
    }
    if (request_.mail) {
        if (!line.starts_with("221")) {  // the farewell after QUIT tells nothing
            last_line_ = trimmed(line);
        }
        return line.size();
    }
    if (line.starts_with("HTTP/")) {  // also after an interim 1xx: only the last answer counts
        response_.headers.clear();
        headers_done_ = false;
        return line.size();
    }
    const auto text = trimmed(line);
    headers_done_ = text.empty();
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) {
        std::string name{text.substr(0, colon)};
        std::ranges::transform(name, name.begin(), lower);
        const auto value = trimmed(text.substr(colon + 1));
        if (name == "content-encoding" && !is_offered(value)) {
            refused_encoding_ = quoted(value);
            return 0;
        }
        inflates_ = inflates_ || name == "content-encoding";
        response_.headers.emplace_back(std::move(name), value);
    }
    return line.size();
}

// Only what was asked for, and only once: libcurl would undo five layers, each of them a factor of
// a thousand, and also kinds that nobody offered.
bool Exchange::is_offered(std::string_view encoding) const {
    std::string name{encoding};
    std::ranges::transform(name, name.begin(), lower);
    return name.empty() || name == "identity"
           || (request_.compressed && (name == "gzip" || name == "x-gzip" || name == "deflate"));
}

// Some bytes may be on their way from one count to the other, so a few are granted first.
bool Exchange::inflates_too_far(std::size_t bytes) const {
    curl_off_t received = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T, &received);
    const auto granted = received + std::int64_t{CURL_MAX_READ_SIZE} / limits::feed_inflation_max;
    return static_cast<std::int64_t>(bytes) > granted * limits::feed_inflation_max;
}

std::size_t Exchange::take_body(std::string_view bytes) {
    auto& body = response_.body;
    if (inflates_ && inflates_too_far(body.size() + bytes.size())) {
        over_ratio_ = true;
        return 0;
    }
    if (static_cast<std::int64_t>(body.size() + bytes.size()) > request_.body_max) {
        over_cap_ = true;
        return 0;
    }
    if (body.empty()) {  // an announced length over the cap was refused before the first byte
        curl_off_t announced = -1;
        curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
        if (announced > 0) {
            body.reserve(
                static_cast<std::size_t>(std::min<curl_off_t>(announced, request_.body_max))
                + body_padding);
        }
    }
    body.append(bytes);
    return bytes.size();
}

std::size_t Exchange::give_content(char* to, std::size_t room) {
    const auto& content = request_.mail->content;
    const auto given = std::min(room, content.size() - content_given_);
    std::memcpy(to, content.data() + content_given_, given);
    content_given_ += given;
    return given;
}

TransferError Exchange::failure(TransferProblem problem, CURLcode code, int status) const {
    std::string message = words_[0] == '\0' ? curl_easy_strerror(code) : words_.data();
    if (over_cap_) {
        message =
            headers_done_
                ? fmt::format("the answer is longer than {} bytes", request_.body_max)
                : fmt::format(
                    "the answer's headers are longer than {} bytes", limits::feed_header_bytes_max);
    }
    if (over_ratio_) {
        message = fmt::format(
            "the answer decompresses to more than {} bytes for each that came: that is no data",
            limits::feed_inflation_max);
    }
    if (!refused_encoding_.empty()) {
        message = fmt::format(
            "the answer is compressed as {}, which was not asked for: only gzip and deflate are "
            "read, and only once",
            refused_encoding_);
    }
    if (request_.mail && !last_line_.empty() && problem != TransferProblem::tls) {
        message += fmt::format("; the server's last words: {}", quoted(last_line_));
    }
    return TransferError{problem, status, std::move(message)};
}

TransferResult<Response> Exchange::finish(CURLcode code) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    const auto reply = static_cast<int>(status);
    if (!refused_encoding_.empty()) {
        return failure(TransferProblem::bad_encoding, code, 0);
    }
    if (over_cap_ || over_ratio_ || code == CURLE_FILESIZE_EXCEEDED
        || (code == CURLE_OUT_OF_MEMORY && !headers_done_)) {  // one header line without an end
        return failure(TransferProblem::too_large, code, 0);
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return failure(TransferProblem::timed_out, code, 0);
    }
    if (is_tls(code)) {
        return failure(TransferProblem::tls, code, 0);
    }
    if (code == CURLE_URL_MALFORMAT) {
        return failure(TransferProblem::bad_request, code, 0);
    }
    return request_.mail ? finish_mail(code, reply) : finish_web(code, reply);
}

TransferResult<Response> Exchange::finish_web(CURLcode code, int status) {
    if (code == CURLE_PARTIAL_FILE || (code == CURLE_OK && !headers_done_ && !sftp_)
        || (code == CURLE_RECV_ERROR && header_bytes_ > 0)) {
        return failure(TransferProblem::truncated, code, 0);
    }
    if (code == CURLE_BAD_CONTENT_ENCODING) {
        return failure(TransferProblem::bad_encoding, code, 0);
    }
    if (code == CURLE_LOGIN_DENIED || code == CURLE_REMOTE_ACCESS_DENIED) {
        return failure(TransferProblem::denied, code, 0);
    }
    if (code != CURLE_OK) {
        return failure(TransferProblem::unreachable, code, 0);
    }
    if (status >= 300 && status < 400 && status != 304) {
        return TransferError{
            TransferProblem::redirect,
            status,
            fmt::format(
                "the server answered {} and sends us elsewhere; name the final address", status)};
    }
    response_.status = sftp_ ? 200 : status;
    if (response_.body.capacity() - response_.body.size() < body_padding) {
        response_.body.reserve(response_.body.size() + body_padding);
    }
    return std::move(response_);
}

TransferResult<Response> Exchange::finish_mail(CURLcode code, int status) {
    if (code == CURLE_OK) {
        response_.status = status;
        return std::move(response_);
    }
    if (reply_counts(code) && status >= 400 && status < 500) {
        return failure(TransferProblem::later, code, status);
    }
    if (reply_counts(code) && status >= 500 && status < 600) {
        return failure(TransferProblem::denied, code, status);
    }
    if (code == CURLE_LOGIN_DENIED) {
        return failure(TransferProblem::denied, code, 0);
    }
    return failure(TransferProblem::unreachable, code, 0);
}

EasyHandle Exchange::release() {
    curl_easy_reset(easy_.get());  // forgets every pointer into us
    return std::move(easy_);
}

}  // namespace sanbao::io
