"""Real publications read by settings alone: every row, the sums and facts that are known of them, and
what is wrong in them. The settings stand in datasets/*.toml; this file only counts for itself, with
Python's own csv, and compares."""
import collections
import csv
import json
import pathlib
import subprocess
import tempfile
import unittest
from fractions import Fraction

from rig import PATIENCE, ROOT, SANBAOD, Rig, wait_until

DATA = ROOT.parent / "shared" / "data"
SETTINGS = pathlib.Path(__file__).parent / "datasets"


def subject(name, *codes, kind="department"):
    aliases = ", ".join(f'{{ code = "{code}" }}' for code in codes if code != name)
    return f'id = "{name}"\nkind = "{kind}"\nname = {{ zh = "{name}" }}\naliases = [{aliases}]\n'


def main_file(dataset, web="127.0.0.1:0", store="sanbao.db", socket="control.sock"):
    return f"""\
include = ["{dataset}.toml", "common.toml", "subjects/*.toml"]
operators = ["reader"]
[web]
listen = "{web}"
[store]
url = "sqlite:{store}"
socket = "{socket}"
"""


def rows_of(path, encoding="utf-8-sig"):
    with open(path, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@unittest.skipUnless(DATA.exists(), "skipped: no shared data")
class Datasets(unittest.TestCase):
    def read(self, dataset, feed, files, subjects, expect=0):
        """What `feed test` makes of the files, as JSON; cells as {(subject, item, date): value}."""
        with tempfile.TemporaryDirectory(prefix="sanbao-data-") as folder:
            folder = pathlib.Path(folder)
            (folder / "subjects").mkdir()
            (folder / "sanbaod.toml").write_text(main_file(dataset, web="127.0.0.1:8390"), encoding="utf-8")
            for name in (dataset, "common"):
                (folder / f"{name}.toml").write_text(
                    (SETTINGS / f"{name}.toml").read_text(encoding="utf-8"), encoding="utf-8")
            for name, text in subjects.items():
                (folder / "subjects" / f"{name}.toml").write_text(text, encoding="utf-8")
            command = [SANBAOD, "feed", "test", feed, "--all", "--json", "--config", str(folder / "sanbaod.toml")]
            for file in files:
                command += ["--file", str(file)]
            done = subprocess.run(command, capture_output=True, timeout=60 * PATIENCE, check=False)
        self.assertEqual(done.returncode, expect, done.stderr.decode() + done.stdout.decode()[:2000])
        report = json.loads(done.stdout)
        if "decoded" in report:
            report["cells"] = {(c["subject"], c["item"], c["date"]): Fraction(c["value"])
                               for c in report["decoded"]["first"]}
            self.assertEqual(len(report["cells"]), report["decoded"]["cells"])
        return report

    def test_three_gbk_exports_of_the_statistics_bureau(self):
        provinces = {"gansu": "Gansu", "henan": "Henan", "shaanxi": "Shaanxi"}
        subjects = {id: subject(id, code, kind="city") for id, code in provinces.items()}
        names = {"revenue": "General Budgetary Revenue", "expenditure": "General Budgetary Expenditure",
                 "tax": "Revenue Tax Revenue", "non_tax": "Revenue Non-tax Revenue",
                 "education": "Expenditure Education"}
        for id, file in (("gansu", "Gansu"), ("henan", "Henan"), ("shaanxi", "Shannxi")):
            path = DATA / "cn_nbs_province_2017" / f"{file}_2017.csv"
            report = self.read("nbs", "nbs", [path], subjects)
            table = [line for line in csv.reader(path.read_text(encoding="gb18030").splitlines())
                     if len(line) == 2 and line[0].startswith("Local Governments")]
            self.assertEqual(report["decoded"]["rows"], len(table))
            figures = dict(table)
            for item, name in names.items():
                text = figures[f"Local Governments {name}(100 million yuan)"]
                self.assertEqual(report["cells"][id, item, "2017-12-31"], Fraction(text) * 10**8, (id, item))
            self.assertTrue(all(check["holds"] for check in report["checks"]), report["checks"])
            self.assertTrue(any("GB18030" in how for how in report["decoded"]["how"]), report["decoded"]["how"])
            self.assertEqual(len(report["decoded"]["names_unmapped"]), len(table) - len(names))

    def test_the_county_panel_and_its_wrong_growth_rates(self):
        path = DATA / "cn_county_panel_nmg" / "economic_indicators.csv"
        rows = rows_of(path)
        subjects = {id: subject(id, id) for id in {row["county_id"] for row in rows}}
        report = self.read("panel", "panel", [path], subjects)
        self.assertEqual(report["decoded"]["rows"], len(rows))
        for item, column, unit in (("gdp", "gdp", 10**8), ("revenue", "public_budget_income", 10**4),
                                   ("spent", "public_budget_exp", 10**4),
                                   ("spent_growth", "public_budget_exp_yoy", Fraction(1, 100))):
            want = {(row["county_id"], f"{row['year']}-12-31"): Fraction(row[column]) * unit for row in rows}
            got = {(s, d): value for (s, i, d), value in report["cells"].items() if i == item}
            self.assertEqual(got, want, item)
        checks = {check["name"]: check for check in report["checks"]}
        self.assertTrue(checks["支出增速"]["holds"], checks["支出增速"])
        # Independently: rates that no rounding of the amounts explains.
        year = {(row["county_id"], int(row["year"])): row for row in rows}
        wrong = set()
        for (county, y), row in year.items():
            before = year.get((county, y - 1))
            if before:
                now, then = Fraction(row["public_budget_income"]), Fraction(before["public_budget_income"])
                slack = Fraction(1, 20)
                low = (now - slack) / (then + slack) * 100 - 100 - slack
                high = (now + slack) / (then - slack) * 100 - 100 + slack
                if not low <= Fraction(row["public_budget_income_yoy"]) <= high:
                    wrong.add((county, y))
        self.assertEqual(len(wrong), 4)
        found = checks["收入增速"]["findings"]
        self.assertEqual(len(found), len(wrong))
        for county, y in wrong:
            self.assertTrue(any(county in each["zh"] and f"{y}-12-31" in each["zh"] for each in found),
                            (county, y, found))

    def test_the_us_treasury_in_three_shapes(self):
        subjects = {"us-treasury": subject("us-treasury")}
        folder = DATA / "us_treasury_cash"
        rows = rows_of(folder / "operating_cash_balance_2016_2019.csv")
        ours = [row for row in rows if row["account_type"] == "Federal Reserve Account"]
        years = self.read("treasury", "years", [folder / "operating_cash_balance_2016_2019.csv"], subjects)
        self.assertEqual(years["decoded"]["rows"], len(ours))
        self.assertEqual(years["decoded"]["rows_filtered"], len(rows) - len(ours))
        self.assertTrue(years["checks"][0]["holds"], years["checks"])
        closes = {d: v for (_, i, d), v in years["cells"].items() if i == "closing"}
        self.assertEqual(closes, {row["record_date"]: Fraction(row["close_today_bal"]) * 10**6 for row in ours})
        self.assertEqual(min(closes.values()), closes["2017-03-15"])
        self.assertEqual(closes["2017-03-15"], 23_416 * 10**6)
        self.assertEqual(closes["2019-08-15"], 111_766 * 10**6)

        pages = [folder / f"operating_cash_2019-07_2019-08_page{n}of2.json" for n in (1, 2)]
        paged = self.read("treasury", "pages", pages, subjects)
        for key, value in paged["cells"].items():
            self.assertEqual(years["cells"][key], value, key)
        days = {d for (_, _, d) in paged["cells"]}
        self.assertEqual(days, {d for d in closes if "2019-07-01" <= d <= "2019-08-31"})
        one = self.read("treasury", "pages", pages[:1], subjects, expect=1)  # half of an answer
        self.assertEqual(one["refused"]["problem"], "truncated", one)
        for name, kind in (("debt_outstanding_page3of3.json", None), ("documented_error_object.json", None)):
            report = self.read("treasury", "pages", [folder / name], subjects, expect=1)
            self.assertIn("refused", report, name)

        sheet = self.read("treasury", "statement", [folder / "daily_statement_2013-05-15.txt"], subjects)
        day = {i: v for (_, i, d), v in sheet["cells"].items() if d == "2013-05-15"}
        self.assertEqual(day, {"closing": 69_489 * 10**6, "opening": 91_647 * 10**6,
                               "total_closing": 69_489 * 10**6})
        self.assertTrue(sheet["checks"][0]["holds"])

    def test_ten_cities_with_blanks_and_a_byte_order_mark(self):
        path = DATA / "cn_prefecture_panel" / "shaanxi_2018_2021.csv"
        rows = rows_of(path)
        codes = {row["admin_code_6"]: row["city_name_cn"] for row in rows}
        report = self.read("prefectures", "cities", [path],
                           {code: subject(f"c{code}", code, kind="city") for code in codes})
        self.assertEqual(report["decoded"]["rows"], len(rows))
        for item, column in (("revenue", "general_public_revenue_100m"),
                             ("expenditure", "general_public_expenditure_100m"),
                             ("debt", "statutory_debt_balance_100m")):
            want = {(f"c{row['admin_code_6']}", row["period_end"]): Fraction(row[column]) * 10**8
                    for row in rows if row[column]}
            got = {(s, d): value for (s, i, d), value in report["cells"].items() if i == item}
            self.assertEqual(got, want, item)
        self.assertTrue(report["checks"][0]["holds"], report["checks"])

    def test_a_foreign_rating_of_five_thousand_municipalities(self):
        path = DATA / "br_capag" / "capag_2020.csv"
        rows = rows_of(path)
        self.assertEqual(len(rows), 5_569)

        def files(rig):
            found = {"sanbaod.toml": main_file("capag", f"127.0.0.1:{rig.web}", str(rig.store),
                                               f"{rig.folder}/control.sock"),
                     "common.toml": (SETTINGS / "common.toml").read_text(encoding="utf-8"),
                     "capag.toml": (SETTINGS / "capag.toml").read_text(encoding="utf-8").replace(
                         "file:///dev/null", f"file://{path}")}
            for row in rows:
                found[f"subjects/{row['cod']}.toml"] = subject(f"m{row['cod']}", row["cod"])
            return found

        grades = {"normal": "A", "yellow": "B", "orange": "C", "red": "D"}
        with Rig(files, feed=False) as rig:
            rig.start()
            wait_until(lambda: rig.metrics().get("sanbaod_sweeps_total", 0) >= 1, rig.last_words, timeout=60)
            found = collections.defaultdict(lambda: "n.d.")
            for alert in rig.ask("alerts", "--all")["alerts"]:
                found[alert["subject"]["id"], alert["indicator"]] = grades[alert["level"]]
            self.assertEqual(rig.stop(), 0)
        wrong, tally = [], collections.Counter()
        for row in rows:
            for indicator, column in (("debt_grade", "Nota 1"), ("savings_grade", "Nota 2"),
                                      ("liquidity_grade", "Nota 3"), ("grade", "CAPAG")):
                got = found[f"m{row['cod']}", indicator]
                tally[indicator, got] += 1
                if got != row[column].strip():
                    wrong.append((row["cod"], indicator, got, row[column]))
        print("capag:", dict(tally), flush=True)
        self.assertEqual(wrong[:20], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
