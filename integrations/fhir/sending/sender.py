"""The door for outgoing FHIR: one signed decision to one server, and its receipt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from integrations.fhir.sending.afterwards import afterwards
from integrations.fhir.sending.outgoing import Letter, NotSendable
from integrations.fhir.sending.outgoing_letter import attachment
from integrations.fhir.sending.outgoing_shapes import Request, request_of
from integrations.fhir.sending.receipt import of_reply, of_search, words_of
from integrations.fhir.server.door import JSON, Door, reach_of
from integrations.fhir.text.profile import load_profile
from integrations.out import NoReply, Reply
from integrations.smart.client import NoToken, Tokens
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind

MOST_SECONDS = 150.0
"""For all that is said about one letter: shorter than its lease (180 s), so that it is never under way twice."""


def decision_bytes(decision: OutgoingDecision, profile: str) -> bytes:
    """What is posted for this recipient; identical input gives identical bytes.

    Raises NotSendable when fhir.resources refuses it, ValueError when there is no such profile.
    """
    return request_of(Letter(decision, load_profile(profile))).body


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
        letter = Letter(decision, load_profile(address.profile))
        try:
            request = request_of(letter)
        except NotSendable as error:
            return self._at(Receipt(ReceiptKind.REFUSED, "not_valid", text=str(error)))
        until = time.monotonic() + MOST_SECONDS
        receipt = self._sent(letter, request, address, until=until)
        if receipt.kind is ReceiptKind.ACCEPTED and (undone := afterwards(self._door, letter, receipt, address, until=until)):
            receipt = replace(receipt, code=", ".join([receipt.code, *undone]))
        return self._at(receipt)

    def _at(self, receipt: Receipt) -> Receipt:
        return replace(receipt, at=self._clock())

    def _sent(self, letter: Letter, request: Request, address: Address, *, until: float) -> Receipt:
        headers = {"Content-Type": JSON, "X-Request-Id": letter.decision.delivery_id, "Prefer": "return=minimal"}
        if request.condition:
            headers["If-None-Exist"] = request.condition
        try:
            reply = self._door.ask("POST", request.path, address, headers=headers, content=request.body)
        except NoToken as none:
            return Receipt(ReceiptKind.LATER, f"token {none.code}", wait_seconds=none.wait_seconds)
        except NoReply as silence:
            return Receipt(ReceiptKind.UNKNOWN if silence.was_sent else ReceiptKind.LATER, silence.code)
        return of_reply(reply, request) or self._looked_up(letter, request, address, reply, until=until)

    def _looked_up(self, letter: Letter, request: Request, address: Address, said: Reply, *, until: float) -> Receipt:
        """Is our letter there? Asked by our identifier only: nothing of the patient stands in the address."""
        try:
            left = max(1.0, until - time.monotonic())
            reply = self._door.ask("GET", request.search, address, seconds=min(left, address.timeout_seconds))
        except (NoReply, NoToken):
            return Receipt(ReceiptKind.UNKNOWN, str(said.status), text=words_of(said))
        return of_search(reply, request, digest=attachment(letter.decision)["hash"], said=said)
