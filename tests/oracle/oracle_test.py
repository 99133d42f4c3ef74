"""Gives every cluster of cases.jsonl.gz to `joiner plan` and compares the answers (README.md here).

Exits with 0 only if all are right. The last line counts them.
"""

import argparse
import collections
import concurrent.futures
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
VARIABLES = {"minValuesPolicy": "MIN_VALUES_POLICY", "preferencePolicy": "PREFERENCE_POLICY"}
LIMIT_SECONDS = 60


def cases(only):
    with gzip.open(HERE / "cases.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if only in case["name"]:
                yield case


def by_name(outcome, types):
    """The outcome with the names of instance types in place of their numbers."""
    for claim in outcome["nodeClaims"]:
        claim["instanceTypes"] = [
            types[known] if isinstance(known, int) else known for known in claim["instanceTypes"]
        ]
    return outcome


def expected(case):
    """All right answers, and the one that betrays the wrong order of open machines."""
    types = [known["name"] for known in case["instanceTypes"]]
    seen = [by_name(outcome, types) for outcome in case["outcomes"]]

    def resolved(member):
        value = case.get(member)
        if isinstance(value, int):
            return seen[value]
        if isinstance(value, str):
            return resolved(value)
        return value and by_name(value, types)

    right = seen + [answer for answer in (resolved("rules"), resolved("rulesStableOrder")) if answer]
    return seen, right


def placement(answer):
    """What counts of an answer, in a form that can be compared."""
    rows = collections.Counter()
    for claim in answer.get("nodeClaims") or []:
        rows["machine", claim["nodePool"], tuple(sorted(claim["pods"])),
             tuple(sorted(set(claim["instanceTypes"])))] += 1
    for node in answer.get("existingNodes") or []:
        if node.get("pods"):
            rows["node", node["name"], tuple(sorted(node["pods"]))] += 1
    for refusal in answer.get("unschedulable") or []:
        rows["pending", refusal["pod"]] += 1
    return rows


def pending(answer):
    return {refusal["pod"] for refusal in answer.get("unschedulable") or []}


def all_pods(answer):
    placed = [pod for kind in ("nodeClaims", "existingNodes") for bin in answer.get(kind) or []
              for pod in bin["pods"]]
    return collections.Counter(placed) + collections.Counter(pending(answer))


def is_no_worse(answer, seen):
    """Where chance decides: as good as what was seen, of the same pods."""
    machines = max(len(outcome["nodeClaims"]) for outcome in seen)
    return (all_pods(answer) == all_pods(seen[0])
            and pending(answer) <= set().union(*map(pending, seen))
            and len(answer["nodeClaims"]) <= machines)


def ask(program, case):
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name in ("input", "instanceTypes"):
            files[name] = os.path.join(folder, name)
            with open(files[name], "w", encoding="utf-8") as file:
                json.dump(case[name], file)
        environment = dict(os.environ)
        for name, value in (case.get("settings") or {}).items():
            environment[VARIABLES[name]] = value
        run = subprocess.run(
            [program, "plan", "-f", files["input"], "--instance-types", files["instanceTypes"], "-o",
             "json"], env=environment, capture_output=True, timeout=LIMIT_SECONDS, check=False)
    if run.returncode not in (0, 3):
        raise ValueError(f"exit code {run.returncode}: {run.stderr.decode()}")
    answer = json.loads(run.stdout)
    if run.returncode != (3 if answer["unschedulable"] else 0):
        raise ValueError(f"exit code {run.returncode} with {len(answer['unschedulable'])} pending")
    return answer


def judge(program, case):
    """None if the answer is right, or else what is wrong with it."""
    try:
        answer = ask(program, case)
    except (ValueError, KeyError, subprocess.TimeoutExpired) as error:
        return str(error)
    seen, right = expected(case)
    rows = placement(answer)
    if any(rows == placement(outcome) for outcome in right):
        return None
    if not case["stable"] and is_no_worse(answer, seen):
        return None
    wanted = placement(right[-1])
    return "\n".join([f"    wanted {row}" for row in sorted(map(str, wanted - rows))] +
                     [f"    found  {row}" for row in sorted(map(str, rows - wanted))])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--only", default="", help="cases with this in their name")
    parser.add_argument("--show", type=int, default=3, help="differences to print")
    options = parser.parse_args()
    todo = list(cases(options.only))
    wrong = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        for case, fault in zip(todo, workers.map(lambda case: judge(options.program, case), todo)):
            if fault is None:
                continue
            wrong.append(case["name"])
            if len(wrong) <= options.show:
                print(f"{case['name']}:\n{fault}")
    if wrong:
        print("wrong: " + " ".join(wrong))
    print(f"{len(todo) - len(wrong)} of {len(todo)} clusters are planned as by Karpenter's scheduler")
    return 0 if todo and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
