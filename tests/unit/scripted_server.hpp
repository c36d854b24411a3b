// A server on loopback that says what a test tells it to, byte by byte, each connection on a thread
// of its own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace sanbao::test {

// One accepted connection, as its script sees it.
class Line {
  public:
    explicit Line(int fd) : fd_(fd) {}

    // Reads up to and with `end`; what came so far when the other side closes first.
    std::string read_until(std::string_view end) {
        std::size_t found = 0;
        while ((found = held_.find(end)) == std::string::npos) {
            std::array<char, 4096> block{};
            const auto got = ::recv(fd_, block.data(), block.size(), 0);
            if (got <= 0) {
                closed_ = true;
                return std::exchange(held_, {});
            }
            held_.append(block.data(), static_cast<std::size_t>(got));
        }
        auto text = held_.substr(0, found + end.size());
        held_.erase(0, found + end.size());
        return text;
    }
    std::string read_request() { return read_until("\r\n\r\n"); }

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                closed_ = true;
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    // Until the other side closes, or the server ends.
    void wait_for_close() {
        std::array<char, 256> block{};
        while (::recv(fd_, block.data(), block.size(), 0) > 0) {}
    }
    [[nodiscard]] bool closed() const { return closed_; }

  private:
    int fd_;
    std::string held_;
    bool closed_ = false;
};

class ScriptedServer {
  public:
    explicit ScriptedServer(std::function<void(Line&)> script)
        : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 512) != 0
            || ::getsockname(listener_, plain, &size) != 0) {
            std::abort();
        }
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread{[this] {
            accept_all();
        }};
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer() {
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::lock_guard lock{mutex_};
            for (const int fd : open_) {
                ::shutdown(fd, SHUT_RDWR);
            }
        }
        for (auto& thread : threads_) {
            thread.join();
        }
        ::close(listener_);
    }

    [[nodiscard]] int connections() const { return connections_; }
    [[nodiscard]] std::string url(std::string_view path, std::string_view scheme = "http") const {
        return std::string{scheme} + "://127.0.0.1:" + std::to_string(port_) + std::string{path};
    }

  private:
    void accept_all() {
        for (;;) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) {
                return;
            }
            ++connections_;
            const std::lock_guard lock{mutex_};
            open_.push_back(fd);
            threads_.emplace_back([this, fd] {
                Line line{fd};
                script_(line);
                const std::lock_guard closing{mutex_};
                std::erase(open_, fd);
                ::close(fd);
            });
        }
    }

    std::function<void(Line&)> script_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace sanbao::test
