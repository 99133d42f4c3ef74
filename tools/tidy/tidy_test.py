"""Plants one violation at a time in a small clean tree; tidy must name each, and find none in the clean tree."""

import pathlib
import tempfile
import unittest

import tidy

ROOT = pathlib.Path(__file__).parents[2]

CLEAN = {
    "ARCHITECTURE.md": """
| room | may include | its tests may also include |
|---|---|---|
| base | nothing of ours | |
| model | base | |
| engine | model, base | judge |
| judge | model, base | |
| app | everything | |
""",
    "CMakeLists.txt": """
joiner_room(base)
joiner_room(model LINK base PUBLIC_LINK fmt::fmt)
joiner_room(engine LINK model base TEST_LINK judge)
joiner_room(judge LINK model base)
joiner_room(app LINK engine judge model base)
""",
    "src/base/check.h": "// Assertions.\n#pragma once\n#include <cstdio>\ninline void f() { std::fprintf(stderr, \"x\"); }\n",
    "src/model/pod.h": '// Pods.\n#pragma once\n#include "base/check.h"\n',
    "src/engine/pack.cc": """#include "engine/pack.h"
#include "model/pod.h"
// #include "app/main.h" stands in a comment; so does std::thread.
const char* text = "std::cout << rand()";
const char* raw = R"(
#include "app/main.h"
)";
int thousand = 1'000; char quote = '"'; int more = 2'000;
int count(Clock& clock) { return clock.time(0) + timer.printf(1) + operand(2); }
""",
    "src/engine/pack.h": "// Packs pods.\n#pragma once\n",
    "src/engine/pack_test.cc": '#include "engine/pack.h"\n#include "judge/fits.h"\n#include "support/pods.h"\n',
    "src/app/main.cc": '#include "engine/pack.h"\n#include <CLI/CLI.hpp>\nint main() { std::thread t; std::cout << 1; }\n',
    "tests/cases/runner_test.cc": '#include "engine/pack.h"\n',
    "tests/cases/one.case": "given\n",
    "tests/support/pods.h": '// Builders.\n#pragma once\n#include "model/pod.h"\n',
    "tests/e2e/walk_test.cc": "void f() { std::this_thread::sleep_for(x); }\n",
}

