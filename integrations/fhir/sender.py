"""The door for outgoing FHIR: one signed decision to one server, and its receipt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from integrations.fhir import outgoing_r4, outgoing_stu3
from integrations.fhir.door import JSON, Door, reach_of
from integrations.fhir.outgoing import Letter, NotSendable, attachment, bundle_bytes
from integrations.fhir.profile import load_profile
from integrations.fhir.receipt import of_reply, of_search
from integrations.out import NoReply
from integrations.smart.client import NoToken, Tokens
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind

from .outgoing_people import URI

BUILDERS = {"R4": outgoing_r4.decision_bundle, "STU3": outgoing_stu3.decision_bundle}
ENTRIES = 2  # DocumentReference and Composition
MOST_SECONDS = 150.0
"""For all that is said about one letter: shorter than its lease (180 s), so that it is never under way twice."""


def decision_bytes(decision: OutgoingDecision, profile: str) -> bytes:
    """The transaction Bundle for this recipient; identical input gives identical bytes.

    Raises NotSendable when fhir.resources refuses it, ValueError when there is no such profile.
    """
    flavour = load_profile(profile)
    return bundle_bytes(BUILDERS[flavour.version](Letter(decision, flavour)), flavour.version)


class FhirSender:
    """exchange.Sender for FHIR R4 and STU3. It connects to `address.url` and its token address, and nowhere else."""

    def __init__(self, tokens: Tokens | None = None, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._door, self._clock = Door(tokens), clock

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        """Never raises for what the other side does. Raises ValueError when the address has an unknown profile.

        A repeat is harmless: the server creates only what it does not know under our identifier.
        """
        if not reach_of(address).covers(address.url):
            return self._at(Receipt(ReceiptKind.REFUSED, "bad_address", text="the address must be https, without user or query"))
        try:
            body = decision_bytes(decision, address.profile)
        except NotSendable as error:
            return self._at(Receipt(ReceiptKind.REFUSED, "not_valid", text=str(error)))
        return self._at(self._sent(Letter(decision, load_profile(address.profile)), body, address))

    def _at(self, receipt: Receipt) -> Receipt:
        return replace(receipt, at=self._clock())

    def _sent(self, letter: Letter, body: bytes, address: Address) -> Receipt:
        until = time.monotonic() + MOST_SECONDS
        headers = {"Content-Type": JSON, "X-Request-Id": letter.decision.delivery_id, "Prefer": "return=minimal"}
        try:
            reply = self._door.ask("POST", "", address, headers=headers, content=body)
        except NoToken as none:
            return Receipt(ReceiptKind.LATER, f"token {none.code}")
        except NoReply as silence:
            return Receipt(ReceiptKind.UNKNOWN if silence.was_sent else ReceiptKind.LATER, silence.code)
        return of_reply(reply, ENTRIES) or self._looked_up(letter, address, str(reply.status), until=until)

    def _looked_up(self, letter: Letter, address: Address, code: str, *, until: float) -> Receipt:
        """Is our document there? Asked by our identifier only: nothing of the patient stands in the address."""
        path = f"DocumentReference?identifier={quote(f'{URI}|{letter.uri}', safe='')}"
        try:
            left = max(1.0, until - time.monotonic())
            reply = self._door.ask("GET", path, address, seconds=min(left, address.timeout_seconds))
        except (NoReply, NoToken):
            return Receipt(ReceiptKind.UNKNOWN, code)
        return of_search(reply, uri=letter.uri, digest=attachment(letter.decision)["hash"], code=code)
