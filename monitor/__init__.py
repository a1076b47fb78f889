"""Chairside: a second, independent watch over the chairs of an infusion clinic."""

__version__ = "0.1.0"
