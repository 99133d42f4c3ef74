"""Lists the rules of scheduling (tests/cases/rules.txt) that no test names, and how many do.

A text case names its rules in `rules:`; a test in C++ in its name: SCH_355_…, SCH_127_129_… for both,
SCH_268_to_273_… for all from one to the other.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[1]
RULES = ROOT / "tests/cases/rules.txt"


def rules_of_name(name):
    """The rules in the name of a test, as numbers."""
    match = re.match(r"SCH((?:_(?:to_)?\d{3})+)", name)
    found = set()
    last = None
    for word, number in re.findall(r"_(to_)?(\d{3})", match.group(1) if match else ""):
        number = int(number)
        found |= set(range(last, number + 1)) if word else {number}
        last = number
    return found


def rules_of_case(text):
    match = re.search(r"^rules: \[([^\]]*)\]", text, re.MULTILINE)
    return {int(number) for number in re.findall(r"SCH-(\d+)", match.group(1) if match else "")}


def main():
    rules = dict(line.split() for line in RULES.read_text().splitlines() if line)
    by_cases = set()
    for path in sorted((ROOT / "tests/cases").glob("*.case")):
        by_cases |= rules_of_case(path.read_text())
    by_tests = set()
    for folder in ("src", "tests"):
        for path in sorted((ROOT / folder).rglob("*_test.cc")):
            for name in re.findall(r"TEST(?:_[FP])?\(\w+,\s*(\w+)\)", path.read_text()):
                by_tests |= rules_of_name(name)
    without = [rule for rule in rules if int(rule[4:]) not in by_cases | by_tests]
    for tag in sorted(set(rules.values())):
        names = [rule for rule in without if rules[rule] == tag]
        print(f"[{tag}] without a test: {len(names)} of "
              f"{sum(value == tag for value in rules.values())}")
        if names:
            print("  " + " ".join(names))
    numbers = {int(rule[4:]) for rule in rules}
    print(f"{len(numbers & by_cases)} rules have a text case, {len(numbers & by_tests)} a test in C++")
    unknown = sorted((by_cases | by_tests) - numbers)
    if unknown:
        sys.exit("no such rules: " + " ".join(f"SCH-{number:03}" for number in unknown))


if __name__ == "__main__":
    main()
