#include "daemon/settings/settings.hpp"

#include "alerts/base/digest.hpp"
#include "daemon/settings/draft.hpp"

#include <fmt/format.h>

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <set>

namespace sanbao::settings {

namespace {

namespace fs = std::filesystem;

// Files below `folder` whose path there matches `pattern`, segment by segment, sorted by name.
std::vector<fs::path> matches(const fs::path& folder, const fs::path& pattern) {
    std::vector<fs::path> found{{}};
    for (const auto& segment : pattern) {
        std::vector<fs::path> deeper;
        for (const auto& base : found) {
            std::error_code code;
            for (const auto& entry : fs::directory_iterator{folder / base, code}) {
                const auto name = entry.path().filename();
                if (::fnmatch(segment.c_str(), name.c_str(), FNM_PERIOD) == 0) {
                    deeper.push_back(base / name);
                }
            }
        }
        found = std::move(deeper);
    }
    std::ranges::sort(found);
    return found;
}

bool stays_below(const fs::path& pattern) {
    return pattern.is_relative() && std::ranges::none_of(pattern, [](const fs::path& segment) {
               return segment == ".." || segment == "." || segment.empty();
           });
}

// The files that `include` names, in its order; each once, the main file never.
std::vector<fs::path> included(const Section& main, const fs::path& file) {
    std::vector<fs::path> files;
    std::set<fs::path> seen{file.filename()};
    for (const auto& [pattern, where] : main.texts("include")) {
        if (!stays_below(pattern)) {
            main.problem(
                where,
                fmt::format("\"{}\" leaves the folder of this file", pattern),
                "name files below it: \"counties/*.toml\"");
            continue;
        }
        const auto found = matches(file.parent_path().empty() ? "." : file.parent_path(), pattern);
        if (found.empty()) {
            main.problem(
                where,
                fmt::format("no file matches \"{}\"", pattern),
                "correct the pattern, or take it out");
        }
        for (const auto& each : found) {
            if (seen.insert(each).second) {
                files.push_back(each);
            }
        }
    }
    return files;
}

// The document when it could be read; kept in any case, since problems point at it.
const Document* open(Draft& draft, const fs::path& path, const fs::path& relative) {
    auto& document = draft.documents.emplace_back();
    document.order = draft.documents.size();
    document.name = path.string();
    document.relative = relative.string();
    draft.settings.files.push_back(document.name);
    if (read_document(path, document, draft.problems)) {
        return &document;
    }
    draft.whole = false;
    return nullptr;
}

void read_included(Draft& draft, const Document& document) {
    if (is_subject(document)) {
        read_subject(Section{document, "subject", "a subject's file", draft.problems}, draft);
    } else {
        read_shared(Section{document, "shared", "an included file", draft.problems}, draft);
    }
}

// As `sha256sum FILE… | sha256sum` works it out, so that anyone can.
std::string digest_of(const std::deque<Document>& documents) {
    std::string lines;
    for (const auto& document : documents) {
        lines += fmt::format("{}  {}\n", document.digest, document.relative);
    }
    return to_hex(sha256(lines));
}

void sort_by_id(Draft& draft) {
    auto& catalogue = draft.catalogue;
    std::ranges::sort(catalogue.items, {}, &Item::id);
    std::ranges::sort(catalogue.subjects, {}, &Subject::id);
    std::ranges::sort(catalogue.indicators, {}, &Indicator::id);
    std::ranges::sort(catalogue.persons, {}, &Person::id);
    std::ranges::sort(catalogue.channels, {}, &Channel::id);
    std::ranges::sort(catalogue.feeds, {}, &FeedRule::id);
    std::ranges::sort(draft.settings.feeds, {}, &feeds::FeedSettings::id);
    std::ranges::sort(draft.settings.channels, {}, &notify::ChannelSettings::id);
    for (auto& feed : draft.settings.feeds) {
        feed.drives_clock = feed.id == draft.settings.replay_feed;
    }
}

}  // namespace

boost::system::result<Settings, std::vector<Problem>> load(
    const fs::path& file, std::optional<Date> today) {
    Draft draft;
    draft.settings.file = file;
    const auto* const main = open(draft, file, file.filename());
    if (main == nullptr) {
        return draft.problems.sorted();
    }
    const Section section{*main, "main", "the main file", draft.problems};
    for (const auto& relative : included(section, file)) {
        if (const auto* const document = open(draft, file.parent_path() / relative, relative)) {
            read_included(draft, *document);
        }
    }
    read_main(section, draft);
    read_shared(section, draft);
    check_all(draft, today);
    sort_by_id(draft);
    draft.catalogue.digest = digest_of(draft.documents);
    build_rules(draft);
    if (draft.problems.size() > 0) {
        return draft.problems.sorted();
    }
    return std::move(draft.settings);
}

}  // namespace sanbao::settings
