"""The drivers there are: one line each."""

from __future__ import annotations

from monitor.drivers import Driver
from monitor.drivers.ansar_b import AnsarBDriver

DRIVERS: dict[str, Driver] = {
    "ansar-b": AnsarBDriver(),
}
