#include "daemon/web/api_impl.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

namespace sanbao::web {

int status_of(const Error& error) {
    switch (error.kind) {
        case ErrorKind::io:
        case ErrorKind::unavailable:
        case ErrorKind::timed_out:
            return 503;
        case ErrorKind::invalid:
        case ErrorKind::overflow:
        case ErrorKind::too_large:
        case ErrorKind::rejected:
        case ErrorKind::locked:
        case ErrorKind::newer:
            return 409;
    }
    return 500;
}

Or<std::uint32_t> find_subject(const View& view, const std::string& called) {
    if (called.empty()) {
        return refuse(400, "name a county: its id, code or name");
    }
    const auto& catalogue = view.catalogue();
    if (const auto index = catalogue.subject(called); index != none) {
        return index;
    }
    if (const auto index = view.state.rules->subject_called(called, view.today()); index != none) {
        return index;
    }
    const auto named = std::ranges::find_if(catalogue.subjects, [&](const Subject& subject) {
        return subject.name.zh == called || subject.name.en == called;
    });
    if (named == catalogue.subjects.end()) {
        return refuse(
            404, fmt::format("no county is called '{}'; sanbaod status lists them all", called));
    }
    return static_cast<std::uint32_t>(named - catalogue.subjects.begin());
}

Or<std::vector<std::uint32_t>> find_indicators(const View& view, const std::string& called) {
    const auto& indicators = view.catalogue().indicators;
    std::vector<std::uint32_t> found;
    for (std::uint32_t i = 0; i < indicators.size(); ++i) {
        const auto& one = indicators[i];
        const auto wanted =
            called.empty() ? one.kind == IndicatorKind::risk
                           : one.id == called || one.name.zh == called || one.name.en == called;
        if (wanted) {
            found.push_back(i);
        }
    }
    if (found.empty() && !called.empty()) {
        return refuse(404, fmt::format("no indicator is called '{}'", called));
    }
    return found;
}

struct Api::Route {
    std::string_view method;
    std::string_view path;
    bool anywhere;  // else on the control socket only
    Reply (Api::*serve)(const Call&) const;
};

std::span<const Api::Route> Api::routes() {
    static constexpr std::array table{
        Route{"GET", "/healthz", true, &Api::healthz},
        Route{"GET", "/readyz", true, &Api::readyz},
        Route{"GET", "/metrics", true, &Api::metrics},
        Route{"GET", "/v1/status", false, &Api::status},
        Route{"GET", "/v1/alerts", false, &Api::alerts},
        Route{"GET", "/v1/alert", false, &Api::alert},
        Route{"GET", "/v1/explain", false, &Api::explain},
        Route{"GET", "/v1/plan", false, &Api::plan},
        Route{"GET", "/v1/feeds/held", false, &Api::held},
        Route{"POST", "/v1/feeds/release", false, &Api::release},
        Route{"POST", "/v1/feeds/discard", false, &Api::discard},
        Route{"POST", "/v1/reload", false, &Api::reload},
        Route{"POST", "/v1/plan/activate", false, &Api::activate},
        Route{"POST", "/v1/plan/step", false, &Api::step},
        Route{"POST", "/v1/plan/report", false, &Api::report},
        Route{"POST", "/v1/plan/end", false, &Api::end},
        Route{"GET", "/v1/filings", false, &Api::filings},
        Route{"POST", "/v1/filings", false, &Api::file},
        Route{"POST", "/v1/filings/confirm", false, &Api::confirm},
        Route{"POST", "/v1/filings/return", false, &Api::send_back},
        Route{"GET", "/v1/duties", false, &Api::duties},
    };
    return table;
}

// Nothing stands at this path, or it takes other methods.
Reply Api::not_served(const Call& call) {
    std::string allow;
    std::string takes;
    for (const auto& route : routes()) {
        if (route.path == call.path) {
            allow += (allow.empty() ? "" : ", ")
                     + std::string{route.method == "GET" ? "GET, HEAD" : route.method};
            takes += (takes.empty() ? "" : " and ") + std::string{route.method};
        }
    }
    if (allow.empty()) {
        return refuse(404, fmt::format("nothing is served at {}", call.path));
    }
    Reply reply = refuse(405, fmt::format("{} takes {}", call.path, takes));
    reply.allow = allow;
    return reply;
}

Reply Api::serve(const Call& call) const {
    const auto method = call.method == "HEAD" ? "GET" : std::string_view{call.method};
    const auto route = std::ranges::find_if(
        routes(), [&](const Route& one) { return one.path == call.path && one.method == method; });
    if (route == routes().end()) {
        return not_served(call);
    }
    if (!route->anywhere && !call.control) {
        return refuse(403, fmt::format("{} is served on the control socket only", call.path));
    }
    return (this->*route->serve)(call);
}

Reply Api::healthz(const Call& /*call*/) const {
    return plain(200, "ok\n");  // we answer, so we live
}

Reply Api::readyz(const Call& /*call*/) const {
    return ports_.ready() ? plain(200, "ready\n") : plain(503, "not ready\n");
}

Reply Api::metrics(const Call& /*call*/) const {
    return plain(
        200, metrics_text(view(), ports_.counters()), "text/plain; version=0.0.4; charset=utf-8");
}

Reply Api::status(const Call& /*call*/) const {
    return answer(status_json(view(), ports_.counters(), ports_.ready()));
}

Reply Api::alerts(const Call& call) const {
    return answer(alerts_json(view(), parameter(call, "all") == "1"));
}

Reply Api::alert(const Call& call) const {
    const auto id = parameter(call, "id");
    if (id.empty()) {
        return refuse(400, "name an alert: ?id=alert_…");
    }
    const auto found = alert_json(view(), id, ports_.messages(id));
    if (!found) {
        return refuse(404, fmt::format("no alert has the id '{}'", id));
    }
    return answer(*found);
}

Reply Api::explain(const Call& call) const {
    const auto now = view();
    const auto subject = find_subject(now, parameter(call, "county"));
    if (!subject) {
        return subject.error();
    }
    const auto indicators = find_indicators(now, parameter(call, "indicator"));
    if (!indicators) {
        return indicators.error();
    }
    const auto places = ports_.places();
    return answer(Explainer{now, places, ports_.messages}.document(*subject, *indicators));
}

Reply Api::plan(const Call& call) const {
    const auto now = view();
    const auto subject = find_subject(now, parameter(call, "county"));
    if (!subject) {
        return subject.error();
    }
    return answer(plan_json(now, *subject));
}

Reply Api::reload(const Call& /*call*/) const {
    const auto problems = ports_.reload();
    if (problems.empty()) {
        return answer({{"done", true}, {"config", ports_.state().config_digest}});
    }
    json::array list;
    std::ranges::for_each(problems, [&](const auto& problem) { list.emplace_back(problem); });
    return answer(
        {{"error",
          fmt::format(
              "the settings have {} problem{}; the old ones stay in force",
              problems.size(),
              problems.size() == 1 ? "" : "s")},
         {"problems", std::move(list)}},
        409);
}

template <class Make>
Reply Api::act(const Call& call, Make make) const {
    const auto form = Form::read(call.body);
    if (!form) {
        return form.error();
    }
    const auto county = form->text("county");
    const auto by = form->text("by");
    if (!county || !by) {
        return county ? by.error() : county.error();
    }
    const auto subject = find_subject(view(), *county);
    if (!subject) {
        return subject.error();
    }
    if (!view().catalogue().subjects[*subject].plan) {
        return refuse(409, fmt::format("{} has no plan", *county));
    }
    if (by->empty()) {
        return refuse(400, "say who does this: 'by' is the id of a person");
    }
    Or<core::Act> act = make(*form, *subject, *by);
    if (!act) {
        return act.error();
    }
    if (const auto done = ports_.act(std::move(*act), call.actor); !done) {
        return refuse(status_of(done.error()), done.error().message);
    }
    return answer(plan_json(view(), *subject));
}

Reply Api::activate(const Call& call) const {
    return act(call, [](const Form& form, std::uint32_t subject, const std::string& by) {
        const auto doc_no = form.text("doc_no");
        return doc_no ? Or<core::Act>{core::ActivatePlan{subject, by, *doc_no}} : doc_no.error();
    });
}

Reply Api::step(const Call& call) const {
    const auto make = [](const Form& form, std::uint32_t subject, const std::string& by) {
        const auto seq = form.whole("seq");
        const auto evidence = form.text("evidence");
        const auto waive = form.text("waive");
        if (!seq) {
            return Or<core::Act>{seq.error()};
        }
        if (!evidence || !waive) {
            return Or<core::Act>{evidence ? waive.error() : evidence.error()};
        }
        if (!evidence->empty() && !waive->empty()) {
            return Or<core::Act>{
                refuse(400, "a step is done with evidence or waived with a reason, not both")};
        }
        return Or<core::Act>{core::SettleStep{subject, *seq, by, *evidence, *waive}};
    };
    return act(call, make);
}

Reply Api::report(const Call& call) const {
    return act(call, [](const Form& form, std::uint32_t subject, const std::string& by) {
        const auto index = form.whole("index");
        return index ? Or<core::Act>{core::SendReport{subject, *index, by}} : index.error();
    });
}

Reply Api::end(const Call& call) const {
    return act(call, [](const Form& /*form*/, std::uint32_t subject, const std::string& by) {
        return Or<core::Act>{core::EndPlan{subject, by}};
    });
}

Handler make_api(Ports ports) {
    return [api = std::make_shared<const Api>(std::move(ports))](const Call& call) {
        return api->serve(call);
    };
}

}  // namespace sanbao::web
