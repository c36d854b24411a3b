// The one macro of the project. A failed assertion is our own fault: the process says where and
// ends, systemd starts it again, and the journal is untouched. Never compiled out, never used on
// input from users, files or the network.
#pragma once

namespace sanbao {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace sanbao

#define SANBAO_ASSERT(condition)                                        \
    do {                                                                \
        if (!(condition)) {                                             \
            ::sanbao::assertion_failed(#condition, __FILE__, __LINE__); \
        }                                                               \
    } while (false)
