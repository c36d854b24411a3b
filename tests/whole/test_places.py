"""Where figures are fetched from: logins, TLS, compression, pages, sftp."""
import base64
import csv
import gzip
import hashlib
import json
import pathlib
import resource
import time
import unittest
import zlib

import places
import settings
from places import accepted, failures, feed_files, refused, rows, taken
from rig import ROOT, Rig, wait_until

TREASURY = ROOT.parent / "shared/data/us_treasury_cash"
PASSWORD, TOKEN, KEY = "p:ss wörd", "tok-123456", "key-7890"


def secrets(rig):
    for name, text in (("password", PASSWORD), ("token", TOKEN), ("key", KEY)):
        rig.write(f"secrets/{name}", text + "\n", mode=0o600)


class Logins(unittest.TestCase):
    def one(self, keys, wanted):
        with places.Source(lambda h: places.say(h, rows())) as source:
            with Rig(feed_files(f'url = "http://127.0.0.1:{source.port}/a"\n{keys}')) as rig:
                secrets(rig)
                rig.start()
                taken(rig)
                self.assertEqual(rig.stop(), 0)
                said = rig.folder.joinpath("sanbaod.log").read_text()
                for secret in (PASSWORD, TOKEN, KEY):
                    self.assertNotIn(secret, said)
                headers = source.seen[0][1]
                for name, value in wanted.items():
                    self.assertEqual(headers.get(name), value)
                self.assertEqual(source.seen[0][0], "/a")

    def test_basic_bearer_and_key_logins_arrive_in_their_headers_and_nowhere_else(self):
        basic = "Basic " + base64.b64encode(f"baoji:{PASSWORD}".encode()).decode()
        self.one('user = "baoji"\npassword = { credential = "password" }\n', {"Authorization": basic})
        self.one('token = { credential = "token" }\n', {"Authorization": f"Bearer {TOKEN}"})
        self.one('key_header = "X-Api-Key"\nkey = { credential = "key" }\n',
                 {"X-Api-Key": KEY, "Authorization": None})

    def test_a_missing_credential_fails_the_poll_by_its_name_until_it_is_there(self):
        with Rig(feed_files(lambda rig: f'url = "http://127.0.0.1:{rig.feed_port}/a"\n'
                            'token = { credential = "token" }\n')) as rig:
            rig.feed.say_bytes(rows())
            rig.start()
            refused(rig, "credential token")
            self.assertEqual(rig.feed.requests, 0)
            secrets(rig)
            taken(rig)
            self.assertEqual(rig.stop(), 0)


class Tls(unittest.TestCase):
    def poll(self, rig_keys, context, prepare=lambda rig: None):
        """The first thing that becomes of the feed: "" when taken, else the message."""
        with places.Source(lambda h: places.say(h, rows()), context) as source:
            with Rig(feed_files(f'url = "https://127.0.0.1:{source.port}/a"\n{rig_keys}')) as rig:
                prepare(rig)
                rig.start()
                wait_until(lambda: accepted(rig) or failures(rig), "the feed is polled")
                found = "" if accepted(rig) else failures(rig)[0]
                self.assertEqual(rig.stop(), 0)
                return found

    def test_only_the_right_authority_name_and_date_are_trusted(self):
        with Rig(settings.small(), feed=False) as ground:
            ours, theirs = (places.Authority(ground.folder, name) for name in ("ours", "theirs"))
            trust = f'ca_file = "{ours.certificate}"\n'
            good = places.server_context(*ours.issue("good"))
            self.assertEqual(self.poll(trust, good), "")
            for what, context, keys in (
                    ("another authority", places.server_context(*theirs.issue("other")), trust),
                    ("another name", places.server_context(*ours.issue("named", "DNS:else.example")), trust),
                    ("expired", places.server_context(*ours.issue("old", days="-1")), trust),
                    ("no authority of ours", good, "")):
                failed = self.poll(keys, context)
                self.assertTrue(failed, what)
                self.assertEqual(failed["problem"], "tls", (what, failed))

    def test_a_client_certificate_is_shown_when_there_is_one(self):
        with Rig(settings.small(), feed=False) as ground:
            ours = places.Authority(ground.folder, "ours")
            theirs = places.Authority(ground.folder, "theirs")
            server = ours.issue("server")
            certificate, key = ours.issue("client")
            wrong, wrong_key = theirs.issue("wrong")

            def keys(cert):
                return (f'ca_file = "{ours.certificate}"\n' +
                        (f'certificate = "{cert}"\ncertificate_key = {{ credential = "client-key" }}\n'
                         if cert else ""))

            def give(file):
                return lambda rig: rig.write("secrets/client-key", file.read_text(), mode=0o600)

            def context():
                return places.server_context(*server, clients=ours.certificate)
            self.assertEqual(self.poll(keys(certificate), context(), give(key)), "")
            self.assertTrue(self.poll(keys(""), context()))
            self.assertTrue(self.poll(keys(wrong), context(), give(wrong_key)))


