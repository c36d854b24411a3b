// Deliveries in whatever order: duplicated, delayed, merged and split, they end in the same
// readings, the same turns and the same levels, which are those of a naive second opinion that
// knows nothing but the readings. SANBAO_PERMUTATIONS: worlds tried (60).
#include "alerts/record/record.hpp"
#include "tests/unit/sample.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

using namespace sanbao;
using namespace sanbao::test;

namespace {

using Random = std::mt19937;
using Series = std::map<Date, std::int64_t>;                              // fen
using Truth = std::map<std::pair<std::uint32_t, std::uint32_t>, Series>;  // by item and county

constexpr std::uint32_t counties = 3;
constexpr std::uint32_t items = 2;
constexpr int fresh_days = 4;

int pick(Random& random, int least, int most) {
    return least + static_cast<int>(random() % static_cast<std::uint32_t>(most - least + 1));
}

Catalogue small_world(Random& random) {
    auto c = catalogue();
    c.subjects.push_back(county("610399", "丙县"));
    for (auto& subject : c.subjects) {
        subject.plan.reset();
        if (pick(random, 0, 1) == 0) {
            Override tighter;
            tighter.indicator = "cash_level";
            tighter.lines.yellow = line("< 0.50");
            tighter.lines.red = line("< 0.15");
            tighter.from = day("2017-02-01") + std::chrono::days{pick(random, 0, 20)};
            tighter.to = tighter.from + std::chrono::days{pick(random, 0, 20)};
            tighter.basis = "x";
            subject.overrides = {tighter};
        }
    }
    for (auto& item : c.items) {
        item.fresh_for = {fresh_days * 24h, 0};
    }
    c.items[1].kind = ItemKind::flow;
    const auto days = pick(random, 1, 7);
    const auto kind = pick(random, 0, 2);
    auto& indicator = c.indicators[0];
    indicator.inputs[1].window = kind == 0   ? Window{}
                                 : kind == 1 ? Window{Take::sum, Span::last_days, days}
                                             : Window{Take::mean, Span::last_days, days};
    indicator.hold.readings = pick(random, 1, 3);
    indicator.leave_hold.readings = pick(random, 1, 3);
    indicator.leave = *Rational::make(pick(random, 0, 10), 100);
    return c;
}

// One body: cells, and when the source made it.
struct Body {
    std::vector<rules::Cell> cells;
    std::optional<Instant> edition;
    std::string digest;
};

std::int64_t some_value(Random& random, std::uint32_t item) {
    return item == 0 ? std::int64_t{pick(random, 1, 100)} * 100
                     : std::int64_t{pick(random, 50, 150)} * 100;
}

// A body a date, and now and then one that restates older dates.
std::vector<Body> story(Random& random, Truth& truth, bool editions) {
    const auto dates = pick(random, 10, 40);
    std::vector<Body> bodies;
    auto edition = noon("2017-02-01");
    const auto publish = [&](std::vector<rules::Cell> cells) {
        if (cells.empty()) {
            return;
        }
        edition += 1h;
        for (const auto& cell : cells) {
            truth[{cell.item, cell.subject}][cell.date] = cell.value;
        }
        bodies.push_back(
            {std::move(cells),
             editions ? std::optional{edition} : std::nullopt,
             std::to_string(bodies.size())});
    };
    for (int i = 0; i < dates; ++i) {
        const auto date = day("2017-02-01") + std::chrono::days{i};
        std::vector<rules::Cell> cells;
        for (std::uint32_t subject = 0; subject < counties; ++subject) {
            for (std::uint32_t item = 0; item < items; ++item) {
                if (pick(random, 0, 9) > 0) {
                    cells.push_back({item, subject, date, some_value(random, item)});
                }
            }
        }
        publish(std::move(cells));
        if (!editions || pick(random, 0, 3) > 0) {
            continue;
        }
        std::vector<rules::Cell> again;
        for (const auto& [key, series] : truth) {
            const auto& [item, subject] = key;
            for (const auto& [known, value] : series) {
                if (pick(random, 0, 15) == 0) {
                    again.push_back({item, subject, known, some_value(random, item)});
                }
            }
        }
        publish(std::move(again));
    }
    return bodies;
}

bool begins_a_series(const Body& body, const Truth& truth) {
    return std::ranges::any_of(body.cells, [&](const rules::Cell& cell) {
        return truth.at({cell.item, cell.subject}).begin()->first == cell.date;
    });
}

// Every body at least once, in any order; some twice, some in halves, and some two in one. A body
// in which a series begins stays whole and alone: what it holds of older dates would be history.
std::vector<Body> disorder(Random& random, const std::vector<Body>& bodies, const Truth& truth) {
    std::vector<Body> result;
    for (const auto& body : bodies) {
        if (begins_a_series(body, truth)) {
            result.push_back(body);
        } else if (pick(random, 0, 3) == 0) {
            auto left = body;
            auto right = body;
            const auto middle = static_cast<std::ptrdiff_t>(body.cells.size() / 2);
            left.cells.erase(left.cells.begin() + middle, left.cells.end());
            right.cells.erase(right.cells.begin(), right.cells.begin() + middle);
            left.digest += "-left";
            right.digest += "-right";
            result.push_back(std::move(left));
            result.push_back(std::move(right));
        } else if (!body.edition && !result.empty() && !begins_a_series(result.back(), truth)) {
            auto& before = result.back();
            before.cells.insert(before.cells.end(), body.cells.begin(), body.cells.end());
            before.digest += "+" + body.digest;
        } else {
            result.push_back(body);
        }
    }
    const auto once = result.size();
    for (std::size_t i = 0; i < once; ++i) {
        if (pick(random, 0, 4) == 0) {
            result.push_back(result[i]);
        }
    }
    std::ranges::shuffle(result, random);
    for (auto& body : result) {
        std::ranges::shuffle(body.cells, random);
    }
    return result;
}

void deliver(World& world, const std::vector<Body>& bodies) {
    auto at = noon("2017-04-01");
    for (const auto& body : bodies) {
        core::PollAccepted poll;
        poll.digest = body.digest;
        poll.cells = body.cells;
        poll.edition = body.edition;
        world.step(at += 1min, std::move(poll));
    }
}

// --- the second opinion: all readings in maps, everything worked out anew on every date
// -----------

std::optional<std::pair<std::int64_t, std::int64_t>> flow_of(
    const Window& window, const Series& series, Date date) {
    if (window.span == Span::none) {
        auto after = series.upper_bound(date);
        if (after == series.begin() || (date - std::prev(after)->first).count() > fresh_days) {
            return std::nullopt;
        }
        return std::pair{std::prev(after)->second, std::int64_t{1}};
    }
    auto silent_since = date - std::chrono::days{window.count - 1};
    std::int64_t sum = 0;
    std::int64_t count = 0;
    for (auto d = silent_since; d <= date; d += std::chrono::days{1}) {
        if ((d - silent_since).count() > fresh_days) {
            return std::nullopt;
        }
        if (const auto found = series.find(d); found != series.end()) {
            sum += found->second;
            ++count;
            silent_since = d;
        }
    }
    if (count == 0) {
        return std::nullopt;
    }
    return std::pair{sum, window.take == Take::mean ? count : 1};
}

struct Weight {
    int entered = 0, kept = 0;
};

// Levels of balance x parts / sum; lines are in hundredths.
Weight weight_of(
    const Subject& subject,
    Date date,
    std::int64_t balance,
    std::pair<std::int64_t, std::int64_t> flow,
    int leave) {
    int yellow = 30;
    int orange = 20;
    int red = 10;
    for (const auto& layer : subject.overrides) {
        if (layer.from <= date && date <= layer.to) {
            yellow = 50;
            red = 15;
        }
    }
    const auto scaled = balance * flow.second * 100;
    const auto below = [&](int bound) {
        return scaled < std::int64_t{bound} * flow.first;
    };
    const auto worst = [&](int margin) {
        return below(red + margin)                               ? 4
               : below(orange + margin)                          ? 3
               : below(yellow + margin)                          ? 2
               : scaled > std::int64_t{80 - margin} * flow.first ? 1
                                                                 : 0;
    };
    return {worst(0), worst(leave)};
}

struct Opinion {
    std::vector<core::Turn> turns;
    int level = 0;
};

Opinion second_opinion(const Catalogue& c, std::uint32_t subject, const Truth& truth, int leave) {
    Opinion opinion;
    const auto balance = truth.find({0, subject});
    const auto outflow = truth.find({1, subject});
    if (balance == truth.end() || outflow == truth.end()) {
        return opinion;
    }
    const auto began = std::max(balance->second.begin()->first, outflow->second.begin()->first);
    std::vector<Weight> past;
    const auto& indicator = c.indicators[0];
    for (auto date = began; date < day("2017-04-01"); date += std::chrono::days{1}) {
        const auto stock = balance->second.upper_bound(date);
        const auto spoken = balance->second.contains(date) || outflow->second.contains(date);
        const auto flow = flow_of(indicator.inputs[1].window, outflow->second, date);
        if (!spoken || !flow || stock == balance->second.begin()
            || (date - std::prev(stock)->first).count() > fresh_days) {
            continue;
        }
        past.push_back(
            weight_of(c.subjects[subject], date, std::prev(stock)->second, *flow, leave));
        const auto least = [&](int count) {
            int level = 9;
            for (std::size_t i = past.size() - static_cast<std::size_t>(count); i < past.size();
                 ++i) {
                level = std::min(level, past[i].entered);
            }
            return level;
        };
        auto level = opinion.level;
        const auto hold = indicator.hold.readings;
        const auto leaves = indicator.leave_hold.readings;
        if (past.size() >= static_cast<std::size_t>(hold) && least(hold) > level) {
            level = least(hold);
        } else if (past.size() >= static_cast<std::size_t>(leaves)) {
            // Of all the readings at the end that have left the level, the worst they kept.
            int worst = 0;
            std::size_t run = 0;
            while (run < past.size() && past[past.size() - 1 - run].kept < level) {
                worst = std::max(worst, past[past.size() - 1 - run].kept);
                ++run;
            }
            level = run >= static_cast<std::size_t>(leaves) ? worst : level;
        }
        if (level != opinion.level) {
            opinion.level = level;
            opinion.turns.push_back({date, static_cast<Level>(level)});
        }
    }
    return opinion;
}

// --- comparing
// ------------------------------------------------------------------------------------

std::string turns_text(const std::vector<core::Turn>& turns) {
    std::string text;
    for (const auto& turn : turns) {
        text += sanbao::to_text(turn.date) + " " + std::string{to_text(turn.to)} + "\n";
    }
    return text;
}

std::vector<core::Turn> turns_of(const core::State& state, std::uint32_t subject) {
    const auto found = state.turns.find({0, subject});
    return found == state.turns.end() ? std::vector<core::Turn>{} : found->second;
}

std::vector<std::tuple<Date, Level, Level>> waiting(
    const core::State& state, std::uint32_t subject) {
    std::vector<std::tuple<Date, Level, Level>> result;
    if (const auto found = state.watched.find({0, subject}); found != state.watched.end()) {
        for (const auto& w : found->second) {
            result.emplace_back(w.date, w.entered, w.kept);
        }
    }
    return result;
}

Truth readings_of(const core::State& state) {
    Truth truth;
    for (std::uint32_t item = 0; item < items; ++item) {
        for (std::uint32_t subject = 0; subject < counties; ++subject) {
            state.readings.each(item, subject, [&](const rules::Reading& reading) {
                truth[{item, subject}][reading.date] = reading.value;
            });
        }
    }
    return truth;
}

// The log as it is stored: bytes and blobs, read again.
core::State recovered(const World& world) {
    auto state = core::make_state(world.state.rules);
    const auto& c = state.rules->catalogue();
    std::int64_t seq = 0;
    for (const auto& [event, at] : world.log) {
        const auto bytes = record::to_bytes(record::encode(event), "system", at, seq++, {});
        auto parsed = record::parse(bytes);
        REQUIRE(parsed.has_value());
        if (auto* accepted = std::get_if<core::FeedAccepted>(&parsed->event)) {
            const auto blob = record::encode_cells(std::get<core::FeedAccepted>(event).changed, c);
            accepted->changed = *record::decode_cells(blob, c);
        }
        core::evolve(state, parsed->event, parsed->at);
    }
    return state;
}

// In hundredths.
int leave_of(const Catalogue& c) {
    const auto hundred = multiply(c.indicators[0].leave, *Rational::make(100, 1));
    return std::stoi(to_fraction(*hundred));
}

int worlds() {
    const auto* wanted = std::getenv("SANBAO_PERMUTATIONS");
    return wanted != nullptr ? std::atoi(wanted) : 60;
}

}  // namespace

