// All that stands now. Plain data, owned by the loop thread; changed by evolve() alone, and by
// decide() through it.
#pragma once

#include "alerts/core/event.hpp"
#include "alerts/rules/readings.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sanbao::core {

// Where one risk indicator of one subject stands.
struct Standing {
    Level level = Level::normal;
    int episode = 0;           // how often a risk was opened here
    int transition = 0;        // within the episode
    Date judged{Date::min()};  // newest date judged; min: never
    Instant since{};           // of the episode, meaningful while level is not normal
    unsigned reached = 0;      // levels of the episode, as bits: whom its end concerns
    friend bool operator==(const Standing&, const Standing&) = default;
};

struct FeedStanding {
    std::string digest;               // last accepted body
    std::optional<Instant> accepted;  // the last body taken
    std::optional<Instant> recorded;  // the last record about this feed
    std::optional<Instant> checked;   // the last answer of any kind; not kept over a restart
    Date newest{Date::min()};
    int failures = 0;  // in a row
    std::optional<Instant> failing_since;
    std::optional<PollProblem> problem;
    std::string message;
    bool late = false;
    bool told = false;  // somebody was told of trouble, nobody yet of its end
    std::int64_t accepted_count = 0;
    // Bodies by the newest date that they spoke of, so that a reading can name its evidence; the
    // last limits::feed_bodies_kept dates.
    std::map<Date, std::string> bodies;
    // Bodies taken lately, oldest first, the last limits::feed_digests_kept: one that comes again
    // after another has taken its place is an old delivery, not news.
    std::vector<std::string> recent;
    std::string refused;  // digest of the last body that was refused
    std::vector<std::string>
        discarded;               // digests of batches that a person threw away; the last few
    std::int64_t gap_count = 0;  // series that the last delivery lacked …
    std::string gap_key;         // … FeedGap::key of what was told
    std::vector<std::string> gap;
    Date flagged_on{Date::min()};      // local date on which the owner was last told of doubts …
    std::vector<std::string> flagged;  // … and which: not again the same day
    friend bool operator==(const FeedStanding&, const FeedStanding&) = default;
};

// A batch that is held back until an administrator decides.
struct Quarantined {
    std::string feed, digest;
    Instant at{};
    std::int64_t bytes = 0, rows = 0;
    Date newest{Date::min()};
    std::optional<Instant> edition;
    std::vector<std::string> reasons;
    std::vector<rules::Cell> cells;
    friend bool operator==(const Quarantined&, const Quarantined&) = default;
};

// A filing that waits for its second person.
struct Filing {
    std::string feed, subject, digest, by;
    std::int64_t bytes = 0;
    Date date{};
    Instant at{};
    std::vector<rules::Cell> cells;
    friend bool operator==(const Filing&, const Filing&) = default;
};

struct Duty {
    Date period{Date::min()};  // last day of the period that `stage` is about
    DutyStage stage = DutyStage::owed;
    std::string returned;        // why the last filing was sent back; empty: it was not
    Date accepted{Date::min()};  // newest date of a filing that was confirmed
    friend bool operator==(const Duty&, const Duty&) = default;
};

enum class PlanState : unsigned char { idle, proposed, active };
std::string_view to_text(PlanState state);

struct PlanRun {
    PlanState state = PlanState::idle;
    int run = 0;  // how often this county's plan was proposed
    std::string plan, digest, level, cause, by, doc_no;
    Instant proposed{};
    Instant activated{};
    struct Entry {
        bool settled = false, overdue = false;
        std::string by, note;
        Instant at{};
        friend bool operator==(const Entry&, const Entry&) = default;
    };
    std::map<int, Entry> steps;    // by PlanMeasure::seq; only those that were touched
    std::map<int, Entry> reports;  // by index in Plan::reports
    std::vector<std::pair<std::string, Instant>> reached;  // levels, from the activation on
    std::optional<Instant> end_holds_since;
    bool may_end = false;

