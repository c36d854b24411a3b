// JSON Pointers (RFC 6901), all of a row's at once: a tree that is walked along with the document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sanbao::feeds {

// "/a~1b/3" -> "a/b", "3"; "" -> none. nullopt when it is no pointer.
std::optional<std::vector<std::string>> parse_pointer(std::string_view text);

class PointerTree {
  public:
    static constexpr std::uint32_t nothing = 0xffff'ffff;
    struct Node {
        std::size_t field = static_cast<std::size_t>(-1);  // number of the field that ends here
        std::vector<std::pair<std::string, std::uint32_t>> children;  // sorted by key
        std::vector<std::uint32_t> elements;  // children that are array indexes, by index
        // Keys as they were last seen in the document, with the child (or nothing) behind each.
        std::vector<std::pair<std::string, std::uint32_t>> order;
    };

    PointerTree() : nodes_(1) {}
    void add(const std::vector<std::string>& tokens, std::size_t field);
    [[nodiscard]] Node& node(std::uint32_t number) { return nodes_[number]; }
    // The child of this key; nothing when no pointer goes there.
    [[nodiscard]] static std::uint32_t child(const Node& node, std::string_view key);

  private:
    std::vector<Node> nodes_;  // the root first
};

}  // namespace sanbao::feeds
