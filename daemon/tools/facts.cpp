#include "daemon/tools/facts.hpp"

#include "alerts/text/utf8.hpp"

namespace sanbao::tools {

Facts Facts::operator[](std::string_view key) const {
    if (value_ == nullptr || !value_->is_object()) {
        return Facts{};
    }
    return Facts{value_->get_object().if_contains(key)};
}

std::string Facts::text() const {
    if (value_ == nullptr || !value_->is_string()) {
        return {};
    }
    const auto& string = value_->get_string();
    return text::clean({string.data(), string.size()});
}

std::string Facts::text(Language language) const {
    return (*this)[language == Language::zh ? "zh" : "en"].text();
}

std::int64_t Facts::whole() const {
    if (value_ == nullptr || !value_->is_number()) {
        return 0;
    }
    boost::system::error_code error;
    const auto number = value_->to_number<std::int64_t>(error);
    return error ? 0 : number;
}

bool Facts::yes() const {
    return value_ != nullptr && value_->is_bool() && value_->get_bool();
}

std::string Facts::time() const {
    constexpr std::size_t to_minute = 16;
    auto full = text();
    if (full.size() < to_minute) {
        return full;
    }
    full.resize(to_minute);
    full[10] = ' ';
    return full;
}

std::size_t Facts::size() const {
    return value_ != nullptr && value_->is_array() ? value_->get_array().size() : 0;
}

}  // namespace sanbao::tools
