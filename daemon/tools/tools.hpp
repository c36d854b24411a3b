// The sub-commands, all but `run`.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace sanbao::tools {

// Exit codes of the program.
inline constexpr int exit_ok = 0;
inline constexpr int exit_found = 1;    // a check found something; the daemon is not there
inline constexpr int exit_usage = 2;    // wrong usage, or `run` refused its settings
inline constexpr int exit_locked = 75;  // another process owns the store

// Parses argv and performs the command. `run` is called for the service itself.
int main(int argc, char** argv, const std::function<int(const std::filesystem::path& config)>& run);

}  // namespace sanbao::tools
