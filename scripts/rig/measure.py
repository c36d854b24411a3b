"""Processes under measurement: start them, ask them, read what they used, end them by their own id."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import time
import urllib.request

import land
from land_feed import cpu_ns

ROOT = pathlib.Path(__file__).resolve().parents[2]
RIG = ROOT / "scripts" / "rig"
RUNS = ROOT / "build" / "bench"
PYTHON = "/usr/bin/python3"  # Debian's own: it has what the sinks need
READY_S = 60


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, path, post=False, timeout=30):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method="POST" if post else "GET",
                                     data=b"" if post else None)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return answer.read()


def ask_json(port, path, post=False):
    return json.loads(ask(port, path, post))


def wait_until(true, what, seconds=READY_S, step=0.02):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, ValueError):
            if true():
                return
        time.sleep(step)
    raise SystemExit(f"scripts/bench: waited {seconds} s for {what}")


def percentile(values, share):
    """The value that `share` of them do not exceed; of few values the next above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values, scale=1.0, digits=4):
    """'0.0412 (0.0398 … 0.0455)': median, tenth and ninetieth per cent."""
    shown = [f"{value * scale:.{digits}f}"
             for value in (statistics.median(values), percentile(values, 0.1), percentile(values, 0.9))]
    return f"{shown[0]} ({shown[1]} … {shown[2]})"


class Child:
    """One child process and its log; a context that ends it."""

    def __init__(self, command, log, **more):
        self._log = open(log, "ab")
        self.process = subprocess.Popen([str(part) for part in command], stdout=self._log,
                                        stderr=self._log, start_new_session=True, **more)
        self.pid, self.log = self.process.pid, log

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()

    def cpu_s(self):
        return cpu_ns(self.pid) / 1e9

    def memory_mb(self):
        """{'VmRSS': …, 'VmHWM': …, 'RssAnon': …}"""
        wanted = ("VmRSS", "VmHWM", "RssAnon")
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            pairs = (line.split(":") for line in status if line.startswith(wanted))
            return {name: int(value.split()[0]) / 1024 for name, value in pairs}


class Daemon(Child):
    """sanbaod on these settings, ready when the constructor returns."""

    def __init__(self, binary, settings, port, log, env=None):
        begun = time.monotonic()
        super().__init__([binary, "run", "--config", settings], log, env={**os.environ, **(env or {})})
        self.port = port
        try:
            wait_until(self._ready, f"sanbaod to be ready; see {log}")
        except BaseException:
            self.__exit__()
            raise
        self.started_s = time.monotonic() - begun

    def _ready(self):
        if self.process.poll() is not None:
            last = pathlib.Path(self.log).read_text(encoding="utf-8", errors="replace")[-2000:]
            raise SystemExit(f"scripts/bench: sanbaod ended by itself:\n{last}")
        return ask(self.port, "/readyz")

    def metric(self, name):
        for line in ask(self.port, "/metrics").decode().splitlines():
            if line.startswith(name + " "):
                return float(line.rsplit(" ", 1)[1])
        raise SystemExit(f"scripts/bench: /metrics has no {name}")


class Feed(Child):
    """land_feed.py in a process of its own."""

    def __init__(self, counties, form, folder, variants=3):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/feed"
        super().__init__([PYTHON, RIG / "land_feed.py", "--port", self.port, "--counties", counties,
                          "--format", form, "--variants", variants], folder / "feed.log")
        wait_until(lambda: ask(self.port, "/control/served"), "the feed server")

    def serve(self, way):
        ask(self.port, f"/control/serve?as={way}", post=True)

    def watch(self, pid):
        ask(self.port, f"/control/watch?pid={pid}", post=True)

    def served(self, after=0):
        return ask_json(self.port, f"/control/served?after={after}")

    def wait_for(self, count, after, seconds):
        """Until `count` requests more than `after` have been served; returns these."""
        wait_until(lambda: len(self.served(after)) >= count, f"{count} polls", seconds, 0.2)
        return self.served(after)


def fresh_folder(name):
    folder = RUNS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@contextlib.contextmanager
def land_under_watch(binary, name, counties, every, form="long", way="still", hook=None):
    """(daemon, feed) of a land of its own in build/bench/NAME."""
    folder, port = fresh_folder(name), free_port()
    with Feed(counties, form, folder) as feed:
        feed.serve(way)
        settings = land.write_settings(folder / "settings", counties, feed.url,
                                       hook or "http://127.0.0.1:9/hook", every, port, form)
        with Daemon(binary, settings, port, folder / "sanbaod.log") as daemon:
            feed.watch(daemon.pid)
            yield daemon, feed


def say(text):
    print(text, flush=True)
