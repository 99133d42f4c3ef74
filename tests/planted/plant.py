"""plant.py SOURCE OUTPUT: a source of the engine with a fault in it, that planted_fault turns on.

If its place is not found the source is passed on as it is; then the test of that fault fails, and the fault
has to be planted elsewhere.
"""
import pathlib
import sys

FAULTS = {
    # 1: limits of NodePools are not looked at.
    "limits.cc": ("if (limit.capacity[row] <= limit.remaining) break;",
                  "if (limit.capacity[row] <= limit.remaining || planted_fault == 1) break;"),
    # 2: of several required node-affinity terms only the first is ever tried.
    "relax.cc": ("nodeSelectorTerms.size() < 2) return std::nullopt;",
                 "nodeSelectorTerms.size() < 2 || planted_fault == 2) return std::nullopt;"),
    # 3: a spread may be skewed by one more than it allows.
    "topology.cc": ("smallest + group.max_skew", "smallest + (planted_fault == 3 ? 1 : 0) + group.max_skew"),
}


def main():
    source, output = map(pathlib.Path, sys.argv[1:])
    right, wrong = FAULTS[source.name]
    text = source.read_text()
    if text.count(right) != 1:
        print(f"{source}: the fault is to be planted at '{right}', which is there {text.count(right)} times")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text("extern int planted_fault;\n" + text.replace(right, wrong))


main()
