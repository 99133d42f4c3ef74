"""Turns Google Benchmark's JSON into a list of rows {"name", "value", "unit"}, printed to stdout.

A benchmark gives a row for its real time, and one for each of its counters (name/counter, no unit).
"""

import json
import sys

FIELDS = {
    "name", "run_name", "run_type", "family_index", "per_family_instance_index", "repetitions",
    "repetition_index", "threads", "iterations", "real_time", "cpu_time", "time_unit", "label",
    "aggregate_name", "aggregate_unit", "error_occurred", "error_message",
}


def rows(benchmarks):
    for benchmark in benchmarks:
        name = benchmark["name"]
        if benchmark.get("error_occurred"):
            sys.exit(f"{name}: {benchmark['error_message']}")
        yield {"name": name, "value": benchmark["real_time"], "unit": benchmark["time_unit"]}
        for counter in sorted(benchmark.keys() - FIELDS):
            yield {"name": f"{name}/{counter}", "value": benchmark[counter], "unit": ""}


with open(sys.argv[1]) as file:
    print(json.dumps(list(rows(json.load(file)["benchmarks"])), indent=1))
