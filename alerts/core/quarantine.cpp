// What does not fit together is held back, until somebody lets it through.
#include "alerts/base/limits.hpp"
#include "alerts/core/step.hpp"
#include "alerts/rules/jumps.hpp"
#include "alerts/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::core {

namespace {

constexpr std::size_t digest_prefix_min = 8;
constexpr std::size_t digest_shown = 12;

std::vector<rules::Finding> count_rows(const FeedRule& rule, std::int64_t rows) {
    if (!rule.row_count || (rows >= rule.row_count->first && rows <= rule.row_count->second)) {
        return {};
    }
    const auto [from, to] = *rule.row_count;
    rules::Finding finding;
    finding.text = {
        fmt::format("共 {} 行，应为 {} 至 {} 行", rows, from, to),
        fmt::format("{} rows came, {} to {} are expected", rows, from, to)};
    return {finding};
}

// A sentence without its figures: the same trouble on the next day is no other trouble.
std::string gist_of(std::string_view sentence) {
    std::string gist;
    std::ranges::copy_if(sentence, std::back_inserter(gist), [](char c) {
        return (c < '0' || c > '9') && c != '.' && c != ',' && c != '-';
    });
    return gist;
}

std::vector<std::string> gists_of(const std::vector<std::string>& sentences) {
    std::vector<std::string> gists;
    std::ranges::transform(sentences, std::back_inserter(gists), gist_of);
    std::ranges::sort(gists);
    return gists;
}

// As a record holds them whole: what is folded back must be what was decided.
std::vector<std::string> in_english(const std::vector<rules::Finding>& findings) {
    constexpr std::size_t bytes_max = limits::record_list_text_bytes_max / 2;
    std::vector<std::string> sentences;
    for (const auto& finding : findings) {
        if (sentences.size() == limits::record_list_max) {
            break;
        }
        sentences.push_back(text::cut(finding.text.in(Language::en), bytes_max));
    }
    return sentences;
}

// The county that all findings are about, if it is one.
std::string place_of(const Catalogue& catalogue, const std::vector<rules::Finding>& findings) {
    const auto subject = findings.front().subject;
    const bool one = std::ranges::all_of(
        findings, [&](const rules::Finding& finding) { return finding.subject == subject; });
    return one && subject != none ? catalogue.subjects[subject].name.in(catalogue.language) : "";
}

FeedNews news_of(
    const Step& step, text::Reason reason, const std::vector<rules::Finding>& findings) {
    FeedNews news;
    news.reason = reason;
    news.place = place_of(step.catalogue(), findings);
    news.also = step.catalogue().operators;
    for (const auto& finding : findings) {
        news.lines.push_back(finding.text);
    }
    return news;
}

bool names(std::string_view feed, std::string_view digest, const Quarantined& held) {
    return (feed.empty() || held.feed == feed) && held.digest.starts_with(digest);
}

// The held batch that `digest`, a prefix, names; the feed may be left open.
Result<const Quarantined*> find_held(
    const State& state, std::string_view feed, std::string_view digest) {
    if (digest.size() < digest_prefix_min) {
        return invalid(fmt::format(
            "name the batch by at least {} characters of its digest; sanbaod feed held lists them",
            digest_prefix_min));
    }
    const Quarantined* found = nullptr;
    for (const auto& held : state.quarantine) {
        if (!names(feed, digest, held)) {
            continue;
        }
        if (found != nullptr) {
            return invalid(
                fmt::format("several held batches begin with {}: write more of it", digest));
        }
        found = &held;
    }
    if (found == nullptr) {
        return invalid(fmt::format(
            "no batch {} is held back; sanbaod feed held lists those that are", digest));
    }
    return found;
}

// Whoever reports the figures does not let them through: the operators do, the feed's owner and
// its chief.
Result<void> permit(
    const State& state, std::string_view feed, std::string_view by, std::string_view reason) {
    const auto& catalogue = state.rules->catalogue();
    if (catalogue.person(by) == nullptr) {
        return invalid(
            by.empty() ? "say who decides this: the id of a person"
                       : fmt::format("no person has the id '{}'", by));
    }
    const auto index = catalogue.feed(feed);
    const bool decides =
        std::ranges::find(catalogue.operators, by) != catalogue.operators.end()
        || (index != none
            && (catalogue.feeds[index].owner == by || catalogue.feeds[index].chief == by));
    if (!decides) {
        return Error{
            ErrorKind::rejected,
            fmt::format(
                "{} may not decide this: an operator or the feed's owner or chief may", by)};
    }
    if (reason.empty()) {
        return invalid("say why: the reason goes on record");
    }
    if (reason.size() > limits::note_bytes_max) {
        return invalid(
            fmt::format("the reason is longer than {} bytes: shorten it", limits::note_bytes_max));
    }
    return {};
}

}  // namespace

