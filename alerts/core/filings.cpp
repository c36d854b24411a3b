// Figures that people file by hand: one county, one date, and a second person who confirms them.
#include "alerts/base/limits.hpp"
#include "alerts/core/duties.hpp"
#include "alerts/core/step.hpp"
#include "alerts/text/figures.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sanbao::core {

namespace {

constexpr std::size_t figures_shown = 20;  // of one message

PollAccepted poll_of(const ProposeFiling& act) {
    return {act.feed, act.digest, act.bytes, 1, act.cells, {}};
}
PollAccepted poll_of(const State& state, const Filing& filing) {
    const auto feed = state.rules->catalogue().feed(filing.feed);
    return {feed, filing.digest, filing.bytes, 1, filing.cells, {}};
}

// What the checks of the feed say against it.
Result<void> fits(const State& state, const PollAccepted& poll) {
    const auto verdict = inspect(state, poll);
    if (verdict.hold.empty()) {
        return {};
    }
    std::string why;
    for (const auto& finding : verdict.hold) {
        why += (why.empty() ? "" : "; ") + finding.text.in(Language::en);
    }
    return invalid("the figures do not fit together: " + why);
}

std::string reporter_of(const FeedRule& rule, const std::string& county) {
    const auto found = rule.reporters.find(county);
    return found == rule.reporters.end() ? "" : found->second;
}

std::string leader_of(const Catalogue& catalogue, const std::string& county) {
    const auto index = catalogue.subject(county);
    return index == none ? "" : catalogue.subjects[index].leader;
}

// Who may decide about a filing: the feed's owner and chief, the county's reporter and leader, and
// never the person who filed it.
std::vector<std::string> second_persons(
    const Catalogue& catalogue, const FeedRule& rule, const Filing& filing) {
    std::vector<std::string> found;
    for (const auto& person :
         {rule.owner,
          leader_of(catalogue, filing.subject),
          rule.chief,
          reporter_of(rule, filing.subject)}) {
        if (!person.empty() && person != filing.by
            && std::ranges::find(found, person) == found.end()) {
            found.push_back(person);
        }
    }
    return found;
}

struct PermitFiling {
    const State& state;

    Result<void> operator()(const ProposeFiling& act) const {
        const auto& rule = catalogue().feeds[act.feed];
        const auto& county = catalogue().subjects[act.subject].id;
        if (rule.arrives != Arrival::hand) {
            return invalid(fmt::format("feed {} is not filed by hand", rule.id));
        }
        const auto counties = filing_counties(rule);
        if (std::ranges::find(counties, county) == counties.end()) {
            return invalid(fmt::format("nobody files {} for {}", rule.id, county));
        }
        if (auto person = known(act.by); !person) {
            return person;
        }
        if (act.by != reporter_of(rule, county) && act.by != rule.owner) {
            return Error{
                ErrorKind::rejected,
                fmt::format(
                    "{} does not report for {}: {} or the feed's owner may file it",
                    act.by,
                    county,
                    reporter_of(rule, county))};
        }
        if (state.filings.contains(filing_id(rule.id, county, act.date, act.digest))) {
            return invalid("these very figures wait for their second person already");
        }
        if (state.filings.size() >= limits::filings_waiting_max) {
            return Error{
                ErrorKind::too_large,
                fmt::format(
                    "{} filings wait already; have some confirmed or returned first",
                    state.filings.size())};
        }
        return fits(state, poll_of(act));
    }
    Result<void> operator()(const ConfirmFiling& act) const {
        const auto* const filing = find(act.filing);
        if (filing == nullptr) {
            return no_filing(act.filing);
        }
        if (auto second = may_decide(*filing, act.by, "confirm"); !second) {
            return second;
        }
        return fits(state, poll_of(state, *filing));
    }
    Result<void> operator()(const ReturnFiling& act) const {
        const auto* const filing = find(act.filing);
        if (filing == nullptr) {
            return no_filing(act.filing);
        }
        if (act.reason.empty() || act.reason.size() > limits::note_bytes_max) {
            return invalid(
                fmt::format("say why it is returned, in at most {} bytes", limits::note_bytes_max));
        }
        // Who filed it may also take it back.
        return act.by == filing->by ? Result<void>{} : may_decide(*filing, act.by, "return");
    }

