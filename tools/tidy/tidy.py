"""Checks of the source tree that no compiler makes. Prints file:line: [rule] what; exits 1 if there is any.

usage: tidy.py [ROOT]

  arrows    an #include that the table in ARCHITECTURE.md does not allow; a link line in CMakeLists.txt likewise
  banned    calls that have one place (the clock, threads, random draws, output), used outside of it
  orphan    a test or source file that no build target globs
  header    a header that does not open with a paragraph on what it is, or lacks #pragma once
  marker    left-over marks of unfinished work
"""

import pathlib
import re
import sys
from typing import NamedTuple

from source import code_of, includes_of, line_at

SOURCE = {".cc", ".h"}
FOLDERS = ("src", "tests", "tools", "cmake", "ui", "deploy")


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    what: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.rule}] {self.what}"


class Ban(NamedTuple):
    what: str
    pattern: str
    allowed: tuple[str, ...]  # prefixes of paths
    instead: str


# Tests that drive the program from outside, and benchmarks, live in real time.
REAL_TIME = ("src/app/", "tests/e2e/", "tests/control_plane/", "tests/bench/")
# The simulated clock may be held back to a multiple of wall time, so that a person can follow.
PACED = ("src/sim/sim_clock.cc",)
# A client's patience, and that with a program it started, is counted in wall time.
SOCKETS = ("src/net/", "src/kube/child.cc")
NOT_A_MEMBER = r"(?<![\w.:>])"

BANS = (
    Ban("reads the wall clock",
        r"\b(?:system|steady|high_resolution)_clock\s*::\s*now\b|\b(?:gettimeofday|clock_gettime)\s*\("
        r"|(?:std::|" + NOT_A_MEMBER + r")time\s*\(\s*(?:nullptr|NULL|0)\s*\)",
        REAL_TIME + PACED + SOCKETS, "ask ports/clock.h"),
    Ban("sleeps, or waits on a timer of its own",
        r"\bthis_thread\s*::\s*sleep|\b(?:usleep|nanosleep)\s*\(|::sleep\s*\("
        r"|\b(?:steady|system|high_resolution|deadline)_timer\b",
        REAL_TIME + SOCKETS, "wait on ports/clock.h"),
    Ban("starts a thread", r"\bstd\s*::\s*(?:thread|jthread|async)\b|\bpthread_create\b",
        ("src/app/", "tests/e2e/"), "one loop decides; only app starts threads"),
    Ban("draws random numbers",
        r"(?:std::|" + NOT_A_MEMBER + r")s?rand\s*\(|\brandom_device\b|\bmt19937(?:_64)?\b"
        r"|\bdefault_random_engine\b|\b\w+_distribution\s*<|\bstd\s*::\s*shuffle\b",
        ("src/base/random",), "draw from base/random.h, whose seed is printed"),
    Ban("writes to the terminal",
        r"\bstd\s*::\s*(?:cout|cerr|clog)\b|(?:std::|" + NOT_A_MEMBER + r")(?:printf|puts|fprintf|putchar)\s*\("
        r"|\bfmt\s*::\s*print\s*\(",
        ("src/app/", "src/base/check.h", "tests/"), "return the value; app prints it"),
    Ban("reads the environment", r"\bgetenv\s*\(", ("src/app/", "tests/"), "app hands settings down"),
    Ban("throws", r"\bthrow\b", ("src/app/", "tests/"), "return base::Result, or base::check an invariant"),
)

# Slow to compile: never in a header, where every includer would pay.
HEAVY = re.compile(r"^(boost/asio\.hpp|boost/beast|CLI/|yaml-cpp/|simdjson)")
MARKER = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
TEST_FOLDERS_WITHOUT_TESTS = {"support", "bench"}


