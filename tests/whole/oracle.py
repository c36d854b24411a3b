"""A naive second opinion on every level: reads the shipped indicators, keeps all data in lists, and
recomputes everything at every date with exact fractions. Shares no line with the daemon.

It knows what the shipped settings use of the formula language and no more; a name or a window it
does not know is an error, never a guess.
"""
import ast
import calendar
import datetime
import pathlib
import re
import tomllib
from fractions import Fraction

LEVELS = ("normal", "blue", "yellow", "orange", "red")
COMPARE = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
           ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
UNITS = {None: 1, "%": Fraction(1, 100), "元": 1, "万元": 10_000, "亿元": 100_000_000, "USD million": 1_000_000}
FRESH = 3  # working days
NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*(%|万元|亿元|元|USD million)?")


class NoValue(Exception):
    """Missing data or a division by zero."""


class _ToPython(ast.NodeTransformer):
    """if(a, b, c) as a conditional, so that only one side is computed."""

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "IF":
            return ast.copy_location(ast.IfExp(*node.args), node)
        return node


def compiled(formula):
    """Python code of a formula; every number a Fraction."""
    text = NUMBER.sub(lambda m: f"(Fraction('{m[1]}') * Fraction('{UNITS[m[2]]}'))", formula)
    tree = _ToPython().visit(ast.parse(re.sub(r"\bif\s*\(", "IF(", text), mode="eval"))
    return compile(ast.fix_missing_locations(tree), formula, "eval")


def amount(text):
    """A margin or bound: "1%", or a number as TOML has it."""
    if not isinstance(text, str):
        return Fraction(text)
    found = NUMBER.fullmatch(text.strip())
    return Fraction(found[1]) * UNITS[found[2]]


class Line:
    def __init__(self, text):
        sign, bound = re.fullmatch(r"\s*(<=|>=|<|>)\s*(.+)", text).groups()
        self.crossed, self.outwards = COMPARE[sign], 1 if sign[0] == "<" else -1
        self.bound = amount(bound)

    def crosses(self, value, leave=0):
        return self.crossed(value, self.bound + self.outwards * leave)


class Indicator:
    def __init__(self, name, table, items):
        self.name, self.items = name, items
        self.inputs = {k: v if isinstance(v, dict) else {"item": v} for k, v in table["inputs"].items()}
        self.formula = compiled(table["formula"])
        self.judge = compiled(table.get("judge", "value"))
        self.lines = {level: Line(table[level]) for level in LEVELS if level in table}
        self.leave = amount(table.get("leave", 0))
        self.hold = self.readings(table.get("hold", "1 reading"))
        self.leave_hold = self.readings(table.get("leave_hold", "1 reading"))
        self.risk = table.get("kind", "risk") == "risk"

    @staticmethod
    def readings(text):
        return int(re.fullmatch(r"(\d+) readings?", text)[1])

    def worst(self, value, leave):
        return max((LEVELS.index(level) for level, line in self.lines.items() if line.crosses(value, leave)),
                   default=0)


