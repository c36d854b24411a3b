#include "daemon/io/file.hpp"

#include "daemon/io/transfer.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sanbao::io {

namespace {

Error cannot_read(const std::filesystem::path& path, int code) {
    return Error{
        ErrorKind::io,
        fmt::format(
            "cannot read {}: {}; see that it exists and that the service's user may read it",
            path.native(),
            std::generic_category().message(code))};
}

Error too_large(const std::filesystem::path& path, std::int64_t bytes_max) {
    return Error{
        ErrorKind::too_large,
        fmt::format("{} is longer than {} bytes, see body_max", path.native(), bytes_max)};
}

Error not_regular(const std::filesystem::path& path) {
    return Error{
        ErrorKind::rejected,
        fmt::format("{} is not a regular file: only those are read", path.native())};
}

Error gone(const std::filesystem::path& path) {
    return Error{
        ErrorKind::unavailable,
        fmt::format("{} was changed, replaced or taken away before it was read", path.native())};
}

// Whether it is, still, the very file that was meant.
Result<void> check_mark(
    const Descriptor& file,
    const std::filesystem::path& path,
    const std::optional<FileMark>& only) {
    struct stat status {};
    if (::fstat(file.fd(), &status) != 0) {
        return cannot_read(path, errno);
    }
    if (only && mark_of(status) != *only) {
        return gone(path);
    }
    return {};
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

FileMark mark_of(const struct stat& status) {
    constexpr std::int64_t ns = 1'000'000'000;
    return {status.st_ino, status.st_size, status.st_mtim.tv_sec * ns + status.st_mtim.tv_nsec};
}

Result<std::string> read_file(
    const std::filesystem::path& path,
    std::int64_t bytes_max,
    Links links,
    const std::optional<FileMark>& only) {
    // Without O_NONBLOCK a FIFO would hold us until somebody writes to it.
    const int flags =
        O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (links == Links::refuse ? O_NOFOLLOW : 0);
    const Descriptor file{::open(path.c_str(), flags)};
    if (file.fd() < 0 && errno == ENOENT && only) {
        return gone(path);
    }
    if (file.fd() < 0) {
        return errno == ELOOP || errno == ENXIO ? not_regular(path) : cannot_read(path, errno);
    }
    struct stat status {};
    if (::fstat(file.fd(), &status) != 0) {
        return cannot_read(path, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return not_regular(path);
    }
    if (auto same = check_mark(file, path, only); !same) {
        return same.error();
    }
    if (status.st_size > bytes_max) {
        return too_large(path, bytes_max);
    }
    std::string body;
    body.resize(static_cast<std::size_t>(status.st_size) + body_padding);
    std::size_t filled = 0;
    for (;;) {
        if (filled + body_padding > body.size()) {
            body.resize(body.size() * 2);  // it grows while we read
        }
        const auto got = ::read(file.fd(), body.data() + filled, body.size() - filled);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return cannot_read(path, errno);
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
        if (static_cast<std::int64_t>(filled) > bytes_max) {
            return too_large(path, bytes_max);
        }
    }
    if (auto same = check_mark(file, path, only); !same) {
        return same.error();
    }
    body.resize(filled);
    body.reserve(filled + body_padding);
    return body;
}

}  // namespace sanbao::io
