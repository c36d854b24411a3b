// What is owed by when: reminded, late, missing. Also the table of holidays that it all rests on.
#include "alerts/base/assert.hpp"
#include "alerts/core/duties.hpp"
#include "alerts/core/step.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::core {

namespace {

constexpr std::size_t lines_shown = 20;  // of one message
constexpr auto never = Instant::max();
// A clock that shows less was never set; a replayed one shows 1970 until the first date has come.
constexpr Date clock_set{std::chrono::year{2000} / 1 / 1};

// A sentence about one county, and who is concerned by it beside the owner.
struct Entry {
    const Subject* county = nullptr;
    Text line;
    std::vector<std::string> people;
};

std::vector<Text> lines_of(const std::vector<const Entry*>& entries) {
    std::vector<Text> lines;
    for (const auto* entry : entries) {
        if (lines.size() == lines_shown) {
            const auto more = entries.size() - lines_shown;
            lines.push_back(
                {fmt::format("另有{}个县区", more), fmt::format("and {} more counties", more)});
            break;
        }
        lines.push_back(entry->line);
    }
    return lines;
}

std::string name_in(const Subject& subject, Language language) {
    const auto& name = subject.name.in(language);
    return name.empty() ? subject.id : name;
}

// One message a person: `base` and the routes hear of all, everybody else of their own counties.
class Telling {
  public:
    Telling(Step& step, const FeedRule& rule, text::Reason reason)
        : step_(step), rule_(rule), reason_(reason) {}

    void to_base(const std::vector<Entry>& entries, const std::vector<std::string>& base) const {
        std::vector<const Entry*> all;
        std::ranges::transform(entries, std::back_inserter(all), [](const auto& e) { return &e; });
        tell(all, base, false);
    }
    void to_concerned(
        const std::vector<Entry>& entries, const std::vector<std::string>& base) const {
        std::map<std::string, std::vector<const Entry*>> by_person;
        for (const auto& entry : entries) {
            for (const auto& person : entry.people) {
                auto& mine = by_person[person];
                const auto told = std::ranges::find(base, person) != base.end();
                if (!told && !person.empty() && (mine.empty() || mine.back() != &entry)) {
                    mine.push_back(&entry);
                }
            }
        }
        for (const auto& [person, mine] : by_person) {
            if (!mine.empty()) {
                tell(mine, {person}, true);
            }
        }
    }

