"""The gate for mail: one server that an administrator named, over TLS before anything is said; without it only on this machine."""

from __future__ import annotations

import smtplib
import ssl
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from integrations.out import tls
from integrations.out.numbers import MOST_NUMBERS

_PORTS = {"smtp": 587, "smtps": 465}
MOST_SECONDS = 150.0
"""For the whole conversation, however many steps it takes: nobody else may mail the same one meanwhile."""


class NotMailed(Exception):
    """The server did not take it; the text is a code and names nobody."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, and who we are there."""

    host: str
    port: int
    is_tls: bool  # from the first byte (smtps), else STARTTLS
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    trust: str = ""  # PEM; "" = the public roots

    @classmethod
    def parse(cls, url: str, sender: str) -> MailServer:
        """`smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. Raises ValueError for anything else."""
        found = urlsplit(url)
        if found.scheme not in _PORTS or not found.hostname or found.path.strip("/") or found.query or "@" not in sender:
            raise ValueError("no mail server")
        port = found.port or _PORTS[found.scheme]
        return cls(
            found.hostname, port, found.scheme == "smtps", sender, unquote(found.username or ""), unquote(found.password or "")
        )

    @property
    def is_here(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def mail(server: MailServer, message: EmailMessage, *, seconds: float) -> None:
    """Hand one mail in. Raises NotMailed: unreachable, certificate, no_tls, or the server's code.

    `seconds`: for each step, as mail servers take their time over one; all of them together end within MOST_SECONDS.
    """
    try:
        line = _line(server, seconds, until=time.monotonic() + MOST_SECONDS)
        try:
            if server.user:
                line.login(server.user, server.password)
            line.send_message(message)
        finally:
            _goodbye(line)
    except ssl.SSLError:
        raise NotMailed("certificate") from None
    except smtplib.SMTPNotSupportedError:
        raise NotMailed("no_tls") from None
    except smtplib.SMTPResponseException as said:
        raise NotMailed(str(said.smtp_code)) from None
    except smtplib.SMTPRecipientsRefused:
        raise NotMailed("recipient") from None
    except (smtplib.SMTPException, OSError):
        raise NotMailed("unreachable") from None


def _goodbye(line: smtplib.SMTP) -> None:
    """Whatever it says to that: what it took it has, and handed in again it would be mailed twice."""
    try:
        line.quit()
    except (smtplib.SMTPException, OSError):
        line.close()


class _Line(smtplib.SMTP):
    """One that ends."""

    def __init__(self, server: MailServer, *, seconds: float, until: float, **how: Any) -> None:
        self._seconds, self._until = seconds, until
        own = server.sender.rpartition("@")[2]  # what we call ourselves there: not the name of this machine
        to_connect = min(seconds, MOST_SECONDS / MOST_NUMBERS)  # to each of its numbers
        super().__init__(server.host, server.port, local_hostname=own, timeout=to_connect, **how)

    def getreply(self) -> tuple[int, bytes]:
        """The answer to one step; what is said after it takes no longer either."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self.sock is not None:
            self.sock.settimeout(min(self._seconds, left))
        return super().getreply()


class _LineInTls(_Line, smtplib.SMTP_SSL):
    """From the first byte."""


def _line(server: MailServer, seconds: float, *, until: float) -> smtplib.SMTP:
    context = tls.context(trust=server.trust, beside_public=True)
    if server.is_tls:
        return _LineInTls(server, seconds=seconds, until=until, context=context)
    line = _Line(server, seconds=seconds, until=until)
    try:
        line.ehlo_or_helo_if_needed()
        if not server.is_here or line.has_extn("starttls"):
            line.starttls(context=context)  # a server that offers none is not spoken to
    except BaseException:
        line.close()
        raise
    return line
