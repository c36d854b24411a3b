"""The rig of the whole-daemon tests: one sanbaod on free ports, with a feed, a mail server and a
webhook receiver of its own, all on loopback, all in a folder that goes away afterwards.

Everything here is outside the daemon: it is started, asked and ended as an operator would.
"""
import contextlib
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "rig"))

import loopback  # noqa: E402  (the path above makes it importable)
from mail_sink import MailSink  # noqa: E402
from webhook_sink import WebhookSink  # noqa: E402

SANBAOD = os.environ.get("SANBAOD", str(ROOT / "build/release/daemon/sanbaod"))
SECRET = "whsec_c2FuYmFvZCB3aG9sZS1kYWVtb24gdGVzdCBzZWNyZXQ="
# Sanitized binaries start and run several times slower.
PATIENCE = float(os.environ.get("SANBAO_PATIENCE", "1"))


def free_ports(count):
    """Ports that nobody listens on; all held at once, so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def wait_until(condition, what, timeout=15.0, step=0.02):
    """The first true answer of `condition`; fails with `what` (or what it returns) after `timeout` s."""
    end = time.monotonic() + timeout * PATIENCE
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(
                f"waited {timeout * PATIENCE:.0f} s in vain: {what() if callable(what) else what}")
        time.sleep(step)


class Feed:
    """One feed at /feed.json that says what the test sets. Answers with an ETag and 304."""

    def __init__(self, port):
        self._lock, self._body, self._instead = threading.Lock(), b"[]", None
        self.requests = self.whole = 0
        feed = self

        class Handler(loopback.Handler):
            def do_GET(self):
                feed.answer(self)

        self._server = loopback.Server(port, Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def say(self, rows):
        """Rows as a JSON array; also ends any misbehaviour."""
        self.say_bytes(json.dumps(rows, ensure_ascii=False).encode())

    def say_bytes(self, body):
        with self._lock:
            self._body, self._instead = body, None

    def behave(self, answer):
        """`answer(handler)` handles each request from now on, until say()."""
        with self._lock:
            self._instead = answer

    def answer(self, handler):
        with self._lock:
            self.requests += 1
            body, instead = self._body, self._instead
        try:
            if instead:
                instead(handler)
            else:
                self._answer_well(handler, body)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True  # the daemon was killed or has had enough

    def _answer_well(self, handler, body):
        etag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
        same = handler.headers.get("If-None-Match") == etag
        handler.send_response(304 if same else 200)
        handler.send_header("ETag", etag)
        handler.send_header("Content-Length", "0" if same else str(len(body)))
        if not same:
            handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        if not same:
            handler.wfile.write(body)
            with self._lock:
                self.whole += 1


class Rig:
    """`with Rig(settings) as rig:`; `settings(rig)` gives {file name: text}, sanbaod.toml first."""

    def __init__(self, settings, feed=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sanbao-"))
        self.web, self.feed_port, self.mail_port, self.hook_port = free_ports(4)
        self.config = self.folder / "sanbaod.toml"
        self.store = self.folder / "sanbao.db"
        self.process, self.exits = None, []
        self._log = open(self.folder / "sanbaod.log", "ab")
        secrets = self.folder / "secrets"
        secrets.mkdir(mode=0o700)
        self.write("secrets/webhook-secret", SECRET + "\n", mode=0o600)
        self.hook_secret = SECRET
        for name, text in settings(self).items():
            self.write(name, text)
        self.feed = Feed(self.feed_port) if feed else None
        self.mail = MailSink(self.mail_port).start()
        self.hook = WebhookSink(self.hook_port, secret=SECRET).start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for part in (self.feed, self.mail, self.hook):
            if part:
                part.stop()
        self._log.close()
        if kind:
            print(f"\n--- last words of sanbaod ({self.folder} is kept)\n" + self.last_words(),
                  file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text, mode=None):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if mode is not None:
            path.chmod(mode)
        return path

    def last_words(self, lines=15):
        text = (self.folder / "sanbaod.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    # The daemon ------------------------------------------------------------------------------------

    def start(self, ready=True, **popen):
        """Starts `run`; waits for /readyz unless told otherwise."""
        environment = {**os.environ, "CREDENTIALS_DIRECTORY": str(self.folder / "secrets"),
                       **popen.pop("env", {})}
        self.process = subprocess.Popen(
            [SANBAOD, "run", "--config", str(self.config)], stdout=self._log, stderr=self._log,
            env=environment, cwd="/", **popen)
        if ready:
            wait_until(self.is_ready, lambda: f"/readyz\n{self.last_words()}")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"sanbaod ended with {self.process.returncode}\n{self.last_words()}")
        return self.get("/readyz")[0] == 200

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout=10.0):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_exit(timeout)

    def wait_exit(self, timeout=10.0):
        try:
            return self.process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"sanbaod still runs after {timeout} s\n{self.last_words()}") from None

    def get(self, path, timeout=5.0):
        """(status, text) of a GET on the web port; (0, "") when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web}{path}", timeout=timeout) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metrics(self):
        """{name{labels}: number} of /metrics."""
        found = {}
        for line in self.get("/metrics")[1].splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                found[name] = float(value)
        return found

    def run(self, *command, **more):
        """A sub-command; CompletedProcess with text output."""
        return subprocess.run([SANBAOD, *command, "--config", str(self.config)], text=True,
                              capture_output=True, timeout=60 * PATIENCE, check=False, **more)

    def run_raw(self, *command):
        """A sub-command; CompletedProcess with bytes."""
        return subprocess.run([SANBAOD, *command, "--config", str(self.config)], capture_output=True,
                              timeout=60 * PATIENCE, check=False)

    def ask(self, *command):
        """A sub-command with --json; its answer."""
        done = self.run(*command, "--json")
        if done.returncode != 0:
            raise AssertionError(f"sanbaod {' '.join(command)}: {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout)

    # What it stored and said -------------------------------------------------------------------------

    def database(self):
        """The store as it is now, in memory. Close it."""
        now = sqlite3.connect(":memory:")
        if self.process and self.process.poll() is None:
            # The daemon checkpoints at any moment, so its files are read through SQLite: read-only,
            # so that there stays one connection that writes.
            with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as live:
                live.backup(now)
            return now
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="copy-") as folder:
            copy = pathlib.Path(folder) / "sanbao.db"
            for suffix in ("", "-wal"):
                if pathlib.Path(f"{self.store}{suffix}").exists():
                    shutil.copy(f"{self.store}{suffix}", f"{copy}{suffix}")
            with contextlib.closing(sqlite3.connect(copy)) as dead:
                dead.backup(now)
        return now

    def journal(self):
        """All records, as dicts, after checking that each is hashed and chained."""
        with contextlib.closing(self.database()) as database:
            rows = database.execute("SELECT seq, rec, leaf, prev FROM audit ORDER BY seq").fetchall()
        records, before = [], bytes(32)
        for place, (seq, rec, leaf, prev) in enumerate(rows):
            rec = rec if isinstance(rec, bytes) else rec.encode()
            record = json.loads(rec)
            assert seq == place == record["seq"], f"record {seq} stands at place {place}"
            assert leaf == hashlib.sha256(b"\x00" + rec).digest(), f"record {seq}: leaf hash"
            assert prev == before and record["prev"] == before.hex(), f"record {seq}: prev"
            before = leaf
            records.append(record)
        return records

    def moves(self):
        """(subject, indicator, from, to, as_of) of every transition in the journal."""
        return moves_of(self.journal())

    def outbox(self):
        """{id: row} of the outbox table."""
        with contextlib.closing(self.database()) as database:
            database.row_factory = sqlite3.Row
            return {row["id"]: dict(row) for row in database.execute("SELECT * FROM outbox")}

    def hooks(self):
        """Bodies of all webhooks so far, with their ids; fails on a bad signature."""
        hooks = self.hook.hooks()
        for hook in hooks:
            assert not hook["fault"], hook
        return [(hook["id"], hook["body"]) for hook in hooks]


def moves_of(journal):
    types = {"alert.opened", "alert.raised", "alert.lowered", "alert.resolved"}
    return [(r["data"]["subject"], r["data"]["indicator"], r["data"]["from"], r["data"]["to"],
             r["data"]["as_of"]) for r in journal if r["type"] in types]


def mail_id(message_id):
    """The outbox id in "<id@domain>"."""
    return message_id.strip("<>").partition("@")[0]


def seeded(name):
    """A generator seeded by $SANBAO_SEED or by time, and said aloud, so that a failure can be had again."""
    seed = os.environ.get("SANBAO_SEED") or str(time.time_ns() % 1_000_000)
    print(f"{name}: SANBAO_SEED={seed}", flush=True)
    return random.Random(f"{name}-{seed}")
