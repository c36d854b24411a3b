"""Everything a feed may say wrongly, through the live daemon: a red county stays red, nobody is told
that it recovered, the feed shows what is wrong, and one good answer ends the trouble."""
import datetime
import gzip
import json
import socket
import struct
import time
import unittest

import settings
from rig import Rig, wait_until

CODE = "610327"
RED = settings.row(CODE, "2017-02-07", "0.05")
CALM = settings.row(CODE, "2017-02-08", "0.50")
GOOD = json.dumps([CALM]).encode()
CAP = 64 * 1024


def raw(head, body=b""):
    """Writes these very bytes and closes the connection."""
    def answer(handler):
        handler.wfile.write(head.encode() + body)
        handler.close_connection = True
    return answer


def page(body, status="200 OK", kind="application/json"):
    """A whole answer with this body."""
    body = body if isinstance(body, bytes) else body.encode()
    return raw(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n", body)


def rows(*changed):
    """A whole answer of calm rows, each with these changes."""
    return page(json.dumps([{**CALM, **change} for change in changed]))


def text_row(**changed):
    """A whole answer of one row whose fields are these very JSON texts."""
    fields = {"code": f'"{CODE}"', "date": '"2017-02-08"', "cash": "5000", "outflow": "10000", **changed}
    return page("[{" + ",".join(f'"{name}":{text}' for name, text in fields.items()) + "}]")


def redirect(to, status="302 Found"):
    return raw(f"HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")


def reset(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def endless(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        handler.wfile.write(b" " * 65_536)


def slow_loris(handler):
    handler.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(GOOD)}\r\n\r\n".encode())
    for byte in GOOD:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.1)


def silent(_handler):
    time.sleep(4)


FAULTS = {
    "announced longer than sent": raw(f"HTTP/1.1 200 OK\r\nContent-Length: {len(GOOD) + 1}\r\n\r\n", GOOD),
    "a chunk is cut": raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n", GOOD),
    "the last chunk is missing": raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                                     b"%x\r\n%s\r\n" % (len(GOOD), GOOD)),
    "a login page": page("<!DOCTYPE html><html><title>登录</title></html>", kind="text/html"),
    "nothing at all": page(""),
    "blanks": page("   \r\n "),
    "an empty list": page("[]"),
    "null": page("null"),
    "an object": page('{"error":"maintenance"}'),
    "a list of numbers": page("[1,2,3]"),
    "two documents": page(GOOD + GOOD),
    "the text null": rows({"cash": "null"}),
    "a JSON null": rows({"cash": None}),
    "an empty text": rows({"cash": ""}),
    "NaN": text_row(cash="NaN"),
    "the text NaN": rows({"cash": "NaN"}),
    "Infinity": rows({"cash": "Infinity"}),
    "1e999": text_row(cash="1e999"),
    "the text 1e999": rows({"cash": "1e999"}),
    "more than 64 bits": rows({"cash": "99999999999999999999"}),
    "half a fen": rows({"cash": "0.0000001"}),
    "a negative balance": rows({"cash": "-5000"}),
    "separators in the wrong places": rows({"cash": "50,00"}),
    "a decimal comma": rows({"cash": "5000,0"}),
    "a unit in the figure": rows({"cash": "5000万元"}),
    "digits in words": rows({"cash": "五千"}),
    "half of the digits full-width": rows({"cash": "５０,００"}),
    "hexadecimal": rows({"cash": "0x1388"}),
    "a list for a number": rows({"cash": [5000]}),
    "true for a number": rows({"cash": True}),
    "a field is missing": page(json.dumps([{k: v for k, v in CALM.items() if k != "cash"}])),
    "the date is missing": page(json.dumps([{k: v for k, v in CALM.items() if k != "date"}])),
    "no such date": rows({"date": "2017-02-30"}),
    "a date in words": rows({"date": "yesterday"}),
    "two rows that disagree": rows({}, {"cash": "4000"}),
    "an unknown county": rows({}, {"code": "999999"}),
    "the year 2999": rows({"date": "2999-02-08"}),
    "in three days": rows({"date": str(datetime.date.today() + datetime.timedelta(days=3))}),
    "UTF-16": page(GOOD.decode().encode("utf-16")),
    "not UTF-8": page(GOOD.replace(b'"code"', b'"c\xffde"')),
    "a NUL byte": page(GOOD[:20] + b"\0" + GOOD[20:]),
    "gzip that nobody asked for": page(gzip.compress(GOOD)),
    "over the cap, announced": page(GOOD + b" " * CAP),
    "over the cap, endless": endless,
    "deep nesting": page("[" * 5_000 + "]" * 5_000),
    "a redirect": redirect("/other.json"),
    "a redirect to a file": redirect("file:///etc/passwd"),
    "a redirect to another scheme": redirect("ftp://127.0.0.1/feed.json", "301 Moved Permanently"),
    "401": page("{}", "401 Unauthorized"),
    "429": page("{}", "429 Too Many Requests"),
    "500 with good rows": page(GOOD, "500 Internal Server Error"),
    "204": raw("HTTP/1.1 204 No Content\r\n\r\n"),
    "206, a part": page(GOOD, "206 Partial Content"),
    "not HTTP": raw("SSH-2.0-OpenSSH_9.2\r\n"),
    "a reset": reset,
    "silence": silent,
    "slow-loris": slow_loris,
}
# Same figures for a date that is known: no fault, and nothing new either.
HARMLESS = {
    "an older day": page(json.dumps([settings.row(CODE, "2017-02-06", "0.50")])),
    "the same day again": page(json.dumps([RED])),
    "the same row twice": page(json.dumps([RED, RED])),
}


