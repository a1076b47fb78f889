"""A real InfluxDB server for the tests and the demo."""
