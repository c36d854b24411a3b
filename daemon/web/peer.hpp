// Inside web/: who is at the other end of the control socket.
#pragma once

#include <string>

namespace sanbao::web {

// "cli:<login>", by the kernel's word (SO_PEERCRED), not the client's.
std::string peer_actor(int unix_socket);

}  // namespace sanbao::web
