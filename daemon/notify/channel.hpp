// A channel as the settings describe it: address, security, secret.
#pragma once

#include "alerts/base/time.hpp"
#include "alerts/model/person.hpp"
#include "daemon/io/secret.hpp"
#include "daemon/io/transfer.hpp"

#include <string>

namespace sanbao::notify {

struct ChannelSettings {
    std::string id;
    ChannelKind kind = ChannelKind::email;
    Detail detail = Detail::full;
    Millis timeout{30'000};
    std::string ca_file;

    std::string smtp;  // smtp://host:port or smtps://host:port
    io::MailTls tls = io::MailTls::starttls;
    std::string from;  // address
    std::string user;
    io::SecretSource password;

    std::string url;          // webhook
    io::SecretSource secret;  // whsec_…; empty: not signed
    int concurrency = 1;      // requests under way at once; webhooks default to 8
};

}  // namespace sanbao::notify
