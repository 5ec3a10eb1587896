"""The application's word about a message, said later and over a connection of our own (HL7 v2.5 2.9.3, deferred)."""

from __future__ import annotations

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.sending.sender import MllpSender
from integrations.hl7v2.wire.ack import application_ack, application_number
from integrations.hl7v2.wire.answers import PLAIN
from mdo_portal.exchange import Address, Answer, Receipt


class MllpAcknowledger:
    """exchange.Acknowledger over MLLP, through the same gate as letters."""

    def __init__(self) -> None:
        self._line = MllpSender()

    def acknowledge(self, raw: bytes, answer: Answer, address: Address, *, profile: str = "") -> Receipt:
        """Say `answer` about the message `raw` and wait for the receiver's commit. Never raises for what the network does.

        The same bytes each time: its number comes from `answer.reference`, its time from `answer.at`. Raises Unreadable for a message
        without a header, which nobody promised an acknowledgement.
        """
        header = Hl7Reader().header(raw)
        answer = answer._replace(control_id=header.control_id, repeats=Hl7Reader().repeats(header.kind, profile))
        return self._line.exchange(application_ack(raw, answer), application_number(answer), address, manners=PLAIN)
