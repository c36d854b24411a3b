#!/usr/bin/python3
"""The made-up daily figures of the twelve Baoji counties: seeded, consistent, labelled synthetic.

    scripts/rig/baoji_sample.py --day 2017-02-07            the feed's document of that day
    scripts/rig/baoji_sample.py --csv --from … --to …       the figures as CSV

Money is in 万元 with two decimals; inside this program it is whole hundredths, so that every
identity holds exactly: opening + in - out = closing, and each opening is the closing before.
"""
import argparse
import collections
import csv
import datetime
import functools
import json
import math
import random
import sys

import baoji_story as story

LABEL = "合成演示数据，不代表任何县区的真实情况 · synthetic demonstration data, not about any real county"

# Every figure a row holds: id -> what it is. The ids are those of config/items.toml; a test compares.
ITEMS = {
    "treas_open": "opening treasury balance", "treas_in": "the day's inflow",
    "treas_out": "the day's outflow", "treas_close": "closing treasury balance",
    "treas_out_ytd": "outflow since 1 January", "bond_unspent": "unspent bond money in the balance",
    "wage_acct_balance": "wage account", "sanbao_acct_balance": "account of the three guarantees",
    "wages_due_next": "wages of the next payday", "wage_unpaid": "wages overdue",
    "staff_due": "persons to be paid", "staff_paid": "persons paid on the last payday",
    "sb_need_month": "a month's need for the three guarantees",
    "sb_need": "the year's need", "sb_need_wage": "… wages", "sb_need_oper": "… operations",
    "sb_need_live": "… livelihood", "sb_budget": "the year's budget", "sb_budget_wage": "… wages",
    "sb_budget_oper": "… operations", "sb_budget_live": "… livelihood",
    "sb_paid": "paid since 1 January", "sb_paid_wage": "… wages", "sb_paid_oper": "… operations",
    "sb_paid_live": "… livelihood", "avail_fiscal": "fiscal resources of the year",
    "rigid_exp": "rigid expenditure of the year", "benefit_due": "benefits due this month",
    "benefit_paid": "… paid", "tempadv_close": "temporary advances outstanding",
    "tempadv_new": "… new since 1 January", "tempadv_reduced": "… collected since 1 January",
    "gpb_exp": "general budget expenditure, last twelve months",
    "gf_exp": "fund budget expenditure, last twelve months",
}
COUNTS = {"staff_due", "staff_paid"}
USUAL = 0.385  # closing balance over a month's outflow, in a county without trouble
YEAR = 250     # business days whose outflow makes "the last twelve months"
PARTS = {"wage": (0.105, 1.03), "oper": (0.020, 1.05), "live": (0.035, 1.04)}  # of a month's outflow; budget : need


def payday_of(month_start, day):
    """The weekday on or before `day` of the month. The sample has no holidays (baoji_story)."""
    date = month_start.replace(day=day)
    while date.weekday() >= 5:
        date -= datetime.timedelta(days=1)
    return date


def year_progress(day):
    length = (datetime.date(day.year + 1, 1, 1) - datetime.date(day.year, 1, 1)).days
    return day.timetuple().tm_yday / length


def passed_of(trouble, day):
    """(business days passed since it began, how many it has in all)"""
    days = [d for d in story.business_days() if trouble.first <= d <= trouble.last]
    return sum(d < day for d in days), len(days)


