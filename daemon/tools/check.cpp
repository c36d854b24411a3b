// `check`: everything that `run` would refuse, found without starting anything.
#include "daemon/io/clock.hpp"
#include "daemon/tools/commands.hpp"
#include "daemon/tools/tools.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace sanbao::tools {

namespace json = boost::json;

namespace {

struct Findings {
    std::vector<settings::Problem> problems;  // in the settings text
    std::vector<std::string> secrets;         // that cannot be read here, though `run` could try
    std::vector<std::string> notes;
    std::size_t files = 0, subjects = 0, indicators = 0;

    [[nodiscard]] std::size_t wrong() const { return problems.size() + secrets.size(); }
};

// Credentials exist only inside the service: outside of it their absence proves nothing.
void check_secrets(const settings::Settings& settings, Findings& findings) {
    const auto in_service = std::getenv("CREDENTIALS_DIRECTORY") != nullptr;
    for (const auto& channel : settings.channels) {
        for (const auto* source : {&channel.password, &channel.secret}) {
            if (source->empty()) {
                continue;
            }
            const auto secret = io::read_secret(*source);
            if (secret) {
                continue;
            }
            auto sentence = fmt::format("channel {}: {}", channel.id, secret.error().message);
            const auto unknowable = !source->credential.empty() && !in_service;
            (unknowable ? findings.notes : findings.secrets).push_back(std::move(sentence));
        }
    }
}

Findings find(const Options& options, std::string& language) {
    Findings findings;
    const auto today = date_in(Zone{}, io::WallClock{}.now());
    auto settings = settings::load(options.config, today);
    if (!settings) {
        findings.problems = std::move(settings.error());
        return findings;
    }
    const auto& catalogue = settings->rules->catalogue();
    findings.notes = settings->notes;
    findings.files = settings->files.size();
    findings.subjects = catalogue.subjects.size();
    findings.indicators = catalogue.indicators.size();
    language = language_of(*settings);
    check_secrets(*settings, findings);
    return findings;
}

json::array texts(const std::vector<std::string>& from) {
    json::array result;
    std::ranges::for_each(from, [&](const auto& one) { result.emplace_back(one); });
    return result;
}

void print_json(const Findings& findings) {
    json::array problems;
    for (const auto& problem : findings.problems) {
        problems.push_back(json::object{
            {"file", problem.file},
            {"line", problem.line},
            {"column", problem.column},
            {"message", problem.message},
            {"hint", problem.hint}});
    }
    put(json::serialize(json::object{
            {"files", findings.files},
            {"subjects", findings.subjects},
            {"indicators", findings.indicators},
            {"problems", std::move(problems)},
            {"secrets", texts(findings.secrets)},
            {"notes", texts(findings.notes)}})
        + "\n");
}

void print_text(const Findings& findings, const Look& look) {
    for (const auto& problem : findings.problems) {
        put(problem.to_text() + "\n");
    }
    for (const auto& secret : findings.secrets) {
        put(secret + "\n");
    }
    for (const auto& note : findings.notes) {
        put(look.say.format("注意：{}\n", "note: {}\n", note));
    }
    const auto count = [](std::size_t n, std::string_view one, std::string_view many) {
        return fmt::format("{} {}", n, n == 1 ? one : many);
    };
    const auto wrong = findings.wrong();
    if (!findings.problems.empty()) {
        put(look.say.zh() ? fmt::format("{}个问题\n", wrong)
                          : count(wrong, "problem", "problems") + "\n");
        return;
    }
    put(look.say.zh() ? fmt::format(
            "{}个文件，{}个县区，{}个指标，{}个问题\n",
            findings.files,
            findings.subjects,
            findings.indicators,
            wrong)
                      : fmt::format(
                          "{}, {}, {}, {}\n",
                          count(findings.files, "file", "files"),
                          count(findings.subjects, "county", "counties"),
                          count(findings.indicators, "indicator", "indicators"),
                          count(wrong, "problem", "problems")));
}

}  // namespace

int check(const Options& options) {
    std::string language = "zh";
    const auto findings = find(options, language);
    if (options.json) {
        print_json(findings);
    } else {
        print_text(findings, make_look(options, language));
    }
    return findings.wrong() == 0 ? exit_ok : exit_found;
}

}  // namespace sanbao::tools
