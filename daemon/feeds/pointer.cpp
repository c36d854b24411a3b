#include "daemon/feeds/pointer.hpp"

#include <algorithm>
#include <charconv>

namespace sanbao::feeds {

namespace {

constexpr std::size_t element_max = 65'535;  // of an array that a pointer goes into

std::optional<std::size_t> array_index(std::string_view token) {
    std::size_t index = 0;
    const auto* const last = token.data() + token.size();
    const auto [end, failed] = std::from_chars(token.data(), last, index);
    const bool canonical = token == "0" || !token.starts_with('0');
    if (failed != std::errc{} || end != last || !canonical || index > element_max) {
        return std::nullopt;
    }
    return index;
}

}  // namespace

std::optional<std::vector<std::string>> parse_pointer(std::string_view text) {
    std::vector<std::string> tokens;
    if (!text.empty() && text.front() != '/') {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '/') {
            tokens.emplace_back();
        } else if (text[i] != '~') {
            tokens.back() += text[i];
        } else if (i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1')) {
            tokens.back() += text[++i] == '0' ? '~' : '/';
        } else {
            return std::nullopt;
        }
    }
    return tokens;
}

void PointerTree::add(const std::vector<std::string>& tokens, std::size_t field) {
    std::uint32_t at = 0;
    for (const auto& token : tokens) {
        auto next = child(nodes_[at], token);
        if (next == nothing) {
            next = static_cast<std::uint32_t>(nodes_.size());
            nodes_.emplace_back();
            auto& children = nodes_[at].children;
            const auto place = std::ranges::lower_bound(
                children, token, {}, &std::pair<std::string, std::uint32_t>::first);
            children.emplace(place, token, next);
            if (const auto index = array_index(token)) {
                auto& elements = nodes_[at].elements;
                elements.resize(std::max(elements.size(), *index + 1), nothing);
                elements[*index] = next;
            }
        }
        at = next;
    }
    nodes_[at].field = field;
}

std::uint32_t PointerTree::child(const Node& node, std::string_view key) {
    const auto found = std::ranges::lower_bound(
        node.children, key, {}, [](const auto& entry) { return std::string_view{entry.first}; });
    return found == node.children.end() || found->first != key ? nothing : found->second;
}

}  // namespace sanbao::feeds
