"""The journal through the reverse proxies that docs/journal.md shows, run as they stand there."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx
import pytest

from monitor.web.journal import WRONG_FREE
from tests.authority import Authority
from tests.conftest import missing
from tests.real.test_journal import CALL, WROTE, Phone, phone
from tests.servers import ROOT, Server, find, free_port
from tests.serving import WITHIN_S

NAME = "journal.harbour.example"
SHOWN = (ROOT / "docs" / "journal.md").read_text(encoding="utf-8")
NGINX = """
user root;
daemon off;
pid {folder}/nginx.pid;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{shown}
}}
"""
CADDY = """
{{
    admin off
    auto_https disable_redirects
    skip_install_trust
}}
{shown}
"""


def block(language: str) -> str:
    """The example in that language, as the docs show it."""
    found = re.search(rf"```{language}\n(.*?)```", SHOWN, re.DOTALL)
    assert found is not None
    return found[1]


def moved(text: str, changes: dict[str, str]) -> str:
    """The example on this machine: other ports and folders, and nothing else."""
    for shown, here in changes.items():
        assert shown in text, shown
        text = text.replace(shown, here)
    return text


def nginx(folder: Path, port: int, upstream: str) -> Server:
    """Not started yet."""
    program = find("nginx") or missing("nginx", "sudo apt-get install nginx-light")
    shown = moved(
        block("nginx"),
        {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "/etc/ssl/journal": f"{folder}/tls/{NAME}",
            ".pem;": ".crt;",
            "127.0.0.1:8090": upstream,
            "/srv/journal": f"{folder}/down",
        },
    )
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, shown=shown), encoding="utf-8")
    return Server([program, "-p", str(folder), "-e", "stderr", "-c", str(file)], port, folder)


def caddy(folder: Path, port: int, upstream: str) -> Server:
    """Not started yet."""
    program = find("caddy") or missing("caddy", "sudo apt-get install caddy")
    certificate = f"    tls {folder}/tls/{NAME}.crt {folder}/tls/{NAME}.key"
    shown = moved(
        block("caddy"),
        {
            f"{NAME} {{": f"{NAME}:{port} {{\n    bind 127.0.0.1\n{certificate}",
            "127.0.0.1:8090": upstream,
            "/srv/journal": f"{folder}/down",
        },
    )
    file = folder / "Caddyfile"
    file.write_text(CADDY.format(shown=shown), encoding="utf-8")
    command = [program, "run", "--adapter", "caddyfile", "--config", str(file)]
    return Server(command, port, folder)


PROXIES = {"nginx": nginx, "caddy": caddy}


@dataclass
class Outside:
    """A proxy on the internet, and what it wrote."""

    name: str
    folder: Path
    proxy: Server
    trusted: ssl.SSLContext

    @classmethod
    def before(cls, name: str, folder: Path, upstream: str) -> Outside:
        """The proxy of that name before whatever listens at `upstream`."""
        authority = Authority.found(folder / "tls")
        authority.issue(NAME)
        (folder / "down").mkdir()
        (folder / "down" / "down.html").write_text(block("html"), encoding="utf-8")
        trusted = ssl.create_default_context(cafile=str(authority.folder / "ca.crt"))
        return cls(name, folder, PROXIES[name](folder, free_port(), upstream), trusted)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.proxy.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.proxy.stop)

    def browser(self, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """A phone's, at that address."""
        transport = httpx.AsyncHTTPTransport(verify=self.trusted, local_address=address)
        url, host = f"https://127.0.0.1:{self.proxy.port}", {"Host": NAME}
        return httpx.AsyncClient(base_url=url, headers=host, transport=transport, timeout=WITHIN_S)

    def wrote(self, token: str) -> bool:
        """Is the link in anything that the proxy wrote?"""
        files = [one for one in self.folder.rglob("*") if one.is_file() and one.suffix != ".db"]
        assert self.proxy.log in files
        return any(token.encode() in one.read_bytes() for one in files)


@asynccontextmanager
async def at_home(name: str, folder: Path) -> AsyncIterator[tuple[Outside, Phone]]:
    """A patient's phone reaches the journal through the proxy alone."""
    async with (
        phone(folder) as patient,
        Outside.before(name, folder, urlsplit(patient.house.journal_url).netloc) as outside,
        outside.browser() as browser,
    ):
        patient.client = browser
        yield outside, patient


@pytest.mark.requirement("JRN-029")
@pytest.mark.parametrize("name", PROXIES)
async def test_a_patient_writes_through_the_proxy_of_the_docs(name: str, tmp_path: Path) -> None:
    async with at_home(name, tmp_path) as (outside, patient):
        answer = await patient.send({"Origin": f"https://{NAME}"})
        assert (answer.status_code, answer.headers["location"][-5:]) == (303, "?kept"), answer.text
        (entry,) = await patient.entries()
        assert entry.data["text"] == WROTE["text"]
        assert "max-age" in answer.headers["strict-transport-security"]
        large = await patient.post(b"a" * 100_000)
        assert large.status_code == 413
        assert not outside.wrote(patient.token)


@pytest.mark.requirement("JRN-029")
@pytest.mark.parametrize("name", PROXIES)
async def test_wrong_links_through_the_proxy_are_counted_by_phone(
    name: str, tmp_path: Path
) -> None:
    async with at_home(name, tmp_path) as (outside, patient):
        for number in range(WRONG_FREE + 2):
            claimed = {"X-Forwarded-For": f"192.0.2.{number}"}
            wrong = await patient.client.get("/j/" + f"{number:032d}", headers=claimed)
        assert wrong.status_code == 429
        async with outside.browser("127.0.0.2") as neighbour:
            assert (await neighbour.get(patient.path)).status_code == 200


@pytest.mark.requirement("JRN-029")
@pytest.mark.parametrize("name", PROXIES)
async def test_while_the_service_is_down_the_proxy_tells_whom_to_call(
    name: str, tmp_path: Path
) -> None:
    token = "A" * 32
    async with (
        Outside.before(name, tmp_path, f"127.0.0.1:{free_port()}") as outside,
        outside.browser() as browser,
    ):
        answer = await browser.get(f"/j/{token}")
        assert answer.status_code == 502
        assert CALL in answer.text
        assert not outside.wrote(token)
