// Inside feeds/: XML elements by their local names; which prefix a source chose does not matter.
#pragma once

#include <pugixml.hpp>
#include <string_view>

namespace sanbao::feeds {

inline std::string_view local_name(std::string_view name) {
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

inline bool is_called(const pugi::xml_node& node, std::string_view name) {
    return node.type() == pugi::node_element && local_name(node.name()) == name;
}

// The first child element of this name; a null node when there is none.
inline pugi::xml_node child_called(const pugi::xml_node& node, std::string_view name) {
    return node.find_child([name](const pugi::xml_node& child) { return is_called(child, name); });
}

inline pugi::xml_attribute attribute_called(const pugi::xml_node& node, std::string_view name) {
    return node.find_attribute([name](const pugi::xml_attribute& attribute) {
        return local_name(attribute.name()) == name;
    });
}

}  // namespace sanbao::feeds
