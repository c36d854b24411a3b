#include "daemon/io/secret.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>

namespace sanbao::io {

namespace {

constexpr std::size_t secret_bytes_max = 64 << 10;  // a certificate chain and its key fit

class File {
  public:
    explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_;
};

Error cannot_read(std::string_view what, int code) {
    return Error{
        ErrorKind::io,
        fmt::format(
            "cannot read {}: {}; see that it exists and that the service's user may read it",
            what,
            std::generic_category().message(code))};
}

// What makes a file unfit to hold a secret; nullopt when it is fit.
std::optional<Error> unfit(const std::string& path, const struct stat& status) {
    if (!S_ISREG(status.st_mode)) {
        return invalid(fmt::format("the secret file {} is not a regular file", path));
    }
    if ((status.st_mode & 077U) != 0) {
        return invalid(fmt::format(
            "the secret file {} has mode {:04o}, so others can read it: run chmod 600 on it",
            path,
            status.st_mode & 07777U));
    }
    if (status.st_uid != ::geteuid() && status.st_uid != 0) {
        return invalid(fmt::format(
            "the secret file {} belongs to user {}: it must belong to root or to the user that "
            "runs sanbaod",
            path,
            status.st_uid));
    }
    return std::nullopt;
}

// Reads to the end. `what` names the source in errors.
Result<Secret> read_all(int fd, std::string_view what) {
    std::string text;
    text.reserve(secret_bytes_max + 1);  // never reallocated: no copy is left behind
    std::array<char, 4096> block{};
    std::optional<Error> error;
    for (;;) {
        const auto got = ::read(fd, block.data(), block.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            error = cannot_read(what, errno);
            break;
        }
        if (got == 0) {
            break;
        }
        if (text.size() + static_cast<std::size_t>(got) > secret_bytes_max) {
            error = Error{
                ErrorKind::too_large,
                fmt::format(
                    "{} is longer than {} bytes: is it the right file?", what, secret_bytes_max)};
            break;
        }
        text.append(block.data(), static_cast<std::size_t>(got));
    }
    OPENSSL_cleanse(block.data(), block.size());
    while (text.ends_with('\n') || text.ends_with('\r')) {
        text.pop_back();
    }
    Secret secret{std::string{text}};
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    if (error) {
        return *std::move(error);
    }
    if (secret.empty()) {
        return invalid(fmt::format("{} is empty: write the secret into it", what));
    }
    return secret;
}

Result<Secret> read_credential(const std::string& name) {
    if (name.find('/') != std::string::npos || name == "." || name == "..") {
        return invalid(fmt::format("\"{}\" is not the name of a credential: no '/' in it", name));
    }
    const char* const directory =
        std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    if (directory == nullptr || *directory == '\0') {
        return Error{
            ErrorKind::unavailable,
            fmt::format(
                "the credential {} cannot be read: $CREDENTIALS_DIRECTORY is not set; start "
                "sanbaod by "
                "systemd with LoadCredential={}:/etc/…, or name a file of mode 0600 instead",
                name,
                name)};
    }
    const auto what = fmt::format("the credential {}", name);
    const File file{fmt::format("{}/{}", directory, name)};
    if (file.fd() < 0) {
        return cannot_read(what, errno);
    }
    return read_all(file.fd(), what);
}

Result<Secret> read_file(const std::string& path) {
    if (!path.starts_with('/')) {
        return invalid(fmt::format("the secret file {} must be named by its absolute path", path));
    }
    const auto what = fmt::format("the secret file {}", path);
    const File file{path};
    struct stat status {};
    if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) {
        return cannot_read(what, errno);
    }
    if (auto error = unfit(path, status)) {
        return *std::move(error);
    }
    return read_all(file.fd(), what);
}

}  // namespace

Secret::Secret(std::string value) : value_(std::move(value)) {}

Secret::~Secret() {
    value_.resize(value_.capacity());  // a string moved from still holds short text; never grows
    OPENSSL_cleanse(value_.data(), value_.size());
}

Result<Secret> read_secret(const SecretSource& source) {
    if (source.credential.empty() == source.file.empty()) {
        return invalid("a secret needs exactly one source: a credential's name or a file");
    }
    return source.file.empty() ? read_credential(source.credential) : read_file(source.file);
}

}  // namespace sanbao::io
