#!/usr/bin/python3
"""A webhook receiver that keeps what it gets as JSON lines and checks every signature after the
Standard Webhooks specification 1.0.0. Misbehaves on request (POST /control/mode?mode=…&p=…):

    ok            200
    fail          `code` (500 by default)
    hang          reads the request, answers nothing
    drop          closes the connection before reading the body
    drop-after    keeps the request, then closes the connection without an answer
    gone          410
    slow-down     429 with Retry-After: `retry_after` seconds

With `p` below 1 it misbehaves in that share of requests, drawn from `seed`.
"""
import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import random
import sys
import threading
import time
import urllib.parse

import loopback
from lines import LineLog, say

TOLERANCE_S = 300  # of webhook-timestamp, as the specification's libraries have it


def signature_fault(secret, headers, body, now=None):
    """Why the request is not authentic, or None. `secret` is whsec_<base64>."""
    given_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not given_id or not stamp.isdigit():
        return "webhook-id or webhook-timestamp is missing"
    if abs((now or time.time()) - int(stamp)) > TOLERANCE_S:
        return f"webhook-timestamp {stamp} is more than {TOLERANCE_S} s away"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = given_id.encode() + b"." + stamp.encode() + b"." + body
    want = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(want, one) for one in given):
        return "webhook-signature does not match"
    return None


class WebhookSink:
    """Listens on 127.0.0.1:`port` between start() and stop(); any path but /control/… is a hook."""

    def __init__(self, port, file=None, secret=None, on_hook=None):
        self.log, self.secret, self.on_hook = LineLog(file), secret, on_hook
        self._lock, self._mode, self._random = threading.Lock(), {"mode": "ok"}, random.Random(1)
        self._server = loopback.Server(port, _Handler)
        self._server.sink = self

    def start(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self.log.close()

    def mode(self, mode, p=1.0, code=500, retry_after=1, seed=None):
        with self._lock:
            self._mode = {"mode": mode, "p": float(p), "code": int(code),
                          "retry_after": int(retry_after)}
            if seed is not None:
                self._random.seed(int(seed))

    def mode_now(self):
        """The mode of this one request."""
        with self._lock:
            if self._mode["mode"] == "ok" or self._random.random() >= self._mode["p"]:
                return {"mode": "ok"}
            return dict(self._mode)

    def keep(self, path, headers, body, mode):
        fault = signature_fault(self.secret, headers, body) if self.secret else None
        try:
            content = json.loads(body)
        except ValueError as error:
            content, fault = body.decode("utf-8", "replace"), f"not JSON: {error}"
        line = {"path": path, "id": headers.get("webhook-id"), "mode": mode, "fault": fault,
                "type": headers.get("content-type"), "body": content}
        self.log.add(line)
        if self.on_hook:
            self.on_hook(line)

    def hooks(self):
        return self.log.all()


class _Handler(loopback.Handler):
    def _answer(self, code, body=b"", headers=()):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _break(self):
        self.close_connection = True
        self.connection.close()

    def do_GET(self):
        if self.path == "/control/stats":
            hooks = self.server.sink.hooks()
            stats = {"requests": len(hooks), "faults": sum(1 for h in hooks if h["fault"]),
                     "ids": len({h["id"] for h in hooks})}
            self._answer(200, json.dumps(stats).encode())
        else:
            self._answer(404)

    def do_POST(self):
        sink, url = self.server.sink, urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        if url.path == "/control/mode":
            self.rfile.read(length)
            sink.mode(**dict(urllib.parse.parse_qsl(url.query)))
            return self._answer(200)
        mode = sink.mode_now()
        if mode["mode"] == "drop":
            return self._break()
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        sink.keep(self.path, headers, body, mode["mode"])
        return self._finish(mode)

    def _finish(self, mode):
        kind = mode["mode"]
        if kind == "hang":
            time.sleep(3_600)
        elif kind == "drop-after":
            self._break()
        elif kind == "slow-down":
            self._answer(429, headers=[("Retry-After", str(mode["retry_after"]))])
        else:
            self._answer({"ok": 200, "gone": 410}.get(kind, mode.get("code", 500)))


def told(hook):
    """One line about a hook, for people."""
    data = hook["body"].get("data", {}) if isinstance(hook["body"], dict) else {}
    parts = [data.get(k) for k in ("status", "county", "county_name", "name", "level", "rule", "reason")]
    text = " ".join(str(p) for p in parts if p and not isinstance(p, dict))
    return f"webhook  {text or hook['id']}" + (f"  REFUSED: {hook['fault']}" if hook["fault"] else "")


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--port", type=int, default=8393)
    options.add_argument("--file", required=True, help="JSON lines of what came")
    options.add_argument("--secret-file", help="whsec_… to check signatures with")
    given = options.parse_args()
    secret = pathlib.Path(given.secret_file).read_text().strip() if given.secret_file else None
    sink = WebhookSink(given.port, given.file, secret, lambda hook: print(told(hook) + "\n", end="", flush=True))
    sink.start()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        sink.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
