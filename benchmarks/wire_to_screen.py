"""From the last byte on the wire to the event in a page's stream, beside a bare hop.

The shipped `chairside serve` runs as its own process and reads one
pseudo-terminal a chair (Masimo ASCII1, one line a second, staggered). This
process writes the lines and reads `/api/stream` as a page would. The control
is a process that only copies bytes from pseudo-terminals to a socket: what
the machine itself costs in the same run. One clock: CLOCK_MONOTONIC, stamped
at the last byte written and when the bytes of the event have been read,
before they are parsed.

    python -m benchmarks.wire_to_screen [--chairs 100] [--seconds 30] [--rounds 3]

Goal: p99 <= 5 ms at 100 chairs; the run fails over 250 ms or with one event missing.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WARM_UP_S = 3.0
FAIL_S = 0.250
GOAL_P99_S = 0.005

CONTROL = """
import os, selectors, socket, sys
sock = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
selector = selectors.DefaultSelector()
for number, path in enumerate(sys.argv[2:]):
    port = os.open(path, os.O_RDWR | os.O_NOCTTY)
    selector.register(port, selectors.EVENT_READ, number)
sock.sendall(b"ready\\n")
while True:
    for key, _ in selector.select():
        sock.sendall(b"%d %s\\n" % (key.data, os.read(key.fd, 4096).strip()))
"""


@dataclass(frozen=True, slots=True)
class Wires:
    """One pseudo-terminal a chair: the ends we write to and the paths others open."""

    masters: tuple[int, ...]
    paths: tuple[str, ...]
    slaves: tuple[int, ...]


@contextmanager
def wires(count: int) -> Iterator[Wires]:
    """Open `count` raw pseudo-terminals."""
    pairs = [os.openpty() for _ in range(count)]
    for _, slave in pairs:
        tty.setraw(slave)
    try:
        yield Wires(
            tuple(master for master, _ in pairs),
            tuple(os.ttyname(slave) for _, slave in pairs),
            tuple(slave for _, slave in pairs),
        )
    finally:
        for fd in (fd for pair in pairs for fd in pair):
            os.close(fd)


def line(spo2: int, pulse: int) -> bytes:
    """A Masimo ASCII1 line; the date is the device's own and not used."""
    return (
        f"02/22/26 22:47:45 SN=0000056661 SPO2={spo2:03d}% BPM={pulse:03d} PI=03.60% "
        f"SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+-- ALARM=0000 EXC=000800\r\n"
    ).encode()


