"""The unit as systemd reads it: no complaint, and hardened to what a network daemon can reach."""
import pathlib
import re
import subprocess
import tempfile
import unittest

SYSTEMD = pathlib.Path(__file__).resolve().parents[2] / "systemd"
SCORE_MAX = 1.1  # "OK" ends at 2; what is left is network and the host's root folder


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *arguments], text=True, capture_output=True, check=False)


class ServiceFile(unittest.TestCase):
    def test_systemd_has_nothing_to_complain_of(self):
        # An unknown key is only a warning with exit 0, so the text must be empty. The program is not
        # installed here: /bin/true stands in for it.
        text = (SYSTEMD / "sanbaod.service").read_text()
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / "sanbaod.service"
            unit.write_text(text.replace("/usr/bin/sanbaod", "/bin/true"))
            done = analyze("verify", "--man=no", str(unit))
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 0)

    def test_exposure_stays_low(self):
        done = analyze("security", "--offline=true", "--no-pager", str(SYSTEMD / "sanbaod.service"))
        score = re.search(r"Overall exposure level for sanbaod.service: ([0-9.]+)", done.stdout)
        self.assertIsNotNone(score, done.stdout + done.stderr)
        print(f"systemd-analyze security: {score[1]}")
        self.assertLessEqual(float(score[1]), SCORE_MAX)

    def test_what_keeps_the_daemon_alive_is_set(self):
        lines = (SYSTEMD / "sanbaod.service").read_text().splitlines()
        for wanted in ("Type=notify", "WatchdogSec=30", "Restart=always", "StartLimitIntervalSec=0",
                       "StateDirectoryMode=0700", "UMask=0077", "LimitCORE=0", "OOMScoreAdjust=-500"):
            self.assertIn(wanted, lines)
        self.assertTrue(any(line.startswith("LoadCredential=") for line in lines))
        self.assertTrue(any(line.startswith("MemoryMax=") for line in lines))
        self.assertTrue(any(line.startswith("TasksMax=") for line in lines))

    def test_the_user_of_the_unit_is_declared(self):
        users = [line.split()[1] for line in (SYSTEMD / "sysusers.conf").read_text().splitlines()
                 if line.startswith("u")]
        text = (SYSTEMD / "sanbaod.service").read_text()
        self.assertEqual(users, re.findall(r"^User=(\w+)$", text, re.M))


if __name__ == "__main__":
    unittest.main(verbosity=2)
