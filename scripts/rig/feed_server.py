#!/usr/bin/python3
"""Two feeds as of one replayed day: the made-up Baoji counties and the real US Treasury balance.

    GET  /baoji.json      the last business days up to the day (baoji_sample.document)
    GET  /treasury.json   the same of the Treasury's daily statement, in the envelope of its own API
    GET  /control/day     {"day": …, "days_left": …, "fetches": …}
    POST /control/advance?n=1

Both answer with an ETag and 304. The day moves by itself with --seconds-per-day, by
/control/advance, or with every fetch of one feed (--step-by baoji: as fast as the reader).

The counties lead: the Treasury shows a day only after the counties' document of that day was
fetched. So a reader whose clock follows the counties' dates never sees a date from its future.
"""
import argparse
import csv
import datetime
import functools
import hashlib
import json
import pathlib
import sys
import threading
import time
import urllib.parse

import baoji_sample
import baoji_story
import loopback

SETTLED_S = 0.2  # after this, what was fetched has been taken in

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared/data/us_treasury_cash/operating_cash_balance_2016_2019.csv"
FIXTURE = ROOT / "tests/data/treasury_2017_feb_apr.csv"


def treasury_file():
    """The whole series where it lies beside the project, else the project's own excerpt."""
    return SHARED if SHARED.exists() else FIXTURE


@functools.lru_cache(maxsize=2)
def treasury_rows(path):
    """[(date, {field: text})] as the Treasury's API words them: every figure a string."""
    rows = []
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row = {name: text.removesuffix(".0") for name, text in row.items()}
            rows.append((datetime.date.fromisoformat(row["record_date"]), row))
    return rows


def treasury_document(day, span, path=None):
    """The rows of the last `span` business days up to `day`."""
    rows = treasury_rows(path or treasury_file())
    days = sorted({date for date, _ in rows if date <= day})[-span:]
    data = [row for date, row in rows if days and days[0] <= date <= day]
    return {"data": data,
            "meta": {"count": len(data), "source": "US Treasury, Daily Treasury Statement, table I",
                     "unit": "million USD"},
            "links": {"next": None}}


class Replay:
    """The day on show. Thread-safe."""

    def __init__(self, first=None, last=None, days=None):
        """Business days from `first` to `last`, or just these `days`."""
        self._days = days or [d for d in baoji_story.business_days()
                              if d >= first and (not last or d <= last)]
        self._at, self._changed = 0, threading.Condition()

    def day(self):
        with self._changed:
            return self._days[self._at]

    def left(self):
        with self._changed:
            return len(self._days) - 1 - self._at

    def advance(self, count=1):
        """Moves on, at most to the last day, and returns the day then on show."""
        with self._changed:
            self._at = min(self._at + count, len(self._days) - 1)
            self._changed.notify_all()
            return self._days[self._at]

    def wait_for_last(self, timeout):
        with self._changed:
            return self._changed.wait_for(lambda: self._at == len(self._days) - 1, timeout)


class FeedServer:
    """Listens on 127.0.0.1:`port` between start() and stop()."""

    def __init__(self, port, replay, span=10, treasury=None, step_by=None,
                 leader="/baoji.json"):
        self.replay, self.span, self.treasury = replay, span, treasury
        self.step_by, self.leader = step_by, leader
        self.fetches = {"/baoji.json": 0, "/treasury.json": 0}
        self.unchanged = dict(self.fetches)
        self._instead, self._bodies, self._lock = {}, {}, threading.Lock()
        self._led = []  # (time, day) of the leader's fetches that followers have not reached
        self._follow = replay.day()
        self._server = loopback.Server(port, _Handler)
        self._server.feeds = self

    def start(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def answer_instead(self, path, answer=None):
        """From now on `answer(handler)` handles GET `path`; None: as usual again."""
        with self._lock:
            self._instead[path] = answer

    def instead(self, path):
        with self._lock:
            return self._instead.get(path)

    def day_of(self, path):
        if path == self.leader:
            return self.replay.day()
        while self._led and time.monotonic() - self._led[0][0] > SETTLED_S:
            self._follow = self._led.pop(0)[1]
        return self._follow

    def body(self, path):
        """(day, document as bytes) on show at this path."""
        with self._lock:
            day = self.day_of(path)
            if self._bodies.get(path, (None,))[0] != day:
                document = (baoji_sample.document(day, self.span) if path == "/baoji.json"
                            else treasury_document(day, self.span, self.treasury))
                self._bodies[path] = (day, json.dumps(document, ensure_ascii=False).encode())
            return self._bodies[path]

    def served(self, path, day, whole):
        with self._lock:
            (self.fetches if whole else self.unchanged)[path] += 1
            if path == self.leader and whole:
                self._led.append((time.monotonic(), day))
        if self.step_by == path:
            self.replay.advance()


class _Handler(loopback.Handler):
    def answer(self, code, body=b"", **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        feeds, path = self.server.feeds, urllib.parse.urlsplit(self.path).path
        if path == "/control/day":
            return self.answer(200, json.dumps({
                "day": feeds.replay.day().isoformat(), "days_left": feeds.replay.left(),
                "fetches": feeds.fetches}).encode())
        if path not in feeds.fetches:
            return self.answer(404)
        instead = feeds.instead(path)
        if instead:
            return instead(self)
        day, body = feeds.body(path)
        etag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
        whole = self.headers.get("If-None-Match") != etag
        if whole:
            self.answer(200, body, Content_Type="application/json; charset=utf-8", ETag=etag)
        else:
            self.answer(304, ETag=etag)
        return feeds.served(path, day, whole)

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if url.path != "/control/advance":
            return self.answer(404)
        count = int(dict(urllib.parse.parse_qsl(url.query)).get("n", 1))
        return self.answer(200, self.server.feeds.replay.advance(count).isoformat().encode())


def play(replay, seconds_per_day):
    """Moves the day on by the clock, saying so, until the last day; then stays there."""
    rest = threading.Event()
    while replay.left() > 0:
        rest.wait(seconds_per_day)
        print(f"day      {replay.advance():%Y-%m-%d %a}", flush=True)
    rest.wait()


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=8391)
    options.add_argument("--from", dest="first", type=datetime.date.fromisoformat,
                         default=datetime.date(2017, 2, 1))
    options.add_argument("--days", type=int, help="stay on the last of so many days")
    options.add_argument("--span", type=int, default=10, help="business days in a document")
    options.add_argument("--seconds-per-day", type=float, default=0, help="0: only when told")
    options.add_argument("--step-by", choices=("baoji", "treasury"))
    given = options.parse_args()

    days = [d for d in baoji_story.business_days() if d >= given.first]
    replay = Replay(given.first, days[given.days] if given.days else None)
    step_by = f"/{given.step_by}.json" if given.step_by else None
    server = FeedServer(given.port, replay, given.span, step_by=step_by).start()
    print(f"feeds    http://127.0.0.1:{given.port}/baoji.json and /treasury.json, day {replay.day()}",
          flush=True)
    try:
        if given.seconds_per_day > 0:
            play(replay, given.seconds_per_day)
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
