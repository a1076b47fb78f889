"""The chair's day: what is known and done about one patient's session. Pure, no live values."""
