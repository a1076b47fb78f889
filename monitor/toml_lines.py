"""The lines of a TOML text: where a key stands, and the text without its comments."""

from __future__ import annotations

import re
import tomllib

_PLAIN = r"""[^"'#]|"(?:\\.|[^"\\])*"|'[^']*'"""
_BEFORE_A_COMMENT = re.compile(rf"(?:{_PLAIN})*")


def without_comments(text: str) -> str:
    """The same settings and nobody's words about them; "" where the two cannot be told apart."""
    lines = (_BEFORE_A_COMMENT.match(line) for line in text.splitlines())
    kept = "\n".join(one for found in lines if found and (one := found[0].rstrip()))
    try:
        same = tomllib.loads(kept) == tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ""
    return kept if same else ""


def line_of(text: str, key: str) -> int | None:
    """The line a dotted key stands on, as far as plain text can tell; None when unknown."""
    head, _, leaf = key.rpartition(".")
    table, _, index = head.partition("[")
    wanted = f"[[{table}]]" if index else f"[{table}]"
    skip = int(index.rstrip("]")) if index else 0
    inside, start = not table, None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("["):
            if inside and table:
                break
            if line.split("#")[0].strip() == wanted:
                inside, skip = skip == 0, skip - 1
                start = number if inside else start
        elif inside and line.split("=")[0].strip() == leaf:
            return number
    return start
