"""Draws what `joiner demo --walk 003` tells as docs/demo.svg, the picture in README.md.

    build/release/joiner demo --walk 003 -o json | python3 tools/record_demo.py >docs/demo.svg
"""

import datetime
import html
import json
import sys

WIDTH, LINE, COLUMNS = 1180, 19, 138
COLOURS = {
    "command": "#7fd1e0", "warning": "#e5c07b", "pods": "#c9a0dc", "decision": "#82aaff",
    "machine": "#98c379", "note": "#c5c8c6", "result": "#ffffff", "chapter": "#ffffff",
}


def since(seconds):
    if seconds < 60:
        return f"{seconds:.1f}s"
    return f"{int(seconds) // 60}m{int(seconds) % 60:02}s"


def rows(lines):
    start = None
    for line in map(json.loads, lines):
        at = datetime.datetime.fromisoformat(line["at"].replace("Z", "+00:00"))
        start = start or at
        kind = line["kind"]
        bare = kind in ("chapter", "result")
        label = "" if bare else f"{since((at - start).total_seconds()):>8}  {kind:<9} "
        text = label + ("$ " if kind == "command" else "") + line["text"]
        yield kind, text if len(text) <= COLUMNS else text[: COLUMNS - 1] + "…"


drawn = list(rows(sys.stdin))
height = LINE * (len(drawn) + 2)
print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
      f'viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="13.5">')
print(f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#1d1f21"/>')
for number, (kind, text) in enumerate(drawn):
    weight = ' font-weight="bold"' if kind in ("chapter", "result") else ""
    print(f'<text x="16" y="{LINE * (number + 1) + 10}" fill="{COLOURS[kind]}"{weight} '
          f'xml:space="preserve">{html.escape(text)}</text>')
print("</svg>")