  private:
    [[nodiscard]] const Catalogue& catalogue() const { return state.rules->catalogue(); }
    [[nodiscard]] const Filing* find(const std::string& id) const {
        const auto found = state.filings.find(id);
        return found == state.filings.end() ? nullptr : &found->second;
    }
    [[nodiscard]] Result<void> known(const std::string& person) const {
        if (catalogue().person(person) == nullptr) {
            return invalid(fmt::format("nobody has the id {}", person));
        }
        return {};
    }
    static Error no_filing(const std::string& id) {
        return invalid(fmt::format("no filing {} waits; sanbaod filings lists those that do", id));
    }
    [[nodiscard]] Result<void> may_decide(
        const Filing& filing, const std::string& by, std::string_view what) const {
        const auto feed = catalogue().feed(filing.feed);
        if (feed == none || catalogue().subject(filing.subject) == none || filing.cells.empty()) {
            return invalid("the settings no longer have the feed or county of this filing");
        }
        if (auto person = known(by); !person) {
            return person;
        }
        if (by == filing.by) {
            return Error{
                ErrorKind::rejected,
                fmt::format("{} filed it: a second person has to {} it", by, what)};
        }
        const auto second = second_persons(catalogue(), catalogue().feeds[feed], filing);
        if (std::ranges::find(second, by) == second.end()) {
            return Error{
                ErrorKind::rejected,
                fmt::format("{} may not {} it: one of {} may", by, what, fmt::join(second, ", "))};
        }
        return {};
    }
};

std::string figure_text(const Item& item, std::int64_t value, Language language) {
    const auto number = Rational::make(value, scale_of(item.unit));
    if (!number) {
        return {};
    }
    return item.unit == Unit::money ? text::money_text(*number, item.currency, language)
                                    : text::plain_decimal(*number);
}

// Who, and every figure: what the second person is to look at.
std::vector<Text> lines_of(const Step& step, const std::string& id, const Filing& filing) {
    const auto& catalogue = step.catalogue();
    const auto* const by = catalogue.person(filing.by);
    const auto& name = by == nullptr ? filing.by : by->name;
    const auto date = sanbao::to_text(filing.date);
    std::vector<Text> lines{
        {fmt::format("数据日期{}，{}填报", date, name),
         fmt::format("figures of {}, filed by {}", date, name)}};
    for (const auto& cell : filing.cells) {
        if (lines.size() > figures_shown) {
            const auto more = filing.cells.size() - figures_shown;
            lines.push_back(
                {fmt::format("另有{}项", more), fmt::format("and {} more figures", more)});
            break;
        }
        const auto& item = catalogue.items[cell.item];
        const auto line = [&](Language language) {
            const auto& title = item.name.in(language);
            return fmt::format(
                "{} {}", title.empty() ? item.id : title, figure_text(item, cell.value, language));
        };
        lines.push_back({line(Language::zh), line(Language::en)});
    }
    lines.push_back(
        {fmt::format("复核：sanbaod filing confirm {0}；退回：sanbaod filing return {0}", id),
         fmt::format("sanbaod filing confirm {0}, or sanbaod filing return {0}", id)});
    return lines;
}

FeedNews news_of(const Step& step, text::Reason reason, const std::string& id, const Filing& f) {
    FeedNews news;
    news.reason = reason;
    const auto county = step.catalogue().subject(f.subject);
    if (county != none) {
        news.place = step.catalogue().subjects[county].name.in(step.catalogue().language);
    }
    news.only_also = true;
    news.about = id;
    return news;
}

void tell_returned(Step& step, const std::string& id, const Filing& filing, const Text& why) {
    const auto feed = step.catalogue().feed(filing.feed);
    if (feed == none) {
        return;
    }
    auto news = news_of(step, text::Reason::filing_returned, id, filing);
    const auto date = sanbao::to_text(filing.date);
    news.lines = {
        {fmt::format("数据日期{}的填报被退回：{}", date, why.zh),
         fmt::format("the filing of {} was sent back: {}", date, why.en)}};
    news.also = {filing.by};
    tell_feed(step, step.catalogue().feeds[feed], std::move(news));
}

// A newer proposal of the same county and date takes the place of the one that waits.
void replace_waiting(Step& step, const FeedRule& rule, const std::string& county, Date date) {
    const auto waiting = step.state.filings;
    for (const auto& [id, filing] : waiting) {
        if (filing.feed == rule.id && filing.subject == county && filing.date == date) {
            step.emit(FilingReturned{id, "system", "replaced"});
        }
    }
}

std::string returned_by(const Step& step, const std::string& person) {
    const auto* const by = step.catalogue().person(person);
    return by == nullptr ? person : by->name;
}

}  // namespace

void propose_filing(Step& step, const ProposeFiling& act) {
    const auto& rule = step.catalogue().feeds[act.feed];
    const auto& county = step.catalogue().subjects[act.subject].id;
    replace_waiting(step, rule, county, act.date);
    const auto id = filing_id(rule.id, county, act.date, act.digest);
    step.emit(FilingProposed{
        id, rule.id, county, act.digest, "", act.by, act.bytes, act.date, act.cells});
    const auto& filing = step.state.filings.at(id);
    auto news = news_of(step, text::Reason::filing_waits, id, filing);
    news.lines = lines_of(step, id, filing);
    news.also = second_persons(step.catalogue(), rule, filing);
    if (!news.also.empty()) {
        news.also.resize(1);  // the owner; where there is none or the owner filed, the leader
    }
    tell_feed(step, rule, std::move(news));
}

void confirm_filing(Step& step, const ConfirmFiling& act) {
    const auto filing = step.state.filings.at(act.filing);
    const auto poll = poll_of(step.state, filing);
    const auto doubts = inspect(step.state, poll).flag;
    step.emit(FilingConfirmed{act.filing, act.by});
    take_delivery(step, poll, fmt::format("filed by {}, confirmed by {}", filing.by, act.by));
    if (!doubts.empty()) {
        flag(step, poll, doubts);
    }
    settle_county(step, poll.feed, filing.subject);
}

void return_filing(Step& step, const ReturnFiling& act) {
    const auto filing = step.state.filings.at(act.filing);
    step.emit(FilingReturned{act.filing, act.by, act.reason});
    if (act.by != filing.by) {
        const auto who = returned_by(step, act.by);
        tell_returned(
            step,
            act.filing,
            filing,
            {fmt::format("{}（{}）", act.reason, who), fmt::format("{} ({})", act.reason, who)});
    }
}

Result<void> permit_filing(const State& state, const Act& act) {
    const PermitFiling permit{state};
    return std::visit(
        [&permit](const auto& one) -> Result<void> {
            if constexpr (requires { permit(one); }) {
                return permit(one);
            } else {
                return invalid("no act on a filing");
            }
        },
        act);
}

}  // namespace sanbao::core
