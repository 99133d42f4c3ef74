"""Reads C++ sources as far as the checks need: comments and literals blanked, line numbers kept."""

import re

# One alternative for each thing in which code-like words may stand without being code. A quote between digits
# (1'000) is no literal, so the character literal asks for a non-word before it.
_TOKEN = re.compile(
    r"""(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)
      | R"(?P<fence>[^()\\\s]{0,16})\((?P<raw>.*?)\)(?P=fence)"
      | "(?P<text>(?:\\.|[^"\\\n])*)"
      | (?<!\w)(?:u8|u|U|L)?'(?P<char>(?:\\.|[^'\\\n])+)'
    """,
    re.DOTALL | re.VERBOSE,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def code_of(text):
    """The text with comments and the insides of literals turned into blanks."""

    def replace(match):
        if match["comment"] is not None:
            return _blank(match[0])
        inside = next(match[group] for group in ("raw", "text", "char") if match[group] is not None)
        return match[0].replace(inside, _blank(inside)) if inside else match[0]

    return _TOKEN.sub(replace, text)


def includes_of(text):
    """Yields (line, path, quoted) of each real #include: none in a comment or a literal."""
    code = code_of(text)
    for match in _INCLUDE.finditer(text):
        hash_at = match.start() + match[0].index("#")
        if code[hash_at] == "#":
            yield line_at(text, hash_at), match[1] or match[2], match[1] is not None


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1
