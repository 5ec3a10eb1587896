"""Who understands what came over which wire: the same table for our own process and for the bounded child."""

from __future__ import annotations

from collections.abc import Mapping

from mdo_portal.exchange import Reader, Wire

from .fhir.reader import FhirReader
from .hl7v2.reader import Hl7Reader


def readers() -> Mapping[Wire, Reader]:
    return {Wire.HL7V2: Hl7Reader(), Wire.FHIR: FhirReader()}
