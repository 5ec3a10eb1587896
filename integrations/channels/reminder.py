"""A mail to a colleague that something waits in the portal. It says nothing about anybody: no patient, no hospital, no number of items."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

from integrations.channels.notice import ADDRESS
from integrations.out.mail import MailServer, NotMailed, mail
from mdo_portal.exchange import Receipt, ReceiptKind, Waits


class _Words(NamedTuple):
    subject: str
    text: str
    page: str  # added to the address people type


OF = {
    Waits.FOLLOW_UP: _Words(
        "Er is iets voor u in het MDO-portaal",
        """Er is iets voor u in het portaal dat (bijna) te laat is.

Meld u aan en kijk bij Opvolging:
{url}

Deze mail bevat met opzet geen gegevens van patiënten, en komt hoogstens een keer per dag. Antwoorden worden niet gelezen.
""",
        "/follow-up",
    ),
    Waits.LINE: _Words(
        "Kijk in het MDO-portaal: een certificaat loopt af",
        """Van een lijn waarover berichten binnenkomen loopt een certificaat af, of het is al verlopen.
Doet niemand iets, dan komen er geen berichten meer binnen.

Meld u aan en kijk bij Koppelingen wat er moet gebeuren:
{url}

Om welke lijn het gaat staat met opzet niet in deze mail. Antwoorden worden niet gelezen.
""",
        "/links",
    ),
    Waits.MEETING: _Words(
        "Kijk in het MDO-portaal: een vergadering is gewijzigd",
        """Een vergadering van een van uw MDO's is verzet, vervalt of komt erbij.

Meld u aan en kijk bij Vergaderingen:
{url}

Daar kunt u de vergaderingen ook in uw eigen agenda laten zetten. Om welk MDO het gaat staat met opzet niet in deze mail.
Antwoorden worden niet gelezen.
""",
        "/meetings",
    ),
    Waits.GLASS: _Words(
        "Kijk in het MDO-portaal: er was een noodinzage",
        """Iemand opende met spoed gegevens van een patiënt van uw ziekenhuis (noodinzage). Wie, wanneer en waarom staat in het logboek.

Meld u aan en kijk bij Logboek, Beoordelen:
{url}

Om welke patiënt het gaat staat met opzet niet in deze mail. Antwoorden worden niet gelezen.
""",
        "/log/review?rule=glass",
    ),
    Waits.QUESTION: _Words(
        "Kijk in het MDO-portaal: er wacht een vraag of een antwoord",
        """Over een casus die u kent is iets gevraagd of geantwoord, en u las het nog niet.

Meld u aan en kijk bij Werklijst:
{url}

Om welke patiënt het gaat staat met opzet niet in deze mail. Hij komt hoogstens om de drie uur.
Liever niet meer? Zet hem uit bij Mijn gegevens. Antwoorden worden niet gelezen.
""",
        "/worklist",
    ),
    Waits.STANDSTILL: _Words(
        "Kijk in het MDO-portaal: er staat iets stil",
        """In het verkeer met een ziekenhuis staat iets stil: er neemt niemand berichten aan, berichten worden niet gelezen,
een bericht dat niet te lezen is wacht al een dag, de server van een ziekenhuis antwoordt niet of geeft zijn sleutels niet,
of brieven komen niet aan.

Meld u aan en kijk bij Koppelingen wat er moet gebeuren:
{url}

Om welk ziekenhuis het gaat staat met opzet niet in deze mail. Zolang het stilstaat komt hij elke dag, en een laatste als het weer loopt.
Antwoorden worden niet gelezen.
""",
        "/links",
    ),
    Waits.RUNS: _Words(
        "Kijk in het MDO-portaal: het loopt weer",
        """Wat stilstond in het verkeer met een ziekenhuis, en waarover u een mail kreeg, loopt weer, al een kwartier.

Meld u aan en kijk bij Koppelingen en bij Post of alles is ingehaald:
{url}

Om welk ziekenhuis het gaat staat met opzet niet in deze mail. Antwoorden worden niet gelezen.
""",
        "/links",
    ),
}
SECONDS = 20.0


class MailReminder:
    """exchange.Reminder through one mail server. `portal`: the address people type, to which the page is added."""

    def __init__(self, server: MailServer, portal: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._server, self._portal, self._now = server, portal.rstrip("/"), now

    def remind(self, to: str, key: str, waits: Waits) -> Receipt:
        """UNKNOWN `mailed`: the mail server took it. LATER: it did not. REFUSED: this can be no address. Never raises for the server."""
        now = self._now()
        if not ADDRESS.fullmatch(to):
            return Receipt(ReceiptKind.REFUSED, "bad_address", text="no mail address", at=now)
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._server.sender, to, OF[waits].subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{re.sub('[^0-9a-z.]', '', key.lower())}@{self._server.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(OF[waits].text.format(url=f"{self._portal}{OF[waits].page}"))
        try:
            mail(self._server, message, seconds=SECONDS)
        except NotMailed as fault:
            return Receipt(ReceiptKind.LATER, f"mail {fault}", at=now)
        return Receipt(ReceiptKind.UNKNOWN, "mailed", at=now)
