"""Where in a TOML text a key stands, for messages about it. Knows lines; checks nothing."""

from __future__ import annotations


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
