// Levels in their order of severity. Blue is idle cash: a warning of its own, not calm.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace sanbao {

// Stored by name, never by number.
enum class Level : unsigned char { normal, blue, yellow, orange, red };

inline constexpr std::array levels_that_warn{Level::blue, Level::yellow, Level::orange, Level::red};

std::string_view to_text(Level level);  // "yellow"
std::optional<Level> parse_level(std::string_view text);

// The second field beside the level. Missing data makes a subject stale, never calmer.
enum class Freshness : unsigned char { never_judged, fresh, stale };
std::string_view to_text(Freshness freshness);

}  // namespace sanbao
