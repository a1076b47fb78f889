"""The record and its copy: what is kept, where, and how it is read back.

`record` is the local, durable record (SQLite), `influx` copies what it has
committed to InfluxDB, `influx_history` reads the copy back. Knows rows of
`monitor.history`; knows no alarm rule, screen or device.
"""
