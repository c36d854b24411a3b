#include "daemon/store/evidence.hpp"

#include "alerts/base/digest.hpp"
#include "alerts/base/limits.hpp"
#include "daemon/io/file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <system_error>
#include <vector>

namespace sanbao::store {

namespace fs = std::filesystem;

namespace {

constexpr int zstd_level = 1;  // half the time of 3, for a tenth more bytes
constexpr std::size_t prefix_min = 8;
constexpr std::size_t digest_digits = 64;
constexpr std::string_view ending = ".zst";

std::string_view name_of(Retention retention) {
    return retention == Retention::long_term ? "long" : "short";
}

Error failed(std::string_view act, const fs::path& path, int code) {
    return Error{
        ErrorKind::io,
        fmt::format(
            "the evidence cannot be kept: cannot {} {}: {}; see that the disk has room and that "
            "the service's user may write there",
            act,
            path.native(),
            std::generic_category().message(code))};
}

bool is_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// "2026-11" of a day in it.
std::string month_name(Date date) {
    return to_text(date).substr(0, 7);
}

Result<void> sync_folder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    const int code = errno;
    if (fd >= 0) {
        ::close(fd);
    }
    return synced ? Result<void>{} : failed("sync", folder, code);
}

// Makes the folder and its parents; a new name is on disk when this returns.
Result<void> make_folder(const fs::path& folder) {
    constexpr mode_t own = 0700;
    if (::mkdir(folder.c_str(), own) == 0) {
        return sync_folder(folder.parent_path());
    }
    if (errno == ENOENT && folder.has_relative_path()) {
        if (auto made = make_folder(folder.parent_path()); !made) {
            return made;
        }
        if (::mkdir(folder.c_str(), own) == 0) {
            return sync_folder(folder.parent_path());
        }
    }
    return errno == EEXIST ? Result<void>{} : failed("make the folder", folder, errno);
}

// A file under a name of its own, gone again unless it was given its final one.
class Draft {
  public:
    explicit Draft(const fs::path& folder) {
        static std::atomic<unsigned> count{0};
        constexpr mode_t own = 0600;
        path_ = folder / fmt::format(".draft-{}-{}", ::getpid(), ++count);
        fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, own);
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    ~Draft() {
        if (fd_ >= 0) {
            ::close(fd_);
            ::unlink(path_.c_str());
        }
    }

    Result<void> write(std::string_view bytes) const {
        if (fd_ < 0) {
            return failed("write", path_, errno);
        }
        while (!bytes.empty()) {
            const auto written = ::write(fd_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written < 0) {
                return failed("write", path_, errno);
            }
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return ::fsync(fd_) == 0 ? Result<void>{} : failed("sync", path_, errno);
    }

    Result<void> name(const fs::path& path) {
        if (::rename(path_.c_str(), path.c_str()) != 0) {
            return failed("name", path, errno);
        }
        ::close(fd_);
        fd_ = -1;
        return sync_folder(path.parent_path());
    }

  private:
    fs::path path_;
    int fd_ = -1;
};

std::vector<fs::path> months_of(const fs::path& folder) {
    std::vector<fs::path> months;
    std::error_code error;
    for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error)) {
        const auto date = parse_date(it->path().filename().native() + "-01");
        if (date && it->is_directory(error)) {
            months.push_back(it->path());
        }
    }
    std::ranges::sort(months);
    return months;
}

bool is_file(const fs::path& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

Result<void> Evidence::put(
    std::string_view bytes, const std::string& digest, Retention retention, Date today) const {
    const auto kept = folder_ / name_of(retention);
    const auto name = digest + std::string{ending};
    const auto month = kept / month_name(today);
    const auto path = month / name;
    if (is_file(path)) {
        return {};
    }
    std::string packed(ZSTD_compressBound(bytes.size()), '\0');
    const auto size =
        ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), zstd_level);
    if (ZSTD_isError(size) != 0) {
        return Error{
            ErrorKind::io,
            fmt::format("the evidence cannot be kept: zstd says {}", ZSTD_getErrorName(size))};
    }
    packed.resize(size);
    if (auto made = make_folder(month); !made) {
        return made;
    }
    Draft draft{month};
    if (auto written = draft.write(packed); !written) {
        return written;
    }
    return draft.name(path);
}

Result<Evidence::Found> Evidence::find(std::string_view digest) const {
    if (digest.size() < prefix_min || digest.size() > digest_digits || !is_hex(digest)) {
        return invalid(fmt::format(
            "\"{}\" is no digest: give 8 to 64 of its hex digits, in lower case", digest));
    }
    std::optional<Found> found;
    for (const auto retention : {Retention::long_term, Retention::short_term}) {
        for (const auto& month : months_of(folder_ / name_of(retention))) {
            std::error_code error;
            for (fs::directory_iterator it{month, error}, end; !error && it != end;
                 it.increment(error)) {
                const auto name = it->path().stem().native();
                if (it->path().extension() != ending || !name.starts_with(digest)
                    || name.size() != digest_digits) {
                    continue;
                }
                if (found && found->digest != name) {
                    return invalid(fmt::format(
                        "\"{}\" begins more than one digest ({}, {}): give more digits",
                        digest,
                        found->digest,
                        name));
                }
                const auto bytes = it->file_size(error);
                found = Found{name, it->path(), retention, static_cast<std::int64_t>(bytes)};
            }
        }
    }
    if (!found) {
        return Error{
            ErrorKind::unavailable,
            fmt::format(
                "no body with the digest {} in {}: it was never kept (evidence = \"none\"), or its "
                "time is over",
                digest,
                folder_.native())};
    }
    return *std::move(found);
}

Result<std::string> Evidence::get(const Found& found) const {
    const auto packed =
        io::read_file(found.path, 2 * limits::feed_body_bytes_max, io::Links::refuse);
    if (!packed) {
        return packed.error();
    }
    const auto damaged = [&found](std::string_view how) {
        return Error{
            ErrorKind::io,
            fmt::format(
                "{} is not what was kept: {}. The file was changed or the disk is failing; restore "
                "it from a backup",
                found.path.native(),
                how)};
    };
    const auto size = ZSTD_getFrameContentSize(packed->data(), packed->size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN
        || size > static_cast<std::uint64_t>(limits::feed_body_bytes_max)) {
        return damaged("it does not begin as one of ours");
    }
    std::string bytes(size, '\0');
    const auto got = ZSTD_decompress(bytes.data(), bytes.size(), packed->data(), packed->size());
    if (ZSTD_isError(got) != 0 || got != size) {
        return damaged("it does not decompress");
    }
    const auto digest = to_hex(sha256(bytes));
    if (digest != found.digest) {
        return damaged(fmt::format("its bytes have the digest {}", digest));
    }
    return bytes;
}

Result<std::int64_t> Evidence::prune(Date today) const {
    std::int64_t removed = 0;
    for (const auto retention : {Retention::long_term, Retention::short_term}) {
        const auto days = retention == Retention::long_term ? limits::evidence_long_days
                                                            : limits::evidence_short_days;
        const auto oldest = month_name(today - std::chrono::days{days});
        for (const auto& month : months_of(folder_ / name_of(retention))) {
            if (month.filename().native() >= oldest) {
                continue;
            }
            std::error_code error;
            const auto gone = fs::remove_all(month, error);
            if (error) {
                return Error{
                    ErrorKind::io,
                    fmt::format(
                        "cannot remove old evidence {}: {}", month.native(), error.message())};
            }
            removed += static_cast<std::int64_t>(gone) - 1;  // without the folder itself
        }
    }
    return removed;
}

}  // namespace sanbao::store
