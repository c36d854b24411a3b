// The two languages side by side, so that no sentence exists in one of them only.
#pragma once

#include "alerts/model/text.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace sanbao::text {

struct Say {
    Language language = Language::zh;

    [[nodiscard]] bool zh() const { return language == Language::zh; }

    std::string_view operator()(std::string_view chinese, std::string_view english) const {
        return zh() ? chinese : english;
    }

    // Both formats are checked at compile time against the same arguments.
    template <class... Args>
    [[nodiscard]] std::string format(
        fmt::format_string<Args...> chinese,
        fmt::format_string<Args...> english,
        Args&&... args) const {
        return zh() ? fmt::format(chinese, std::forward<Args>(args)...)
                    : fmt::format(english, std::forward<Args>(args)...);
    }
};

}  // namespace sanbao::text
