"""What is dropped as a file or pushed; and the raw bodies that are kept as evidence of what came."""
import base64
import hashlib
import hmac
import json
import time
import unittest
import urllib.error
import urllib.request

import settings
from places import accepted, feed_files, refused, rows, taken
from rig import Rig, wait_until


class Folder(unittest.TestCase):
    def test_dropped_files_are_taken_told_and_found_again_as_evidence(self):
        def feed(rig):
            drop = rig.folder / "drop"
            drop.mkdir()
            return f'arrives = "folder"\nfolder = "{drop}"\npattern = "*.json"\nsettle = "100ms"\n'
        with Rig(feed_files(feed)) as rig:
            drop = rig.folder / "drop"
            rig.start()
            (drop / "1.json").write_bytes(rows("0.50", "2017-02-07"))
            time.sleep(0.02)
            (drop / "2.json").write_bytes(rows("0.05", "2017-02-08"))
            taken(rig, 2)
            wait_until(lambda: (drop / "done/2.json").exists(), "both are moved")
            self.assertEqual([m[4] for m in rig.moves()], ["2017-02-08"] * 2)
            (drop / "bad.json").write_bytes(b"<html>login</html>")
            refused(rig, "bad.json", "web page")
            wait_until(lambda: (drop / "refused/bad.json.reason.txt").exists(), "the reason is told")
            wait_until(lambda: any("bad.json" in m["text"] for m in rig.outbox().values()),
                       "its owner is told at once")
            # The alert names the body that brought it, and feed show prints it.
            alert = rig.ask("alerts")["alerts"][0]
            digest = hashlib.sha256(rows("0.05", "2017-02-08")).hexdigest()
            self.assertEqual(rig.ask("alert", "show", alert["alert"])["alert"]["evidence"], [digest])
            self.assertIn(digest[:16], rig.run("alert", "show", alert["alert"]).stdout)
            sources = rig.ask("explain", "610327")["indicators"][0]["inputs"][0]["sources"]
            self.assertEqual([(s["feed"], s["digest"]) for s in sources], [("cash", digest)])
            rig.kill()  # the tool needs no daemon
            self.assertEqual(rig.run_raw("feed", "show", digest[:12]).stdout, rows("0.05", "2017-02-08"))
            info = rig.run("feed", "show", digest, "--info", "--json")
            self.assertEqual(json.loads(info.stdout)["class"], "long")
            bad = hashlib.sha256(b"<html>login</html>").hexdigest()
            self.assertEqual(rig.run_raw("feed", "show", bad).stdout, b"<html>login</html>")
            self.assertEqual(rig.run("feed", "show", "00000000").returncode, 1)
            # After a restart the evidence of the alert is still known, and nothing comes twice.
            rig.start()
            again = rig.ask("alert", "show", alert["alert"])["alert"]["evidence"]
            self.assertEqual(again, [digest])
            (drop / "again.json").write_bytes(rows("0.05", "2017-02-08"))
            wait_until(lambda: (drop / "done/again.json").exists(), "known bytes are moved")
            self.assertEqual(len(accepted(rig)), 2)
            self.assertEqual(rig.stop(), 0)

    def test_no_figure_is_taken_without_its_evidence(self):
        with Rig(settings.small(clock="")) as rig:
            folder = rig.folder / "evidence"
            folder.write_text("in the way")
            rig.feed.say_bytes(rows("0.05"))
            rig.start()
            refused(rig, "the evidence cannot be kept")
            self.assertEqual(accepted(rig), [])
            self.assertEqual(rig.moves(), [])
            folder.unlink()
            taken(rig)
            digest = accepted(rig)[0]["digest"]
            kept, = folder.glob(f"long/*/{digest}.zst")
            self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
            self.assertEqual(rig.stop(), 0)


class Push(unittest.TestCase):
    SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()

    def files(self):
        return feed_files('arrives = "push"\npush_secret = { credential = "push" }\nbody_max = "200KiB"\n')

    def send(self, rig, body, name="cash", ident="msg_1", stamp=None, secret=None, **headers):
        # A minute ahead: of the minute that follows a start nothing is taken that was signed in it.
        stamp = str(int(time.time()) + 60 if stamp is None else stamp)
        key = base64.b64decode((secret or self.SECRET).removeprefix("whsec_"))
        mac = hmac.new(key, f"{ident}.{stamp}.".encode() + body, hashlib.sha256).digest()
        request = urllib.request.Request(
            f"http://127.0.0.1:{rig.web}/api/v1/feeds/{name}", data=body, method="POST",
            headers={"webhook-id": ident, "webhook-timestamp": stamp,
                     "webhook-signature": "v1,AAAA v1," + base64.b64encode(mac).decode(), **headers})
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, json.loads(reply.read())
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            return error.code, json.loads(text) if text.startswith("{") else text

    def test_what_is_signed_is_taken_once_and_nothing_else_is(self):
        with Rig(self.files()) as rig:
            rig.write("secrets/push", self.SECRET + "\n", mode=0o600)
            rig.start()
            body = rows("0.05")
            digest = hashlib.sha256(body).hexdigest()
            good = self.send(rig, body)
            self.assertEqual(good, (200, {"accepted": True, "unchanged": False, "rows": 2, "digest": digest}))
            self.assertEqual(self.send(rig, body), good)  # the same id: answered as before
            status, again = self.send(rig, body, ident="msg_2")
            self.assertEqual((status, again["unchanged"]), (200, True))
            status, no = self.send(rig, b"[{}]", ident="msg_3")
            self.assertEqual(status, 422)
            self.assertTrue(no["problems"])

            now = int(time.time())
            turned_away = [
                self.send(rig, body, ident="msg_4", secret="whsec_" + base64.b64encode(b"x" * 32).decode()),
                self.send(rig, body, ident="msg_5", stamp=now - 400),
                self.send(rig, body, ident="msg_6", stamp=now + 400),
                self.send(rig, body, ident="msg_7", stamp="soon"),
                self.send(rig, body, ident="")]
            self.assertEqual({status for status, _ in turned_away}, {401})
            self.assertEqual(len({json.dumps(text) for _, text in turned_away}), 1)
            self.assertEqual(self.send(rig, body, name="nobody")[0], 404)
            self.assertEqual(self.send(rig, b"[" + b" " * (250 << 10) + b"]", ident="msg_8")[0], 413)
            self.assertEqual(self.send(rig, b"[" + b" " * (150 << 10) + b"]", ident="msg_9")[0], 422)
            self.assertEqual(rig.get("/api/v1/feeds/cash")[0], 405)

            self.assertEqual(len(accepted(rig)), 1)
            self.assertEqual(rig.run_raw("feed", "show", digest).stdout, body)
            denied = {k: v for k, v in rig.metrics().items() if k.startswith("sanbaod_push_denied_total")}
            self.assertEqual(sum(denied.values()), 6, denied)
            log = rig.folder.joinpath("sanbaod.log").read_text()
            self.assertEqual(log.count("turned away"), 1, "a flood of denials floods the log")
            self.assertEqual(rig.feed.requests, 0, "a feed that is pushed is not polled")
            # A restart forgets the ids: what was signed before it is not taken again.
            stamp = int(time.time())
            rig.kill()
            time.sleep(1.1)
            rig.start()
            self.assertEqual(self.send(rig, rows("0.50"), ident="msg_10", stamp=stamp)[0], 401)
            # Nor what a clock that was ahead may have signed before it; later it may be sent anew.
            now = int(time.time())
            self.assertEqual(self.send(rig, rows("0.50"), ident="msg_11", stamp=now)[0], 503)
            self.assertEqual(rig.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
