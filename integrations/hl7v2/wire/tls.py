"""TLS of the MLLP listener: who is let in, and what a client certificate says about who calls."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import ssl
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from integrations.hl7v2.wire.still_trusted import Trust, trust_in
from mdo_portal.exchange import Caller

HANDSHAKE_SECONDS = 10.0
LINGERS_SECONDS = 1.0
"""So long who was told why may keep the line open; most hang up at once."""
NO_TLS = "no_tls"
"""Nothing to be said of it: a port that was knocked on, a line that broke."""
_NOT_VALID_NOW, _NOT_THIS_PURPOSE, _WITHDRAWN = {9, 10}, {26}, {23}  # X509_V_ERR_* of OpenSSL
_NO_LIST = {3, 8, 11, 12}
"""Of the authority no list of what it withdrew is here, or only one that is not of now."""
_LIST = b"-----BEGIN X509 CRL-----"
_FIRST = 8
_BRINGS = (b"POST ", b"PUT ")
"""What sends a message in HTTP; anything else of HTTP may only look whether the port is open."""
_SAID = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "no_certificate",
    "WRONG_VERSION_NUMBER": "not_tls",
    "HTTP_REQUEST": "checked",
    "UNSUPPORTED_PROTOCOL": "old_tls",
    "NO_SHARED_CIPHER": "old_tls",
}


@dataclass
class Handshaking:
    """One handshake: how it began, what went wrong in it, and how its line is shut. For the TLS objects that begin where it is
    `HANDSHAKING`.
    """

    hang_up: Callable[[], None]
    trouble: ssl.SSLError | None = None
    begin: bytes = b""


HANDSHAKING: ContextVar[Handshaking] = ContextVar("handshaking")


class _Telling(ssl.SSLObject):
    """Tells the other side why it is turned away: asyncio shuts a line of which the handshake failed before the alert has left.

    So the first time it only asks for more bytes, on which asyncio sends what is ready; then it fails. Without the alert an EPD
    whose certificate ended sees a line that breaks, and its people look for a firewall.
    """

    _mine: Handshaking
    came: ssl.MemoryBIO

    def do_handshake(self) -> None:
        if not hasattr(self, "_mine"):
            self._mine = HANDSHAKING.get(Handshaking(lambda: None))
        begin = self.came.read() if not self._mine.begin else b""
        if begin:  # and back: OpenSSL says of what sends a message by HTTP, and of what looks whether we are here, the same
            self.came.write(begin)
            self._mine.begin = begin[:_FIRST]
        if self._mine.trouble is not None:
            raise self._mine.trouble
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLSyscallError, ssl.SSLEOFError):
            raise
        except ssl.SSLError as trouble:
            self._mine.trouble = trouble
            asyncio.get_running_loop().call_later(LINGERS_SECONDS, self._mine.hang_up)
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "the alert leaves first") from None


class _Context(ssl.SSLContext):
    sslobject_class = _Telling

    def wrap_bio(self, incoming: ssl.MemoryBIO, *args: Any, **more: Any) -> ssl.SSLObject:
        made = super().wrap_bio(incoming, *args, **more)
        assert isinstance(made, _Telling)
        made.came = incoming
        return made


@dataclass(frozen=True)
class TlsFiles:
    """PEM files of one listener: our certificate (with its chain) and key, and the authorities whose clients may call.

    Beside the authorities may stand the lists of certificates they withdrew (CRL): who is on one is not let in. Once there is one, each
    authority that signs clients needs its own, and one that is of now.
    """

    certificate: Path
    key: Path
    authorities: Path

    @property
    def changed(self) -> tuple[float, ...]:
        """When each was last written: another value means that they must be read again."""
        return tuple(path.stat().st_mtime for path in (self.certificate, self.key, self.authorities))

    @property
    def trust(self) -> Trust:
        """Whose clients may call by now. Raises OSError when the file is not there."""
        return trust_in(self.authorities.read_bytes())


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """TLS 1.2 or newer, a client certificate demanded. Raises OSError or ssl.SSLError when a file is not what it should be."""
    context = _Context(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    # Forward secrecy and authenticated encryption only: what NCSC's guidelines call good (TLS 1.3 has nothing else).
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.load_cert_chain(files.certificate, files.key)
    context.load_verify_locations(files.authorities)
    if _LIST in files.authorities.read_bytes():
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return context


def refusal_of(trouble: BaseException, begin: bytes = b"") -> str:
    """Why a handshake that began with these bytes failed, as a reason that people get a sentence for (domain/refused_call.SENTENCES), or
    NO_TLS.
    """
    reason = str(getattr(trouble, "reason", ""))
    if isinstance(trouble, ssl.SSLCertVerificationError):
        if trouble.verify_code in _NOT_VALID_NOW:
            return "certificate_ended"
        if trouble.verify_code in _WITHDRAWN | _NO_LIST:
            return "certificate_withdrawn" if trouble.verify_code in _WITHDRAWN else "no_list_of_withdrawn"
        return "certificate_not_for_calling" if trouble.verify_code in _NOT_THIS_PURPOSE else "unknown_authority"
    if "_ALERT_" in reason and ("CA" in reason.split("_") or "CERTIFICATE" in reason):
        return "distrusts_us"
    return "http" if begin.startswith(_BRINGS) else _SAID.get(reason, NO_TLS)


def caller_of(transport: asyncio.BaseTransport) -> Caller:
    """Who is at the other end of a connection whose handshake, if there is one, is done."""
    host, port = (transport.get_extra_info("peername") or ("", 0))[:2]
    address = f"{host}:{port}"
    tls = transport.get_extra_info("ssl_object")
    shown = tls.getpeercert(binary_form=True) if tls is not None else None
    if not shown:
        return Caller(address, _is_local(host))
    told = tls.getpeercert()
    return Caller(address, _is_local(host), hashlib.sha256(shown).hexdigest(), names_in(told), _expires_at(told))


def names_in(certificate: dict[str, object]) -> tuple[str, ...]:
    """The common name and the DNS names of a certificate as `getpeercert` gives it, in lower case."""
    subject: tuple[tuple[tuple[str, str], ...], ...] = certificate.get("subject", ())  # type: ignore[assignment]
    others: tuple[tuple[str, str], ...] = certificate.get("subjectAltName", ())  # type: ignore[assignment]
    common = [value for part in subject for key, value in part if key == "commonName"]
    return tuple(dict.fromkeys(name.lower() for name in (*common, *(value for kind, value in others if kind == "DNS"))))


def _expires_at(certificate: dict[str, object]) -> datetime | None:
    said = certificate.get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(said)), UTC) if said else None


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return not host  # a Unix socket has no address
