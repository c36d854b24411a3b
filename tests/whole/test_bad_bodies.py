"""Every bad body of scripts/rig/bad_bodies.py, in every format, through a live daemon: each is refused
for the right reason, none raises or clears anything, and the good body behind it is taken as before."""
import hashlib
import unittest

import settings
from rig import Rig, wait_until

import bad_bodies

ROWS = [settings.row("610327", "2025-11-03", "0.05"), settings.row("610329", "2025-11-03", "0.50")]

TABLE = """\
county = "区划代码"
date = "日期"
[feed.items]
cash = { from = "库款余额", unit = "万元" }
outflow = { from = "月均流出", unit = "万元" }
"""
SHAPES = {
    "json": """\
format = "json"
county = "/code"
date = "/date"
[feed.items]
cash = { from = "/cash", unit = "万元" }
outflow = { from = "/outflow", unit = "万元" }
""",
    "json_long": """\
format = "json"
shape = "long"
rows = "/data"
county = "/code"
date = "/date"
item = "/item"
value = "/value"
[feed.items]
cash = { from = "cash", unit = "万元" }
outflow = { from = "outflow", unit = "万元" }
""",
    "csv": 'format = "csv"\nrow_count = "2"\n' + TABLE,
    "csv_gb18030": 'format = "csv"\nrow_count = "2"\nencoding = "gb18030"\ndelimiter = ";"\n' + TABLE,
    "xlsx": 'format = "xlsx"\n' + TABLE,
    "xml": """\
format = "xml"
rows = "report/county"
county = "@code"
date = "date"
[feed.items]
cash = { from = "cash", unit = "万元" }
outflow = { from = "outflow", unit = "万元" }
""",
    "fixed": """\
format = "fixed"
after = "----"
until = ["合计"]
county = "code"
date = "date"
[[feed.column]]
name = "code"
from = 1
to = 12
[[feed.column]]
name = "date"
from = 13
to = 24
[[feed.column]]
name = "cash"
from = 25
to = 68
[[feed.column]]
name = "outflow"
from = 69
to = 92
[feed.items]
cash = { from = "cash", unit = "万元" }
outflow = { from = "outflow", unit = "万元" }
""",
}


def files_of(format):
    def files(rig):
        found = settings.small(clock="", route=settings.EVERYTHING)(rig)
        head = found["cash.toml"].split("[[feed]]")[0]
        found["cash.toml"] = head + f"""\
[[feed]]
name = "cash"
url = "http://127.0.0.1:{rig.feed_port}/feed.json"
every = "10ms"
timeout = "2s"
owner = "wang"
tell_after = 100
""" + SHAPES[format]
        return found
    return files


class BadBodies(unittest.TestCase):
    def campaign(self, format):
        cases = list(bad_bodies.corpus(format, ROWS))
        good = bad_bodies.good(format, ROWS)
        with Rig(files_of(format)) as rig:
            rig.feed.say_bytes(good)
            rig.start()
            wait_until(lambda: len(rig.hook.hooks()) > 0, "the first red is told")
            for name, body, _ in cases:
                for said in (body, good):
                    rig.feed.say_bytes(said)
                    asked = rig.feed.requests
                    wait_until(lambda: rig.feed.requests >= asked + 3, f"{format}: {name} is fetched", step=0.002)
            self.assertEqual(rig.stop(), 0)
            journal, moves = rig.journal(), rig.moves()
            reasons = {body["data"].get("reason") for _, body in rig.hooks()}
        self.assertEqual([move[:4] for move in moves], [("610327", "cash_level", "normal", "red")], format)
        refused = {r["data"]["digest"]: r["data"] for r in journal if r["type"] == "feed.quarantined"}
        # CSV has no end mark: what is cut between two rows is found by the number of rows.
        held = {r["data"]["digest"] for r in journal if r["type"] == "feed.held"}
        wrong = []
        for name, body, kinds in cases:
            record = refused.get(hashlib.sha256(body).hexdigest())
            if hashlib.sha256(body).hexdigest() in held and name.startswith("cut"):
                continue
            if record is None:
                wrong.append((name, "was not refused"))
            elif record["problem"] not in kinds:
                wrong.append((name, record["problem"], record["message"]))
            elif len(record["message"]) < 20:
                wrong.append((name, "says too little", record["message"]))
        print(f"{format}: {len(cases)} bad bodies, {len(wrong)} not as they should be", flush=True)
        self.assertEqual(wrong, [], format)
        self.assertLessEqual(reasons, {"first", "plan_proposed", "feed_trouble", "feed_held",
                                       "feed_recovered"})


for each in bad_bodies.FORMATS:
    setattr(BadBodies, f"test_{each}", lambda self, format=each: self.campaign(format))

if __name__ == "__main__":
    unittest.main(verbosity=2)
