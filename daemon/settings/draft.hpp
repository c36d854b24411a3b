// Settings while they are being put together: what was read so far, and what has to be checked once
// everything was read.
#pragma once

#include "daemon/settings/section.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sanbao::settings {

// In lists that are not sorted yet. Null when there is none.
template <class T>
const T* find(const std::vector<T>& all, std::string_view id) {
    const auto found = std::ranges::find(all, id, &T::id);
    return found == all.end() ? nullptr : &*found;
}

inline bool overlap(Date from_a, Date to_a, Date from_b, Date to_b) {
    return from_a <= to_b && from_b <= to_a;
}

enum class Thing : unsigned char { item, indicator, person, channel, feed, subject };
std::string_view to_text(Thing thing);

// Who is called what, and who was called upon.
class Names {
  public:
    // False after reporting that the name is taken or not fit to be one.
    bool declare(Thing thing, const std::string& name, const Where& where, Problems& problems);
    void refer(Thing thing, Placed name);  // an empty name is no reference
    [[nodiscard]] bool knows(Thing thing, const std::string& name) const;
    [[nodiscard]] std::vector<std::string_view> all(Thing thing) const;
    void report_unknown(Problems& problems) const;

  private:
    std::map<std::pair<Thing, std::string>, Where> declared_;
    std::vector<std::pair<Thing, Placed>> references_;
};

// Where a formula stands: inside the text `node`, else just at `where`.
struct FormulaAt {
    const Document* document = nullptr;
    const toml::node* node = nullptr;
    Where where;
};

struct Draft {
    std::deque<Document> documents;  // in the order of reading; never moves: places point into it
    bool whole = true;  // every file could be read: only then is a missing name a mistake
    Problems problems;
    Names names;
    Settings settings;
    Catalogue catalogue;

    // What is checked when all is known.
    struct LineAt {
        std::string indicator;
        WrittenLine written;
        Placed text;
    };
    struct OverrideAt {
        std::string subject;
        Override override;
        std::map<Level, Where> lines;
    };
    struct CodeAt {
        std::string subject;
        Alias alias;
        Where where;
    };
    struct MappingAt {
        std::size_t feed = 0, mapping = 0;  // index in settings.feeds and its items
        std::string unit;
        Where where;
    };
    struct PlanAt {
        std::string subject;
        Plan plan;
        Where where;
    };
    std::vector<LineAt> lines;
    std::vector<OverrideAt> overrides;
    std::vector<CodeAt> codes;
    std::vector<MappingAt> mappings;
    std::vector<PlanAt> plans;
    std::map<std::string, Where> without_address;  // persons by id
    std::vector<Placed> told;                      // person ids that messages go to
    std::vector<std::string> all_counties;         // feeds that must speak of every county
    std::vector<Placed> route_ends;                // of every [[route]] to
    std::map<std::pair<std::string, Level>, Where> indicator_lines;
    std::set<std::string> broken_indicators;  // something in them was reported
    // What the rulebook may find wrong, by its owner and key there ("subject 610326",
    // "plan.level[0].any[1]").
    std::map<std::string, std::map<std::string, FormulaAt>> formulas;
};

// A subject's file is told from others by what stands at its top level.
bool is_subject(const Document& document);

// Readers: one section each, into the draft.
void read_main(const Section& section, Draft& draft);
void read_shared(const Section& section, Draft& draft);
void read_indicator(const Section& section, Draft& draft);
void read_person(const Section& section, Draft& draft);
void read_channel(const Section& section, Draft& draft);
void read_route(const Section& section, Draft& draft);
void read_feed(const Section& section, Draft& draft);
void read_subject(const Section& section, Draft& draft);
void read_calendar(const Section& section, Draft& draft);
std::optional<Plan> read_plan(const Section& section, const std::string& subject, Draft& draft);
// The four lines of an indicator or an override, and where each stands.
std::map<Level, Where> read_lines(
    const Section& section, const std::string& indicator, Lines& lines, Draft& draft);
// The texts of `key` are formulas called name[0], name[1] … in messages of the rulebook.
void keep_formulas(
    const Section& section,
    std::string_view key,
    const std::string& owner,
    const std::string& name,
    Draft& draft);

// What can only be judged when all files were read. `today` as load().
void check_all(Draft& draft, std::optional<Date> today);
void check_lines(Draft& draft);  // a part of it
// Compiles the formulas; reports what is wrong with them where they stand. Sets settings.rules when
// there is no problem at all.
void build_rules(Draft& draft);

}  // namespace sanbao::settings
