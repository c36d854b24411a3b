#include "daemon/store/lock.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sanbao::store {

Result<Lock> Lock::take(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return Error{
            ErrorKind::io,
            fmt::format(
                "{}: cannot be opened: {}; the folder must exist and be writable",
                file.string(),
                std::strerror(errno))};
    }
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ::close(fd);
        return Error{
            ErrorKind::locked,
            fmt::format("{}: another sanbaod owns this store; stop it first", file.string())};
    }
    std::array<char, 256> buffer{};
    const auto length = ::pread(fd, buffer.data(), buffer.size(), 0);
    return Lock{
        fd, std::string{buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))}};
}

Lock::Lock(Lock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), text_(std::move(other.text_)) {}

Lock::~Lock() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

Result<void> Lock::write(const std::string& text) {
    const auto length = static_cast<ssize_t>(text.size());
    if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, text.data(), text.size(), 0) != length
        || ::fsync(fd_) != 0) {
        return Error{ErrorKind::io, fmt::format("store lock file: {}", std::strerror(errno))};
    }
    text_ = text;
    return {};
}

}  // namespace sanbao::store