class BadInput(unittest.TestCase):
    def setUp(self):
        feed = f'body_max = "{CAP // 1024}KiB"\ntell_after = 100'
        # By the wall clock: a date to come is a fault only where dates do not drive the clock.
        self.rig = Rig(settings.small(settings.COUNTIES[:1], clock="", feed=feed, every="10ms"))
        self.rig.feed.say([settings.row(CODE, "2017-02-06", "0.50")])
        self.rig.start()
        wait_until(lambda: self.rig.feed.whole == 1, "the first fetch")
        self.turn_red(1)

    def tearDown(self):
        # Keeps the folder and prints the daemon's last words when the test failed.
        failed = any(error for _, error in getattr(self._outcome, "errors", []) if error)
        self.rig.__exit__(AssertionError if failed else None)

    def turn_red(self, hooks):
        self.rig.feed.say([RED])
        wait_until(lambda: len(self.rig.hook.hooks()) == hooks, "the red alert")

    def feed_now(self):
        [feed] = [f for f in self.rig.ask("status")["feeds"] if f["id"] == "cash"]
        return feed

    def level_now(self):
        [county] = [s for s in self.rig.ask("status")["subjects"] if s["id"] == CODE]
        return county["level"]

    def polls(self, count=2):
        """Waits for further requests, the first of which has then been judged."""
        before = self.rig.feed.requests
        wait_until(lambda: self.rig.feed.requests >= before + count, "further polls", timeout=30)

    def test_each_fault_is_shown_and_changes_no_level(self):
        for name, answer in FAULTS.items():
            with self.subTest(name):
                self.rig.feed.behave(answer)
                wait_until(lambda: self.feed_now()["failures"] > 0, f"the feed shows: {name}", timeout=20,
                           step=0.05)
                self.assertTrue(self.feed_now()["message"], name)
                self.assertEqual(self.level_now(), "red", name)
                self.assertEqual(len(self.rig.hook.hooks()), 1, name)
                self.rig.feed.say([RED])
                wait_until(lambda: self.feed_now()["failures"] == 0, f"good again after: {name}", timeout=20,
                           step=0.05)
        self.assertEqual(self.rig.stop(), 0)
        self.assertEqual([(f, t) for _, _, f, t, _ in self.rig.moves()], [("normal", "red")])

    def test_nothing_new_is_no_recovery(self):
        for name, answer in HARMLESS.items():
            with self.subTest(name):
                self.rig.feed.behave(answer)
                self.polls(3)
                self.assertEqual((self.feed_now()["failures"], self.level_now()), (0, "red"), name)
        self.assertEqual(len(self.rig.hook.hooks()), 1)

    def test_a_body_cut_at_any_byte_is_refused_whole(self):
        for end in range(len(GOOD)):
            with self.subTest(end=end):
                self.rig.feed.behave(page(GOOD[:end]))
                self.polls()
                self.assertEqual(len(self.rig.hook.hooks()), 1)
                self.rig.feed.say([RED])
                self.polls()
        self.assertEqual(self.level_now(), "red")
        self.assertEqual(self.rig.stop(), 0)
        self.assertEqual(len(self.rig.moves()), 1)

    def test_after_all_that_a_good_body_is_believed(self):
        self.rig.feed.behave(page(GOOD[:-2]))
        self.polls()
        self.rig.feed.say([CALM])
        wait_until(lambda: len(self.rig.hook.hooks()) == 2, "the all-clear")
        self.assertEqual(self.rig.hooks()[1][1]["data"]["status"], "resolved")


if __name__ == "__main__":
    unittest.main(verbosity=2)
