"""Bad settings start nothing and replace nothing."""
import os
import pathlib
import signal
import subprocess
import unittest

import settings
from rig import Rig, SANBAOD, wait_until

GOOD = settings.small()
BROKEN = {
    "empty": "",
    "half a table": "[[feed]]\nname = \"cash",
    "not text": "\x00\x01\x02",
    "unknown key": "timezon = \"Asia/Shanghai\"\n",
    "wrong type": "operators = 7\n",
}


def broken(name):
    """The small settings, with a main file that is broken in this way."""
    def files(rig):
        found = GOOD(rig)
        text = BROKEN[name]
        found["sanbaod.toml"] = text if name in ("empty", "not text") else text + found["sanbaod.toml"] \
            if name != "half a table" else found["sanbaod.toml"] + text
        return found
    return files


class BadAtStart(unittest.TestCase):
    def refuse(self, rig, config=None):
        done = subprocess.run([SANBAOD, "run", "--config", str(config or rig.config)], text=True,
                              capture_output=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertFalse(rig.store.exists(), "a store was made")
        self.assertEqual(rig.feed.requests, 0, "a feed was polled")
        return done.stdout + done.stderr

    def test_each_exits_2_and_says_where(self):
        for name in BROKEN:
            with self.subTest(name), Rig(broken(name)) as rig:
                self.assertRegex(self.refuse(rig), r"sanbaod\.toml:\d+:\d+: ")

    def test_a_file_that_cannot_be_read(self):
        with Rig(GOOD) as rig:
            # A folder instead of a file: unreadable for root too, as whom tests may run.
            self.refuse(rig, rig.folder / "secrets")
            self.refuse(rig, rig.folder / "nowhere.toml")
            (rig.folder / "cash.toml").unlink()
            (rig.folder / "cash.toml").symlink_to(rig.folder / "gone")
            self.assertIn("cash.toml", self.refuse(rig))

    @unittest.skipIf(os.geteuid() == 0, "root reads every file")
    def test_a_file_without_read_permission(self):
        with Rig(GOOD) as rig:
            (rig.folder / "cash.toml").chmod(0)
            self.assertIn("cash.toml", self.refuse(rig))

    def test_all_mistakes_are_told_in_one_run(self):
        with Rig(GOOD) as rig:
            rules = (rig.folder / "cash.toml").read_text(encoding="utf-8")
            rig.write("cash.toml", rules.replace('red = "< 0.10"', 'red = "< 0.40"')
                      .replace('cash = "cash"', 'cash = "cahs"').replace('every = "', 'evrey = "'))
            done = rig.run("check")
            self.assertNotEqual(done.returncode, 0)
            said = done.stdout + done.stderr
            for line, word in ((rules[:rules.index('red = "<')].count("\n") + 1, "red"),
                               (rules[:rules.index("inputs = {")].count("\n") + 1, "cahs"),
                               (rules[:rules.index('every = "')].count("\n") + 1, "every")):
                self.assertRegex(said, rf"cash\.toml:{line}:\d+: .*{word}")

    def test_a_secret_that_others_may_read_is_refused(self):
        with Rig(GOOD) as rig:
            path = rig.write("open-secret", "whsec_b3Blbg==", mode=0o644)
            people = (rig.folder / "people.toml").read_text(encoding="utf-8")
            rig.write("people.toml", people.replace('{ credential = "webhook-secret" }', f'{{ file = "{path}" }}'))
            rig.feed.say([settings.row("610327", "2017-02-06", "0.50")])
            rig.start(ready=False)
            self.assertNotEqual(rig.wait_exit(), 0)
            self.assertIn("open-secret", rig.last_words())
            self.assertNotIn("b3Blbg", rig.last_words())


class BadAtReload(unittest.TestCase):
    def test_a_bad_file_changes_nothing_and_is_on_record(self):
        with Rig(GOOD) as rig:
            rig.feed.say([settings.row("610327", "2017-02-06", "0.25")])
            rig.start()
            wait_until(rig.hook.hooks, "the yellow alert")
            good = (rig.folder / "cash.toml").read_text(encoding="utf-8")
            for name, text in {**BROKEN, "truncated": good[:len(good) // 2]}.items():
                rejected = self.count(rig, "config.rejected")
                rig.write("cash.toml", text if name in ("empty", "truncated") else text + good)
                rig.process.send_signal(signal.SIGHUP)
                wait_until(lambda before=rejected: self.count(rig, "config.rejected") > before,
                           f"the rejection of: {name}")
                self.assertEqual(rig.get("/readyz")[0], 200)
            rig.write("cash.toml", good)
            # The lines of the good file are still in force.
            rig.feed.say([settings.row("610327", "2017-02-07", "0.15")])
            wait_until(lambda: len(rig.hook.hooks()) == 2, "the orange alert")
            self.assertEqual(rig.stop(), 0)
            self.assertEqual([(f, t) for _, _, f, t, _ in rig.moves()],
                             [("normal", "yellow"), ("yellow", "orange")])

    def test_a_good_file_is_in_force_at_once_without_losing_the_alert(self):
        with Rig(GOOD) as rig:
            rig.feed.say([settings.row("610327", "2017-02-06", "0.25")])
            rig.start()
            wait_until(rig.hook.hooks, "the yellow alert")
            rules = pathlib.Path(rig.folder / "cash.toml")
            rules.write_text(rules.read_text(encoding="utf-8").replace('red = "< 0.10"', 'red = "< 0.15"'),
                              encoding="utf-8")
            loaded = self.count(rig, "config.loaded")
            done = rig.run("reload")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.count(rig, "config.loaded"), loaded + 1)
            rig.feed.say([settings.row("610327", "2017-02-07", "0.14")])
            wait_until(lambda: len(rig.hook.hooks()) == 2, "the red alert")
            self.assertEqual(rig.hooks()[1][1]["data"]["level"], "red")
            self.assertEqual(rig.stop(), 0)

    @staticmethod
    def count(rig, kind):
        return sum(1 for record in rig.journal() if record["type"] == kind)


if __name__ == "__main__":
    unittest.main(verbosity=2)