class Compressed(unittest.TestCase):
    def test_gzip_and_deflate_are_read_and_kept_as_what_they_hold(self):
        body = rows()
        for name, packed in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))):
            with places.Source(lambda h: places.say(h, packed, Content_Encoding=name)) as source:
                with Rig(feed_files(f'url = "http://127.0.0.1:{source.port}/a"\n')) as rig:
                    rig.start()
                    taken(rig)
                    self.assertEqual(accepted(rig)[0]["digest"], hashlib.sha256(body).hexdigest())
                    self.assertEqual(source.seen[0][1]["Accept-Encoding"], "gzip, deflate")
                    self.assertEqual(rig.stop(), 0)

    def test_what_was_not_offered_and_what_is_damaged_is_refused(self):
        packed = bytearray(gzip.compress(rows() * 50))
        packed[len(packed) // 2] ^= 0xff
        for answer, word in (
                (lambda h: places.say(h, b"x", Content_Encoding="br"), "not asked for"),
                (lambda h: places.say(h, gzip.compress(gzip.compress(rows())),
                                      Content_Encoding="gzip, gzip"), "not asked for"),
                (lambda h: places.say(h, bytes(packed), Content_Encoding="gzip"), "")):
            with places.Source(answer) as source:
                with Rig(feed_files(f'url = "http://127.0.0.1:{source.port}/a"\n')) as rig:
                    rig.start()
                    refused(rig, word)
                    self.assertEqual(accepted(rig), [])
                    self.assertEqual(rig.stop(), 0)

    def test_ten_gibibytes_of_zeros_are_refused_early_and_cost_no_memory(self):
        block = bytes(1 << 20)
        sent = []

        def bomb(handler):
            packer = zlib.compressobj(9, wbits=31)
            handler.send_response(200)
            handler.send_header("Content-Encoding", "gzip")
            handler.send_header("Connection", "close")
            handler.end_headers()
            sent.append(0)
            for number in range(10 << 10):
                handler.wfile.write(packer.compress(block))
                sent[-1] = number

        with places.Source(bomb) as source:
            with Rig(feed_files(f'url = "http://127.0.0.1:{source.port}/a"\nbody_max = "64MiB"\n')) as rig:
                rig.start()
                before = peak(rig)
                begun = time.monotonic()
                refused(rig, "decompresses to more than 100 bytes for each")
                took = time.monotonic() - begun
                grown = peak(rig) - before
                print(f"bomb: refused after {took:.1f} s, {sent[0]} of 10240 MiB packed, "
                      f"peak memory +{grown >> 20} MiB", flush=True)
                self.assertLess(grown, 100 << 20)
                self.assertEqual(rig.stop(), 0)


def peak(rig):
    """Bytes of memory that the daemon has had at once."""
    status = pathlib.Path(f"/proc/{rig.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


class Pages(unittest.TestCase):
    def test_two_real_pages_are_one_body_with_the_figures_of_the_csv(self):
        if not TREASURY.is_dir():
            self.skipTest("skipped: no shared data")
        pages = [(TREASURY / f"operating_cash_2019-07_2019-08_page{n}of2.json").read_bytes() for n in (1, 2)]

        def answer(handler):
            places.say(handler, pages[1] if "number%5D=2" in handler.path else pages[0])

        keys = """rows = "/data"
next_page = "/links/next"
total = "/meta/total-count"
county_is = "610327"
where = { "/account_type" = "Federal Reserve Account" }
missing = ["null"]
"""
        with places.Source(answer) as source:
            def files(rig):
                found = feed_files(f'url = "http://127.0.0.1:{source.port}/cash"\n{keys}')(rig)
                text = found["cash.toml"].replace('county = "/code"\n', "")
                text = text.replace('date = "/date"', 'date = "/record_date"')
                text = text.replace('from = "/cash"', 'from = "/close_today_bal"')
                text = text.replace('from = "/outflow"', 'from = "/open_today_bal"')
                found["cash.toml"] = text
                return found
            with Rig(files) as rig:
                rig.start()
                wait_until(lambda: accepted(rig) or failures(rig), "the pages are polled")
                whole = b"\x1e".join(pages)
                first = accepted(rig)[0] if accepted(rig) else failures(rig)[0]
                self.assertEqual(first["digest"], hashlib.sha256(whole).hexdigest(), first)
                kept = rig.run_raw("feed", "show", first["digest"]).stdout
                self.assertEqual(kept, whole)
                self.assertEqual(accepted(rig)[:1], [first], first)
                days = {r["record_date"] for p in pages for r in json.loads(p)["data"]}
                with open(TREASURY / "operating_cash_balance_2016_2019.csv", newline="") as table:
                    wanted = [r for r in csv.DictReader(table) if r["record_date"] in days
                              and r["account_type"] == "Federal Reserve Account"]
                self.assertEqual(first["rows"], len(wanted))
                latest = max(wanted, key=lambda r: r["record_date"])
                inputs = rig.ask("explain", "610327")["indicators"][0]["inputs"]
                found = {i["name"]: i["latest"] for i in inputs}
                self.assertEqual(found["cash"]["date"], latest["record_date"])
                self.assertEqual(float(found["cash"]["value"]["decimal"]),
                                 float(latest["close_today_bal"]) * 10_000)
                self.assertEqual(rig.stop(), 0)


class Sftp(unittest.TestCase):
    def test_a_file_comes_by_sftp_from_the_known_host_with_the_right_password_only(self):
        with Rig(settings.small(), feed=False) as ground, places.sshd(ground.folder) as server:
            if not server:
                self.skipTest("skipped: no /usr/sbin/sshd, or not root")
            port, user, password, home, fingerprint = server
            (home / "feed.json").write_bytes(rows())

            def poll(known_host, secret):
                keys = (f'url = "sftp://127.0.0.1:{port}/{home}/feed.json"\nuser = "{user}"\n'
                        'password = { credential = "password" }\n'
                        f'known_host = "{known_host}"\n')
                with Rig(feed_files(keys)) as rig:
                    rig.write("secrets/password", secret, mode=0o600)
                    rig.start()
                    wait_until(lambda: accepted(rig) or failures(rig), "the feed is polled")
                    found = (len(accepted(rig)), failures(rig))
                    self.assertEqual(rig.stop(), 0)
                    return found
            ok, failed = poll(fingerprint, password)
            self.assertEqual((ok, failed), (1, []))
            ok, failed = poll("SHA256:" + "A" * 43, password)
            self.assertEqual((ok, failed[0]["problem"]), (0, "tls"), failed)
            ok, failed = poll(fingerprint, "wrong")
            self.assertEqual(ok, 0)
            self.assertNotIn("wrong", failed[0]["message"])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unittest.main(verbosity=2)
