#include "daemon/feeds/folder.hpp"

#include "alerts/base/assert.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <tuple>

namespace sanbao::feeds {

namespace fs = std::filesystem;
using core::PollProblem;

namespace {

constexpr std::array<const char*, 3> aside_names{"done", "refused", "held"};
constexpr std::string_view reason_ending = ".reason.txt";
constexpr std::size_t suffix_digits = 12;  // of the digest
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

std::string words_of(int code) {
    return std::generic_category().message(code);
}

Dropped describe(const std::string& name, const struct stat& status) {
    return {name, io::mark_of(status), S_ISREG(status.st_mode)};
}

// Everything there that the pattern names, in no order. Our own folders are not.
Result<std::vector<Dropped>> list(const Folder& settings) {
    const std::unique_ptr<DIR, CloseFolder> folder{::opendir(settings.path.c_str())};
    if (folder == nullptr) {
        return Error{
            ErrorKind::io,
            fmt::format(
                "the folder {} cannot be read: {}; see that it exists, that it is mounted, and "
                "that "
                "the service's user may read and write it (ReadWritePaths= of its unit)",
                settings.path,
                words_of(errno))};
    }
    std::vector<Dropped> files;
    while (const auto* entry = ::readdir(folder.get())) {
        const std::string name{static_cast<const char*>(entry->d_name)};
        if (!matches(settings.pattern, name) || name == "." || name == ".."
            || (!settings.marker.empty() && name.ends_with(settings.marker))
            || std::ranges::find(aside_names, name) != aside_names.end()) {
            continue;
        }
        struct stat status {};
        if (::fstatat(::dirfd(folder.get()), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
            files.push_back(describe(name, status));
        }
    }
    return files;
}

std::string_view words_zh(PollProblem problem) {
    switch (problem) {
        case PollProblem::too_large:
            return "文件过大";
        case PollProblem::malformed:
            return "格式无法读取";
        case PollProblem::truncated:
            return "文件不完整";
        case PollProblem::wrong_shape:
            return "缺少应有的列或字段";
        case PollProblem::bad_value:
            return "数值有误";
        case PollProblem::unknown_subject:
            return "县区代码未知";
        case PollProblem::future_date:
            return "日期在将来";
        case PollProblem::contradiction:
            return "同一数据前后矛盾";
        case PollProblem::unreachable:
        case PollProblem::timed_out:
        case PollProblem::tls:
        case PollProblem::http_status:
        case PollProblem::redirect:
        case PollProblem::not_ready:
            return "无法读取";
    }
    SANBAO_ASSERT(false);
}

// Our own folder below `from`, made where it is missing. Whoever may drop files may put a link in
// its place: that is none. Errors are in errno.
io::Descriptor open_aside(const io::Descriptor& from, Aside where) {
    const auto* const name = aside_names.at(static_cast<std::size_t>(where));
    constexpr mode_t group_reads = 0770;
    ::mkdirat(from.fd(), name, group_reads);  // mostly it is there; else opening says why not
    return io::Descriptor{::openat(from.fd(), name, folder_flags | O_NOFOLLOW)};
}

bool write_all(const io::Descriptor& out, std::string_view text) {
    while (!text.empty()) {
        const auto put = ::write(out.fd(), text.data(), text.size());
        if (put < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(put < 0 ? 0 : static_cast<std::size_t>(put));
    }
    return true;
}

// "name.csv" and "1a2b3c4d5e6f": "name-1a2b3c4d5e6f.csv".
std::string with_suffix(const std::string& name, std::string_view suffix) {
    const fs::path path{name};
    return fmt::format("{}-{}{}", path.stem().native(), suffix, path.extension().native());
}

}  // namespace

WhyRefused words_of(PollProblem problem) {
    return {words_zh(problem), core::to_text(problem)};
}

bool matches(std::string_view pattern, std::string_view name) {
    if (name.starts_with('.') && !pattern.starts_with('.')) {
        return false;
    }
    std::size_t p = 0;
    std::size_t n = 0;
    auto star = std::string_view::npos;  // the last one met, and where its text ends so far
    std::size_t taken = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') {
        ++p;
    }
    return p == pattern.size();
}

fs::path DropFolder::path_of(const Dropped& file) const {
    return fs::path{settings_.path} / file.name;
}

bool DropFolder::has_marker(const std::string& name) const {
    struct stat status {};
    const auto marker = fs::path{settings_.path} / (name + settings_.marker);
    return ::lstat(marker.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

void DropFolder::clear_marker(const std::string& name) const {
    if (!settings_.marker.empty()) {
        ::unlink((fs::path{settings_.path} / (name + settings_.marker)).c_str());
    }
}

Result<DropFolder::Look> DropFolder::look(Steady::time_point now) {
    auto listed = list(settings_);
    if (!listed) {
        return listed.error();
    }
    Look look;
    std::map<std::string, Seen> seen;
    std::map<std::string, Dropped> stuck;
    for (auto& file : *listed) {
        if (const auto held = stuck_.find(file.name);
            held != stuck_.end() && held->second == file) {
            stuck.insert(*held);
            continue;
        }
        const auto before = seen_.find(file.name);
        const auto same = before != seen_.end() && before->second.file == file;
        const auto since = same ? before->second.since : now;
        const auto by_age = settings_.marker.empty() || !file.regular;
        const auto whole = by_age ? now - since >= settings_.settle : has_marker(file.name);
        look.unsettled = look.unsettled || (by_age && !whole);
        seen.emplace(file.name, Seen{file, since});
        if (whole) {
            look.whole.push_back(std::move(file));
        }
    }
    seen_ = std::move(seen);
    stuck_ = std::move(stuck);
    std::ranges::sort(look.whole, [](const Dropped& a, const Dropped& b) {
        return std::tie(a.mark.modified_ns, a.name) < std::tie(b.mark.modified_ns, b.name);
    });
    return look;
}

Result<std::string> DropFolder::read(const Dropped& file, std::int64_t bytes_max) const {
    return io::read_file(path_of(file), bytes_max, io::Links::refuse, file.mark);
}

Result<bool> DropFolder::put_aside(const Dropped& file, Aside where, const std::string& digest) {
    const io::Descriptor from{::open(settings_.path.c_str(), folder_flags)};
    struct stat status {};
    const bool same = ::fstatat(from.fd(), file.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0
                      && io::mark_of(status) == file.mark;
    if (from.fd() >= 0 && !same) {
        return false;
    }
    const auto aside = open_aside(from, where);
    put_where_ = where;
    put_as_ = file.name;
    bool moved = aside.fd() >= 0;
    if (moved && ::fstatat(aside.fd(), put_as_.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
        // The same bytes under the same name once more may stand in for each other.
        const auto suffix = digest.empty() ? fmt::format("{:x}", file.mark.modified_ns)
                                           : digest.substr(0, suffix_digits);
        put_as_ = with_suffix(file.name, suffix);
    }
    moved = moved && ::renameat(from.fd(), file.name.c_str(), aside.fd(), put_as_.c_str()) == 0;
    if (!moved) {
        const int code = errno;
        stuck_[file.name] = file;
        return Error{
            ErrorKind::io,
            fmt::format(
                "{} cannot be moved to {}/: {}; it is not looked at again until it changes. See "
                "that this is a folder, not a link, and that the service's user may write in it",
                path_of(file).native(),
                aside_names.at(static_cast<std::size_t>(where)),
                words_of(code))};
    }
    clear_marker(file.name);
    seen_.erase(file.name);
    return true;
}

Result<void> DropFolder::explain(
    const Dropped& file, const WhyRefused& why, const std::vector<std::string>& problems) {
    auto text = fmt::format(
        "{}\n整份拒收，没有任何数字入库：{}。改正后请重新投放。\n"
        "Refused as a whole; none of its figures were taken: {}. Correct it and drop it again.\n",
        file.name,
        why.zh,
        why.en);
    for (const auto& one : problems) {
        text += fmt::format("- {}\n", one);
    }
    const io::Descriptor from{::open(settings_.path.c_str(), folder_flags)};
    const auto aside = open_aside(from, put_where_);
    const auto name = put_as_ + std::string{reason_ending};
    ::unlinkat(aside.fd(), name.c_str(), 0);
    const io::Descriptor out{::openat(
        aside.fd(),
        name.c_str(),
        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
        S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP)};
    return out.fd() >= 0 && write_all(out, text)
               ? Result<void>{}
               : Error{
                   ErrorKind::io,
                   fmt::format(
                       "why {} was refused cannot be written beside it, to {}: {}",
                       file.name,
                       name,
                       words_of(errno))};
}

Result<std::string> first_dropped(const FeedSettings& feed) {
    DropFolder folder{feed.folder};
    auto listed = list(feed.folder);
    if (!listed) {
        return listed.error();
    }
    const auto oldest = std::ranges::min_element(
        *listed, {}, [](const Dropped& file) { return file.mark.modified_ns; });
    if (oldest == listed->end()) {
        return Error{
            ErrorKind::unavailable,
            fmt::format(
                "no file in {} is called {}: drop one there first",
                feed.folder.path,
                feed.folder.pattern)};
    }
    return folder.read(*oldest, feed.body_max);
}

}  // namespace sanbao::feeds
