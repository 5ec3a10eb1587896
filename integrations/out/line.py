"""One outgoing line that is no HTTP (MLLP): the same rules of where we may go, and as whom."""

from __future__ import annotations

import socket
import ssl
import time

from integrations.out import open_lines, tls
from integrations.out.http import NoReply
from integrations.out.numbers import judged
from integrations.out.reach import NotRegistered, Reach


def connect(
    host: str, port: int, *, inside: tuple[str, ...], seconds: float, encrypted: bool, certificate: str = "", trust: str = ""
) -> socket.socket:
    """A connection to a registered receiver. Raises NoReply, always before anything was said: address, certificate, unreachable.

    Unencrypted only within the networks that are registered for the link: a VPN, or this machine in the demo. Over TLS the other
    side's certificate must hold for `host`, and ours (`certificate`) is shown where the link has one.
    """
    until = time.monotonic() + seconds
    try:
        numbers = judged(host, port, Reach((), inside), seconds=seconds, within=not encrypted)
        context = tls.context(certificate, trust) if encrypted else None
    except NotRegistered:
        raise NoReply("address", was_sent=False) from None
    except (ssl.SSLError, ValueError):
        raise NoReply("certificate", was_sent=False) from None
    for others, number in zip(range(len(numbers) - 1, -1, -1), numbers, strict=True):
        left = until - time.monotonic()
        if left <= 0:
            break
        # A machine that is off says nothing at all, and must leave the others their share of the time.
        share = left / (1 + others)
        try:
            plain = socket.create_connection((number, port), timeout=share)
            line = plain if context is None else _shown(plain, context, host, seconds=min(share, until - time.monotonic()))
        except OSError:
            continue
        line.settimeout(max(0.05, until - time.monotonic()))
        open_lines.opened(line)
        return line
    raise NoReply("unreachable", was_sent=False)


def _shown(plain: socket.socket, context: ssl.SSLContext, host: str, *, seconds: float) -> ssl.SSLSocket:
    """Who it is, before a word of a patient leaves. Raises OSError for who does not say, NoReply for another than we call."""
    plain.settimeout(max(0.05, seconds))
    try:
        return context.wrap_socket(plain, server_hostname=host.rstrip("."))
    except ssl.SSLCertVerificationError:
        plain.close()
        raise NoReply("certificate", was_sent=False) from None
    except OSError:
        plain.close()
        raise
