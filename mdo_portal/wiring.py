"""The only file that knows both houses: which integration speaks which wire."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.fhir.reader import FhirReader
from integrations.fhir.sender import FhirSender
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.sender import MllpSender
from mdo_portal.domain.hospital import Channel
from mdo_portal.exchange import Reader, Sender, Wire


def readers() -> Mapping[Wire, Reader]:
    """Who understands what came over which wire."""
    return {Wire.HL7V2: Hl7Reader(), Wire.FHIR: FhirReader()}


def senders() -> Mapping[Channel, Sender]:
    """Who sends over which channel. Paper has no sender: people print it."""
    return {Channel.MLLP: MllpSender(), Channel.FHIR: FhirSender()}
