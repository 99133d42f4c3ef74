"""Turns Google Benchmark's JSON into rows {"name", "value", "unit"}, written to the second file, and
prints the rows of the engine as a table.

A benchmark gives a row for its time, in seconds, and one for each of its counters, name/counter. One
that has a counter `value` gives that alone, with its label as the unit.
"""

import json
import re
import sys

FIELDS = {
    "name", "run_name", "run_type", "family_index", "per_family_instance_index", "repetitions",
    "repetition_index", "threads", "iterations", "real_time", "cpu_time", "time_unit", "label",
    "aggregate_name", "aggregate_unit", "error_occurred", "error_message",
}
SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
UNITS = {
    "peak_memory": "MiB", "bytes_per_pod": "bytes", "pods_per_second": "pods/s", "ratio": "ratio",
    "megabytes_per_second": "MB/s", "dollars_per_hour": "$/h", "nodes": "nodes",
}
COLUMNS = ["n", "time", "pods/s", "nodes", "$/h", "peak memory", "a pod", "than Karpenter"]


def plain_name(benchmark):
    """The name without what Google Benchmark adds about how it measured."""
    return re.sub(r"/(iterations:\d+|repeats:\d+|manual_time|real_time|process_time)", "",
                  benchmark["name"])


def rows(benchmarks):
    for benchmark in benchmarks:
        name = plain_name(benchmark)
        if benchmark.get("error_occurred"):
            sys.exit(f"{name}: {benchmark['error_message']}")
        if "value" in benchmark:
            yield {"name": name, "value": benchmark["value"], "unit": benchmark["label"]}
            continue
        seconds = benchmark["real_time"] * SECONDS[benchmark["time_unit"]]
        yield {"name": name, "value": seconds, "unit": "s"}
        for counter in sorted(benchmark.keys() - FIELDS):
            yield {"name": f"{name}/{counter}", "value": benchmark[counter],
                   "unit": UNITS.get(counter, "")}


def seconds_text(seconds):
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.1f} ms"


def table(benchmarks):
    """Lines of the engine's rows; none if no row of it was run."""
    cells = []
    for benchmark in benchmarks:
        name = plain_name(benchmark)
        if not name.startswith("schedule/"):
            continue
        ratio = benchmark.get("ratio")
        cells.append([
            name, name.rsplit("/", 1)[1],
            seconds_text(benchmark["real_time"] * SECONDS[benchmark["time_unit"]]),
            f"{benchmark['pods_per_second']:,.0f}", f"{benchmark['nodes']:,.0f}",
            f"{benchmark['dollars_per_hour']:,.0f}", f"{benchmark['peak_memory']:.0f} MiB",
            f"{benchmark['bytes_per_pod']:,.0f} B" if "bytes_per_pod" in benchmark else "",
            f"{ratio:,.0f} x faster" if ratio else "",
        ])
    if not cells:
        return []
    cells.insert(0, [""] + COLUMNS)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return ["  ".join([row[0].ljust(widths[0])] +
                      [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]).rstrip()
            for row in cells]


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        measured = json.load(file)["benchmarks"]
    with open(sys.argv[2], "w") as file:
        json.dump(list(rows(measured)), file, indent=1)
        file.write("\n")
    print("\n".join(table(measured)))
