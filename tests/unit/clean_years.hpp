// Years of made-up daily figures of twelve counties, in which nothing is wrong: stocks, flows that
// rest on weekends, counters that begin anew, paydays, seasons, transfers that reach all counties
// on one day, and a crisis now and then. Written from the definitions, without the code under test.
#pragma once

#include "alerts/rules/rulebook.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace sanbao::test {

struct CleanColumn {
    const char* id;
    ItemKind kind;
    bool counts_people = false;
    bool may_be_negative = false;
};

inline const std::vector<CleanColumn>& clean_columns() {
    using enum ItemKind;
    static const std::vector<CleanColumn> columns{
        {"avail_fiscal", stock},
        {"benefit_due", stock},
        {"benefit_paid", stock},
        {"bond_unspent", stock},
        {"gpb_balance", stock, false, true},
        {"gpb_exp", stock},
        {"rigid_exp", stock},
        {"sanbao_acct_balance", stock},
        {"sb_budget", stock},
        {"sb_budget_live", stock},
        {"sb_budget_oper", stock},
        {"sb_budget_wage", stock},
        {"sb_need", stock},
        {"sb_need_live", stock},
        {"sb_need_month", stock},
        {"sb_need_oper", stock},
        {"sb_need_wage", stock},
        {"sb_paid", cumulative},
        {"sb_paid_live", cumulative},
        {"sb_paid_oper", cumulative},
        {"sb_paid_wage", cumulative},
        {"staff_due", stock, true},
        {"staff_paid", stock, true},
        {"tempadv_close", stock},
        {"tempadv_new", cumulative},
        {"tempadv_reduced", cumulative},
        {"treas_close", stock},
        {"treas_in", flow},
        {"treas_open", stock},
        {"treas_out", flow},
        {"treas_out_ytd", cumulative},
        {"wage_acct_balance", stock},
        {"wage_unpaid", stock},
        {"wages_due_next", stock},
    };
    return columns;
}

// As config/sanbaod.toml declares them.
inline const std::vector<std::string>& clean_checks() {
    static const std::vector<std::string> checks{
        "treas_open + treas_in - treas_out = treas_close",
        "treas_open = previous(treas_close)",
        "treas_out_ytd = previous(treas_out_ytd) + treas_out or new_year",
        "treas_out_ytd >= treas_out",
        "sb_paid_wage >= previous(sb_paid_wage) or new_year",
        "sb_paid_wage <= sb_budget_wage",
        "sb_paid_oper <= sb_budget_oper",
        "sb_paid_live <= sb_budget_live",
        "sb_need = sb_need_wage + sb_need_oper + sb_need_live",
        "sb_budget = sb_budget_wage + sb_budget_oper + sb_budget_live",
        "sb_paid = sb_paid_wage + sb_paid_oper + sb_paid_live",
        "sb_need = 12 * sb_need_month",
        "tempadv_close - previous(tempadv_close) = tempadv_new - previous(tempadv_new) - "
        "(tempadv_reduced - previous(tempadv_reduced)) or new_year",
        "staff_paid <= staff_due",
        "benefit_paid <= benefit_due",
    };
    return checks;
}

class CleanYears {
  public:
    static constexpr std::uint32_t counties = 12;

