"""A real series through the daemon in virtual time: the closing balance of the US Treasury's Federal
Reserve Account, red below 100,000 million dollars, hold 1, leave 0. The days in red must be those
that ten independent lines find in the file."""
import csv
import datetime
import time
import unittest

import settings
from rig import Rig, wait_until

import feed_server

LINE = 100_000  # million USD


def episodes_of(path):
    """[(first day, days)] below the line, by nothing but the file."""
    found, run = [], []
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["account_type"] == "Federal Reserve Account":
                if float(row["close_today_bal"]) < LINE:
                    run.append(row["record_date"])
                elif run:
                    found.append((run[0], len(run)))
                    run = []
    return found + ([(run[0], len(run))] if run else [])


def files(rig):
    return {
        "sanbaod.toml": settings.main_file(rig),
        "cash.toml": TREASURY.format(port=rig.feed_port),
        "calendar.toml": settings.calendar_file(),
        "people.toml": settings.people_file(rig),
        "counties/us-treasury.toml":
            'id = "us-treasury"\nkind = "department"\nname = { zh = "美国财政部", en = "US Treasury" }\n'}


TREASURY = """\
[item.balance]
name = {{ zh = "现金余额", en = "cash balance" }}
kind = "stock"
currency = "USD"
[indicator.balance]
name = {{ zh = "现金余额", en = "cash balance" }}
inputs = {{ balance = "balance" }}
formula = "balance"
display = "money"
red = "< 100000 USD million"
[[feed]]
name = "cash"
url = "http://127.0.0.1:{port}/treasury.json"
every = "10ms"
rows = "/data"
where = {{ "/account_type" = "Federal Reserve Account" }}
county_is = "us-treasury"
date = "/record_date"
missing = ["null"]
[feed.items]
balance = {{ from = "/close_today_bal", unit = "USD million" }}
"""


class Episodes(unittest.TestCase):
    def replay(self, path):
        """The daemon's own record of the file: [(first day, days in red)]."""
        rows = feed_server.treasury_rows(path)
        days = sorted({date for date, _ in rows})
        begun = time.monotonic()
        with Rig(files, feed=False) as rig:
            replay = feed_server.Replay(days=days)
            server = feed_server.FeedServer(
                rig.feed_port, replay, treasury=path, step_by="/treasury.json", leader="/treasury.json").start()
            rig.start()
            wait_until(lambda: replay.left() == 0, "the last day", timeout=300)
            wait_until(lambda: server.unchanged["/treasury.json"], "the last day is taken")
            self.assertEqual(rig.stop(), 0)
            server.stop()
            moves = rig.moves()
        print(f"treasury: {len(days)} days in {time.monotonic() - begun:.1f} s, {len(moves)} transitions",
              flush=True)
        found, opened = [], None
        for _, _, before, after, date in moves:
            date = datetime.date.fromisoformat(date)
            if after == "red":
                opened = date
            else:
                self.assertEqual((before, after), ("red", "normal"))
                found.append((str(opened), sum(opened <= day < date for day in days)))
                opened = None
        if opened:
            found.append((str(opened), sum(opened <= day for day in days)))
        return found

    def test_of_the_excerpt(self):
        self.assertEqual(episodes_of(feed_server.FIXTURE), [("2017-03-03", 24)])
        self.assertEqual(self.replay(feed_server.FIXTURE), episodes_of(feed_server.FIXTURE))

    def test_of_the_whole_series(self):
        if not feed_server.SHARED.exists():
            self.skipTest("skipped: no shared data")
        expected = episodes_of(feed_server.SHARED)
        self.assertEqual(len(expected), 3)
        self.assertEqual(self.replay(feed_server.SHARED), expected)


if __name__ == "__main__":
    unittest.main(verbosity=2)