class _Model:
    """One county, stepped through the business days in order."""

    def __init__(self, county, troubles, seed):
        self.county, self.troubles = county, troubles
        self.chance = random.Random(f"{seed}-{county.code}")
        self.close = round(county.monthly_outflow * 100 * USUAL)
        self.year, self.out_ytd, self.unpaid_share, self.idle = None, 0, 0.0, 0
        self.paid = dict.fromkeys(PARTS, 0)
        self.advances = self.new_advances = self.old_advances = 0
        usual_day = round(county.monthly_outflow * 100 * 12 / YEAR)
        self.outs = collections.deque([usual_day] * YEAR, YEAR)

    def trouble(self, kind, day):
        return next((t for t in self.troubles if t.kind == kind and t.first <= day <= t.last), None)

    def begin_year(self, year):
        self.year, self.out_ytd = year, 0
        self.growth = 1.04 ** (year - 2016)
        self.month_out = round(self.county.monthly_outflow * 100 * self.growth)
        self.need = {part: round(self.month_out * share) for part, (share, _) in PARTS.items()}
        self.paid = dict.fromkeys(PARTS, 0)
        self.advances = round(self.month_out * 12 * 0.012)
        self.new_advances, self.old_advances = 0, self.advances

    def step(self, day, days_in_month):
        if day.year != self.year:
            self.begin_year(day.year)
        row = {}
        row.update(self.treasury(day, days_in_month))
        row.update(self.wages(day, row["treas_close"]))
        row.update(self.guarantees(day))
        row.update(self.advances_of(day))
        return row

    def level_wanted(self, day):
        """The cash guarantee level that a shortage forces today, or None."""
        cash = self.trouble("cash", day)
        if not cash:
            return None
        passed, length = passed_of(cash, day)
        fall, rise = max(1, length // 3), 2
        share = min(1.0, passed / fall, (length - passed) / (rise + 1))
        return 0.29 - (0.29 - cash.depth) * share if cash.depth < 0.28 else cash.depth

    def treasury(self, day, days_in_month):
        wave = USUAL + 0.006 * math.sin(day.toordinal() / 9 + len(self.county.name))
        close = round(self.month_out * (wave + self.chance.uniform(-0.003, 0.003)))
        out = round(self.month_out / days_in_month * self.chance.uniform(0.8, 1.2))
        wanted = self.level_wanted(day)
        idle = self.trouble("idle", day)
        if wanted is not None:
            close = round(wanted * (self.out_ytd + out) / day.month)
        elif idle:  # comes in at once, is spent little by little
            passed, length = passed_of(idle, day)
            if passed == 0:
                self.idle = max(0, round(idle.depth * (self.out_ytd + out) / day.month) - close)
            close += round(self.idle * (length - passed) / length)
        opening, inflow = self.close, close - self.close + out
        if inflow < 0:  # more left than usual: bonds fell due
            inflow = round(out * 0.1)
            out = opening + inflow - close
        self.out_ytd += out
        self.outs.append(out)
        self.close = close
        return {"treas_open": opening, "treas_in": inflow, "treas_out": out, "treas_close": close,
                "treas_out_ytd": self.out_ytd, "bond_unspent": round(close * 0.08)}

    def wages(self, day, close):
        due = self.need["wage"]
        payday = payday_of(day.replace(day=1), self.county.wage_day)
        ready = 1.05 if 0 <= (payday - day).days <= 4 else 0.35
        short, late = self.trouble("wages", day), self.trouble("payday", day)
        if late and day >= payday >= late.first:
            self.unpaid_share = late.depth
        elif not late:
            self.unpaid_share = 0.0
        staff = self.county.staff
        return {"wage_acct_balance": round(due * (short.depth if short else ready)),
                "sanbao_acct_balance": round(sum(self.need.values()) * self.chance.uniform(1.30, 1.45)),
                "wages_due_next": due, "wage_unpaid": round(due * self.unpaid_share),
                "staff_due": staff, "staff_paid": staff - round(staff * self.unpaid_share)}

    def guarantees(self, day):
        row = {"sb_need_month": sum(self.need.values())}
        thin, lag = self.trouble("budget", day), self.trouble("lag", day)
        passed, length = passed_of(lag, day) if lag else (0, 0)
        catching_up = length - passed <= 3
        for part, (_, cover) in PARTS.items():
            need = self.need[part] * 12
            budget = round(need * (thin.depth if thin and part == "oper" else cover))
            if part != "live" or not lag or catching_up:
                ahead = 0.012 + self.chance.uniform(0, 0.003)
                want = round(need * cover * min(1.0, year_progress(day) + ahead))
                self.paid[part] = max(self.paid[part], min(want, budget))
            row.update({f"sb_need_{part}": need, f"sb_budget_{part}": budget,
                        f"sb_paid_{part}": self.paid[part]})
        for what in ("need", "budget", "paid"):
            row[f"sb_{what}"] = sum(row[f"sb_{what}_{part}"] for part in PARTS)
        resources = round(row["sb_need"] * 1.04 / 0.70)
        benefit = self.need["live"] // 3
        row.update(avail_fiscal=resources, rigid_exp=round(resources * 0.76),
                   benefit_due=benefit, benefit_paid=benefit)
        return row

    def advances_of(self, day):
        much = self.trouble("advances", day)
        wanted = round(self.old_advances * (much.depth if much else 0.98))
        if wanted > self.advances:
            self.new_advances += wanted - self.advances
        self.advances = wanted
        reduced = self.old_advances + self.new_advances - self.advances
        spent = sum(self.outs)
        return {"tempadv_close": self.advances, "tempadv_new": self.new_advances,
                "tempadv_reduced": reduced, "gpb_exp": round(spent * 0.8),
                "gf_exp": spent - round(spent * 0.8)}


@functools.lru_cache(maxsize=4)
def figures(seed=story.SEED):
    """{day: {code: {item: whole hundredths of 万元, or a count}}} for every business day."""
    days = story.business_days()
    in_month = {}
    for day in days:
        in_month[day.year, day.month] = in_month.get((day.year, day.month), 0) + 1
    table = {day: {} for day in days}
    for code, mine in story.troubles(seed).items():
        county = next(c for c in story.COUNTIES if c.code == code)
        model = _Model(county, mine, seed)
        for day in days:
            table[day][code] = model.step(day, max(20, in_month[day.year, day.month]))
    return table


def written(item, value):
    """As the feed writes it: counts as they are, money in 万元 with two decimals."""
    return value if item in COUNTS else value / 100  # exact to two decimals below 2^53 / 100


def rows_of(day, seed=story.SEED):
    table = figures(seed)
    for county in story.COUNTIES:
        cells = {item: written(item, value) for item, value in table[day][county.code].items()}
        yield {"county_code": county.code, "county_name": county.name, "record_date": day.isoformat(),
               **cells}


def document(day, span=10, seed=story.SEED):
    """The feed's document of `day`: the last `span` business days up to it."""
    days = [d for d in story.business_days() if d <= day][-span:]
    return {"synthetic": True, "label": LABEL, "seed": seed, "unit": "万元",
            "as_of": day.isoformat(), "data": [row for d in days for row in rows_of(d, seed)]}


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--day", type=datetime.date.fromisoformat)
    options.add_argument("--span", type=int, default=10)
    options.add_argument("--csv", action="store_true")
    options.add_argument("--from", dest="first", type=datetime.date.fromisoformat,
                         default=story.FIRST_DAY)
    options.add_argument("--to", dest="last", type=datetime.date.fromisoformat,
                         default=story.business_days()[-1])
    options.add_argument("--seed", type=int, default=story.SEED)
    given = options.parse_args()
    if not given.csv:
        day = given.day or datetime.date(2017, 2, 7)
        print(json.dumps(document(day, given.span, given.seed), ensure_ascii=False, indent=1))
        return 0
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["county_code", "county_name", "record_date", *ITEMS])
    for day in story.business_days():
        if given.first <= day <= given.last:
            for row in rows_of(day, given.seed):
                out.writerow([row["county_code"], row["county_name"], row["record_date"],
                              *(row[item] for item in ITEMS)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