# name: (file, text put at its end, or the whole of a new file; the rule; a word of the finding)
PLANTED = {
    "an include up the house": ("src/model/pod.h", '#include "engine/pack.h"\n', "arrows", "engine"),
    "an include across a floor": ("src/engine/pack.cc", '#include "judge/fits.h"\n', "arrows", "judge"),
    "an include with blanks": ("src/engine/pack.cc", ' #  include  "app/main.h"\n', "arrows", "app"),
    "an include after a quote character": ("src/engine/pack.cc", "char c = '\"';\n#include \"app/a.h\"\n", "arrows", "app"),
    "an include in angle brackets": ("src/engine/pack.cc", "#include <app/main.h>\n", "arrows", "quotes"),
    "an include not written from src": ("src/engine/pack.cc", '#include "pack.h"\n', "arrows", "written from src"),
    "an include by way of a parent": ("src/engine/pack.cc", '#include "../app/main.h"\n', "arrows", "written from src"),
    "test support in a room's code": ("src/engine/pack.cc", '#include "support/pods.h"\n', "arrows", "support"),
    "a room in test support": ("tests/support/pods.h", '#include "engine/pack.h"\n', "arrows", "engine"),
    "a test of another room": ("src/engine/pack_test.cc", '#include "app/main.h"\n', "arrows", "app"),
    "a heavy header in a header": ("src/model/pod.h", "#include <yaml-cpp/yaml.h>\n", "arrows", "one .cc"),
    "a link line up the house": ("CMakeLists.txt", "joiner_room(base LINK model)\n", "arrows", "links model"),
    "a test's link line": ("CMakeLists.txt", "joiner_room(model TEST_LINK app)\n", "arrows", "links app"),
    "a room that is not in the table": ("CMakeLists.txt", "joiner_room(cellar)\n", "arrows", "cellar"),
    "the wall clock": ("src/engine/pack.cc", "auto t = std::chrono::system_clock::now();\n", "banned", "clock"),
    "the steady clock": ("src/engine/pack.cc", "auto t = steady_clock::now();\n", "banned", "clock"),
    "the C clock": ("src/engine/pack.cc", "auto t = time(nullptr);\n", "banned", "clock"),
    "the C clock in std": ("src/engine/pack.cc", "auto t = std::time(nullptr);\n", "banned", "clock"),
    "a timer": ("src/engine/pack.cc", "asio::steady_timer t;\n", "banned", "timer"),
    "a sleep": ("src/engine/pack_test.cc", "void f() { std::this_thread::sleep_for(x); }\n", "banned", "sleep"),
    "a thread": ("src/engine/pack.cc", "std::thread t;\n", "banned", "thread"),
    "a draw": ("src/engine/pack.cc", "int i = rand();\n", "banned", "random"),
    "a generator": ("src/engine/pack.cc", "std::mt19937 generator;\n", "banned", "random"),
    "a print": ("src/engine/pack.cc", 'void f() { printf("x"); }\n', "banned", "terminal"),
    "a stream": ("src/engine/pack.cc", "void f() { std::cout << 1; }\n", "banned", "terminal"),
    "an fmt print": ("src/engine/pack.cc", 'void f() { fmt::print("x"); }\n', "banned", "terminal"),
    "the environment": ("src/engine/pack.cc", 'auto e = std::getenv("HOME");\n', "banned", "environment"),
    "an exception": ("src/engine/pack.cc", "void f() { throw 1; }\n", "banned", "throw"),
    "a test below a room": ("src/engine/deep/x_test.cc", "int i;\n", "orphan", "no target"),
    "a test beside the rooms": ("src/x_test.cc", "int i;\n", "orphan", "no target"),
    "a test in a room that nobody builds": ("src/cellar/x_test.cc", "int i;\n", "orphan", "cellar"),
    "a test among the helpers": ("tests/support/x_test.cc", "int i;\n", "orphan", "no target"),
    "a test deep in tests": ("tests/cases/deep/x_test.cc", "int i;\n", "orphan", "no target"),
    "a test in tools": ("tools/x_test.cc", "int i;\n", "orphan", "no target"),
    "a case elsewhere": ("tests/sim/x.case", "given\n", "orphan", "tests/cases"),
    "a header without its paragraph": ("src/engine/new.h", "#pragma once\n", "header", "paragraph"),
    "a header without a guard": ("src/engine/new.h", "// New.\n", "header", "pragma"),
    "a marker in code": ("src/engine/pack.cc", "// TO" + "DO: later\n", "marker", "TO" + "DO"),
    "a marker in cmake": ("cmake/room.cmake", "# FIX" + "ME\n", "marker", "FIX" + "ME"),
}


def findings_of(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return list(tidy.Tree(folder).findings())


class TidyTest(unittest.TestCase):
    def test_clean_tree_has_no_findings(self):
        self.assertEqual(findings_of(CLEAN), [])

    def test_planted_violations_are_caught(self):
        for name, (path, text, rule, word) in PLANTED.items():
            with self.subTest(name):
                before = CLEAN.get(path, "")
                found = findings_of(CLEAN | {path: before + text})
                self.assertEqual([(one.path, one.rule) for one in found], [(path, rule)], found)
                self.assertIn(word, found[0].what)
                line = (before + text).splitlines()[found[0].line - 1]
                whole_file = rule in ("orphan", "header")
                self.assertTrue(whole_file or line in text.splitlines(), f"{found[0]} names the wrong line")

    def test_every_ban_is_planted(self):
        caught = {
            ban.what for ban in tidy.BANS for _, text, rule, _ in PLANTED.values()
            if rule == "banned" and list(tidy.re.finditer(ban.pattern, text))}
        self.assertEqual(caught, {ban.what for ban in tidy.BANS})

    def test_the_real_table_is_read(self):
        rooms = tidy.Rooms((ROOT / "ARCHITECTURE.md").read_text())
        self.assertEqual(rooms.allowed["base"], {"base"})
        self.assertEqual(rooms.allowed["engine"], {"engine", "model", "base"})
        self.assertNotIn("engine", rooms.allowed["sim"] | rooms.allowed["judge"])
        self.assertIn("control", rooms.allowed["app"])


if __name__ == "__main__":
    unittest.main()
