"""The checkers find what they are for, and the rig measures what it says: planted faults."""
import pathlib
import runpy
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYERS = runpy.run_path(str(ROOT / "scripts" / "layers"))
TIDY = runpy.run_path(str(ROOT / "scripts" / "tidy"))
TABLE = "pure: fmt/\n!alerts/base:\n!alerts/core: alerts/base\ndaemon/io: alerts/base\n"


class Tree:
    """A small source tree in a folder of its own."""

    def __init__(self, **files):
        self._folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self._folder.name)
        for name, text in {".ci/layers.txt": TABLE, **files}.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def __enter__(self):
        return self.root

    def __exit__(self, *_):
        self._folder.cleanup()


def layer_faults(**files):
    with Tree(**files) as root:
        return LAYERS["check"](root)[0]


def tidy_faults(name, text):
    with Tree(**{name: text}) as root:
        return TIDY["check"](root)[0]


class Layers(unittest.TestCase):
    def test_includes_downwards_are_fine(self):
        self.assertEqual(layer_faults(**{
            "alerts/core/a.hpp": '#include "alerts/base/b.hpp"\n#include <fmt/format.h>\n#include <map>\n'}), [])

    def test_an_include_upwards_is_found(self):
        found = layer_faults(**{"alerts/base/a.hpp": '#include <map>\n#include "alerts/core/c.hpp"\n'})
        self.assertEqual(found, ["alerts/base/a.hpp:2: alerts/base may not include alerts/core"])

    def test_alerts_may_not_see_the_daemon_or_a_library_that_acts(self):
        found = layer_faults(**{
            "alerts/core/a.cpp": '#include "daemon/io/x.hpp"\n#include <sqlite3.h>\n#include <sys/socket.h>\n'})
        self.assertEqual(len(found), 3)

    def test_a_room_that_the_table_lacks_is_found(self):
        self.assertIn("not in .ci/layers.txt", layer_faults(**{"daemon/new/a.cpp": ""})[0])

    def test_a_table_that_uses_a_name_above_its_definition_is_refused(self):
        found = layer_faults(**{".ci/layers.txt": "alerts/base: alerts/core\nalerts/core:\n"})
        self.assertIn("used above its definition", found[0])


class Tidy(unittest.TestCase):
    def test_what_breaks_replay_is_banned_where_things_are_decided(self):
        for code in ("auto t = Clock::now();", "double share = 0.3;", "std::unordered_map<int, int> m;",
                     "#include <thread>", "auto e = getenv(name);", "auto x = std::stod(text);"):
            with self.subTest(code):
                self.assertEqual(len(tidy_faults("alerts/core/a.cpp", code + "\n")), 1)
        self.assertEqual(tidy_faults("daemon/io/a.cpp", "double seconds = 0;\n"), [])

    def test_comments_and_texts_may_say_anything(self):
        code = '// no double here\nconstexpr auto text = "::now() double";\n/* float */\n'
        self.assertEqual(tidy_faults("alerts/core/a.cpp", code), [])

    def test_only_the_port_reads_the_wall_clock(self):
        code = "auto t = std::chrono::system_clock::now();\n"
        self.assertEqual(len(tidy_faults("daemon/feeds/a.cpp", code)), 1)
        self.assertEqual(tidy_faults("daemon/io/clock.cpp", code), [])

    def test_unfinished_work_is_found(self):
        self.assertEqual(len(tidy_faults("daemon/io/a.cpp", "// TO" "DO: later\n")), 1)

    def test_long_files_functions_and_lines_are_found(self):
        self.assertEqual(len(tidy_faults("daemon/io/a.cpp", "int a;\n" * 401)), 1)
        body = "namespace sanbao {\nvoid f() {\n" + "    g();\n" * 80 + "}\n}\n"
        self.assertEqual(tidy_faults("daemon/io/a.cpp", body),
                         ["daemon/io/a.cpp:2: a function of 82 lines (at most 70)"])
        self.assertEqual(tidy_faults("daemon/io/a.cpp", body.replace("    g();\n" * 20, "")), [])
        self.assertEqual(len(tidy_faults("daemon/io/a.cpp", "// " + "x" * 98 + "\n")), 1)
        self.assertEqual(len(tidy_faults("daemon/io/a.cpp", "// " + "县" * 49 + "\n")), 1)

    def test_tabs_trailing_blanks_and_headers_without_guard_are_found(self):
        self.assertEqual(len(tidy_faults("daemon/io/a.cpp", "\tint a;\n")), 1)
        self.assertEqual(len(tidy_faults("daemon/io/a.cpp", "int a; \n")), 1)
        self.assertEqual(len(tidy_faults("daemon/io/a.hpp", "int a;\n")), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