Inspection inspect(const State& state, const PollAccepted& poll) {
    const auto& catalogue = state.rules->catalogue();
    const auto& rule = catalogue.feeds[poll.feed];
    const auto& checks = state.rules->feed(poll.feed).checks;
    auto findings = count_rows(rule, poll.rows);
    if (!checks.empty()) {
        std::vector<bool> spoken(catalogue.items.size());
        for (const auto& check : checks) {
            for (const auto item : check.items()) {
                spoken[item] = true;
            }
        }
        const rules::Batch batch{state.readings, poll.cells, spoken};
        std::ranges::move(
            rules::run_checks(checks, batch, catalogue), std::back_inserter(findings));
    }
    auto jumps = rules::find_jumps(rule, state.readings, poll.cells, checks, catalogue);
    if (rule.arrives == Arrival::hand) {
        for (auto& jump : jumps) {  // a second person looks at it anyway
            jump.action = CheckAction::flag;
        }
    }
    std::ranges::move(jumps, std::back_inserter(findings));
    Inspection inspection;
    for (auto& finding : findings) {
        auto& list = finding.action == CheckAction::flag ? inspection.flag : inspection.hold;
        list.push_back(std::move(finding));
    }
    return inspection;
}

void hold_back(Step& step, const PollAccepted& poll, const std::vector<rules::Finding>& findings) {
    const auto& rule = step.catalogue().feeds[poll.feed];
    auto& quarantine = step.state.quarantine;
    const auto of_feed = [&](const Quarantined& held) {
        return held.feed == rule.id;
    };
    step.state.feeds[rule.id].checked = step.at;
    if (std::ranges::any_of(quarantine, [&](const Quarantined& held) {
            return of_feed(held) && held.digest == poll.digest;
        })) {
        return;  // it waits already
    }
    const auto& discarded = step.state.feeds[rule.id].discarded;
    if (std::ranges::find(discarded, poll.digest) != discarded.end()) {
        return;  // a person has seen it and thrown it away; the source says it again
    }
    FeedQuarantined event;
    event.reasons = in_english(findings);
    const auto known = [&, gists = gists_of(event.reasons)](const Quarantined& held) {
        return of_feed(held) && gists_of(held.reasons) == gists;
    };
    event.told = std::ranges::none_of(quarantine, known);
    while (static_cast<std::size_t>(std::ranges::count_if(quarantine, of_feed))
           >= limits::feed_quarantined_max) {
        const auto oldest = std::ranges::find_if(quarantine, of_feed);
        step.emit(FeedDiscarded{rule.id, oldest->digest, "", "superseded"});
        event.told = true;  // a held day that goes unseen is news
    }
    event.feed = rule.id;
    event.digest = poll.digest;
    event.bytes = poll.bytes;
    event.rows = poll.rows;
    event.edition = poll.edition;
    event.changed = poll.cells;
    for (const auto& cell : poll.cells) {
        event.newest = std::max(event.newest, cell.date);
    }
    const auto told = event.told;
    step.emit(std::move(event));
    if (!told) {
        return;
    }
    auto news = news_of(step, text::Reason::feed_held, findings);
    const auto digest = poll.digest.substr(0, digest_shown);
    news.lines.push_back(
        {fmt::format("批次 {} 已暂存：核实后 sanbaod feed release，或 feed discard", digest),
         fmt::format("batch {} is held: sanbaod feed release once verified, or discard", digest)});
    tell_feed(step, rule, std::move(news));
}

