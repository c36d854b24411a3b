// Addresses in settings.
#pragma once

#include "daemon/settings/section.hpp"

#include <initializer_list>

namespace sanbao::settings {

struct Address {
    std::string scheme;
    bool is_loopback = false;
};

// The URL of `key`, or nullopt after reporting what is wrong with it (also: a password inside). An
// absent key was reported elsewhere.
std::optional<Address> check_url(
    const Section& section, std::string_view key, std::initializer_list<std::string_view> schemes);

}  // namespace sanbao::settings
