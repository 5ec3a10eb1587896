"""Who understands what came over which wire, and who explains it: the same table for our own process and for the bounded child."""

from __future__ import annotations

from collections.abc import Mapping

from mdo_portal.exchange import Explainer, Reader, Wire

from .fhir.explain import FhirExplainer
from .fhir.reader import FhirReader
from .hl7v2.explain import Hl7Explainer
from .hl7v2.reader import Hl7Reader


def readers() -> Mapping[Wire, Reader]:
    return {Wire.HL7V2: Hl7Reader(), Wire.FHIR: FhirReader()}


def explainers() -> Mapping[Wire, Explainer]:
    """Who says how a message of a wire is read, field by field."""
    return {Wire.HL7V2: Hl7Explainer(), Wire.FHIR: FhirExplainer()}
