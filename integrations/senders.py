"""Everybody who brings a letter out, by the name of the channel. Paper has nobody: people print it."""

from __future__ import annotations

from integrations.channels.folder import FolderSender
from integrations.channels.hook import HookSender
from integrations.channels.notice import NoticeSender
from integrations.channels.reminder import MailReminder
from integrations.fhir.sending.sender import FhirSender
from integrations.hl7v2.sending.sender import MllpSender
from integrations.out.mail import MailServer
from integrations.smart.client import Tokens
from mdo_portal.exchange import Reminder, Sender


def reminder(*, portal: str, smtp_url: str, mail_from: str) -> Reminder | None:
    """Who tells colleagues that something waits; None without a mail server. Raises ValueError for one that is no server."""
    return MailReminder(MailServer.parse(smtp_url, mail_from), portal) if smtp_url else None


def senders(tokens: Tokens, *, portal: str, smtp_url: str = "", mail_from: str = "") -> dict[str, Sender]:
    """`portal`: the address people type; `smtp_url` empty: nobody can be told by mail. Raises ValueError for one that is no server."""
    server = MailServer.parse(smtp_url, mail_from) if smtp_url else None
    return {
        "mllp": MllpSender(),
        "fhir": FhirSender(tokens),
        "folder": FolderSender(),
        "hook": HookSender(),
        "notice": NoticeSender(server, portal),
    }
