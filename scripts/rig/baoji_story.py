"""What happens in the made-up Baoji: twelve counties, their size, and a script of troubles.

Nothing here is a fact about a real county. Names and codes are real so that a demonstration reads
as it would in service; every figure is invented, and every document says so.
"""
import datetime
import functools
import random
from typing import NamedTuple

FIRST_DAY = datetime.date(2016, 12, 1)
BUSINESS_DAYS = 800  # weekdays from FIRST_DAY on: to the end of 2019
SEED = 1008


class County(NamedTuple):
    code: str
    name: str
    monthly_outflow: int  # 万元
    staff: int            # persons on the public payroll
    wage_day: int         # 发薪日


COUNTIES = (
    County("610302", "渭滨区", 31_000, 9_800, 10),
    County("610303", "金台区", 29_500, 9_400, 10),
    County("610304", "陈仓区", 36_000, 13_200, 15),
    County("610305", "凤翔区", 34_500, 12_600, 12),
    County("610323", "岐山县", 31_500, 11_900, 15),
    County("610324", "扶风县", 30_000, 11_300, 20),
    County("610326", "眉县", 24_500, 8_900, 15),
    County("610327", "陇县", 22_000, 8_100, 18),
    County("610328", "千阳县", 14_500, 4_700, 20),
    County("610329", "麟游县", 12_500, 3_600, 20),
    County("610330", "凤县", 15_500, 4_200, 16),
    County("610331", "太白县", 10_500, 2_900, 25),
)


class Trouble(NamedTuple):
    """One episode. `depth` by kind:
    cash     the treasury cash guarantee level falls to this
    idle     … rises to this
    wages    share of the next wages that lies ready on the wage account
    payday   share of the wages that is not paid on a payday inside the span
    lag      payments for livelihood stop until three days before the end (depth unused)
    budget   share of the need for operations that the budget holds
    advances temporary advances grow to this multiple of the usual
    """
    code: str
    kind: str
    first: datetime.date
    last: datetime.date
    depth: float


def _day(text):
    return datetime.date.fromisoformat(text)


# The weeks that a demonstration shows. Six counties get into trouble, and all six get out.
WRITTEN = tuple(
    Trouble(code, kind, _day(first), _day(last), depth)
    for code, kind, first, last, depth in (
        ("610327", "cash", "2017-02-02", "2017-02-14", 0.07),    # 陇县: yellow, orange, red, over
        ("610327", "wages", "2017-02-06", "2017-02-13", 0.05),
        ("610329", "cash", "2017-02-13", "2017-02-27", 0.17),    # 麟游县: lingers in orange
        ("610323", "payday", "2017-02-15", "2017-02-20", 0.40),  # 岐山县: two in five unpaid
        ("610330", "idle", "2017-02-08", "2017-02-22", 0.95),    # 凤县: money lies idle
        ("610326", "lag", "2017-02-20", "2017-03-10", 1.0),      # 眉县: livelihood payments stop
        ("610328", "cash", "2017-03-06", "2017-03-17", 0.24),    # 千阳县: only just yellow
        ("610331", "payday", "2017-03-24", "2017-03-29", 0.15),  # 太白县
        ("610304", "cash", "2017-03-27", "2017-04-07", 0.12),
        ("610324", "budget", "2017-04-03", "2017-04-14", 0.97),
        ("610302", "advances", "2017-04-10", "2017-04-24", 4.0),
    ))


@functools.lru_cache(maxsize=1)
def business_days(first=FIRST_DAY, count=BUSINESS_DAYS):
    """Weekdays. Holidays carry figures too: the made-up treasury never closes on a weekday."""
    days, day = [], first
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += datetime.timedelta(days=1)
    return days


def _drawn(days, seed):
    """Troubles after the written ones, drawn from `seed`: about three a month over the city."""
    chance = random.Random(f"story-{seed}")
    start = days.index(_day("2017-04-27"))
    for number in range(start, len(days) - 20, 7):
        county = chance.choice(COUNTIES)
        kind = chance.choices(
            ("cash", "wages", "payday", "idle", "lag", "budget", "advances"),
            (40, 12, 14, 10, 14, 5, 5))[0]
        depth = {"cash": chance.choice((0.05, 0.08, 0.15, 0.18, 0.24, 0.27)), "idle": 1.0,
                 "wages": 0.1, "payday": chance.choice((0.1, 0.3)), "lag": 1.0,
                 "budget": chance.choice((0.93, 0.98)), "advances": chance.choice((3.0, 5.0))}[kind]
        length = 23 if kind == "payday" else chance.randint(6, 16)
        yield Trouble(county.code, kind, days[number],
                      days[min(number + length, len(days) - 1)], depth)


def troubles(seed=SEED):
    """All of them, by county: {code: [Trouble, …]}, no two of a kind overlapping in a county."""
    by_county = {county.code: [] for county in COUNTIES}
    for one in (*WRITTEN, *_drawn(business_days(), seed)):
        mine = by_county[one.code]
        if all(other.kind != one.kind or other.last < one.first or one.last < other.first
               for other in mine):
            mine.append(one)
    return by_county