void flag(Step& step, const PollAccepted& poll, const std::vector<rules::Finding>& findings) {
    if (findings.empty()) {
        return;
    }
    const auto& rule = step.catalogue().feeds[poll.feed];
    FeedFlagged event{rule.id, poll.digest, in_english(findings)};
    const auto& feed = step.state.feeds[rule.id];
    const bool new_today = feed.flagged_on != step.today();
    if (!new_today && gists_of(feed.flagged) == gists_of(event.reasons)) {
        return;
    }
    step.emit(std::move(event));
    tell_feed(step, rule, news_of(step, text::Reason::feed_flagged, findings));
}

// What was held of a date does not wait any longer once newer figures of it were taken: let through
// later, it would put old figures over new ones.
void forget_overtaken(Step& step, const PollAccepted& poll) {
    const auto& feed = step.catalogue().feeds[poll.feed].id;
    std::vector<std::string> overtaken;
    for (const auto& held : step.state.quarantine) {
        const auto of_its_date = [&](const rules::Cell& cell) {
            return cell.date == held.newest;
        };
        if (held.feed == feed && held.digest != poll.digest
            && std::ranges::any_of(poll.cells, of_its_date)) {
            overtaken.push_back(held.digest);
        }
    }
    for (const auto& digest : overtaken) {
        step.emit(
            FeedDiscarded{feed, digest, "", "superseded: newer figures of its date were taken"});
    }
}

void forget_held(Step& step, const PollAccepted& poll) {
    const auto& feed = step.catalogue().feeds[poll.feed].id;
    const auto held = std::ranges::any_of(step.state.quarantine, [&](const Quarantined& batch) {
        return batch.feed == feed && batch.digest == poll.digest;
    });
    if (held) {
        step.emit(FeedDiscarded{feed, poll.digest, "", "taken: it fits together by now"});
        FeedNews news;
        news.reason = text::Reason::feed_recovered;
        news.about = "held";
        tell_feed(step, step.catalogue().feeds[poll.feed], std::move(news));
    }
}

void release(Step& step, const ReleaseBatch& act) {
    const auto found = find_held(step.state, act.feed, act.digest);
    if (!found) {
        return;  // permit_release() said so
    }
    const Quarantined held = **found;
    PollAccepted poll{
        step.catalogue().feed(held.feed),
        held.digest,
        held.bytes,
        held.rows,
        held.cells,
        held.edition};
    step.emit(FeedReleased{held.feed, held.digest, act.by, act.reason});
    take_delivery(step, poll, fmt::format("released by {}: {}", act.by, act.reason));
    look_for_gaps(step, poll);
}

void discard(Step& step, const DiscardBatch& act) {
    if (const auto found = find_held(step.state, act.feed, act.digest)) {
        const Quarantined held = **found;
        step.emit(FeedDiscarded{held.feed, held.digest, act.by, act.reason});
    }
}

Result<void> permit_release(const State& state, const ReleaseBatch& act) {
    const auto held = find_held(state, act.feed, act.digest);
    if (!held) {
        return held.error();
    }
    if (auto permitted = permit(state, (*held)->feed, act.by, act.reason); !permitted) {
        return permitted;
    }
    if (state.rules->catalogue().feed((*held)->feed) == none) {
        return invalid(fmt::format(
            "feed '{}' is not in the settings any more: discard the batch", (*held)->feed));
    }
    return {};
}

Result<void> permit_discard(const State& state, const DiscardBatch& act) {
    const auto held = find_held(state, act.feed, act.digest);
    return held ? permit(state, (*held)->feed, act.by, act.reason) : held.error();
}

}  // namespace sanbao::core
