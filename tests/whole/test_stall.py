"""300 feeds of which 60 stall, each in its own bad way: no other feed is later than one interval, and
memory stays bounded."""
import json
import os
import pathlib
import socketserver
import threading
import time
import unittest

import settings
from rig import PATIENCE, Rig, free_ports, wait_until

FEEDS, STALLED = 300, 60
EVERY = float(os.environ.get("SANBAO_STALL_EVERY", "2"))
ROUNDS = int(os.environ.get("SANBAO_STALL_ROUNDS", "10"))
MEMORY_MAX = 200 << 20


class Site(socketserver.ThreadingTCPServer):
    """/good/N answers; /stall/N does not, in one of four ways. Remembers when each was asked."""
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, port):
        self.asked = {}
        self.lock = threading.Lock()
        self.over = threading.Event()
        super().__init__(("127.0.0.1", port), Talk)

    def handle_error(self, request, client_address):
        pass


class Talk(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while True:
            line = self.rfile.readline()
            while line and self.rfile.readline() not in (b"\r\n", b""):
                pass
            if not line:
                return
            path = line.split()[1].decode()
            with self.server.lock:
                self.server.asked.setdefault(path, []).append(time.monotonic())
            _, kind, number = path.split("/")
            if kind == "stall":
                self.stall(int(number) % 4)
                return
            day = f"2017-02-{1 + int(time.monotonic() / EVERY) % 28:02d}"
            body = json.dumps([settings.row("610327", day, "0.50")]).encode()
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    def stall(self, way):
        over = self.server.over
        if way == 0:  # accepts and says nothing
            over.wait(60)
        elif way == 1:  # one byte of header a second
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100:
                self.wfile.write(bytes([byte]))
                if over.wait(1):
                    return
        elif way == 2:  # stops in mid-body
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b" " * 10_000)
            over.wait(60)
        else:  # a body without end, a little at a time
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while not over.wait(0.1):
                self.wfile.write(b" " * 200)


def files(port):
    made = settings.small(counties=(("610327", "陇县"),), clock="")

    def found(rig):
        texts = made(rig)
        head, feed = texts["cash.toml"].split("[[feed]]")
        feed = feed.replace(f"http://127.0.0.1:{rig.feed_port}/feed.json", "URL")
        feed = feed.replace('every = "20ms"', f'every = "{int(EVERY * 1000)}ms"')
        feed = feed.replace('timeout = "2s"', 'timeout = "20s"').replace('owner = "wang"\n', "")
        for number in range(FEEDS):
            kind = "stall" if number % (FEEDS // STALLED) == 0 else "good"
            one = feed.replace('name = "cash"', f'name = "f{number}"')
            head += "[[feed]]" + one.replace("URL", f"http://127.0.0.1:{port}/{kind}/{number}")
        texts["cash.toml"] = head
        return texts

    return found


def memory(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


class Stall(unittest.TestCase):
    def test_no_other_feed_is_later_than_one_interval_and_memory_is_bounded(self):
        port, = free_ports(1)
        site = Site(port)
        threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
        try:
            with Rig(files(port), feed=False) as rig:
                rig.start()
                wait_until(lambda: len(site.asked) >= FEEDS, lambda: f"{len(site.asked)} feeds asked", 60)
                time.sleep(EVERY * ROUNDS)
                with site.lock:
                    asked = {path: list(times) for path, times in site.asked.items()}
                    end = time.monotonic()
                peak = memory(rig.process.pid)
                site.over.set()
                rig.kill()
            self.judge(asked, end, peak)
        finally:
            site.over.set()
            site.shutdown()
            site.server_close()

    def judge(self, asked, end, peak):
        lateness = []
        for path, times in asked.items():
            if path.startswith("/good/"):
                gaps = [later - earlier for earlier, later in zip(times, times[1:] + [end])]
                lateness.append(max(gap - EVERY for gap in gaps))
        lateness.sort()
        print(f"stall: {len(lateness)} good feeds beside {STALLED} stalled ones, every {EVERY:g} s for "
              f"{ROUNDS} rounds: worst lateness {lateness[-1]:.3f} s, median {lateness[len(lateness) // 2]:.3f} s; "
              f"peak memory {peak >> 20} MiB", flush=True)
        self.assertEqual(len(lateness), FEEDS - STALLED)
        self.assertLess(lateness[-1], EVERY * PATIENCE)
        self.assertLess(peak, MEMORY_MAX * PATIENCE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
