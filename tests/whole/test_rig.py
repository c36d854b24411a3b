"""The rig itself: what the tests and the demonstration stand on. No daemon needed."""
import base64
import contextlib
import datetime
import hashlib
import hmac
import http.client
import json
import smtplib
import tempfile
import unittest
import urllib.request

import rig as _rig
from rig import ROOT, Feed, MailSink, WebhookSink, free_ports, wait_until

import baoji_sample
import baoji_story
import feed_server
import land
import webhook_sink

try:
    import tomllib
except ImportError:  # Python before 3.11
    tomllib = None


def get(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("ETag")


class Signatures(unittest.TestCase):
    """Published vector of Standard Webhooks, so that the receiver is right without our sender."""
    SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    HEADERS = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
               "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
    BODY = b'{"test": 2432232314}'

    def test_the_published_vector_passes(self):
        self.assertIsNone(webhook_sink.signature_fault(self.SECRET, self.HEADERS, self.BODY, 1614265330))

    def test_a_changed_byte_an_old_stamp_and_a_missing_id_fail(self):
        fault = webhook_sink.signature_fault
        self.assertIsNotNone(fault(self.SECRET, self.HEADERS, self.BODY + b" ", 1614265330))
        self.assertIsNotNone(fault(self.SECRET, self.HEADERS, self.BODY, 1614265330 + 301))
        self.assertIsNotNone(fault(self.SECRET, {**self.HEADERS, "webhook-id": ""}, self.BODY, 1614265330))


class Sinks(unittest.TestCase):
    def setUp(self):
        self.port = free_ports(1)[0]

    def send_mail(self, **more):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=3, **more) as client:
            client.sendmail("a@b.example", ["c@d.example"],
                            "Subject: =?utf-8?b?5rWL6K+V?=\r\nMessage-ID: <m1@b>\r\n\r\nhi")

    def test_mail_is_kept_decoded_and_refused_when_told(self):
        sink = MailSink(self.port).start()
        self.addCleanup(sink.stop)
        self.send_mail()
        self.assertEqual([m["subject"] for m in sink.mails()], ["测试"])
        sink.fault("451", "c@d.example")
        with self.assertRaises(smtplib.SMTPRecipientsRefused):
            self.send_mail()
        sink.fault("drop-after", "c@d.example")
        with self.assertRaises(smtplib.SMTPException):
            self.send_mail()
        self.assertEqual([m["message_id"] for m in sink.mails()], ["<m1@b>", "<m1@b>"])

    def test_starttls_and_login_are_required_where_asked(self):
        with tempfile.TemporaryDirectory() as folder:
            sink = MailSink(self.port, starttls=folder, login="u:p").start()
            self.addCleanup(sink.stop)
            with self.assertRaises(smtplib.SMTPException):
                self.send_mail()
            with smtplib.SMTP("127.0.0.1", self.port, timeout=3) as client:
                client.starttls()
                client.login("u", "p")
                client.sendmail("a@b.example", ["c@d.example"], "Subject: x\r\n\r\nhi")
            self.assertEqual([(m["tls"], m["login"]) for m in sink.mails()], [(True, True)])

    def test_webhooks_are_verified_and_refused_when_told(self):
        secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
        sink = WebhookSink(self.port, secret=secret).start()
        self.addCleanup(sink.stop)
        body = json.dumps({"data": {"county": "陇县"}}).encode()
        stamp = str(int(datetime.datetime.now().timestamp()))
        mac = hmac.new(b"k" * 32, b"m1." + stamp.encode() + b"." + body, hashlib.sha256).digest()
        headers = {"webhook-id": "m1", "webhook-timestamp": stamp,
                   "webhook-signature": "v1," + base64.b64encode(mac).decode()}

        def post(data):
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}/hook", data, headers)
            with urllib.request.urlopen(request, timeout=3) as answer:
                return answer.status

        self.assertEqual(post(body), 200)
        self.assertEqual(post(body + b" "), 200)
        self.assertEqual([bool(h["fault"]) for h in sink.hooks()], [False, True])
        sink.mode("slow-down", retry_after=7)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            post(body)
        self.assertEqual((caught.exception.code, caught.exception.headers["Retry-After"]), (429, "7"))
        caught.exception.close()
        sink.mode("drop")
        with self.assertRaises(OSError):
            post(body)
        self.assertEqual(len(sink.hooks()), 3)


