#include "daemon/tools/commands.hpp"

#include "daemon/tools/facts.hpp"
#include "daemon/tools/show.hpp"
#include "daemon/tools/tools.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>

namespace sanbao::tools {

namespace json = boost::json;

namespace {

using Show = std::function<std::string(const Facts&, const Look&)>;

Result<Control> reach(const Options& options) {
    if (!options.socket.empty()) {
        return Control{options.socket};
    }
    auto settings = settings::load(options.config);
    if (!settings) {
        return invalid(fmt::format(
            "{}\nsanbaod: so the control socket is unknown; mend the settings (sanbaod check lists "
            "every mistake) or name the socket with --socket PATH",
            settings.error().front().to_text()));
    }
    return Control{settings->socket};
}

// Prints what the daemon answered, or why it did not.
int print(const Options& options, const Result<Answer>& answer, const Show& show) {
    if (!answer) {
        complain(answer.error().message);
        return exit_found;
    }
    const Facts facts{&answer->body};
    constexpr int ok = 200;
    if (options.json) {
        put(json::serialize(answer->body) + "\n");
    } else if (answer->status != ok) {
        complain(facts["error"].text());
        facts["problems"].each([](const Facts& problem) { complain(problem.text()); });
    } else {
        put(show(facts, make_look(options, facts["language"].text())));
    }
    return answer->status == ok ? exit_ok : exit_found;
}

int get(const Options& options, const std::string& path, const Query& query, const Show& show) {
    const auto control = reach(options);
    if (!control) {
        complain(control.error().message);
        return exit_found;
    }
    return print(options, control->get(path, query), show);
}

int post(
    const Options& options, const std::string& path, const json::object& form, const Show& show) {
    const auto control = reach(options);
    if (!control) {
        complain(control.error().message);
        return exit_found;
    }
    return print(options, control->post(path, form), show);
}

// By item id: which feed delivers it, and from where. Nothing when the settings do not load.
std::map<std::string, std::string> feeds_of(const Options& options) {
    std::map<std::string, std::string> feeds;
    const auto settings = settings::load(options.config);
    if (settings) {
        for (const auto& feed : settings->feeds) {
            for (const auto& mapping : feed.items) {
                auto& text = feeds[mapping.item];
                text += (text.empty() ? "" : ", ") + fmt::format("{} {}", feed.id, mapping.from);
            }
        }
    }
    return feeds;
}

}  // namespace

std::optional<settings::Settings> load_settings(const Options& options) {
    auto settings = settings::load(options.config);
    if (settings) {
        return std::move(*settings);
    }
    for (const auto& problem : settings.error()) {
        fmt::print(stderr, "{}\n", problem.to_text());
    }
    complain(fmt::format("{} problems in the settings", settings.error().size()));
    return std::nullopt;
}

Look make_look(const Options& options, std::string_view fallback) {
    auto language = options.lang.empty() ? environment_language() : options.lang;
    language = language.empty() ? std::string{fallback} : language;
    return {{language == "en" ? Language::en : Language::zh}, wants_colour()};
}

std::string_view language_of(const settings::Settings& settings) {
    return settings.rules->catalogue().language == Language::en ? "en" : "zh";
}

void put(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void complain(std::string_view text) {
    fmt::print(stderr, "sanbaod: {}\n", text);
}

int status(const Options& options) {
    return get(options, "/v1/status", {}, show_status);
}

int alerts(const Options& options, bool all) {
    const auto query = all ? Query{{"all", "1"}} : Query{};
    return get(options, "/v1/alerts", query, show_alerts);
}

int alert_show(const Options& options, const std::string& id) {
    return get(options, "/v1/alert", {{"id", id}}, show_alert);
}

int explain(const Options& options, const std::string& county, const std::string& indicator) {
    Query query{{"county", county}};
    if (!indicator.empty()) {
        query.emplace_back("indicator", indicator);
    }
    return get(options, "/v1/explain", query, [&](const Facts& facts, const Look& look) {
        return show_explanation(facts, look, feeds_of(options));
    });
}

int plan_show(const Options& options, const std::string& county) {
    return get(options, "/v1/plan", {{"county", county}}, show_plan);
}

int plan_act(const Options& options, const std::string& act, const json::object& form) {
    return post(options, "/v1/plan/" + act, form, show_plan);
}

int feed_held(const Options& options) {
    return get(options, "/v1/feeds/held", {}, show_held);
}

int feed_settle(const Options& options, const std::string& act, const json::object& form) {
    return post(options, "/v1/feeds/" + act, form, show_held);
}

int file(const Options& options, const json::object& form) {
    return post(options, "/v1/filings", form, show_filings);
}

int filings(const Options& options) {
    return get(options, "/v1/filings", {}, show_filings);
}

int filing_act(const Options& options, const std::string& act, const json::object& form) {
    return post(options, "/v1/filings/" + act, form, show_filing_done);
}

int duties(const Options& options, const std::string& county) {
    const auto query = county.empty() ? Query{} : Query{{"county", county}};
    return get(options, "/v1/duties", query, show_duties);
}

int reload(const Options& options) {
    return post(options, "/v1/reload", {}, [](const Facts& facts, const Look& look) {
        return look.say.format(
            "已加载，规则 {:.12}\n", "reloaded, rules {:.12}\n", facts["config"].text());
    });
}

}  // namespace sanbao::tools
