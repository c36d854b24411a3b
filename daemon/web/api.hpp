// The facts as JSON and as metrics. Reads the state between two steps, so every answer is of one
// moment and of nothing that is not on disk.
#pragma once

#include "alerts/core/state.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/web/server.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sanbao::web {

using MessageLine = store::MessageFate;

struct Counters {             // of this process, for /metrics
    std::int64_t sweeps = 0;  // polls accepted
    std::int64_t polls = 0, steps = 0, records = 0;
    std::int64_t head_seq = -1;  // last record of the journal
    double step_seconds = 0;
    std::map<std::string, std::int64_t> pushes_denied = {};  // by reason
};

// One county's figures as they were written: `body` is decoded, hashed and kept.
struct FiledForm {
    std::string feed;
    std::uint32_t subject = 0;
    std::string body;  // {"county", "date", "values": {item: text}}
    std::string by;    // a person's id
};

// What the API reads and does; bound by the app.
struct Ports {
    std::function<const core::State&()> state;
    std::function<Instant()> now;
    std::function<Counters()> counters;
    std::function<std::vector<MessageLine>(const std::string& alert)> messages;  // newest last
    std::function<std::map<std::string, std::string>()> places;                  // Settings::places
    std::function<bool()> ready;
    std::function<bool()> replay;                      // the clock is a feed's
    std::function<std::vector<std::string>()> reload;  // problems; empty: done
    std::function<Result<void>(core::Act, std::string actor)> act;
    // Proposes a filing; its id.
    std::function<Result<std::string>(FiledForm, std::string actor)> file;
};

// Routes: GET /healthz /readyz /metrics anywhere; on the control socket also
//   GET  /v1/status  /v1/alerts[?all=1]  /v1/alert?id=  /v1/explain?county=&indicator=
//        /v1/plan?county=  /v1/filings  /v1/duties[?county=]
//   POST /v1/reload  /v1/plan/activate  /v1/plan/step  /v1/plan/report  /v1/plan/end
//        /v1/filings  /v1/filings/confirm  /v1/filings/return   (JSON bodies)
Handler make_api(Ports ports);

}  // namespace sanbao::web
