// Local files that others write: read without ever waiting for them.
#pragma once

#include "alerts/base/result.hpp"

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace sanbao::io {

// Which file, in which state: another under its name, or one written to since, differs.
struct FileMark {
    std::uint64_t inode = 0;
    std::int64_t bytes = 0;
    std::int64_t modified_ns = 0;
    friend bool operator==(const FileMark&, const FileMark&) = default;
};
FileMark mark_of(const struct stat& status);

// Closes it.
class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor();
    [[nodiscard]] int fd() const { return fd_; }  // negative: none

  private:
    int fd_;
};

enum class Links : unsigned char { follow, refuse };

// The whole of a regular file of at most `bytes_max` bytes, with body_padding (transfer.hpp) spare.
// Errors: rejected for a FIFO, a device, a folder or a refused link; too_large; unavailable when
// there is none, or not the one of `only`, from its first byte to its last; io.
Result<std::string> read_file(
    const std::filesystem::path& path,
    std::int64_t bytes_max,
    Links links = Links::follow,
    const std::optional<FileMark>& only = {});

}  // namespace sanbao::io
