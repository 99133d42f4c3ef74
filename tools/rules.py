"""Lists the rules of scheduling (tests/cases/rules.txt) that neither a case nor a test names; fails if there are any.

A text case names its rules in `rules:`; a test in C++ in its name: SCH_355_…, SCH_127_129_… for both,
SCH_268_to_273_… for all from one to the other. A line of rules.txt may end in the reason why a rule has neither; it
goes when there is one.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[1]
RULES = ROOT / "tests/cases/rules.txt"


def rules_of_name(name):
    """The rules in the name of a test, as numbers."""
    found = set()
    for words in re.findall(r"SCH((?:_(?:to_)?\d{3})+)", name):
        last = None
        for word, number in re.findall(r"_(to_)?(\d{3})", words):
            number = int(number)
            found |= set(range(last, number + 1)) if word else {number}
            last = number
    return found


def rules_of_case(text):
    match = re.search(r"^rules: \[([^\]]*)\]", text, re.MULTILINE)
    return {int(number) for number in re.findall(r"SCH-(\d+)", match.group(1) if match else "")}


def rules_of_cases():
    found = set()
    for path in sorted((ROOT / "tests/cases").glob("*.case")):
        found |= rules_of_case(path.read_text())
    return found


def rules_of_tests():
    found = set()
    for folder in ("src", "tests"):
        for path in sorted((ROOT / folder).rglob("*_test.cc")):
            for name in re.findall(r"TEST(?:_[FP])?\(\w+,\s*(\w+)\)", path.read_text()):
                found |= rules_of_name(name)
    return found


def main():
    rules = {}
    for line in RULES.read_text().splitlines():
        rule, tag, *reason = line.split(maxsplit=2)
        rules[int(rule[4:])] = (tag, reason[0] if reason else "")
    by_cases, by_tests = rules_of_cases(), rules_of_tests()
    covered = by_cases | by_tests
    reasons = {number for number, (_, reason) in rules.items() if reason}
    print(f"{len(rules)} rules of scheduling: {len(by_cases & rules.keys())} have a text case, "
          f"{len((by_tests - by_cases) & rules.keys())} others a test in C++, {len(reasons - covered)} a reason")
    faults = []
    for complaint, numbers in (("have no case, no test and no reason", rules.keys() - covered - reasons),
                               ("are tested and have a reason all the same", reasons & covered),
                               ("are named by a test, but are no rules", covered - rules.keys())):
        if numbers:
            faults.append(f"{complaint}: " + " ".join(f"SCH-{number:03}" for number in sorted(numbers)))
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
