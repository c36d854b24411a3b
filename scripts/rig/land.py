"""A made-up land of N counties with 124 figures each, for measuring: its settings and its feeds.

Everything is calm until somebody breaks it: every ratio stands well on the safe side of its lines,
and the variants of a body differ in every figure without touching one. All figures are invented.
"""
import datetime
import pathlib
import random

NAMED = ("treasury_balance", "avg_monthly_outflow", "wage_funds", "wage_due", "livelihood_funds",
         "livelihood_due", "operations_funds", "operations_due", "expenditure_ytd", "budget_annual",
         "revenue_ytd")
ITEMS = NAMED + tuple(f"indicator_{number:03d}" for number in range(len(NAMED), 124))
BALANCE, OUTFLOW, SPENT, BUDGET = (ITEMS.index(name) for name in (
    "treasury_balance", "avg_monthly_outflow", "expenditure_ytd", "budget_annual"))
SIZES = (12, 107, 2843)  # a city, a province, the nation
PROVINCES = (11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50,
             51, 52, 53, 54, 61, 62, 63, 64, 65)
FORMATS = ("long", "wide", "csv")

MAIN = """\
# A made-up land of {counties} counties, for measuring. Written by scripts/bench.
include   = ["items.toml", "indicators.toml", "people.toml", "counties/*.toml"]
operators = ["duty"]

[web]
listen = "127.0.0.1:{port}"

[store]
url = "sqlite:sanbao.db"

[log]
level = "warn"

[channel.hook]
kind = "webhook"
url  = "{hook}"

[[route]]
topics = ["risk"]
to     = ["channel:hook"]

"""
FEEDS = {
    "long": """\
[[feed]]
name     = "land"
url      = "{feed}"
every    = "{every}"
body_max = "64MiB"
format   = "json"
shape    = "long"
rows     = "/readings"
county   = "/county"
item     = "/indicator"
value    = "/value"
date     = "$/as_of"

[feed.items]
""",
    "wide": """\
[[feed]]
name     = "land"
url      = "{feed}"
every    = "{every}"
body_max = "64MiB"
format   = "json"
rows     = "/counties"
county   = "/code"
date     = "$/as_of"

[feed.items]
""",
    "csv": """\
[[feed]]
name     = "land"
url      = "{feed}"
every    = "{every}"
body_max = "64MiB"
format   = "csv"
shape    = "long"
county   = "county"
item     = "indicator"
value    = "value"
date     = "date"

[feed.items]
""",
}
COVER = """
[indicator.{name}]
name    = "{name}"
inputs  = {{ funds = "{funds}", due = "{due}" }}
formula = "funds / due"
{lines}
"""
PROGRESS = """
[indicator.progress]
name    = "progress"
inputs  = { spent = "expenditure_ytd", budget = "budget_annual" }
formula = "spent / budget"
judge   = "value - 0.50"
orange  = "< -0.10"
"""
PEOPLE = """\
[person.duty]
name   = "Duty officer"
deputy = "deputy"
channels = ["hook"]

[person.deputy]
name   = "Deputy"
deputy = "duty"
channels = ["hook"]
"""
COUNTY = """\
code      = "{code}"
name      = "第{code}县"
synthetic = true

[plan]
name  = "第{code}县应急预案"
valid = {{ from = 2020-01-01, to = 2099-12-31 }}

[[plan.role]]
key    = "lead"
title  = "组长"
person = "duty"
deputy = "deputy"

[[plan.level]]
level  = "I"
colour = "red"
any    = ["cash", "wage", "livelihood", "operations"]

[[plan.level]]
level  = "II"
colour = "orange"
any    = ["progress"]

[[plan.measure]]
seq   = 10
name  = "暂停非“三保”资金拨付"
owner = "lead"
due   = "4h"

[plan.end]
when = ["cash >= 0.80"]
hold = "10wd"
"""