  private:
    void tell(
        const std::vector<const Entry*>& entries,
        const std::vector<std::string>& people,
        bool only) const {
        if (entries.empty()) {
            return;
        }
        FeedNews news;
        news.reason = reason_;
        news.lines = lines_of(entries);
        if (entries.size() == 1) {
            news.place = name_in(*entries.front()->county, step_.catalogue().language);
        }
        news.also = people;
        news.only_also = only;
        news.about = only ? "to " + people.front() : "all";
        tell_feed(step_, rule_, std::move(news));
    }
    Step& step_;
    const FeedRule& rule_;
    text::Reason reason_;
};

// "截至2026-03-31的数据应于2026-04-07 17:00前报送" and what has become of it.
Text owed_line(const Step& step, const FeedRule& rule, const Owed& owed) {
    const auto last = sanbao::to_text(owed.period.last);
    const auto due = to_local_text(step.catalogue().zone, owed.period.due);
    Text line{
        fmt::format("截至{}的数据应于{}前报送", last, due),
        fmt::format("data to {} is due by {}", last, due)};
    if (owed.stage >= DutyStage::late && rule.arrives != Arrival::hand) {
        const auto newest = newest_of(step.state, rule, "");
        const auto known = newest == Date::min() ? std::string{} : sanbao::to_text(newest);
        line.zh += known.empty() ? "，从未收到数据" : fmt::format("，现有数据至{}", known);
        line.en += known.empty() ? "; nothing has ever come" : fmt::format("; known to {}", known);
    }
    return line;
}

Entry entry_of(const Step& step, const FeedRule& rule, const Subject& county, const Owed& owed) {
    auto line = owed_line(step, rule, owed);
    line.zh = name_in(county, Language::zh) + "：" + line.zh;
    line.en = name_in(county, Language::en) + ": " + line.en;
    const auto duty = step.state.duties.find({rule.id, county.id});
    if (const auto* filing = waiting_filing(step.state, rule.id, county.id, owed.period.last)) {
        const auto* const by = step.catalogue().person(filing->by);
        const auto& name = by == nullptr ? filing->by : by->name;
        line.zh += fmt::format("；已填报待复核（{}）", name);
        line.en += fmt::format("; filed by {}, waits for its second person", name);
    } else if (duty != step.state.duties.end() && !duty->second.returned.empty()) {
        line.zh += fmt::format("；上次填报已退回：{}", duty->second.returned);
        line.en += fmt::format("; the last filing was sent back: {}", duty->second.returned);
    } else if (owed.stage >= DutyStage::late) {
        line.zh += "，尚未填报";
        line.en += "; nothing was filed";
    }
    Entry entry{&county, std::move(line), {}};
    if (const auto reporter = rule.reporters.find(county.id); reporter != rule.reporters.end()) {
        entry.people.push_back(reporter->second);
    }
    return entry;
}

void add(std::vector<std::string>& people, const std::string& person) {
    if (!person.empty() && std::ranges::find(people, person) == people.end()) {
        people.push_back(person);
    }
}

// Records where the duty stands now, if that is news.
bool move_duty(Step& step, const FeedRule& rule, const std::string& county, const Owed& owed) {
    const auto found = step.state.duties.find({rule.id, county});
    const auto stage = found == step.state.duties.end() ? DutyStage::owed : found->second.stage;
    const auto period = found == step.state.duties.end() ? Date::min() : found->second.period;
    const bool calm = stage == DutyStage::owed && owed.stage == DutyStage::owed;
    if (calm || (stage == owed.stage && period == owed.period.last)) {
        return false;  // a period that came and went in time leaves no trace
    }
    step.emit(DutyMoved{rule.id, county, owed.period.last, owed.stage});
    return true;
}

// --- feeds that come by themselves: one duty of the whole.

void tell_overdue(Step& step, const FeedRule& rule, const Owed& owed, bool missing) {
    FeedNews news;
    news.reason = missing ? text::Reason::feed_missing : text::Reason::duty_late;
    news.lines = {owed_line(step, rule, owed)};
    const auto lagging =
        lagging_counties(step.state, step.catalogue().feed(rule.id), owed.period.last);
    Text behind{"尚缺：", "still missing: "};
    for (std::size_t i = 0; i < std::min(lagging.size(), lines_shown); ++i) {
        const auto& county = step.catalogue().subjects[lagging[i]];
        behind.zh += (i == 0 ? "" : "、") + name_in(county, Language::zh);
        behind.en += (i == 0 ? "" : ", ") + name_in(county, Language::en);
    }
    if (!lagging.empty()) {
        const auto shown = lagging.size() <= lines_shown;
        behind.zh += shown ? "" : fmt::format("等{}个县区", lagging.size());
        behind.en += shown ? "" : fmt::format(", … {} in all", lagging.size());
        news.lines.push_back(std::move(behind));
    }
    if (missing) {
        add(news.also, rule.chief);
        std::ranges::for_each(
            step.catalogue().operators, [&](const auto& id) { add(news.also, id); });
    }
    tell_feed(step, rule, std::move(news));
}

Instant check_whole(Step& step, const FeedRule& rule) {
    const auto owed = owed_now(step.state, rule, "", step.at);
    const auto stage = step.state.duties.at({rule.id, ""}).stage;
    const auto told = step.state.feeds[rule.id].told;
    if (move_duty(step, rule, "", owed)) {
        if (owed.stage == DutyStage::missing && stage != DutyStage::missing) {
            tell_overdue(step, rule, owed, true);
        } else if (owed.stage == DutyStage::late && stage < DutyStage::late && !told) {
            tell_overdue(step, rule, owed, false);
        } else if (owed.stage == DutyStage::owed && told && !step.state.feeds[rule.id].told) {
            FeedNews news;
            news.reason = text::Reason::feed_recovered;
            tell_feed(step, rule, std::move(news));
        }
    }
    return owed.moves.value_or(never);
}

// --- feeds filed by hand: a duty of each county.

struct Moved {
    std::vector<Entry> reminded, late, missing;
};

void tell_moved(Step& step, const FeedRule& rule, Moved& moved) {
    Telling{step, rule, text::Reason::duty_reminder}.to_concerned(moved.reminded, {});
    std::vector<std::string> base;
    add(base, rule.owner);
    const Telling late{step, rule, text::Reason::duty_late};
    late.to_base(moved.late, base);
    late.to_concerned(moved.late, base);
    add(base, rule.chief);
    for (auto& entry : moved.missing) {
        add(entry.people, entry.county->leader);
    }
    const Telling missing{step, rule, text::Reason::duty_missing};
    missing.to_base(moved.missing, base);
    missing.to_concerned(moved.missing, base);
}

void move_county(Step& step, const FeedRule& rule, const Subject& county, Moved& moved) {
    const auto owed = owed_now(step.state, rule, county.id, step.at);
    if (!move_duty(step, rule, county.id, owed)) {
        return;
    }
    auto entry = entry_of(step, rule, county, owed);
    switch (owed.stage) {
        case DutyStage::owed:
            return;
        case DutyStage::reminded:
            if (waiting_filing(step.state, rule.id, county.id, owed.period.last) == nullptr) {
                moved.reminded.push_back(std::move(entry));
            }
            return;
        case DutyStage::late:
            moved.late.push_back(std::move(entry));
            return;
        case DutyStage::missing:
            moved.missing.push_back(std::move(entry));
            return;
    }
}

// `upcoming`: last day of the period that falls due next, from which on a county owes that is seen
// for the first time.
Instant check_by_hand(Step& step, const FeedRule& rule, Date upcoming) {
    Moved moved;
    auto next = never;
    for (const auto& id : filing_counties(rule)) {
        const auto index = step.catalogue().subject(id);
        if (index != none) {
            const auto known = step.state.duties.find({rule.id, id});
            if (known == step.state.duties.end()
                || (known->second.stage == DutyStage::owed && known->second.period > upcoming)) {
                step.emit(DutyMoved{rule.id, id, upcoming, DutyStage::owed});
            }
            move_county(step, rule, step.catalogue().subjects[index], moved);
            next = std::min(next, owed_now(step.state, rule, id, step.at).moves.value_or(never));
        }
    }
    tell_moved(step, rule, moved);
    return next;
}

// Looks at one feed; when to look again.
Instant check_feed(Step& step, const FeedRule& rule) {
    if (!rule.due) {
        return never;
    }
    const auto& catalogue = step.catalogue();
    const auto due = period_due(*rule.due, step.at, catalogue.calendar, catalogue.zone);
    const auto next = period_next(*rule.due, due, catalogue.calendar, catalogue.zone);
    const auto first = step.state.duties.find({rule.id, ""});
    if (first == step.state.duties.end() || first->second.period > next.last) {
        // What fell due before we knew the feed is nobody's fault; and a schedule that was changed
        // to shorter periods does not wait for the end of a longer one.
        step.emit(DutyMoved{rule.id, "", next.last, DutyStage::owed});
    }
    const auto moves = rule.arrives == Arrival::hand ? check_by_hand(step, rule, next.last)
                                                     : check_whole(step, rule);
    // The next period may fall due while this one is still late: a delivery that ends the one
    // leaves the other to be looked at.
    const auto remind = next.due - rule.remind_before;
    return std::min({moves, next.due, remind > step.at ? remind : never});
}

void warn_of_calendar(Step& step) {
    const auto& catalogue = step.catalogue();
    for (const auto year : years_without_calendar(catalogue.calendar, step.today())) {
        if (year <= step.state.calendar_warned) {
            continue;
        }
        step.emit(CalendarMissing{year});
        FeedRule calendar;
        calendar.id = "calendar";
        calendar.name = {"放假安排", "holidays"};
        FeedNews news;
        news.reason = text::Reason::calendar_missing;
        news.lines = {
            {fmt::format(
                 "{0}年放假安排尚未录入，暂按周一至周五推算；请在 config/calendar.toml 添加 "
                 "[calendar.{0}]",
                 year),
             fmt::format(
                 "{0} has no table of holidays: weekends stand in; add [calendar.{0}] to "
                 "config/calendar.toml",
                 year)}};
        news.also = catalogue.operators;
        tell_feed(step, calendar, std::move(news));
    }
}

}  // namespace

