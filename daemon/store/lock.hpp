// The lock file beside the store: who holds it owns the store.
#pragma once

#include "alerts/base/result.hpp"

#include <filesystem>
#include <string>

namespace sanbao::store {

// Held until destroyed; the kernel frees it when the process dies. Its text remembers that a store
// was made here, so that a lost store is never silently begun anew.
class Lock {
  public:
    static Result<Lock> take(const std::filesystem::path& file);
    Lock(Lock&& other) noexcept;
    Lock& operator=(Lock&&) = delete;
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

    [[nodiscard]] const std::string& text() const { return text_; }  // as found
    Result<void> write(const std::string& text);                     // synced

  private:
    Lock(int fd, std::string text) : fd_(fd), text_(std::move(text)) {}
    int fd_;
    std::string text_;
};

}  // namespace sanbao::store
