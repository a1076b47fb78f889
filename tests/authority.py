"""A throw-away certificate authority for tests of TLS."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@dataclass(frozen=True)
class Authority:
    """A throw-away certificate authority."""

    folder: Path

    @classmethod
    def found(cls, folder: Path) -> Authority:
        folder.mkdir()
        run(
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN=Test authority {folder.name}"),
            *("-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.crt"),
        )
        return cls(folder)

    def issue(self, name: str, *, days: int = 2, address: str = "127.0.0.1") -> None:
        """A certificate and key for `name`, valid for `address`; `days` < 0: expired already."""
        base, extra = f"{self.folder}/{name}", self.folder / f"{name}.ext"
        extra.write_text(f"subjectAltName=IP:{address},DNS:{name}\n")
        run(
            *("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-subj", f"/CN={name}", "-keyout", f"{base}.key", "-out", f"{base}.csr"),
        )
        run(
            *("openssl", "x509", "-req", "-in", f"{base}.csr", "-days", str(days)),
            *("-CA", f"{self.folder}/ca.crt", "-CAkey", f"{self.folder}/ca.key"),
            *("-CAcreateserial", "-extfile", str(extra), "-out", f"{base}.crt"),
        )