std::string_view to_text(DutyStage stage) {
    switch (stage) {
        case DutyStage::owed:
            return "owed";
        case DutyStage::reminded:
            return "reminded";
        case DutyStage::late:
            return "late";
        case DutyStage::missing:
            return "missing";
    }
    SANBAO_ASSERT(false);
}

void check_dues(Step& step) {
    if (step.today() < clock_set) {
        return;
    }
    warn_of_calendar(step);
    const auto& feeds = step.catalogue().feeds;
    auto& next = step.state.dues_next;
    next.resize(feeds.size(), Instant::min());
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        if (next[i] <= step.at) {
            next[i] = check_feed(step, feeds[i]);
        }
    }
}

namespace {

// What is owed after a delivery, a reminder or a period that is late as well, is told by a wake-up
// of its own.
void look_again(Step& step, std::uint32_t feed) {
    step.state.dues_next.resize(step.catalogue().feeds.size(), Instant::min());
    step.state.dues_next[feed] = step.at;
}

}  // namespace

void settle_feed(Step& step, std::uint32_t feed) {
    const auto& rule = step.catalogue().feeds[feed];
    if (rule.due && rule.arrives != Arrival::hand && is_overdue(step.state, rule.id)) {
        (void)check_whole(step, rule);
        look_again(step, feed);
    }
}

void settle_county(Step& step, std::uint32_t feed, const std::string& county) {
    const auto& rule = step.catalogue().feeds[feed];
    if (!rule.due) {
        return;
    }
    auto owed = owed_now(step.state, rule, county, step.at);
    if (owed.stage == DutyStage::owed || owed.stage == DutyStage::reminded) {
        owed.stage = DutyStage::owed;
        (void)move_duty(step, rule, county, owed);
    }
    look_again(step, feed);
}

std::optional<Instant> next_due(const State& state, Instant after) {
    auto next = never;
    for (const auto at : state.dues_next) {
        next = at > after ? std::min(next, at) : next;
    }
    return next == never ? std::nullopt : std::optional{next};
}

}  // namespace sanbao::core