    explicit CleanYears(unsigned seed) : random_(seed) {
        for (std::uint32_t i = 0; i < counties; ++i) {
            auto& county = counties_[i];
            county.month_out = pick(900'000, 60'000'000) / 100;  // 0.01 万元
            county.payday = static_cast<unsigned>(pick(5, 20));
            county.staff = pick(3'000, 22'000);
            county.close = county.month_out * pick(25, 60) / 100;
            county.advances = county.month_out * 12 * pick(1, 6) / 100;
            county.bond = county.month_out * pick(2, 30) / 100;
        }
    }

    static Catalogue catalogue() {
        Catalogue result;
        FeedRule feed;
        feed.id = "treasury";
        for (const auto& column : clean_columns()) {
            Item item;
            item.id = column.id;
            item.name = {column.id, column.id};
            item.kind = column.kind;
            item.unit = column.counts_people ? Unit::number : Unit::money;
            item.may_be_negative = column.may_be_negative;
            result.items.push_back(item);
            feed.items.push_back({column.id});
        }
        for (std::uint32_t i = 0; i < counties; ++i) {
            Subject subject;
            subject.id = std::to_string(610'301 + i);
            subject.name = {"县" + subject.id, "County " + subject.id};
            result.subjects.push_back(subject);
        }
        for (const auto& rule : clean_checks()) {
            feed.checks.push_back({rule, rule, CheckAction::quarantine});
        }
        result.feeds = {feed};
        return result;
    }

    // The next day's delivery; dates must ascend by one.
    std::vector<rules::Cell> day(Date date) {
        const std::chrono::year_month_day today{date};
        const std::chrono::weekday weekday{date};
        Day what;
        what.date = date;
        what.day = static_cast<unsigned>(today.day());
        what.month = static_cast<unsigned>(today.month());
        what.first = static_cast<int>(today.year()) != year_;
        year_ = static_cast<int>(today.year());
        what.rests = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
        // Money that the province sends to everybody at once, and bonds likewise.
        what.transfer = !what.rests && pick(1, 20) == 1;
        what.bonds = !what.rests && pick(1, 90) == 1;
        std::vector<rules::Cell> cells;
        for (std::uint32_t i = 0; i < counties; ++i) {
            step(counties_[i], what);
            write(counties_[i], i, date, cells);
        }
        return cells;
    }

  private:
    struct County {
        std::int64_t month_out = 0, staff = 0, close = 0, open = 0, in = 0, out = 0, out_ytd = 0;
        std::int64_t bond = 0, advances = 0, advances_new = 0, advances_reduced = 0, year_out = 0;
        std::int64_t balance = 0, unpaid = 0, wage_acct = 0, sanbao_acct = 0, benefit_paid = 0;
        std::array<std::int64_t, 3> need{}, budget{}, paid{};
        unsigned payday = 10;
        int crisis = 0;  // days left of it
    };
    struct Day {
        Date date{};
        unsigned day = 0, month = 0;
        bool first = false, rests = false, transfer = false, bonds = false;
    };

    std::int64_t pick(std::int64_t from, std::int64_t to) {
        return from
               + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(to - from + 1));
    }

    void begin_year(County& county) {
        constexpr std::array<std::int64_t, 3> shares{35, 105, 20};  // live, wage, oper
        county.month_out = county.month_out * pick(101, 108) / 100;
        for (std::size_t part = 0; part < 3; ++part) {
            county.need[part] = county.month_out * shares[part] / 1'000 * 12;
            county.budget[part] = county.need[part] * pick(101, 106) / 100;
            county.paid[part] = 0;
        }
        county.staff = county.staff * pick(98, 103) / 100;
        county.out_ytd = county.advances_new = county.advances_reduced = 0;
        county.year_out = county.month_out * 12;
    }

    void step(County& county, const Day& what) {
        if (what.first) {
            begin_year(county);
        }
        const auto daily = county.month_out / 22;
        const bool pays = what.day == county.payday && true;
        county.open = county.close;
        county.in = what.rests ? (pick(0, 2) == 0 ? pick(1, 40) : 0) : daily * pick(40, 170) / 100;
        county.out = what.rests ? (pick(0, 3) == 0 ? pick(1, 60) : 0) : daily * pick(50, 150) / 100;
        if (what.transfer) {
            county.in += daily * pick(500, 1'400) / 100;
        }
        if (what.month == 12 && !what.rests) {
            county.out += daily * pick(20, 120) / 100;  // the rush at the end of the year
        }
        if (pays) {
            county.out += county.need[1] / 12;
        }
        if (what.bonds) {
            const auto issue = county.month_out * pick(5, 60) / 100;
            county.bond += issue;
            county.in += issue;
        }
        county.bond -= county.bond * pick(0, 4) / 100;
        steer(county, what, daily);
        county.close = county.open + county.in - county.out;
        county.out_ytd += county.out;
        county.year_out += (county.out - daily * 22 / 30) / 10;
        county.balance = county.balance + (county.in - county.out) / 20;
        pay(county, what, pays);
        advance(county, what, daily);
    }

    // Keeps balances where a county's are, and lets one run dry now and then.
    void steer(County& county, const Day& what, std::int64_t daily) {
        const auto usual = county.month_out * 2 / 5;
        if (county.crisis == 0 && pick(1, 1'500) == 1) {
            county.crisis = static_cast<int>(pick(10, 40));
        }
        if (county.crisis > 0) {
            --county.crisis;
            county.out = std::max<std::int64_t>(0, county.open * pick(10, 60) / 100);
            county.in = what.rests ? 0 : daily * pick(1, 5) / 100;
            return;
        }
        if (!what.rests && county.open + county.in - county.out < usual / 2) {
            county.in += daily * pick(100, 300) / 100;
        }
        if (!what.rests && county.open > usual * 3) {
            county.out += county.open / 4;
        }
        if (county.open + county.in - county.out < 0) {
            county.out = county.open + county.in;
        }
    }

    void pay(County& county, const Day& what, bool pays) {
        const auto wages = county.need[1] / 12;
        if (pays) {
            county.unpaid = county.crisis > 0 ? wages * pick(5, 60) / 100 : 0;
        }
        county.wage_acct =
            wages * (what.day + 5 >= county.payday && what.day <= county.payday ? 105 : 35) / 100;
        county.sanbao_acct =
            (county.need[0] + county.need[1] + county.need[2]) / 12 * pick(130, 145) / 100;
        for (std::size_t part = 0; part < 3; ++part) {
            county.paid[part] = std::min(
                county.budget[part],
                county.paid[part]
                    + (what.rests ? 0 : county.budget[part] * pick(80, 110) / 100 / 262));
        }
        county.benefit_paid =
            what.day >= 10 ? county.need[0] / 3 : county.need[0] / 3 * what.day / 10;
    }

    void advance(County& county, const Day& what, std::int64_t daily) {
        if (!what.rests && pick(1, 4) == 1) {
            const auto made = daily * pick(1, 10) / 100;
            county.advances += made;
            county.advances_new += made;
        }
        if (!what.rests && pick(1, 5) == 1) {
            const auto back = std::min(county.advances, daily * pick(1, 12) / 100);
            county.advances -= back;
            county.advances_reduced += back;
        }
    }

    static void write(
        const County& county, std::uint32_t subject, Date date, std::vector<rules::Cell>& cells) {
        const auto total = [](const std::array<std::int64_t, 3>& parts) {
            return parts[0] + parts[1] + parts[2];
        };
        const auto need = total(county.need);
        const auto resources = need * 148 / 100;
        const auto unpaid_staff = county.unpaid == 0 ? 0 : county.staff / 5;
        const std::array<std::int64_t, 34> values{
            resources,
            county.need[0] / 3,
            county.benefit_paid,
            county.bond,
            county.balance,
            county.year_out * 8 / 10,
            resources * 76 / 100,
            county.sanbao_acct,
            total(county.budget),
            county.budget[0],
            county.budget[2],
            county.budget[1],
            need,
            county.need[0],
            need / 12,
            county.need[2],
            county.need[1],
            total(county.paid),
            county.paid[0],
            county.paid[2],
            county.paid[1],
            county.staff,
            county.staff - unpaid_staff,
            county.advances,
            county.advances_new,
            county.advances_reduced,
            county.close,
            county.in,
            county.open,
            county.out,
            county.out_ytd,
            county.wage_acct,
            county.unpaid,
            county.need[1] / 12};
        for (std::uint32_t item = 0; item < values.size(); ++item) {
            const auto scale = clean_columns()[item].counts_people ? 10'000 : 10'000;
            cells.push_back({item, subject, date, values[item] * scale, 0});
        }
    }

    std::mt19937_64 random_;
    std::array<County, counties> counties_{};
    int year_ = 0;
};

}  // namespace sanbao::test
