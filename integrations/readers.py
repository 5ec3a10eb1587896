"""Who understands what came over which wire, and who explains it: the same table for our own process and for the bounded child."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.fhir.explain import FhirExplainer
from integrations.fhir.reader import FhirReader
from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import Explainer, Reader, Wire


def readers() -> Mapping[Wire, Reader]:
    return {Wire.HL7V2: Hl7Reader(), Wire.FHIR: FhirReader()}


def explainers() -> Mapping[Wire, Explainer]:
    """Who says how a message of a wire is read, field by field."""
    return {Wire.HL7V2: Hl7Explainer(), Wire.FHIR: FhirExplainer()}
