"""Settings of the whole-daemon tests: small, so that each test says exactly what should happen.

Two counties by default, one risk indicator (cash over a month's outflow), hold 1 and leave 0 unless
a test says otherwise, and a clock that the feed's dates drive.
"""

COUNTIES = (("610327", "陇县"), ("610329", "麟游县"))


CLOCK = '[clock]\ndriven_by = "cash"\n'


def main_file(rig, clock=CLOCK):
    return f"""\
include = ["cash.toml", "calendar.toml", "people.toml", "counties/*.toml"]
timezone = "Asia/Shanghai"
language = "zh"
operators = ["wang"]
[web]
listen = "127.0.0.1:{rig.web}"
[store]
url = "sqlite:{rig.store}"
socket = "{rig.folder}/control.sock"
{clock}"""


RISK_ONLY = 'topics = ["risk"]\nto = ["wang", "channel:hook"]'
EVERYTHING = 'to = ["wang", "channel:hook"]'


def cash_file(rig, every="20ms", indicator="", feed=""):
    return f"""\
[item.cash]
name = {{ zh = "库款", en = "cash" }}
kind = "stock"
[item.outflow]
name = {{ zh = "月均流出", en = "monthly outflow" }}
kind = "stock"
[indicator.cash_level]
name = {{ zh = "库款保障水平", en = "cash level" }}
inputs = {{ cash = "cash", outflow = "outflow" }}
formula = "cash / outflow"
yellow = "< 0.30"
orange = "< 0.20"
red = "< 0.10"
{indicator}
[[feed]]
name = "cash"
url = "http://127.0.0.1:{rig.feed_port}/feed.json"
every = "{every}"
timeout = "2s"
connect_timeout = "1s"
format = "json"
county = "/code"
date = "/date"
owner = "wang"
{feed}
[feed.items]
cash = {{ from = "/cash", unit = "万元" }}
outflow = {{ from = "/outflow", unit = "万元" }}
"""


def people_file(rig, route=RISK_ONLY):
    return f"""\
[person.wang]
name = "王值班"
post = "值班员"
phone = "0917-0000000"
email = "duty@baoji.example"
channels = ["mail"]
[person.li]
name = "李副"
post = "副局长"
phone = "0917-0000001"
email = "lead@baoji.example"
channels = ["mail"]
[channel.mail]
kind = "email"
smtp = "smtp://127.0.0.1:{rig.mail_port}"
tls = "none"
plain_because = "loopback in a test"
from = "sanbaod@baoji.example"
timeout = "2s"
[channel.hook]
kind = "webhook"
url = "http://127.0.0.1:{rig.hook_port}/hook"
secret = {{ credential = "webhook-secret" }}
plain_because = "loopback in a test"
timeout = "2s"
[[route]]
{route}
"""


def calendar_file(first=2013, last=2032):
    """Monday to Friday but for New Year's Day; so nobody is warned of a missing table."""
    return "".join(f"[calendar.{year}]\noff = [{year}-01-01]\n" for year in range(first, last + 1))


def county_file(code, name, any_of='["cash_level"]'):
    return f"""\
code = "{code}"
name = {{ zh = "{name}" }}
leader = "li"
[[payday]]
kind = "wages"
day = 10
[plan]
name = "{name}“三保”风险应急处置预案"
doc_no = "测政办发〔2017〕1号"
valid = {{ from = 2015-01-01, to = 2029-12-31 }}
[[plan.role]]
key = "lead"
title = "领导小组组长"
person = "li"
deputy = "wang"
[[plan.level]]
level = "II"
colour = "red"
any = {any_of}
[[plan.measure]]
seq = 10
name = "暂停非“三保”资金拨付"
owner = "lead"
due = "4h"
[plan.end]
when = ["cash_level >= 0.3"]
hold = "10wd"
"""


def small(counties=COUNTIES, **more):
    """settings(rig) -> files, for Rig."""
    clock = more.pop("clock", CLOCK)
    route = more.pop("route", RISK_ONLY)

    def files(rig):
        found = {"calendar.toml": calendar_file(), "sanbaod.toml": main_file(rig, clock), "cash.toml": cash_file(rig, **more),
                 "people.toml": people_file(rig, route)}
        for code, name in counties:
            found[f"counties/{code}.toml"] = county_file(code, name)
        return found

    return files


def row(code, date, level, outflow=10_000):
    """A row of the feed: cash is `level` (a text such as "0.25") of 10,000万元."""
    return {"code": code, "date": str(date), "cash": f"{float(level) * outflow:.2f}",
            "outflow": str(outflow)}