TEST_CASE("in whatever order deliveries come, readings, turns and levels end the same") {
    std::size_t turns = 0;
    std::size_t revisions = 0;
    for (int seed = 0; seed < worlds(); ++seed) {
        Random random{static_cast<std::uint32_t>(seed)};
        const auto c = small_world(random);
        const auto leave = leave_of(c);
        Truth truth;
        const auto bodies = story(random, truth, pick(random, 0, 3) > 0);
        World straight{c};
        deliver(straight, bodies);
        World crooked{c};
        deliver(crooked, disorder(random, bodies, truth));
        CAPTURE(seed);
        REQUIRE(readings_of(straight.state) == truth);
        REQUIRE(readings_of(crooked.state) == truth);
        for (std::uint32_t subject = 0; subject < counties; ++subject) {
            CAPTURE(subject);
            const auto opinion = second_opinion(c, subject, truth, leave);
            REQUIRE(turns_text(turns_of(straight.state, subject)) == turns_text(opinion.turns));
            REQUIRE(turns_text(turns_of(crooked.state, subject)) == turns_text(opinion.turns));
            CHECK(static_cast<int>(straight.state.standing({0, subject}).level) == opinion.level);
            CHECK(static_cast<int>(crooked.state.standing({0, subject}).level) == opinion.level);
            CHECK(waiting(straight.state, subject) == waiting(crooked.state, subject));
            turns += opinion.turns.size();
        }
        const auto again = recovered(crooked);
        CHECK(readings_of(again) == truth);
        CHECK(again.turns == crooked.state.turns);
        CHECK(again.watched == crooked.state.watched);
        CHECK(again.corrections == crooked.state.corrections);
        CHECK(again.feeds.at("treasury") == crooked.state.feeds.at("treasury"));
        World interrupted{c};
        const auto bodies_again = disorder(random, bodies, truth);
        const auto half =
            bodies_again.begin() + static_cast<std::ptrdiff_t>(bodies_again.size() / 2);
        deliver(interrupted, {bodies_again.begin(), half});
        interrupted.state = recovered(interrupted);
        core::restore_judged(interrupted.state);
        deliver(interrupted, {half, bodies_again.end()});
        CHECK(readings_of(interrupted.state) == truth);
        for (std::uint32_t subject = 0; subject < counties; ++subject) {
            CAPTURE(subject);
            CHECK(
                turns_text(turns_of(interrupted.state, subject))
                == turns_text(turns_of(crooked.state, subject)));
        }
        for (const auto& [event, at] : crooked.log) {
            revisions += std::holds_alternative<core::AlertRevised>(event) ? 1U : 0U;
        }
    }
    CHECK(turns > static_cast<std::size_t>(worlds()));      // or the worlds are too quiet
    CHECK(revisions > static_cast<std::size_t>(worlds()));  // … and too orderly
}
