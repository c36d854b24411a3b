// One request on one easy handle: options going in, bytes coming back, the verdict at the end.
// Knows nothing of loops; curl_transfer.cpp drives it.
#pragma once

#include "alerts/base/assert.hpp"
#include "daemon/io/transfer.hpp"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace sanbao::io {

struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, FreeEasy>;

struct FreeList {
    void operator()(curl_slist* list) const;  // overwrites
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

// Every option here is known to this libcurl and takes this type; a failure is our own fault.
template <class T>
void set(CURL* easy, CURLoption option, T value) {
    SANBAO_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

// What makes a request unfit to be sent; nullopt when it is fit.
std::optional<TransferError> request_problem(const Request& request);

// Stays where it is made: libcurl holds pointers into it until the handle is reset.
class Exchange {
  public:
    // The request must be fit (request_problem).
    Exchange(EasyHandle easy, Request request);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() = default;

    [[nodiscard]] CURL* easy() const { return easy_.get(); }
    // The verdict, once libcurl is done with the handle (which must still be set up). Only once.
    TransferResult<Response> finish(CURLcode code);
    // Gives the handle back, reset, for the next exchange.
    EasyHandle release();

  private:
    void set_common();
    void set_web();
    void set_login(const Credentials& login);
    void set_mail();
    [[nodiscard]] TransferResult<Response> finish_web(CURLcode code, int status);
    [[nodiscard]] TransferResult<Response> finish_mail(CURLcode code, int status);
    [[nodiscard]] TransferError failure(TransferProblem problem, CURLcode code, int status) const;

    [[nodiscard]] bool is_offered(std::string_view encoding) const;
    [[nodiscard]] bool inflates_too_far(std::size_t bytes) const;
    std::size_t take_header(std::string_view line);
    std::size_t take_body(std::string_view bytes);
    std::size_t give_content(char* to, std::size_t room);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);

    EasyHandle easy_;
    Request request_;
    bool sftp_;  // else http, https or mail
    HeaderList headers_;
    HeaderList recipients_;
    Response response_;
    std::size_t content_given_ = 0;  // of the mail
    std::size_t header_bytes_ = 0;
    bool headers_done_ = false;  // the empty line behind the headers has come
    bool over_cap_ = false;
    bool inflates_ = false;    // the body comes compressed
    bool over_ratio_ = false;  // … and grows too far
    std::string refused_encoding_;
    std::string last_line_;  // the server's last reply, of mail
    std::array<char, CURL_ERROR_SIZE> words_{};
};

}  // namespace sanbao::io
