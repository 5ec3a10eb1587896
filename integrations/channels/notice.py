"""A mail that a letter stands ready in the portal. It says nothing about anybody: no name, no number, no hospital, no subject of care.

A notice is no receipt: never ACCEPTED. The letter is received when a person confirms it in the portal.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from integrations.out.mail import MailServer, NotMailed, mail
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind

AGAIN = timedelta(days=1)
"""An attempt sooner than this after the last one mails nobody: the letter still stands ready, and was told."""
REMEMBERED = 10_000
SUBJECT = "Er staat een brief klaar in het MDO-portaal"
TEXT = """Er staat een brief klaar in het portaal.

Open de postbus en meld u aan:
{url}

Deze mail bevat met opzet geen gegevens van patiënten. Antwoorden op deze mail worden niet gelezen.
"""
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


class NoticeSender:
    """exchange.Sender that mails `address.mail_to`. `portal`: the address people type, to which /post is added."""

    def __init__(
        self, server: MailServer | None, portal: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._server, self._portal, self._now = server, portal.rstrip("/"), now
        self._told: OrderedDict[str, datetime] = OrderedDict()

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        """Never raises for what the mail server does.

        UNKNOWN `mailed`: the mail server took it. LATER: it did not, or none is set up (`no_mail_server`). REFUSED: no address that
        can be one.
        """
        now = self._now()
        if not ADDRESS.fullmatch(address.mail_to):
            return Receipt(ReceiptKind.REFUSED, "bad_address", text="no mail address", at=now)
        if self._server is None:
            return Receipt(ReceiptKind.LATER, "no_mail_server", at=now)
        if self._is_told(decision.delivery_id, now):
            return Receipt(ReceiptKind.UNKNOWN, "mailed", at=now)
        try:
            mail(self._server, self._message(address.mail_to, decision.delivery_id, now), seconds=address.timeout_seconds)
        except NotMailed as fault:
            return Receipt(ReceiptKind.LATER, f"mail {fault}", at=now)
        self._remember(decision.delivery_id, now)
        return Receipt(ReceiptKind.UNKNOWN, "mailed", at=now)

    def _message(self, to: str, delivery_id: str, now: datetime) -> EmailMessage:
        assert self._server is not None
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._server.sender, to, SUBJECT
        message["Date"] = format_datetime(now)
        # The same at every attempt: a mail server that sees it twice may keep one.
        message["Message-ID"] = f"<{re.sub('[^0-9a-f]', '', delivery_id.lower())}@{self._server.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(TEXT.format(url=f"{self._portal}/post"))
        return message

    def _is_told(self, delivery_id: str, now: datetime) -> bool:
        at = self._told.get(delivery_id)
        return at is not None and now - at < AGAIN

    def _remember(self, delivery_id: str, now: datetime) -> None:
        self._told[delivery_id] = now
        self._told.move_to_end(delivery_id)
        while len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