class County:
    """One subject: its readings, in the order of their dates, and where each indicator stands."""

    def __init__(self, table, calendars):
        self.paydays = {p["kind"]: p["day"] for p in table.get("payday", [])}
        self.calendars = calendars
        self.readings = {}  # item -> [(date, Fraction)], ascending
        self.standing, self.judged = {}, {}  # indicator -> level; -> [(entered, kept)]

    def window(self, spec, kind, date):
        known = [(d, v) for d, v in self.readings.get(spec["item"], []) if d <= date]
        take, over = spec.get("take", "latest"), spec.get("over", "")
        if not known:
            raise NoValue
        if take == "latest" and not over:
            return known[-1][1]
        if over == "year to date":
            inside = [v for d, v in known if d.year == date.year]
        else:
            count = int(re.fullmatch(r"last (\d+) days", over)[1])
            begins = date - datetime.timedelta(days=count - 1)
            inside = [v for d, v in known if begins <= d]
            # Nowhere silent for longer than three working days, the shipped settings' fresh_for.
            heard = [begins] + [d for d, _ in known if begins <= d] + [date]
            if any(self.workdays(a, b) > FRESH for a, b in zip(heard, heard[1:])):
                raise NoValue
        if not inside:
            raise NoValue
        if kind == "cumulative":
            assert over == "year to date", spec
            total = inside[-1]
        else:
            total = sum(inside)
        return {"sum": total, "mean": total / len(inside), "monthly mean": total / date.month}[take]

    def is_workday(self, day):
        off, work = self.calendars
        return day in work or (day.weekday() < 5 and day not in off)

    def workdays(self, after, until):
        return sum(self.is_workday(after + datetime.timedelta(days=i + 1)) for i in range((until - after).days))

    def payday(self, year, month, wanted):
        day = datetime.date(year, month, min(wanted, calendar.monthrange(year, month)[1]))
        while not self.is_workday(day):
            day -= datetime.timedelta(days=1)
        return day

    def days_since(self, date, kind):
        before = datetime.date(date.year - (date.month == 1), (date.month - 2) % 12 + 1, 1)
        days = [self.payday(m.year, m.month, self.paydays[kind]) for m in (before, date)]
        return Fraction((date - max(day for day in days if day <= date)).days)

    def names(self, date):
        first = datetime.date(date.year, 1, 1)
        length = (datetime.date(date.year + 1, 1, 1) - first).days
        progress = {"day": Fraction((date - first).days + 1, length), "month": Fraction(date.month, 12)}
        return {"Fraction": Fraction, "max": max, "min": min, "abs": abs, "day": "day", "wages": "wages",
                "month": Fraction(date.month), "months_left": Fraction(12 - date.month),
                "time_progress": lambda by: progress[by if isinstance(by, str) else "month"],
                "days_since": lambda kind: self.days_since(date, kind)}

    def value(self, indicator, date):
        scope = self.names(date)
        try:
            for name, spec in indicator.inputs.items():
                scope[name] = self.window(spec, indicator.items[spec["item"]]["kind"], date)
            scope["value"] = eval(indicator.formula, {"__builtins__": {}}, scope)  # our own shipped text
            return eval(indicator.judge, {"__builtins__": {}}, scope)
        except (NoValue, ZeroDivisionError):
            return None

    def judge(self, indicator, date):
        """(from, to) when the level moves on `date`, else None."""
        value = self.value(indicator, date)
        if value is None:
            return None
        past = self.judged.setdefault(indicator.name, [])
        past.append((indicator.worst(value, 0), indicator.worst(value, indicator.leave)))
        now = self.standing.get(indicator.name, 0)
        after = now
        entered = [e for e, _ in past[-indicator.hold:]]
        kept = [k for _, k in past[-indicator.leave_hold:]]
        if len(entered) == indicator.hold and min(entered) > now:
            after = min(entered)
        elif len(kept) == indicator.leave_hold and max(kept) < now:
            after = max(kept)
        self.standing[indicator.name] = after
        return (LEVELS[now], LEVELS[after]) if after != now else None


class Oracle:
    """All counties under the settings in `folder`."""

    def __init__(self, folder):
        tables = {}
        for path in sorted(pathlib.Path(folder).rglob("*.toml")):
            with open(path, "rb") as file:
                tables[path.relative_to(folder)] = tomllib.load(file, parse_float=Fraction)
        merged = {section: {k: v for t in tables.values() for k, v in t.get(section, {}).items()}
                  for section in ("item", "indicator", "calendar")}
        days = [merged["calendar"][year] for year in merged["calendar"]]
        calendars = ({d for c in days for d in c["off"]}, {d for c in days for d in c.get("work", [])})
        self.indicators = [Indicator(n, t, merged["item"]) for n, t in sorted(merged["indicator"].items())]
        self.counties = {t["code"]: County(t, calendars) for t in tables.values() if "code" in t}

    def take(self, date, rows, judge=True):
        """One date's rows, {code: {item: value}}; yields (code, indicator, from, to, date) that move."""
        for code, row in rows.items():
            for item, value in row.items():
                self.counties[code].readings.setdefault(item, []).append((date, value))
        for indicator in self.indicators if judge else ():
            for code in rows:
                if indicator.risk and any(i["item"] in rows[code] for i in indicator.inputs.values()):
                    moved = self.counties[code].judge(indicator, date)
                    if moved:
                        yield (code, indicator.name, *moved, str(date))