def write_config(folder: Path, port: int, paths: Sequence[str], driver: str) -> Path:
    """A clinic with one monitor a chair."""
    parts = [f'[clinic]\nname = "bench"\n[web]\nlisten = "127.0.0.1:{port}"\n']
    for number, path in enumerate(paths):
        parts.append(f'[[chairs]]\nid = "{number}"\nlabel = "{number}"\n')
        parts.append(
            f'[[devices]]\nid = "d{number}"\ndriver = "{driver}"\n'
            f'link = "serial:{path}"\nchair = "{number}"\nmode = "test"\n'
        )
    file = folder / "clinic.toml"
    file.write_text("".join(parts), encoding="utf-8")
    return file


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def service(
    folder: Path, paths: Sequence[str], *, driver: str = "masimo-ascii1"
) -> Iterator[tuple[int, socket.socket]]:
    """The shipped service; yields its port and a socket on which its stream arrives."""
    port = free_port()
    config = write_config(folder, port, paths, driver)
    command = [sys.executable, "-m", "monitor.cli", "serve", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            stream = _connect(port, process)
            stream.sendall(b"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            yield port, stream
        finally:
            process.terminate()


def _connect(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1)
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the service did not start")


@contextmanager
def bare_hop(paths: Sequence[str]) -> Iterator[socket.socket]:
    """The control: bytes from pseudo-terminals to a socket, nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = [sys.executable, "-c", CONTROL, str(port), *paths]
        with subprocess.Popen(command) as process:
            try:
                stream, _ = server.accept()
                stream.recv(64)
                yield stream
            finally:
                process.terminate()


def measure(stream: socket.socket, out: Wires, seconds: float, *, bare: bool) -> list[float | None]:
    """Latency of each written line in seconds, None for one that never showed."""
    stream.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(stream, selectors.EVENT_READ)
    count, buffer = len(out.masters), bytearray()
    waiting: dict[tuple[int, int], float] = {}
    took: list[float | None] = []
    start = time.monotonic()
    for step in range(int((WARM_UP_S + seconds) * count)):
        chair, turn = step % count, step // count
        due = start + step / count
        _read_until(selector, stream, buffer, due, waiting, took, bare=bare)
        pulse = 60 + turn % 40
        if step == int(WARM_UP_S * count):  # a line sent before its port was open is not ours
            _read_until(selector, stream, buffer, due + 0.5, waiting, took, bare=bare)
            waiting.clear()
            took.clear()
            start += 0.5
        os.write(out.masters[chair], line(97, pulse))
        waiting[chair, pulse] = time.monotonic()
    _read_until(selector, stream, buffer, time.monotonic() + 1.0, waiting, took, bare=bare)
    return took + [None] * len(waiting)


def _read_until(
    selector: selectors.BaseSelector,
    stream: socket.socket,
    buffer: bytearray,
    due: float,
    waiting: dict[tuple[int, int], float],
    took: list[float | None],
    *,
    bare: bool,
) -> None:
    while (left := due - time.monotonic()) > 0:
        if not selector.select(left):
            continue
        buffer += stream.recv(1 << 20)
        now = time.monotonic()
        *whole, rest = buffer.split(b"\n")
        buffer[:] = rest
        for one in whole:
            keys = _bare_keys(bytes(one)) if bare else _shown_keys(bytes(one))
            took.extend(now - waiting.pop(key) for key in keys if key in waiting)


def _bare_keys(text: bytes) -> Iterator[tuple[int, int]]:
    chair, _, rest = text.partition(b" ")
    if b"BPM=" in rest:
        yield int(chair), int(rest.split(b"BPM=")[1][:3])


def _shown_keys(text: bytes) -> Iterator[tuple[int, int]]:
    if not text.startswith(b"data:") or b'"tiles"' not in text:
        return
    for tile in json.loads(text[5:])["tiles"]:
        for slot in tile["slots"]:
            if slot["vital"] == "HR" and slot["text"].isdigit():
                yield int(tile["chair"]), int(slot["text"])


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest-rank percentile."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def report(name: str, took: Sequence[float | None]) -> dict[str, float | int | str]:
    """One row: what was delivered and how fast, milliseconds."""
    seen = [one for one in took if one is not None]
    row: dict[str, float | int | str] = {
        "name": name,
        "sent": len(took),
        "delivered": len(seen),
        "p50_ms": round(1e3 * percentile(seen, 0.5), 3),
        "p99_ms": round(1e3 * percentile(seen, 0.99), 3),
        "max_ms": round(1e3 * max(seen), 3),
    }
    print(json.dumps(row), flush=True)
    return row


def main() -> None:
    """Run control and service in turn; exit 1 over the red line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chairs", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0]}))
    failed = False
    for _ in range(options.rounds):
        with wires(options.chairs) as out, bare_hop(out.paths) as stream:
            control = report("control", measure(stream, out, options.seconds, bare=True))
        with (
            tempfile.TemporaryDirectory() as folder,
            wires(options.chairs) as out,
            service(Path(folder), out.paths) as (_, stream),
        ):
            shown = report("service", measure(stream, out, options.seconds, bare=False))
        lost = shown["sent"] != shown["delivered"]
        failed |= lost or float(shown["max_ms"]) > 1e3 * FAIL_S
        ratio = float(shown["p99_ms"]) / float(control["p99_ms"])
        goal = float(shown["p99_ms"]) <= 1e3 * GOAL_P99_S
        print(json.dumps({"p99_ratio": round(ratio, 2), "goal_met": goal}), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
