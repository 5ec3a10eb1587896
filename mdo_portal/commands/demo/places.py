"""Where everything of the demo runs: ports, and the environment its processes get."""

from __future__ import annotations

import base64
import os
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path

from mdo_portal.commands.demo.mailbox import SENDER
from mdo_portal.settings import DEMO_SECRET

HOSPITAL_PAGES = {"ZEED": 8101, "DELT": 8102, "MERW": 8103, "ODUL": 8104}
HOSPITAL_MLLP = {"ZEED": 2601}
LAST_PORT = 65_535 - 2 - len(HOSPITAL_PAGES) - len(HOSPITAL_MLLP)
"""The last on which the portal may stand with everything else above it."""
#: below what Linux gives whoever asks for any port (32768 and up)
FREE = range(20_000, 32_000)
_claimed: list[socket.socket] = []


@dataclass(frozen=True)
class Places:
    """The ports of one demo. Everything on loopback."""

    web: int = 8000
    mllp: int = 2575
    mail: int = 2525
    pages: dict[str, int] = field(default_factory=lambda: dict(HOSPITAL_PAGES))
    hospital_mllp: dict[str, int] = field(default_factory=lambda: dict(HOSPITAL_MLLP))

    @classmethod
    def beside(cls, port: int) -> Places:
        """The portal on this port, and everything else on the ports just above it."""
        pages = {code: port + 3 + number for number, code in enumerate(HOSPITAL_PAGES)}
        lines = {code: port + 3 + len(pages) + number for number, code in enumerate(HOSPITAL_MLLP)}
        return cls(web=port, mllp=port + 1, mail=port + 2, pages=pages, hospital_mllp=lines)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web}"

    def page(self, code: str) -> str:
        return f"http://127.0.0.1:{self.pages[code]}"

    def named(self) -> list[tuple[int, str]]:
        """Every port, with what it is for."""
        ours = [(self.web, "the portal"), (self.mllp, "messages from hospitals"), (self.mail, "mail")]
        pages = [(port, f"page of hospital {code}") for code, port in self.pages.items()]
        return ours + pages + [(port, f"letters for hospital {code}") for code, port in self.hospital_mllp.items()]

    def taken(self) -> list[tuple[int, str]]:
        """Ports of ours that somebody else has, with what they are for."""
        return [(port, what) for port, what in self.named() if not _is_free(port)]


def free_places() -> Places:
    """Other ports than the usual ones, for tests that run beside a demo."""
    ports = free_ports(3 + len(HOSPITAL_PAGES) + len(HOSPITAL_MLLP))
    pages = dict(zip(HOSPITAL_PAGES, ports[3:], strict=False))
    return Places(web=ports[0], mllp=ports[1], mail=ports[2], pages=pages, hospital_mllp={"ZEED": ports[-1]})


def free_ports(count: int) -> list[int]:
    """Ports for processes that start later: nobody who asks the kernel for any port gets one, nor anybody who asks here, while we live."""
    found: list[int] = []
    while len(found) < count:
        port = secrets.choice(FREE)
        if _is_free(port) and _claims(port):
            found.append(port)
    return found


def _claims(port: int) -> bool:
    """A name in the kernel that says so to others like us; it is gone with this process."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0mdo-port-{port}")
    except OSError:
        claim.close()
        return False
    _claimed.append(claim)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def environment(places: Places, database_url: str, folder: Path, network: str) -> dict[str, str]:
    """What the demo's own processes read."""
    return os.environ | {
        "MDO_DEMO": "1",
        "MDO_DATABASE_URL": database_url,
        "MDO_SECRET_KEY": DEMO_SECRET,
        "MDO_KEYRING": f"demo:{_key(folder)}",
        "MDO_BIND": f"127.0.0.1:{places.web}",
        "MDO_MLLP_BIND": f"127.0.0.1:{places.mllp}",
        "MDO_PUBLIC_URL": places.url,
        "MDO_SMTP_URL": f"smtp://127.0.0.1:{places.mail}",
        "MDO_MAIL_FROM": SENDER,
        "MDO_NETWORK": network,
    }


def _key(folder: Path) -> str:
    """A key of this folder's own: made once, kept with the data it seals."""
    path = folder / "demo.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    return path.read_text()
