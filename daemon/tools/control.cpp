#include "daemon/tools/control.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <curl/curl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace sanbao::tools {

namespace {

constexpr long timeout_ms = 60'000;  // a reload of a large catalogue takes seconds
constexpr std::size_t answer_max = 256U << 20U;
constexpr std::size_t depth_max = 256;  // a formula's tree nests two levels for each of its own

struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* self) {
    auto& body = *static_cast<std::string*>(self);
    if (body.size() + size * count > answer_max) {
        return 0;
    }
    body.append(data, size * count);
    return size * count;
}

std::string escaped(const std::string& text) {
    const std::unique_ptr<char, decltype(&curl_free)> out{
        curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())), &curl_free};
    return out ? out.get() : "";
}

std::string why_nobody(CURL* easy, CURLcode code, const std::string& socket) {
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_COULDNT_CONNECT && number == EACCES) {
        return fmt::format(
            "{} may not be opened by you; run this as root or as the user of the daemon", socket);
    }
    if (code == CURLE_COULDNT_CONNECT) {
        return fmt::format(
            "sanbaod is not running: nothing answers at {}; start it with `systemctl start "
            "sanbaod` "
            "or `sanbaod run`",
            socket);
    }
    return fmt::format("sanbaod did not answer at {}: {}", socket, curl_easy_strerror(code));
}

}  // namespace

Result<Answer> Control::get(const std::string& path, const Query& query) const {
    auto target = path;
    for (const auto& [name, value] : query) {
        target += (target == path ? '?' : '&') + name + '=' + escaped(value);
    }
    return ask(target, nullptr);
}

Result<Answer> Control::post(const std::string& path, const boost::json::value& body) const {
    const auto text = boost::json::serialize(body);
    return ask(path, &text);
}

Result<Answer> Control::ask(const std::string& target, const std::string* body) const {
    const std::unique_ptr<CURL, FreeEasy> easy{curl_easy_init()};
    if (!easy) {
        return Error{ErrorKind::io, "libcurl cannot start"};
    }
    const std::unique_ptr<curl_slist, FreeList> headers{
        curl_slist_append(nullptr, "Content-Type: application/json")};
    const auto url = "http://sanbaod" + target;
    std::string answer;
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_UNIX_SOCKET_PATH, socket_.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer);
    if (body != nullptr) {
        curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body->c_str());
    }
    if (const auto code = curl_easy_perform(easy.get()); code != CURLE_OK) {
        return Error{ErrorKind::unavailable, why_nobody(easy.get(), code, socket_.native())};
    }
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    boost::system::error_code error;
    boost::json::parse_options options;
    options.max_depth = depth_max;
    auto value = boost::json::parse(answer, error, {}, options);
    if (error) {
        return Error{
            ErrorKind::rejected,
            fmt::format("{} answers, but not as sanbaod does (HTTP {})", socket_.native(), status)};
    }
    return Answer{static_cast<int>(status), std::move(value)};
}

}  // namespace sanbao::tools
