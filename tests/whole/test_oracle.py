"""A year of the made-up Baoji through the running daemon, under the shipped settings: every transition
of every risk indicator equals that of a naive second opinion (oracle.py). SANBAO_DAYS shortens it."""
import collections
import datetime
import os
import shutil
import time
import unittest
from fractions import Fraction

import oracle
from rig import ROOT, Rig, wait_until

import baoji_sample
import baoji_story
import feed_server

FIRST = datetime.date(2017, 2, 1)
LAST = FIRST + datetime.timedelta(days=int(os.environ.get("SANBAO_DAYS", "365")))
SPAN = 10


def shipped(rig):
    """The shipped settings on the rig's ports, polled as fast as may be."""
    shutil.copytree(ROOT / "config", rig.folder, dirs_exist_ok=True)
    (rig.folder / "secrets" / "hook-secret").write_text(rig.hook_secret, encoding="utf-8")
    ports = {"8390": rig.web, "8391": rig.feed_port, "8392": rig.mail_port, "8393": rig.hook_port}
    files = {}
    for path in sorted(rig.folder.rglob("*.toml")):
        text = path.read_text(encoding="utf-8").replace('every      = "1s"', 'every = "10ms"')
        for port, own in ports.items():
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{own}")
        files[str(path.relative_to(rig.folder))] = text
    return files


def fed(day, mapped):
    """{code: {item: value}} as the daemon has it: money in yuan."""
    return {code: {item: Fraction(value) * (1 if item in baoji_sample.COUNTS else 100)
                   for item, value in row.items() if item in mapped}
            for code, row in baoji_sample.figures()[day].items()}


def second_opinion(judge, last):
    """Every transition from FIRST to `last`, in order."""
    mapped = {spec["item"] for i in judge.indicators for spec in i.inputs.values()}
    days = [day for day in baoji_story.business_days() if day <= last]
    first_shown = [day for day in days if day <= FIRST][-SPAN]
    wanted = []
    for day in days:
        if day >= first_shown:  # what the first document holds of the past is history only
            wanted += judge.take(day, fed(day, mapped), judge=day >= FIRST)
    return wanted


class SecondOpinion(unittest.TestCase):
    def test_every_transition_of_a_year_agrees(self):
        begun = time.monotonic()
        with Rig(shipped, feed=False) as rig:
            replay = feed_server.Replay(FIRST, LAST)
            server = feed_server.FeedServer(rig.feed_port, replay, SPAN, step_by="/baoji.json").start()
            rig.start()
            wait_until(lambda: replay.left() == 0, "the last day", timeout=600, step=0.2)
            wait_until(lambda: server.unchanged["/baoji.json"], "the last day is taken")
            time.sleep(0.5)
            self.assertEqual(rig.stop(timeout=20), 0)
            server.stop()
            found = [move for move in rig.moves() if move[0] != "us-treasury"]
            took = time.monotonic() - begun
        wanted = second_opinion(oracle.Oracle(ROOT / "config"), LAST)
        print(f"oracle: {(LAST - FIRST).days} days in {took:.1f} s, {len(found)} transitions of "
              f"{len({move[:2] for move in found})} series, {len(wanted)} expected", flush=True)
        self.assertGreater(len(wanted), 20, "the sample has become too quiet to prove anything")
        missing = collections.Counter(wanted) - collections.Counter(found)
        strange = collections.Counter(found) - collections.Counter(wanted)
        self.assertEqual((sorted(missing)[:10], sorted(strange)[:10]), ([], []))
        by_series = collections.defaultdict(list)
        for move in found:
            by_series[move[:2]].append(move)
        for series, moves in by_series.items():
            self.assertEqual(moves, [m for m in wanted if m[:2] == series], series)

    def test_a_rule_that_differs_a_little_would_be_noticed(self):
        last = FIRST + datetime.timedelta(days=90)
        right = second_opinion(oracle.Oracle(ROOT / "config"), last)
        for name, change in {"hold": lambda i: setattr(i, "hold", i.hold + 1),
                             "leave": lambda i: setattr(i, "leave", 0),
                             "leave hold": lambda i: setattr(i, "leave_hold", i.leave_hold + 1)}.items():
            with self.subTest(name):
                wrong = oracle.Oracle(ROOT / "config")
                for indicator in wrong.indicators:
                    change(indicator)
                self.assertNotEqual(second_opinion(wrong, last), right)


if __name__ == "__main__":
    unittest.main(verbosity=2)
