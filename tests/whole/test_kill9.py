"""kill -9 at random moments, again and again, with live receivers: nothing is lost, and nothing is
repeated but under the same id. 300 kills by default; SANBAO_KILLS=3000 for a release.

The feed moves on by itself while the daemon dies and comes back, so kills fall before, in and after
every kind of write and send. Some webhooks are taken but not answered (p = 0.05): such a message
must come again, under the id it had.
"""
import collections
import datetime
import os
import threading
import time
import unittest

import settings
from rig import Rig, mail_id, moves_of, seeded, wait_until

KILLS = int(os.environ.get("SANBAO_KILLS", "300"))
DAYS_SHOWN = 250  # a document's days: more than pass while the daemon is away
CALM, LEVELS = "0.50", ("0.50", "0.50", "0.27", "0.15", "0.05")
COUNTIES = (("610326", "眉县"), ("610327", "陇县"), ("610328", "千阳县"), ("610329", "麟游县"))


def reason_of(before, after):
    """Why people are told of a transition; None where they are not."""
    order = ("normal", "yellow", "orange", "red")
    if after == "normal":
        return "all_clear"
    if before == "normal":
        return "first"
    return "worse" if order.index(after) > order.index(before) else None


class Calendar(threading.Thread):
    """Appends a day to the feed every 60 ms until told to stop; ends with calm days."""

    def __init__(self, feed, chance):
        super().__init__(daemon=True)
        self.feed, self.chance, self.stopped = feed, chance, threading.Event()
        self.days = []  # [(date, {code: level})]
        self.add(CALM)

    def add(self, level=None):
        date = datetime.date(2001, 1, 1) + datetime.timedelta(days=len(self.days))
        self.days.append((date, {code: level or self.chance.choice(LEVELS) for code, _ in COUNTIES}))
        self.feed.say([settings.row(code, day, levels[code]) for day, levels in self.days[-DAYS_SHOWN:]
                       for code, _ in COUNTIES])

    def run(self):
        while not self.stopped.wait(0.06):
            self.add()

    def finish(self):
        self.stopped.set()
        self.join()
        self.add(CALM)

    def expected(self):
        """{county: [(from, to, date)]}: the levels, one after another; hold 1, leave 0."""
        moves = {code: [] for code, _ in COUNTIES}
        standing = dict.fromkeys(moves, "normal")
        names = {"0.50": "normal", "0.27": "yellow", "0.15": "orange", "0.05": "red"}
        for date, levels in self.days:
            for code, level in levels.items():
                if names[level] != standing[code]:
                    moves[code].append((standing[code], names[level], str(date)))
                    standing[code] = names[level]
        return moves


class Kill9(unittest.TestCase):
    def test_nothing_is_lost_and_nothing_repeated_beyond_its_id(self):
        chance = seeded("kill9")
        with Rig(settings.small(COUNTIES, clock="", route=settings.EVERYTHING, every="10ms")) as rig:
            calendar = Calendar(rig.feed, chance)
            rig.start()
            wait_until(lambda: rig.feed.whole, "the first day is fetched")
            time.sleep(0.3)
            rig.hook.mode("drop-after", p=0.05, seed=chance.randrange(1_000_000))
            calendar.start()
            self.kill_again_and_again(rig, chance)
            calendar.finish()
            rig.hook.mode("ok")
            rig.start()
            self.let_it_finish(rig)
            self.assertEqual(rig.stop(), 0)
            self.compare(rig, calendar)

    def kill_again_and_again(self, rig, chance):
        begun = time.monotonic()
        for number in range(1, KILLS + 1):
            time.sleep(chance.choice((0.01, 0.05, 0.1, 0.2, 0.4)) * chance.random())
            rig.kill()
            rig.start(ready=chance.random() < 0.7)
            if number % 50 == 0:
                print(f"kill9: {number} kills, {time.monotonic() - begun:.0f} s, {len(rig.hook.hooks())} "
                      f"webhooks, {len(rig.mail.mails())} mails", flush=True)
        rig.kill()

    def let_it_finish(self, rig):
        """Until a poll was accepted and no message waits: webhooks that were dropped wait 5 s and more."""
        wait_until(lambda: rig.feed.requests and rig.is_ready(), "ready after the last kill")
        time.sleep(1)

        def settled():
            time.sleep(0.5)
            return all(row["state"] in ("delivered", "dead") for row in rig.outbox().values())
        wait_until(settled, "every message settles", timeout=150)

    def compare(self, rig, calendar):
        journal, outbox = rig.journal(), rig.outbox()
        found = collections.defaultdict(list)
        for subject, _, before, after, date in moves_of(journal):
            found[subject].append((before, after, date))
        for code, moves in calendar.expected().items():
            self.assertEqual(found[code], moves, f"transitions of {code}")

        queued = [r["data"]["id"] for r in journal if r["type"] == "msg.queued"]
        self.assertEqual(len(queued), len(set(queued)), "a message was queued twice")
        self.assertEqual(set(queued), set(outbox), "journal and outbox name other messages")
        self.assertEqual({row["state"] for row in outbox.values()}, {"delivered"})
        hooks, mails = rig.hooks(), rig.mail.mails()
        self.compare_received("webhooks", outbox, "hook", [i for i, _ in hooks])
        self.compare_received("mails", outbox, "mail", [mail_id(m["message_id"]) for m in mails])

        bodies = collections.defaultdict(set)
        for given_id, body in hooks:
            bodies[given_id].add(str(body))
        self.assertEqual([i for i, b in bodies.items() if len(b) > 1], [], "one id with two contents")
        self.compare_told(calendar, dict(hooks).values())
        self.compare_dropped(rig.hook.hooks())

    def compare_told(self, calendar, bodies):
        """By id, each transition that is to be told was told once: first, worse and all-clear."""
        told = collections.Counter((body["data"]["county"], body["data"]["as_of"], body["data"]["reason"])
                                   for body in bodies if body["data"].get("rule"))
        wanted = collections.Counter((code, date, reason) for code, moves in calendar.expected().items()
                                     for before, after, date in moves if (reason := reason_of(before, after)))
        print(f"kill9: {sum(map(len, calendar.expected().values()))} transitions, {len(wanted)} of them to be told; "
              f"{len(wanted - told)} were not, {len(told - wanted)} under a second id", flush=True)
        self.assertEqual((wanted - told, told - wanted), (collections.Counter(), collections.Counter()))

    def compare_dropped(self, hooks):
        """The control: what was taken but never answered must be among the repeats, or nothing here
        could tell a repeat from none."""
        last_answered = {hook["id"]: place for place, hook in enumerate(hooks) if hook["mode"] == "ok"}
        dropped = [(place, hook["id"]) for place, hook in enumerate(hooks) if hook["mode"] == "drop-after"]
        missing = [given for place, given in dropped if last_answered.get(given, -1) < place]
        print(f"kill9: {len(dropped)} webhooks were taken and not answered, {len(missing)} of them not "
              "sent again", flush=True)
        self.assertTrue(dropped, "the receiver never misbehaved: run more kills")
        self.assertEqual(missing, [])

    def compare_received(self, what, outbox, channel, received):
        wanted = {i for i, row in outbox.items() if row["channel"] == channel}
        lost, strange = wanted - set(received), set(received) - wanted
        again = len(received) - len(set(received))
        print(f"kill9: {KILLS} kills, {what}: {len(wanted)} messages, {len(lost)} lost, {len(strange)} "
              f"unknown, {again} came again under their own id", flush=True)
        self.assertEqual((lost, strange), (set(), set()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
