"""A county turns red; the right people are told, once; it recovers, and they are told that too."""
import email
import email.policy
import unittest

import settings
from rig import Rig, wait_until


DUTY, LEAD = "duty@baoji.example", "lead@baoji.example"


def mails_to(rig, address):
    return [mail for mail in rig.mail.mails() if address in ("", mail["to"][0])]


class FirstLight(unittest.TestCase):
    def day(self, rig, date, *levels):
        """Says one day's levels and waits until the daemon has taken them."""
        whole = rig.feed.whole
        self.rows += [settings.row(code, date, level) for (code, _), level in zip(settings.COUNTIES, levels)]
        rig.feed.say(self.rows)
        wait_until(lambda: rig.feed.whole > whole, f"the day {date} is fetched")

    def arrive(self, rig, mails, hooks, to=DUTY):
        """Waits for so many mails to the duty officer (or whom `to` names; "" is all) and webhooks."""
        def there():
            return len(mails_to(rig, to)), len(rig.hook.hooks())
        wait_until(lambda: there()[0] >= mails and there()[1] >= hooks,
                   lambda: f"{mails} mails and {hooks} webhooks; there are {there()}")

    def setUp(self):
        self.rows = []

    def test_red_worse_and_all_clear_reach_mailbox_and_webhook_once_each(self):
        with Rig(settings.small()) as rig:
            self.day_one(rig)
            self.arrive(rig, 1, 1)
            self.assert_first(rig)
            self.day(rig, "2017-02-08", "0.05", "0.50")  # still red: nothing new
            self.day(rig, "2017-02-09", "0.25", "0.50")  # better, not over: on record, not told
            self.day(rig, "2017-02-10", "0.09", "0.50")  # worse again
            self.arrive(rig, 2, 2)
            self.day(rig, "2017-02-13", "0.50", "0.50")  # over
            self.arrive(rig, 3, 3)
            self.assertEqual(rig.stop(), 0)

            told = [body["data"] for _, body in rig.hooks()]
            self.assertEqual([(d["reason"], d["status"], d["level"]) for d in told],
                             [("first", "firing", "red"), ("worse", "firing", "red"),
                              ("all_clear", "resolved", "normal")])
            self.assertEqual(len({d["id"] for d in told}), 1)
            self.assertEqual(len({i for i, _ in rig.hooks()}), 3)
            self.assertEqual(len({m["message_id"] for m in mails_to(rig, DUTY)}), 3)
            self.assertEqual(len(mails_to(rig, DUTY)), 3)
            # No route names the lead: the plan is the lead's to decide all the same. It is proposed
            # when its trigger holds, withdrawn at yellow, and proposed anew at the second red.
            self.assertEqual(len({m["message_id"] for m in mails_to(rig, LEAD)}), 2)
            self.assertEqual(len(mails_to(rig, LEAD)), 2)
            self.assertEqual([(f, t, d) for _, _, f, t, d in rig.moves()],
                             [("normal", "red", "2017-02-07"), ("red", "yellow", "2017-02-09"),
                              ("yellow", "red", "2017-02-10"), ("red", "normal", "2017-02-13")])
            self.assertEqual({row["state"] for row in rig.outbox().values()}, {"delivered"})

    def day_one(self, rig):
        self.rows += [settings.row(code, "2017-02-06", "0.50") for code, _ in settings.COUNTIES]
        rig.feed.say(self.rows)
        rig.start()
        wait_until(lambda: rig.feed.whole == 1, "the first fetch")
        self.day(rig, "2017-02-07", "0.08", "0.50")

    def assert_first(self, rig):
        [(_, body)] = rig.hooks()
        data = body["data"]
        self.assertEqual(body["type"], "sanbao.alert.fired")
        self.assertEqual(
            {k: data[k] for k in ("county", "status", "rule", "level", "value", "value_exact", "line", "as_of")},
            {"county": "610327", "status": "firing", "rule": "cash_level", "level": "red",
             "value": "0.08", "value_exact": "2/25", "line": "< 0.10", "as_of": "2017-02-07"})
        self.assertEqual(data["plan"]["name"], "陇县“三保”风险应急处置预案")
        [mail] = mails_to(rig, DUTY)
        self.assertIn("陇县", mail["subject"])
        self.assertIn("红色", mail["subject"])
        message = email.message_from_string(mail["content"], policy=email.policy.default)
        self.assertEqual([part.get_content_type() for part in message.iter_parts()],
                         ["text/plain", "text/html"])
        text = message.get_body(("plain",)).get_content()
        for wanted in ("陇县", "库款保障水平", "0.08", "2017-02-07", "暂停非“三保”资金拨付"):
            self.assertIn(wanted, text)

    def test_a_value_that_only_prints_as_the_line_is_below_it(self):
        def exact(date, cash):
            return {"code": "610329", "date": date, "cash": cash, "outflow": "12000"}

        with Rig(settings.small(settings.COUNTIES[1:])) as rig:
            rig.feed.say([exact("2017-02-06", "3600")])
            rig.start()
            wait_until(lambda: rig.feed.whole == 1, "the first fetch")
            rig.feed.say([exact("2017-02-07", "3599")])
            self.arrive(rig, 1, 1)
            [(_, body)] = rig.hooks()
            self.assertEqual((body["data"]["level"], body["data"]["value_exact"]), ("yellow", "3599/12000"))
            rig.feed.say([exact("2017-02-08", "3600")])
            self.arrive(rig, 2, 2)
            self.assertEqual(rig.hooks()[1][1]["data"]["status"], "resolved")
            self.assertEqual(rig.stop(), 0)

    def test_a_red_county_has_its_plan_proposed_to_the_lead(self):
        with Rig(settings.small(settings.COUNTIES[:1], route=settings.EVERYTHING)) as rig:
            self.rows = [settings.row("610327", "2017-02-06", "0.50")]
            rig.feed.say(self.rows)
            rig.start()
            wait_until(lambda: rig.feed.whole == 1, "the first fetch")
            rig.feed.say(self.rows + [settings.row("610327", "2017-02-07", "0.05")])
            self.arrive(rig, 3, 2, to="")  # the duty officer twice, the lead once; the webhook twice
            self.assertEqual(rig.stop(), 0)
            to = sorted(mail["to"][0] for mail in rig.mail.mails())
            self.assertEqual(to, [DUTY, DUTY, LEAD])
            reasons = sorted(body["data"]["reason"] for _, body in rig.hooks())
            self.assertEqual(reasons, ["first", "plan_proposed"])
            types = [r["type"] for r in rig.journal() if r["type"].startswith("plan.")]
            self.assertEqual(types, ["plan.proposed"])

    def test_a_restart_tells_nothing_again(self):
        with Rig(settings.small()) as rig:
            self.day_one(rig)
            self.arrive(rig, 2, 1, to="")  # the duty officer of the alert, the lead of the plan
            for _ in range(3):
                self.assertEqual(rig.stop(), 0)
                whole = rig.feed.whole
                rig.start()
                wait_until(lambda whole=whole: rig.feed.whole > whole, "a fetch after the restart")
            self.assertEqual(rig.stop(), 0)
            self.assertEqual((len(rig.mail.mails()), len(rig.hooks())), (2, 1))
            self.assertEqual(len(rig.moves()), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
