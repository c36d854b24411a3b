"""A bureau with a county that has no machine feed: its figures are filed by hand, confirmed by a
second person, and asked for when they do not come. The clock is driven by another county's feed."""
import email
import email.header
import unittest

import settings
from rig import Rig, wait_until

HAND = """\
[[feed]]
name = "linyou"
title = {{ zh = "麟游县月报", en = "Linyou monthly" }}
arrives = "hand"
due = "17:00, 3wd after month"
missing_after = "2wd"
remind_before = "24h"
reporters = {{ "610329" = "mei" }}
owner = "wang"
chief = "li"
{more}
[feed.items]
cash = {{ from = "库款", unit = "万元" }}
outflow = {{ from = "流出", unit = "万元" }}
"""

MEI = """\
[person.mei]
name = "梅填报"
email = "mei@linyou.example"
channels = ["mail"]
"""


def bureau(rig):
    files = settings.small()(rig)
    files["cash.toml"] += HAND.format(more="")
    files["people.toml"] += MEI
    return files


def mails(rig):
    """[(recipient, subject)] so far."""
    found = []
    for mail in rig.mail.mails():
        message = email.message_from_string(mail["content"])
        subject = "".join(
            part.decode(charset or "ascii") if isinstance(part, bytes) else part
            for part, charset in email.header.decode_header(message["Subject"]))
        found.append((message["To"].rpartition("<")[2].strip(">"), subject))
    return found


class Filings(unittest.TestCase):
    def day(self, rig, date):
        """The other county's day; the clock follows to 18:00 of it."""
        whole = rig.feed.whole
        rig.feed.say([settings.row("610327", date, "0.50")])
        wait_until(lambda: rig.feed.whole > whole, date)
        wait_until(lambda: rig.ask("status")["now"].startswith(date), date)

    def file(self, rig, cash, by="mei", date="2017-02-28"):
        return rig.run("file", "linyou", "--county", "麟游县", "--date", date, "--by", by,
                       f"cash={cash}", "outflow=10,000")

    def duty(self, rig):
        (duty,) = rig.ask("duties", "--county", "610329")["duties"]
        return duty

    def test_a_filing_counts_when_a_second_person_confirms_it_even_after_a_restart(self):
        with Rig(bureau) as rig:
            rig.start()
            self.day(rig, "2017-03-01")
            self.assertEqual((self.duty(rig)["last"], self.duty(rig)["state"]), ("2017-02-28", "owed"))

            for words, why in (
                    (("cash=viel", "outflow=1"), "is not a number"),
                    (("cash=1",), "the filing lacks outflow"),
                    (("cash=1", "outflow=1", "gold=1"), "is no item of this feed"),
                    (("cash=-1", "outflow=1"), "is negative")):
                done = rig.run("file", "linyou", "--county", "610329", "--date", "2017-02-28",
                               "--by", "mei", *words)
                self.assertEqual(done.returncode, 1, words)
                self.assertIn(why, done.stderr)
            self.assertIn("does not report", self.file(rig, "1", by="li").stderr)

            done = self.file(rig, "500.00")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("500万元", done.stdout)
            (waiting,) = rig.ask("filings")["filings"]
            wait_until(lambda: ("duty@baoji.example", "【填报待复核】") in
                       [(to, subject[:7]) for to, subject in mails(rig)], lambda: mails(rig))

            # Killed between proposal and confirmation: it waits still.
            rig.kill()
            rig.start()
            (again,) = rig.ask("filings")["filings"]
            self.assertEqual(again, waiting)
            self.assertEqual(rig.ask("alerts")["alerts"], [])

            own = rig.run("filing", "confirm", waiting["id"], "--by", "mei")
            self.assertIn("a second person has to confirm it", own.stderr)
            done = rig.run("filing", "confirm", waiting["id"], "--by", "wang")
            self.assertEqual(done.returncode, 0, done.stderr)
            (alert,) = rig.ask("alerts")["alerts"]
            self.assertEqual((alert["subject"]["id"], alert["level"]), ("610329", "red"))
            wait_until(lambda: [subject for _, subject in mails(rig) if "麟游县" in subject and
                                "红色" in subject], lambda: mails(rig))
            (taken,) = [r for r in rig.journal() if r["type"] == "feed.ok"
                        and r["data"]["feed"] == "linyou"]
            self.assertEqual(taken["data"]["note"], "filed by mei, confirmed by wang")
            self.assertEqual(rig.ask("filings")["filings"], [])
            self.assertEqual(self.duty(rig)["accepted"], "2017-02-28")
            self.assertEqual(rig.stop(), 0)

    def test_a_returned_filing_goes_back_to_its_reporter_with_the_reason(self):
        with Rig(bureau) as rig:
            rig.start()
            self.day(rig, "2017-03-06")
            self.file(rig, "5000", date="2017-03-03")
            (waiting,) = rig.ask("filings")["filings"]
            done = rig.run("filing", "return", waiting["id"], "--by", "wang", "--reason", "与报表不符")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((self.duty(rig)["state"], self.duty(rig)["returned"]),
                             ("returned", "与报表不符"))
            self.assertIn("已退回：与报表不符", rig.run("duties", "--lang", "zh").stdout)
            wait_until(lambda: [to for to, subject in mails(rig) if "填报退回" in subject],
                       lambda: mails(rig))
            self.assertIn("与报表不符", str(rig.ask("duties")))

    def test_a_report_that_does_not_come_is_asked_for_and_escalated(self):
        with Rig(bureau) as rig:
            rig.start()
            for date in ("2017-03-30", "2017-03-31", "2017-04-03", "2017-04-05", "2017-04-06",
                         "2017-04-07", "2017-04-10"):
                self.day(rig, date)
            self.assertEqual(self.duty(rig)["state"], "missing")
            told = wait_until(
                lambda: [(to, subject[1:5]) for to, subject in mails(rig)
                         if subject[1:3] == "报送" and len(mails(rig)) >= 6], lambda: mails(rig))
            wang, li, mei = "duty@baoji.example", "lead@baoji.example", "mei@linyou.example"
            self.assertEqual(sorted(told), sorted([
                (mei, "报送提醒"), (wang, "报送逾期"), (mei, "报送逾期"),
                (wang, "报送缺报"), (li, "报送缺报"), (mei, "报送缺报")]))
            moves = [r["data"]["stage"] for r in rig.journal()
                     if r["type"] == "duty.moved" and r["data"]["subject"] == "610329"]
            self.assertEqual(moves, ["owed", "reminded", "late", "missing"])
            self.assertIn("缺报", rig.run("duties", "--lang", "zh").stdout)
            self.assertIn("MISSING", rig.run("duties", "--lang", "en").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
