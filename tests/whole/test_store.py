"""The store in every bad condition: nothing is decided, shown or sent that is not on disk."""
import contextlib
import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

import settings
from rig import PATIENCE, Rig, mail_id, wait_until


NEWER_AND_KILLED = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("PRAGMA user_version = 999")
os.kill(os.getpid(), 9)
"""


def digest(folder):
    """What the store and its log hold (not its index, which every reader may build anew)."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("sanbao.db*")
            if path.name.endswith((".db", "-wal"))}


class Store(unittest.TestCase):
    def started(self, rig, level="0.05"):
        rig.feed.say([settings.row("610327", "2017-02-06", level)])
        rig.start()
        wait_until(lambda: rig.feed.whole, "the first fetch")
        return rig

    def end_of_a_failed_start(self, rig):
        rig.start(ready=False)
        code = rig.wait_exit()
        self.assertEqual(rig.get("/readyz")[0], 0)
        return code

    def test_a_second_daemon_exits_75_and_leaves_the_first_alone(self):
        with Rig(settings.small()) as rig:
            self.started(rig)
            first = rig.process
            begun = time.monotonic()
            rig.start(ready=False)
            self.assertEqual(rig.wait_exit(), 75)
            self.assertLess(time.monotonic() - begun, 2 * PATIENCE)
            self.assertIn("sanbao.db", rig.last_words())
            rig.process = first
            self.assertEqual(rig.get("/readyz")[0], 200)
            self.assertEqual(rig.run("status").returncode, 0, "the control socket is gone")
            self.assertEqual(rig.stop(), 0)

    def test_of_eight_at_once_one_runs(self):
        with Rig(settings.small()) as rig:
            rig.feed.say([settings.row("610327", "2017-02-06", "0.50")])
            processes = []
            for _ in range(8):
                rig.start(ready=False)
                processes.append(rig.process)
            wait_until(lambda: sum(p.poll() is None for p in processes) == 1, "seven have ended")
            ended = [p.returncode for p in processes if p.returncode is not None]
            rig.process = next(p for p in processes if p.poll() is None)
            self.assertEqual(ended, [75] * 7)
            wait_until(rig.is_ready, "the one is ready")
            self.assertEqual(rig.stop(), 0)

    def test_a_store_of_a_newer_version_is_refused_untouched(self):
        with Rig(settings.small()) as rig:
            self.started(rig)
            wait_until(rig.hook.hooks, "the alert")
            self.assertEqual(rig.stop(), 0)
            with contextlib.closing(sqlite3.connect(rig.store)) as database:
                database.execute("PRAGMA user_version = 999")
            before = digest(rig.folder)
            self.assertNotIn(self.end_of_a_failed_start(rig), (0, 75))
            self.assertEqual(digest(rig.folder), before)
            self.assertIn("999", rig.last_words())

    def test_a_newer_store_whose_version_is_still_in_the_log_is_refused_too(self):
        # As a newer daemon leaves it that was killed: the first page of the file is still old.
        with Rig(settings.small()) as rig:
            self.started(rig)
            wait_until(rig.hook.hooks, "the alert")
            self.assertEqual(rig.stop(), 0)
            subprocess.run([sys.executable, "-c", NEWER_AND_KILLED, str(rig.store)], check=False)
            self.assertGreater(rig.store.with_name("sanbao.db-wal").stat().st_size, 0)
            before = digest(rig.folder)
            self.assertNotIn(self.end_of_a_failed_start(rig), (0, 75))
            self.assertEqual(digest(rig.folder), before)
            self.assertIn("999", rig.last_words())

    def test_a_file_that_is_no_store_is_refused_untouched(self):
        for name, content in {"text": b"hello" * 1000, "zeros": bytes(8192), "short": b"SQLite"}.items():
            with self.subTest(name), Rig(settings.small()) as rig:
                rig.store.write_bytes(content)
                rig.feed.say([])
                self.assertNotEqual(self.end_of_a_failed_start(rig), 0)
                self.assertEqual(rig.store.read_bytes(), content)

    def test_an_empty_file_where_no_store_ever_was_is_begun(self):
        # What a kill in the very first moment leaves.
        with Rig(settings.small()) as rig:
            rig.store.write_bytes(b"")
            self.started(rig)
            wait_until(rig.hook.hooks, "the alert")
            self.assertEqual(rig.stop(), 0)
            rig.journal()
            rig.store.write_bytes(b"")
            self.assertNotEqual(self.end_of_a_failed_start(rig), 0)
            self.assertEqual(rig.store.read_bytes(), b"")

    def test_a_store_that_has_vanished_is_not_begun_anew_in_silence(self):
        with Rig(settings.small()) as rig:
            self.started(rig)
            wait_until(rig.hook.hooks, "the alert")
            self.assertEqual(rig.stop(), 0)
            for path in rig.folder.glob("sanbao.db*"):
                if path.name in ("sanbao.db", "sanbao.db-wal", "sanbao.db-shm"):
                    path.unlink()
            self.assertNotEqual(self.end_of_a_failed_start(rig), 0)
            self.assertIn("sanbao.db", rig.last_words())

    def test_a_changed_record_is_found_at_the_start(self):
        with Rig(settings.small()) as rig:
            self.started(rig)
            wait_until(rig.hook.hooks, "the alert")
            self.assertEqual(rig.stop(), 0)
            with contextlib.closing(sqlite3.connect(rig.store)) as database:
                database.execute("DROP TRIGGER audit_is_append_only_u")
                database.execute("UPDATE audit SET rec = CAST(replace(CAST(rec AS TEXT), '610327', '610329')"
                                 " AS BLOB) WHERE seq = (SELECT max(seq) FROM audit WHERE"
                                 " CAST(rec AS TEXT) LIKE '%alert.opened%')")
                database.commit()
            self.assertNotEqual(self.end_of_a_failed_start(rig), 0)

    def test_changed_figures_are_found_at_the_start(self):
        with Rig(settings.small()) as rig:
            self.started(rig)
            wait_until(rig.hook.hooks, "the alert")
            self.assertEqual(rig.stop(), 0)
            with contextlib.closing(sqlite3.connect(rig.store)) as database:
                seq, cells = database.execute("SELECT seq, cells FROM batch").fetchone()
                changed = cells[:-1] + bytes([cells[-1] ^ 2])
                database.execute("UPDATE batch SET cells = ? WHERE seq = ?", (changed, seq))
                database.commit()
            self.assertNotEqual(self.end_of_a_failed_start(rig), 0)
            self.assertIn(f"record {seq} ", rig.last_words())

    def test_a_full_disk_stops_it_having_said_so(self):
        # A limit on file size is a full disk that every user can have.
        with Rig(settings.small()) as rig:
            self.started(rig, "0.50")
            self.assertEqual(rig.stop(), 0)
            size = rig.store.stat().st_size + 512 * 1024  # for the log, which is its own file

            def small_disk():
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

            # Python ignores SIGXFSZ; not restoring it lets write() fail with EFBIG instead.
            rig.start(preexec_fn=small_disk, restore_signals=False)
            self.fill(rig)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
    def test_a_really_full_disk_stops_it_having_said_so(self):
        with Rig(settings.small()) as rig:
            disk = rig.folder / "disk"
            disk.mkdir()
            mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],
                                     capture_output=True, check=False)
            if mounted.returncode != 0:
                self.skipTest("this machine mounts no tmpfs")
            try:
                rig.store = disk / "sanbao.db"
                rig.write("sanbaod.toml", settings.main_file(rig))
                self.started(rig, "0.50")
                self.fill(rig)
            finally:
                if rig.process.poll() is None:
                    rig.kill()
                rig.keep = shutil.copytree(disk, rig.folder / "kept")
                subprocess.run(["umount", str(disk)], check=True)

    def fill(self, rig):
        """Turns a county red and calm day by day until the daemon ends; then compares."""
        day = 7
        while rig.process.poll() is None and day < 2_000:
            date = f"2017-{2 + day // 28 % 10:02}-{1 + day % 28:02}"
            rig.feed.say([settings.row("610327", date, "0.05" if day % 2 else "0.50")])
            time.sleep(0.03)
            day += 1
        self.assertNotIn(rig.wait_exit(), (0, -signal.SIGXFSZ, -signal.SIGABRT, -signal.SIGSEGV))
        self.assertRegex(rig.last_words(), r"(?i)full|space|large|disk|storage|i/o")
        stored = set(rig.outbox())
        received = {i for i, _ in rig.hooks()} | {mail_id(m["message_id"]) for m in rig.mail.mails()}
        self.assertTrue(received, "nothing happened before the disk was full")
        self.assertEqual(received - stored, set(), "sent, but not stored")
        rig.journal()  # whole and chained


if __name__ == "__main__":
    unittest.main(verbosity=2)
