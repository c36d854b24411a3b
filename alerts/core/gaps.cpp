// What was expected in a delivery and is not in it: an alarm, never silence and never a zero.
#include "alerts/base/digest.hpp"
#include "alerts/base/limits.hpp"
#include "alerts/core/step.hpp"
#include "alerts/rules/figure_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sanbao::core {

namespace {

// A county that stops at an earlier date than the others is a day late, or two, in a delivery of
// several dates; where it lags so many of its dates it is missing.
constexpr std::ptrdiff_t dates_behind_max = 3;

using Missing = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // (item, subject)

class Gaps {
  public:
    Gaps(const State& state, const PollAccepted& poll)
        : state_(state)
        , catalogue_(state.rules->catalogue())
        , rule_(catalogue_.feeds[poll.feed])
        , compiled_(state.rules->feed(poll.feed))
        , newest_(catalogue_.subjects.size(), Date::min())
        , came_(catalogue_.items.size() * catalogue_.subjects.size()) {
        look(poll.cells);
        expect();
        for (const auto item : items_) {
            for (const auto subject : counties_) {
                if (!came_[index(item, subject)]) {
                    missing_.emplace_back(item, subject);
                }
            }
        }
    }

    [[nodiscard]] const Missing& missing() const { return missing_; }

    // Of the whole set, by ids: an order of settings is no other gap.
    [[nodiscard]] std::string key() const {
        std::string all;
        for (const auto& [item, subject] : missing_) {
            all +=
                fmt::format("{}/{}\n", catalogue_.items[item].id, catalogue_.subjects[subject].id);
        }
        return missing_.empty() ? "" : to_hex(sha256(all));
    }

    // Whole columns first, then whole counties, then what is left.
    [[nodiscard]] std::vector<Text> sentences() const {
        std::vector<Text> all;
        std::set<std::uint32_t> items;
        std::set<std::uint32_t> subjects;
        if (counties_.size() > 1) {
            group(items_, counties_.size(), &Missing::value_type::first, items);
        }
        group(counties_, items_.size(), &Missing::value_type::second, subjects);
        if (subjects.size() == counties_.size()) {
            items.clear();  // nothing came at all: say it by county, once
        }
        for (const auto item : items) {
            const auto name = item_words(item);
            all.push_back(with_last(
                {fmt::format("所有县区的“{}”", name.zh),
                 fmt::format("\"{}\" of all counties", name.en)},
                last([&](const auto& one) { return one.first == item; })));
        }
        for (const auto subject : subjects) {
            const auto name = rules::subject_words(catalogue_.subjects[subject]);
            all.push_back(with_last(
                {fmt::format("{}的全部数据", name.zh), fmt::format("all figures of {}", name.en)},
                last([&](const auto& one) { return one.second == subject; })));
        }
        for (const auto& one : missing_) {
            if (!items.contains(one.first) && !subjects.contains(one.second)) {
                const auto name = item_words(one.first);
                const auto place = rules::subject_words(catalogue_.subjects[one.second]);
                all.push_back(with_last(
                    {fmt::format("{}的“{}”", place.zh, name.zh),
                     fmt::format("\"{}\" of {}", name.en, place.en)},
                    last([&](const auto& other) { return other == one; })));
            }
        }
        return cut(std::move(all));
    }

  private:
    [[nodiscard]] std::size_t index(std::uint32_t item, std::uint32_t subject) const {
        return subject * catalogue_.items.size() + item;
    }

    // Which series came, each on the newest date of its county.
    void look(const std::vector<rules::Cell>& cells) {
        std::set<Date> dates;
        for (const auto& cell : cells) {
            newest_[cell.subject] = std::max(newest_[cell.subject], cell.date);
            if (dates.empty() || cell.date != *dates.rbegin()) {
                dates.insert(cell.date);
            }
        }
        for (auto& newest : newest_) {
            const auto behind = std::distance(dates.upper_bound(newest), dates.end());
            if (newest != Date::min() && behind >= dates_behind_max) {
                newest = Date::min();
            }
        }
        for (const auto& cell : cells) {
            if (cell.date == newest_[cell.subject]) {
                came_[index(cell.item, cell.subject)] = true;
            }
        }
    }

