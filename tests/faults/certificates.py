"""B11: callers on the TLS line with no certificate, an expired one, their own, another hospital's, or a right one with somebody else's name."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import func, select

from integrations.hl7v2.wire.answers import read_ack
from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.services.links import line_binding
from tests import make
from tests.faults.house import House, environment, free_port, running
from tests.faults.listening import _until_open
from tests.faults.processes import listener

Figures = dict[str, Any]
Pair = tuple[Path, Path]


class Authority:
    """A region's own authority, made for one run."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name, self._key = folder, name, ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.pem"
        self._self = self._signed(name, self._key, days=30, is_authority=True)
        self.file.write_bytes(self._self.public_bytes(serialization.Encoding.PEM))

    def gives(self, name: str, *, days: int = 30) -> tuple[Pair, str]:
        """(files, fingerprint) of a certificate that ends so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(name, key, days=days)
        files = self._folder / f"{self._name}-{name}{days}.crt", self._folder / f"{self._name}-{name}{days}.key"
        files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
        return files, made.fingerprint(hashes.SHA256()).hex()

    def _signed(self, name: str, key: ec.EllipticCurvePrivateKey, *, days: int, is_authority: bool = False) -> x509.Certificate:
        now, named = datetime.now(UTC), lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        made = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(self._name)).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=60))
        made = made.not_valid_after(now + timedelta(days=days))
        made = made.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        return made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False).sign(
            self._key, hashes.SHA256()
        )


def strangers(house: House, *, rounds: int) -> Figures:
    """Nothing is accepted but the bound certificate with its own MSH-3; who has another name hears AR, who has no certificate nothing."""
    database, ports = house.copy(), (free_port(), free_port())
    ours, other = Authority(house.folder, "regio"), Authority(house.folder, "elders")
    server, _ = ours.gives("localhost")
    (zeed, fingerprint), (kree, _), (nobody, _) = ours.gives("zeed.test"), ours.gives("kree.test"), ours.gives("nobody.test")
    with database.transaction() as session:
        now = datetime.now(UTC)
        line_binding.bind(session, house.region.links["ZEED"].link_id, now=now, by="B11", fingerprint=fingerprint)
        line_binding.bind(session, house.region.links["KREE"].link_id, now=now, by="B11", name="kree.test")
    env = environment(database, mllp_port=ports[0]) | {
        "MDO_MLLP_TLS_BIND": f"127.0.0.1:{ports[1]}",
        "MDO_MLLP_TLS_CERTIFICATE": str(server[0]),
        "MDO_MLLP_TLS_KEY": str(server[1]),
        "MDO_MLLP_TLS_AUTHORITIES": str(ours.file),
    }
    callers: list[tuple[str, Pair | None, str, str]] = [
        ("right", zeed, "ZEED-EPD", "AA"),
        ("right by name", kree, "KREE-EPD", "AA"),
        ("none", None, "ZEED-EPD", ""),
        ("expired", ours.gives("zeed.test", days=-1)[0], "ZEED-EPD", ""),
        ("of another authority", other.gives("zeed.test")[0], "ZEED-EPD", ""),
        ("not bound", nobody, "ZEED-EPD", "AR"),
        ("another hospital's", kree, "ZEED-EPD", "AR"),
        ("somebody else's name", zeed, "KREE-EPD", "AR"),
    ]
    wrong: dict[str, str] = {}
    sent = 0
    with running(listener, env, house.folder):
        _until_open(ports[1])
        for _ in range(rounds):
            for name, files, sender, wanted in callers:
                heard = _said(ports[1], ours.file, files, sender)
                sent += wanted == "AA"
                if heard != wanted:
                    wrong[name] = heard
    with database.transaction() as session:
        taken = session.scalar(select(func.count()).select_from(InboundMessage).where(InboundMessage.line == "tls")) or 0
        told = session.scalar(select(func.count()).where(InboundMessage.reason.like("%certificate"))) or 0
    database.close()
    figures = {"rounds": rounds, "lost": max(0, sent - taken), "duplicates": 0, "accepted_wrongly": max(0, taken - sent)}
    return figures | {"refused_rows": told, "wrong": wrong, "ok": not wrong and taken == sent and told == 3 * rounds}


def _said(port: int, authority: Path, files: Pair | None, sender: str) -> str:
    """The acknowledgement's code; "" when we were not let in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=str(authority))
    if files is not None:
        context.load_cert_chain(*files)
    control_id = f"T{make.number()}"
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as line,
        ):
            line.sendall(frame(make.hl7_referral(control_id, sender=sender)))
            return _heard(line.recv, control_id)
    except OSError:
        return ""


def _heard(receive: Callable[[int], bytes], control_id: str) -> str:
    decoder = MllpDecoder()
    while data := receive(65_536):
        for answer in decoder.feed(data):
            return read_ack(answer, control_id).code
    return ""
