#include "daemon/web/peer.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <sys/socket.h>

#include <array>

namespace sanbao::web {

namespace {

std::string login_of(uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> room{};
    if (getpwuid_r(uid, &entry, room.data(), room.size(), &found) == 0 && found != nullptr) {
        return entry.pw_name;
    }
    return fmt::format("{}", uid);
}

}  // namespace

std::string peer_actor(int unix_socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(unix_socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        return "cli:unknown";
    }
    return "cli:" + login_of(peer.uid);
}

}  // namespace sanbao::web
