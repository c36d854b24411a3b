#include "daemon/app/service.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

namespace sanbao::app::service {

void ready(const std::string& text) {
    sd_notify(0, ("READY=1\nSTATUS=" + text).c_str());
}
void status(const std::string& text) {
    sd_notify(0, ("STATUS=" + text).c_str());
}
void stopping() {
    sd_notify(0, "STOPPING=1");
}
void alive() {
    sd_notify(0, "WATCHDOG=1");
}

std::optional<std::chrono::microseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) {
        return std::nullopt;
    }
    return std::chrono::microseconds{microseconds / 2};
}

void set_up_log(const std::string& level) {
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (std::getenv("JOURNAL_STREAM")
        != nullptr) {  // NOLINT(concurrency-mt-unsafe): before threads
        sink = std::make_shared<spdlog::sinks::systemd_sink_mt>("sanbaod");
    } else {
        sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
        sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
    }
    auto logger = std::make_shared<spdlog::logger>("sanbaod", std::move(sink));
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace sanbao::app::service
