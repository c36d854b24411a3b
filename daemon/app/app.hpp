// The service: made, started, reloaded, stopped.
#pragma once

#include "daemon/settings/settings.hpp"

#include <filesystem>
#include <memory>

namespace sanbao::app {

// Everything from reading the settings to the last checkpoint. Returns the exit code: 0 stopped
// cleanly, 1 storage in doubt, 2 settings refused, 75 another process owns the store.
int run(const std::filesystem::path& config);

class App {
  public:
    // Opens the store and recovers; nothing runs and nothing is sent yet.
    static Result<std::unique_ptr<App>> create(settings::Settings settings);
    ~App();

    // Listens, polls and sends until SIGTERM, SIGINT or a storage failure. Returns the exit code.
    int run();

  private:
    struct Impl;
    explicit App(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace sanbao::app