    // Since when what the plan orders for `levels` (empty: all) is due: the moment at which the
    // active plan first reached one of them. nullopt: it has not.
    [[nodiscard]] std::optional<Instant> ordered_since(
        const std::vector<std::string>& levels) const;
    // Whether what the plan orders for `levels` concerns this run: it is ordered, or would be at
    // once.
    [[nodiscard]] bool concerns(const std::vector<std::string>& levels) const;
    friend bool operator==(const PlanRun&, const PlanRun&) = default;
};

// A message that is not yet delivered or dead.
struct Pending {
    std::string channel, recipient, alert, subject;
    text::Reason reason = text::Reason::first;
    Level level = Level::normal;
    int attempts = 0;
    bool in_flight = false;  // attempted, not settled; after a restart: unknown, tried again
    bool refused = false;    // was refused once
    Instant queued{};
    Instant next{};  // not before
    friend bool operator==(const Pending&, const Pending&) = default;
};

struct Key {  // of a standing: (indicator, subject), as indexes into the catalogue
    std::uint32_t indicator = 0, subject = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
};

// A past that was told otherwise once: for explain.
struct Corrected {
    Instant at{};
    Date from{};
    std::string why;
    friend bool operator==(const Corrected&, const Corrected&) = default;
};

struct State {
    std::shared_ptr<const rules::Rulebook> rules;
    rules::Readings readings;
    std::vector<Standing> standings;  // [indicator * subjects + subject]
    std::map<Key, std::vector<Watched>> watched;
    // Changes of level by the date of their data, as known now; ascending, the last
    // limits::history_days_max days.
    std::map<Key, std::vector<Turn>> turns;
    std::map<Key, std::vector<Corrected>> corrections;  // the last limits::corrections_kept
    std::map<std::string, FeedStanding> feeds;          // by feed id
    std::vector<Quarantined> quarantine;                // oldest first
    std::map<std::string, Filing> filings;              // by filing id
    std::map<std::pair<std::string, std::string>, Duty> duties;  // by feed and subject id, or ""
    int calendar_warned = 0;  // last year whose missing table was told
    // By feed: when what it owes must be looked at again; empty: at once. Worked out by
    // check_dues(), not kept over a restart.
    std::vector<Instant> dues_next;
    std::map<std::string, PlanRun> plans;   // by subject id
    std::map<std::string, Pending> outbox;  // by message id
    // Risks that were open for a subject or indicator that the rules no longer have: the next
    // RulesLoaded resolves them with the reason "withdrawn". By alert id.
    std::map<std::string, AlertMoved> orphans;
    // Bodies behind the last transition of each alert, by alert id; of a new episode instead of the
    // one before.
    std::map<std::string, std::vector<std::string>> evidence;
    // Standings of subjects and indicators that the rules no longer have, by (subject, indicator):
    // should they come back, their episodes go on counting, or ids of messages would repeat.
    std::map<std::pair<std::string, std::string>, Standing> retired;
    std::string config_digest;
    std::int64_t delivered = 0, dead = 0;  // messages, ever
    Date plans_checked{Date::min()};       // local date of the last look at every plan

    [[nodiscard]] Standing& standing(Key key) { return standings[index(key)]; }
    [[nodiscard]] const Standing& standing(Key key) const { return standings[index(key)]; }
    [[nodiscard]] std::size_t index(Key key) const {
        return std::size_t{key.indicator} * rules->catalogue().subjects.size() + key.subject;
    }
};

// An empty state that judges by `rules`.
State make_state(std::shared_ptr<const rules::Rulebook> rules);
// The same facts under other rules: standings, windows and readings move by name, what has no
// place any more becomes an orphan. Readings of items that begin to keep history start empty and
// are filled again by the store's replay.
void rebase(State& state, std::shared_ptr<const rules::Rulebook> rules);

// Worst level of a subject's risk indicators.
Level level_of(const State& state, std::uint32_t subject);
// Fresh, stale since, or never judged: a pure function of the readings and of today.
struct Fresh {
    Freshness freshness = Freshness::never_judged;
    Date newest{Date::min()};
    std::string why;  // of stale: "treas_close: newest reading 2026-11-18 is older than 3wd"
};
Fresh freshness_of(const State& state, Key key, Date today);

}  // namespace sanbao::core
