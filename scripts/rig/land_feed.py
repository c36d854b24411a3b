#!/usr/bin/python3
"""Serves a made-up land (land.py) and keeps the time of every request, for measuring.

    GET  /feed                         the document, as the way of serving says
    POST /control/serve?as=each        every request gets another variant: all figures differ
    POST /control/serve?as=still       the same document, with an ETag: 304 when it is known
    POST /control/serve?as=same        the same bytes, whole and without an ETag, every time
    POST /control/watch?pid=N          note with each request the CPU time of process N till then
    POST /control/break?county=I&level=25   cash cover of county I down to so many hundredths
    POST /control/heal                 all counties calm again
    GET  /control/served?after=N       [[asked ns, answered ns, status, bytes, CPU ns], …] from the Nth
"""
import argparse
import hashlib
import http.server
import json
import pathlib
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import land  # noqa: E402


def cpu_ns(pid):
    """CPU time of another process and all its threads so far; its POSIX CPU clock, exact to the ns."""
    return time.clock_gettime_ns(~pid << 3 | 2) if pid else 0


class LandFeed:
    """What is served. Every method is called with the lock held."""

    def __init__(self, counties, form, variants):
        self.land, self.form = land.Land(counties), form
        made = [self.land.body(form, variant) for variant in range(variants)]
        self.bodies = [body for body, _ in made]
        self.offsets = made[0][1]  # the same in each: figures are all as wide
        self.way, self.version, self.pid, self.served = "still", 0, 0, []
        self.calm = self.bodies[0]
        self.lock = threading.Lock()

    def document(self):
        """(bytes, ETag or None) for one request."""
        if self.way == "each":
            self.version += 1
            return self.fresh(self.bodies[self.version % len(self.bodies)]), self.etag()
        return self.fresh(self.bodies[0]), self.etag() if self.way == "still" else None

    def fresh(self, body):
        """No two versions are the same bytes: a copy of a replaced body would be an old delivery."""
        return body + b"\n" * self.version

    def etag(self):
        return '"' + hashlib.sha256(f"{self.form} {self.version}".encode()).hexdigest()[:16] + '"'

    def break_county(self, county, level):
        figure, at = self.land.balance_at(county, level), self.offsets[county]
        body = self.bodies[0]
        self.show(body[:at] + figure + body[at + len(figure):])
        return self.land.codes[county]

    def show(self, body):
        self.bodies[0] = body
        self.version += 1


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", etag=None):
        self.send_response(code)
        if etag:
            self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            self.wfile.write(body)

    def do_GET(self):
        feed, url = self.server.feed, urllib.parse.urlsplit(self.path)
        if url.path == "/feed":
            asked = time.time_ns()
            with feed.lock:
                body, etag = feed.document()
                used = cpu_ns(feed.pid)
            whole = etag is None or self.headers.get("If-None-Match") != etag
            self.answer(*((200, body, etag) if whole else (304, b"", etag)))
            entry = [asked, time.time_ns(), 200 if whole else 304, len(body) if whole else 0, used]
            with feed.lock:
                feed.served.append(entry)
        elif url.path == "/control/served":
            after = int(dict(urllib.parse.parse_qsl(url.query)).get("after", 0))
            with feed.lock:
                self.answer(200, json.dumps(feed.served[after:]).encode())
        else:
            self.answer(404)

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        given = dict(urllib.parse.parse_qsl(url.query))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        feed, told = self.server.feed, {}
        with feed.lock:
            if url.path == "/control/serve":
                feed.way = given["as"]
            elif url.path == "/control/watch":
                feed.pid = int(given["pid"])
            elif url.path == "/control/break":
                told["county"] = feed.break_county(int(given["county"]), int(given.get("level", 25)))
            elif url.path == "/control/heal":
                feed.show(feed.calm)
            else:
                return self.answer(404)
            told["at"] = time.time_ns()
        return self.answer(200, json.dumps(told).encode())


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--counties", type=int, default=12)
    options.add_argument("--format", choices=land.FORMATS, default="long")
    options.add_argument("--variants", type=int, default=3)
    given = options.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", given.port), _Handler)
    server.daemon_threads = True
    server.feed = LandFeed(given.counties, given.format, given.variants)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
