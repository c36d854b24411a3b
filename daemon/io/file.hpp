// Local files that others write: read without ever waiting for them.
#pragma once

#include "alerts/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace sanbao::io {

enum class Links : unsigned char { follow, refuse };

// The whole of a regular file of at most `bytes_max` bytes, with body_padding (transfer.hpp) spare.
// Errors: rejected for a FIFO, a device, a folder or a refused link; too_large; io.
Result<std::string> read_file(
    const std::filesystem::path& path, std::int64_t bytes_max, Links links = Links::follow);

}  // namespace sanbao::io