    void expect() {
        for (std::size_t i = 0; i < rule_.items.size(); ++i) {
            if (rule_.items[i].each_time && compiled_.items[i] != none) {
                items_.push_back(compiled_.items[i]);
            }
        }
        const bool partial = rule_.partial || rule_.arrives == Arrival::hand;
        if (!compiled_.counties.empty() && !partial) {
            counties_ = compiled_.counties;
        } else {
            const auto own = partial ? std::vector<std::uint32_t>{} : items_of_this_feed_alone();
            for (std::uint32_t subject = 0; subject < newest_.size(); ++subject) {
                const bool came = newest_[subject] != Date::min();
                const bool known = std::ranges::any_of(own, [&](std::uint32_t item) {
                    return state_.readings.find(item, subject) != nullptr;
                });
                if (came || known) {
                    counties_.push_back(subject);
                }
            }
        }
        std::ranges::sort(items_);
        std::ranges::sort(counties_);
    }

    [[nodiscard]] std::vector<std::uint32_t> items_of_this_feed_alone() const {
        std::vector<int> feeds(catalogue_.items.size());
        for (std::uint32_t i = 0; i < catalogue_.feeds.size(); ++i) {
            for (const auto item : state_.rules->feed(i).items) {
                if (item != none) {
                    ++feeds[item];
                }
            }
        }
        std::vector<std::uint32_t> own;
        std::ranges::copy_if(compiled_.items, std::back_inserter(own), [&](std::uint32_t item) {
            return item != none && feeds[item] == 1;
        });
        return own;
    }

    // Those of `all` of which everything that was expected is missing.
    void group(
        const std::vector<std::uint32_t>& all,
        std::size_t expected,
        auto member,
        std::set<std::uint32_t>& whole) const {
        for (const auto one : all) {
            const auto count = std::ranges::count(missing_, one, member);
            if (expected > 0 && static_cast<std::size_t>(count) == expected) {
                whole.insert(one);
            }
        }
    }

    [[nodiscard]] Date last(auto concerns) const {
        auto last = Date::min();
        for (const auto& [item, subject] : missing_) {
            const auto* reading = state_.readings.find(item, subject);
            if (reading != nullptr && concerns(std::pair{item, subject})) {
                last = std::max(last, reading->date);
            }
        }
        return last;
    }

    [[nodiscard]] Text item_words(std::uint32_t item) const {
        const auto& about = catalogue_.items[item];
        return {
            about.name.zh.empty() ? about.id : about.name.zh,
            about.name.in(Language::en).empty() ? about.id : about.name.in(Language::en)};
    }

    static Text with_last(Text what, Date last) {
        if (last == Date::min()) {
            return {what.zh + "，从未收到", what.en + ", never yet"};
        }
        const auto day = sanbao::to_text(last);
        return {
            fmt::format("{}，最后一次为 {}", what.zh, day),
            fmt::format("{}, last on {}", what.en, day)};
    }

    static std::vector<Text> cut(std::vector<Text> all) {
        if (all.size() > limits::feed_findings_max) {
            const auto more = all.size() - (limits::feed_findings_max - 1);
            all.resize(limits::feed_findings_max - 1);
            all.push_back({fmt::format("另有 {} 项", more), fmt::format("and {} more", more)});
        }
        return all;
    }

    const State& state_;
    const Catalogue& catalogue_;
    const FeedRule& rule_;
    const rules::CompiledFeed& compiled_;
    std::vector<Date> newest_;  // by subject, in this delivery
    std::vector<bool> came_;
    std::vector<std::uint32_t> items_, counties_;  // expected
    Missing missing_;
};

}  // namespace

void look_for_gaps(Step& step, const PollAccepted& poll) {
    const auto& rule = step.catalogue().feeds[poll.feed];
    const auto& feed = step.state.feeds[rule.id];
    const auto newest = [&](const rules::Cell& cell) {
        return cell.date >= feed.newest;
    };
    if (std::ranges::none_of(poll.cells, newest)) {
        return;  // of the past: a correction need not say everything again
    }
    const Gaps gaps{step.state, poll};
    const auto key = gaps.key();
    if (key == feed.gap_key) {
        return;
    }
    const auto sentences = gaps.sentences();
    FeedGap event{rule.id, static_cast<std::int64_t>(gaps.missing().size()), {}, key};
    for (const auto& sentence : sentences) {
        event.missing.push_back(sentence.en);
    }
    step.emit(std::move(event));
    FeedNews news;
    news.reason = key.empty() ? text::Reason::feed_recovered : text::Reason::feed_gap;
    news.lines = sentences;
    news.about = "gap";
    tell_feed(step, rule, std::move(news));
}

}  // namespace sanbao::core
