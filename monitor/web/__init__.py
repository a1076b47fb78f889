"""Pages, API and event stream. Knows hub, board, review and commands; no driver, link or SQL."""
