"""The drivers there are: one line each."""

from __future__ import annotations

from monitor.drivers import Driver
from monitor.drivers.ansar_b import AnsarBDriver
from monitor.drivers.chairside_json import ChairsideJsonDriver
from monitor.drivers.masimo_ascii1 import MasimoAscii1Driver
from monitor.drivers.nellcor import NellcorDriver

DRIVERS: dict[str, Driver] = {
    "ansar-b": AnsarBDriver(),
    "chairside-json": ChairsideJsonDriver(),
    "masimo-ascii1": MasimoAscii1Driver(),
    "nellcor": NellcorDriver(),
}