class Feeds(unittest.TestCase):
    def test_a_feed_says_304_until_it_has_something_new(self):
        port = free_ports(1)[0]
        feed = Feed(port)
        self.addCleanup(feed.stop)
        feed.say([{"code": "610327"}])
        status, body, etag = get(port, "/feed.json")
        self.assertEqual((status, json.loads(body)), (200, [{"code": "610327"}]))
        self.assertEqual(get(port, "/feed.json", **{"If-None-Match": etag})[0], 304)
        feed.say([])
        self.assertEqual(get(port, "/feed.json", **{"If-None-Match": etag})[0], 200)

    def test_the_replay_moves_by_hand_and_by_fetch(self):
        port = free_ports(1)[0]
        replay = feed_server.Replay(datetime.date(2017, 2, 1))
        server = feed_server.FeedServer(port, replay, step_by="/baoji.json").start()
        self.addCleanup(server.stop)
        first = json.loads(get(port, "/baoji.json")[1])
        # The day moves when the answer has gone out, which its reader may be ahead of.
        wait_until(lambda: replay.day() != datetime.date(2017, 2, 1), "the next day")
        second = json.loads(get(port, "/baoji.json")[1])
        self.assertEqual((first["as_of"], second["as_of"]), ("2017-02-01", "2017-02-02"))
        self.assertEqual(len({row["record_date"] for row in second["data"]}), 10)
        self.assertTrue(second["synthetic"])
        self.assertIn("synthetic", second["label"])

    def test_the_treasury_speaks_in_texts_and_never_of_the_future(self):
        document = feed_server.treasury_document(datetime.date(2017, 3, 15), 10, feed_server.FIXTURE)
        last = document["data"][-1]
        self.assertEqual((last["record_date"], last["close_today_bal"]), ("2017-03-15", "23416"))
        self.assertEqual(len(document["data"]), 10)

    def test_the_excerpt_agrees_with_the_whole_series(self):
        if not feed_server.SHARED.exists():
            self.skipTest("skipped: no shared data")
        whole = {(date, row["account_type"]): row for date, row in feed_server.treasury_rows(feed_server.SHARED)}
        for date, row in feed_server.treasury_rows(feed_server.FIXTURE):
            for field in ("open_today_bal", "close_today_bal"):
                self.assertEqual(row[field], whole[date, row["account_type"]][field])


class Land(unittest.TestCase):
    """What scripts/bench measures with."""

    def test_its_balances_stand_where_they_are_changed_in_every_format(self):
        made = land.Land(12)
        for form in land.FORMATS:
            body, offsets = made.body(form)
            for figures, at in zip(made.figures, offsets):
                yuan = body[at:at + 11].decode()
                self.assertEqual(int(yuan.replace(".", "")), figures[land.BALANCE], form)

    def test_every_figure_of_a_variant_differs_and_is_as_wide(self):
        made = land.Land(12)
        first, second = (made.body("long", variant)[0] for variant in (0, 1))
        self.assertEqual(len(first), len(second))
        rows = zip(*(json.loads(body)["readings"] for body in (first, second)))
        self.assertTrue(all(a["value"] != b["value"] for a, b in rows))

    def test_a_nation_has_as_many_codes_as_counties(self):
        for counties in land.SIZES:
            self.assertEqual(len(set(land.codes(counties))), counties)


class Sample(unittest.TestCase):
    def test_every_day_adds_up(self):
        figures = baoji_sample.figures()
        before = {}
        for day, counties in figures.items():
            for code, row in counties.items():
                self.assertEqual(row["treas_open"] + row["treas_in"] - row["treas_out"], row["treas_close"])
                self.assertGreaterEqual(min(row.values()), 0, (day, code))
                if code in before:
                    self.assertEqual(row["treas_open"], before[code]["treas_close"])
                    if day.year == before["day"].year:
                        for item in ("treas_out_ytd", "sb_paid", "tempadv_new"):
                            self.assertGreaterEqual(row[item], before[code][item], (day, code, item))
                for what in ("need", "budget", "paid"):
                    parts = sum(row[f"sb_{what}_{part}"] for part in baoji_sample.PARTS)
                    self.assertEqual(parts, row[f"sb_{what}"])
                before[code] = row
            before["day"] = day

    def test_it_is_the_same_at_every_run_and_another_with_another_seed(self):
        day = datetime.date(2017, 2, 7)
        text = json.dumps(baoji_sample.document(day))
        baoji_sample.figures.cache_clear()
        self.assertEqual(json.dumps(baoji_sample.document(day)), text)
        self.assertNotEqual(json.dumps(baoji_sample.document(day, seed=2)), text)

    def test_every_row_has_every_item_and_money_has_two_decimals(self):
        for row in baoji_sample.rows_of(baoji_story.FIRST_DAY):
            self.assertEqual(set(row) - {"county_code", "county_name", "record_date"}, set(baoji_sample.ITEMS))
            for item in set(baoji_sample.ITEMS) - baoji_sample.COUNTS:
                self.assertEqual(round(row[item], 2), row[item])

    @unittest.skipUnless((ROOT / "config" / "sanbaod.toml").exists() and tomllib, "no config here")
    def test_the_shipped_settings_read_only_what_the_sample_holds(self):
        feeds = [feed for path in sorted((ROOT / "config").rglob("*.toml"))
                 for feed in tomllib.loads(path.read_text(encoding="utf-8")).get("feed", [])]
        baoji = next(feed for feed in feeds if feed["url"].endswith("/baoji.json"))
        mapped = {item["from"].removeprefix("/") for item in baoji["items"].values()}
        self.assertEqual(mapped - set(baoji_sample.ITEMS), set())

    @unittest.skipUnless((ROOT / "config" / "sanbaod.toml").exists() and tomllib, "no config here")
    def test_the_shipped_counties_are_those_of_the_sample(self):
        shipped = {}
        for path in (ROOT / "config" / "counties").glob("*.toml"):
            county = tomllib.loads(path.read_text(encoding="utf-8"))
            days = [p["day"] for p in county.get("payday", []) if p["kind"] == "wages"]
            shipped[county.get("code", path.stem)] = days[0] if days else None
        for county in baoji_story.COUNTIES:
            self.assertEqual(shipped.get(county.code), county.wage_day, county.name)


assert _rig  # imported first: it makes scripts/rig importable

if __name__ == "__main__":
    unittest.main(verbosity=2)