class Rooms:
    """The table of ARCHITECTURE.md: room | may include | its tests may also include."""

    def __init__(self, text):
        self.allowed = {}
        self.allowed_in_tests = {}
        for room, names, test_names in self._rows(text):
            self.allowed[room] = {room} | names
            self.allowed_in_tests[room] = {room} | names | test_names
        for table in (self.allowed, self.allowed_in_tests):
            for names in table.values():
                if "everything" in names:
                    names.update(self.allowed)

    @staticmethod
    def _rows(text):
        header = re.search(r"^\|\s*room\s*\|\s*may include\s*\|.*\n\|[-| ]+\|\n((?:\|.*\n?)+)", text, re.MULTILINE)
        if not header:
            sys.exit("ARCHITECTURE.md holds no table 'room | may include | its tests may also include'")
        for row in header[1].splitlines():
            cells = [cell.replace("`", "").strip() for cell in row.strip().strip("|").split("|")]
            names = [set(re.findall(r"\w+", cell)) - {"nothing", "of", "ours"} for cell in cells[1:]]
            yield cells[0], names[0], names[1] if len(names) > 1 else set()


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.rooms = Rooms(self.read("ARCHITECTURE.md"))
        self.cmake = self.read("CMakeLists.txt")
        self.built = re.findall(r"joiner_room\((\w+)", self.cmake)
        self.files = sorted(
            str(path.relative_to(self.root))
            for folder in FOLDERS
            for path in (self.root / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts)

    def read(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def findings(self):
        yield from self.links()
        for path in self.files:
            text = self.read(path)
            yield from markers(path, text)
            if pathlib.PurePath(path).suffix in SOURCE:
                yield from self.arrows(path, text)
                yield from bans(path, text)
                yield from self.orphans(path)
            if path.endswith(".h"):
                yield from header(path, text)
            if path.endswith(".case") and not path.startswith("tests/cases/"):
                yield Finding(path, 1, "orphan", "text cases are run from tests/cases alone")

    def allowed_from(self, path):
        """The rooms that a file may include, and the words for whose rule that is."""
        parts = path.split("/")
        if parts[0] == "src" and len(parts) > 2:
            room = parts[1]
            if path.endswith(("_test.cc", "_test.h")):
                return self.rooms.allowed_in_tests.get(room, set()) | {"support"}, f"tests of {room}"
            return self.rooms.allowed.get(room, set()), room
        if parts[:2] == ["tests", "support"]:
            return {"support", "model", "base"}, "tests/support"
        # Its own folder, what reads the text cases, and what judges the engine.
        own = {parts[1], "cases", "properties"} if parts[0] == "tests" else set()
        return set(self.rooms.allowed) | {"support"} | own, "/".join(parts[:2])

    def arrows(self, path, text):
        allowed, who = self.allowed_from(path)
        rooms = self.rooms.allowed.keys() | {"support", "bench", "cases", "properties", "control_plane"}
        for line, included, quoted in includes_of(text):
            room, _, name = included.partition("/")
            if room in rooms and name and not quoted:
                yield Finding(path, line, "arrows", f'write "{included}" in quotes: it is ours')
            elif not quoted:
                if path.endswith(".h") and HEAVY.match(included):
                    yield Finding(path, line, "arrows", f"<{included}> is slow to compile: include it in one .cc")
            elif room not in rooms or not name:
                yield Finding(path, line, "arrows", f'"{included}" is not written from src, as "room/file.h"')
            elif room not in allowed:
                yield Finding(path, line, "arrows",
                              f'{who} may include {", ".join(sorted(allowed))}; not {room} ("{included}")')

    def links(self):
        for match in re.finditer(r"joiner_room\((\w+)([^)]*)\)", self.cmake):
            room, line = match[1], line_at(self.cmake, match.start())
            if room not in self.rooms.allowed:
                yield Finding("CMakeLists.txt", line, "arrows", f"room {room} is missing from ARCHITECTURE.md")
                continue
            words = {"": set(), "LINK": set(), "TEST_LINK": set()}
            option = ""
            for word in match[2].split():
                if word.isupper():
                    option = word
                else:
                    words.setdefault(option, set()).add(word)
            wrong = (words["LINK"] - self.rooms.allowed[room]) | (
                words["TEST_LINK"] - self.rooms.allowed_in_tests[room])
            for name in sorted(wrong):
                yield Finding("CMakeLists.txt", line, "arrows", f"room {room} links {name}, which the table forbids")

    def orphans(self, path):
        parts = path.split("/")
        if parts[0] == "src":
            if len(parts) != 3:
                yield Finding(path, 1, "orphan", "sources lie in src/<room>/, not above or below: no target globs this")
            elif parts[1] not in self.built:
                yield Finding(path, 1, "orphan", f"no joiner_room({parts[1]}) in CMakeLists.txt builds this")
        elif path.endswith("_test.cc"):
            good = parts[0] == "tests" and len(parts) == 3 and parts[1] not in TEST_FOLDERS_WITHOUT_TESTS
            if not good:
                yield Finding(path, 1, "orphan", "tests lie in src/<room>/ or tests/<folder>/: no target globs this")


def bans(path, text):
    if not path.startswith(("src/", "tests/")):
        return
    code = code_of(text)
    for ban in BANS:
        if path.startswith(ban.allowed):
            continue
        for match in re.finditer(ban.pattern, code):
            yield Finding(path, line_at(code, match.start()), "banned",
                          f"'{match[0].strip()}' {ban.what}: {ban.instead}")


def header(path, text):
    if not text.startswith("//"):
        yield Finding(path, 1, "header", "a header opens with a paragraph: what this is, assumptions, tie-breaks")
    if "#pragma once" not in text:
        yield Finding(path, 1, "header", "#pragma once is missing")


def markers(path, text):
    for match in MARKER.finditer(text):
        yield Finding(path, line_at(text, match.start()), "marker", f"{match[0]}: do it, or file it as an issue")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
    tree = Tree(root)
    findings = list(tree.findings())
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(f"tidy: {len(findings)} findings")
    print(f"tidy: {len(tree.files)} files, arrows and calls as ARCHITECTURE.md says")


if __name__ == "__main__":
    main()
