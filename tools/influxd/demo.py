"""The demo with its readings copied to a real InfluxDB: `make demo INFLUX=1`.

Passes its arguments on to `chairside demo`. A server of its own lives in a
temporary folder and ends with the demo.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

from tools.influxd.server import Account, influxd, named, program

CHAIRSIDE = Path(sys.executable).with_name("chairside")


def main(arguments: list[str]) -> int:
    """Run it until the demo ends; the demo's exit code."""
    folder = Path(tempfile.mkdtemp(prefix="chairside-influxd-"))
    try:
        account = named()
        if account is not None:
            return watch(account, folder, arguments)
        server = influxd(folder, program())
        server.start()
        try:
            server.set_up()
            return watch(server.account, folder, arguments)
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def watch(account: Account, folder: Path, arguments: list[str]) -> int:
    """The demo, copying there, until it ends by itself or by a signal."""
    token = folder / "influx.token"
    token.touch(mode=0o600)
    token.write_text(account.token, encoding="utf-8")
    print(f"influx: {account.url}  org {account.org}, bucket {account.bucket}", flush=True)
    place = ["--influx", account.url, "--influx-org", account.org]
    store = ["--influx-bucket", account.bucket, "--influx-token-file", str(token)]
    demo = subprocess.Popen([CHAIRSIDE, "demo", *arguments, *place, *store])

    def pass_on(number: int, _frame: FrameType | None) -> None:
        demo.send_signal(number)

    # Ctrl-C reaches the demo from the terminal too; it is the one to end first.
    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    return demo.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
