// A text in the two languages of the product. `en` may be empty: then `zh` is shown.
#pragma once

#include <string>

namespace sanbao {

enum class Language : unsigned char { zh, en };

struct Text {
    std::string zh;
    std::string en;

    [[nodiscard]] const std::string& in(Language language) const {
        return language == Language::en && !en.empty() ? en : zh;
    }
};

}  // namespace sanbao