def codes(counties):
    """The division codes of the land, in its own order."""
    if counties <= 120:
        return [f"61{j // 12 + 1:02d}{j % 12 + 1:02d}"
                for j in range(24 if counties <= 12 else 0, counties + (24 if counties <= 12 else 0))]
    found, before, number = [], None, 0
    for i in range(counties):
        province = PROVINCES[i * len(PROVINCES) // counties]
        number = number + 1 if province == before else 0
        before = province
        found.append(f"{province:02d}{number // 12 + 1:02d}{number % 12 + 1:02d}")
    return found


def source_of(form, index):
    """Where a feed of this format has the item: a name in long ones, a place in wide ones."""
    return f"/values/{index}" if form == "wide" else ITEMS[index]


def write_settings(folder, counties, feed_url, hook_url, every="1s", port=8390, form="long"):
    """Makes the settings folder; returns its main file."""
    folder = pathlib.Path(folder)
    (folder / "counties").mkdir(parents=True, exist_ok=True)

    def write(name, text):
        (folder / name).write_text(text, encoding="utf-8")

    feed = FEEDS[form].format(feed=feed_url, every=every) + "".join(
        f'{item} = {{ from = "{source_of(form, index)}", unit = "元" }}\n'
        for index, item in enumerate(ITEMS))
    write("sanbaod.toml", MAIN.format(counties=counties, port=port, hook=hook_url) + feed)
    write("items.toml", "".join(
        f'[item.{item}]\nname = "{item}"\nkind = "stock"\nunit = "money"\n\n' for item in ITEMS))
    covers = [("cash", ITEMS[BALANCE], ITEMS[OUTFLOW],
               'yellow  = "< 0.80"\norange  = "< 0.50"\nred     = "< 0.30"')]
    covers += [(name, f"{name}_funds", f"{name}_due", 'red     = "< 1"')
               for name in ("wage", "livelihood", "operations")]
    write("indicators.toml", PROGRESS.lstrip() + "".join(
        COVER.format(name=name, funds=funds, due=due, lines=lines)
        for name, funds, due, lines in covers))
    write("people.toml", PEOPLE)
    for code in codes(counties):
        write(f"counties/{code}.toml", COUNTY.format(code=code))
    return folder / "sanbaod.toml"


def figures_of(chance):
    """One county's calm figures, in fen; ten digits each, so that every figure is as wide."""
    fen = [chance.randrange(10**9, 9 * 10**9) for _ in ITEMS]
    fen[OUTFLOW] = chance.randrange(4 * 10**9, 6 * 10**9)
    fen[BALANCE] = fen[OUTFLOW] * chance.randrange(110, 150) // 100
    for due in range(ITEMS.index("wage_due"), SPENT, 2):
        fen[due] = chance.randrange(3 * 10**9, 5 * 10**9)
        fen[due - 1] = fen[due] * chance.randrange(105, 155) // 100
    fen[BUDGET] = chance.randrange(8 * 10**9, 9 * 10**9)
    fen[SPENT] = fen[BUDGET] * chance.randrange(48, 58) // 100
    return fen


class Land:
    """The figures, and bodies made of them."""

    STEP = 101  # fen by which every figure of a variant is above that of the variant before

    def __init__(self, counties, seed=1):
        chance = random.Random(seed)
        self.codes = codes(counties)
        self.figures = [figures_of(chance) for _ in self.codes]
        self.date = datetime.date.today().isoformat()

    def body(self, form, variant=0):
        """(document as bytes, offset of each county's treasury balance in it)"""
        before = {"long": f'{{"as_of":"{self.date}","readings":[\n',
                  "wide": f'{{"as_of":"{self.date}","counties":[\n',
                  "csv": "county,indicator,date,value\n"}[form]
        between, after = {"csv": ("", "")}.get(form, (",\n", "\n]}\n"))
        parts, offsets, length = [before], [], len(before)
        for code, figures in zip(self.codes, self.figures):
            text = self._county(form, code, [fen + variant * self.STEP for fen in figures])
            glue = between if len(parts) > 1 else ""
            offsets.append(length + len(glue) + self._place(form, text))
            parts.append(glue + text)
            length += len(glue) + len(text)
        parts.append(after)
        return "".join(parts).encode(), offsets

    def _county(self, form, code, figures):
        yuan = [f"{fen // 100}.{fen % 100:02d}" for fen in figures]
        if form == "wide":
            return f'{{"code":"{code}","values":[{",".join(yuan)}]}}'
        if form == "csv":
            return "".join(f"{code},{item},{self.date},{value}\n" for item, value in zip(ITEMS, yuan))
        return ",\n".join(f'{{"county":"{code}","indicator":"{item}","value":{value}}}'
                          for item, value in zip(ITEMS, yuan))

    @staticmethod
    def _place(form, text):
        marks = {"long": '"value":', "wide": '"values":[', "csv": ITEMS[BALANCE] + ","}
        start = text.index(marks[form]) + len(marks[form])
        return start if form != "csv" else text.index(",", start) + 1

    def balance_at(self, county, level):
        """The county's balance that makes its cash cover `level` (in hundredths), as it is written."""
        fen = self.figures[county][OUTFLOW] * level // 100
        return f"{fen // 100:08d}.{fen % 100:02d}".encode()
