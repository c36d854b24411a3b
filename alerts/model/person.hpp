// People, the channels that reach them, and the routes that choose among them.
#pragma once

#include "alerts/model/level.hpp"
#include "alerts/model/text.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sanbao {

struct Person {
    std::string id;
    std::string name;
    std::string post;
    std::string phone;
    std::string email;
    std::string deputy;                 // id of a person, or empty
    std::vector<std::string> channels;  // ids; e-mail needs `email`
    std::optional<Language> language;
};

enum class ChannelKind : unsigned char { email, webhook };
// How much a message says (work secrets stay inside).
enum class Detail : unsigned char { full, level, pointer };

// What deciding needs to know of a channel; address and secrets are settings of daemon/.
struct Channel {
    std::string id;
    ChannelKind kind = ChannelKind::email;
    Detail detail = Detail::full;
};

enum class Topic : unsigned char { risk, plan, data, delivery };

// Every route that matches adds its recipients. A recipient is a person's id, a role of the
// county's plan ("lead"), "leader" (领导包抓), or "channel:ID" for a webhook that is nobody's.
struct Route {
    std::vector<Topic> topics;          // empty: all
    std::vector<Level> levels;          // of risk messages; empty: all
    std::vector<std::string> subjects;  // ids; empty: all
    std::vector<std::string> to;
};

}  // namespace sanbao
