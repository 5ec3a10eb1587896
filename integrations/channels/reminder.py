"""A mail to a colleague that something waits in the portal. It says nothing about anybody: no patient, no hospital, no number of items."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from integrations.channels.notice import ADDRESS
from integrations.channels.reminder_words import words
from integrations.out.mail import MailServer, NotMailed, mail
from mdo_portal.exchange import Receipt, ReceiptKind, Waits

SECONDS = 20.0


class MailReminder:
    """exchange.Reminder through one mail server. `portal`: the address people type, to which the page is added."""

    def __init__(self, server: MailServer, portal: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._server, self._portal, self._now = server, portal.rstrip("/"), now

    def remind(self, to: str, key: str, waits: Waits, language: str) -> Receipt:
        """UNKNOWN `mailed`: the mail server took it. LATER: it did not. REFUSED: this can be no address. Never raises for the server."""
        now, said = self._now(), words(waits, language)
        if not ADDRESS.fullmatch(to):
            return Receipt(ReceiptKind.REFUSED, "bad_address", text="no mail address", at=now)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._server.sender, to, said.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{re.sub('[^0-9a-z.]', '', key.lower())}@{self._server.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(said.text.format(url=f"{self._portal}{said.page}"))
        message["Content-Language"] = said.language  # behind the words: they throw away what was said of their content
        try:
            mail(self._server, message, seconds=SECONDS)
        except NotMailed as fault:
            return Receipt(ReceiptKind.LATER, f"mail {fault}", at=now)
        return Receipt(ReceiptKind.UNKNOWN, "mailed", at=now)
