"""Starting, stopping and telling systemd of it."""
import pathlib
import signal
import socket
import time
import unittest

import settings
from rig import PATIENCE, Rig, wait_until

DRAIN_S = 5.0


class Signals(unittest.TestCase):
    def red_county(self, rig):
        rig.feed.say([settings.row("610327", "2017-02-06", "0.50")])
        rig.start()
        wait_until(lambda: rig.feed.whole == 1, "the first fetch")
        rig.feed.say([settings.row("610327", "2017-02-07", "0.05")])

    def end_with(self, rig, number):
        begun = time.monotonic()
        rig.process.send_signal(number)
        code = rig.wait_exit()
        return code, time.monotonic() - begun

    def test_idle_it_ends_at_once_and_well(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), Rig(settings.small()) as rig:
                rig.feed.say([settings.row("610327", "2017-02-06", "0.50")])
                rig.start()
                code, took = self.end_with(rig, number)
                self.assertEqual(code, 0)
                self.assertLess(took, 2 * PATIENCE)
                self.assertEqual([r["type"] for r in rig.journal()][-1], "daemon.stop")

    def test_receivers_that_hang_do_not_keep_it_longer_than_five_seconds(self):
        with Rig(settings.small()) as rig:
            rig.hook.mode("hang")
            rig.mail.fault("hang")
            self.red_county(rig)
            wait_until(lambda: rig.hook.hooks() and rig.mail.mails(), "both attempts are under way")
            code, took = self.end_with(rig, signal.SIGTERM)
            self.assertEqual(code, 0)
            self.assertLess(took, DRAIN_S + 0.5 * PATIENCE)
            # What was not answered is not delivered: it is tried again after the start.
            self.assertNotIn("delivered", {row["state"] for row in rig.outbox().values()})

    def test_the_message_in_hand_is_finished_first(self):
        with Rig(settings.small()) as rig:
            self.red_county(rig)
            wait_until(rig.hook.hooks, "the webhook")
            self.assertEqual(rig.stop(), 0)
            self.assertIn("delivered", {r["state"] for r in rig.outbox().values() if r["channel"] == "hook"})

    def test_systemd_hears_ready_watchdog_and_stopping(self):
        with Rig(settings.small()) as rig:
            address = str(rig.folder / "notify")
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
                listener.bind(address)
                listener.settimeout(10 * PATIENCE)
                rig.feed.say([settings.row("610327", "2017-02-06", "0.50")])
                # WATCHDOG_PID is left out: then the watchdog is meant for whoever reads it.
                rig.start(env={"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "400000"})
                heard = ""
                while "READY=1" not in heard:
                    heard = listener.recv(4096).decode()
                begun = time.monotonic()
                for _ in range(3):  # again and again, each well within the interval
                    heard = ""
                    while "WATCHDOG=1" not in heard:
                        heard = listener.recv(4096).decode()
                self.assertLess(time.monotonic() - begun, 3 * 0.4 * PATIENCE)
                self.assertEqual(rig.stop(), 0)
                while "STOPPING=1" not in heard:
                    heard = listener.recv(4096).decode()

    def test_no_secret_leaves(self):
        with Rig(settings.small()) as rig:
            canary = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LTEyMzQ="
            rig.write("secrets/webhook-secret", canary, mode=0o600)
            rig.hook.secret = canary
            self.red_county(rig)
            wait_until(lambda: rig.hook.hooks() and rig.mail.mails(), "both messages")
            seen = [rig.get(path)[1] for path in ("/metrics", "/healthz", "/readyz")]
            seen += [rig.run(*c, "--json").stdout for c in (("status",), ("alerts",), ("explain", "610327"))]
            seen += [pathlib.Path(f"/proc/{rig.process.pid}/cmdline").read_text(encoding="utf-8")]
            seen += [str(rig.hook.hooks()), rig.mail.mails()[0]["content"]]
            self.assertEqual(rig.stop(), 0)
            stored = [path.read_bytes() for path in rig.folder.glob("sanbao.db*")]
            log = (rig.folder / "sanbaod.log").read_text(encoding="utf-8")
            self.assertFalse(any(canary[6:] in text for text in [*seen, log]))
            self.assertFalse(any(canary[6:].encode() in data for data in stored))


if __name__ == "__main__":
    unittest.main(verbosity=2)
