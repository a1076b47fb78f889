"""What a person runs at a prompt. Knows how the rooms are built; no engine internals, no web."""
