// What systemd hears of us. Every call is harmless where systemd is not.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace sanbao::app::service {

void ready(const std::string& status);
void status(const std::string& text);
void stopping();
void alive();  // watchdog
std::optional<std::chrono::microseconds> watchdog_interval();
// Log lines go to the journal with their priority when systemd reads our stderr, else to stderr.
void set_up_log(const std::string& level);

}  // namespace sanbao::app::service
