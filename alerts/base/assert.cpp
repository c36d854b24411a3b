#include "alerts/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace sanbao {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "sanbaod: assertion failed: %s (%s:%d)\n", condition, file, line);
    std::abort();
}

}  // namespace sanbao
