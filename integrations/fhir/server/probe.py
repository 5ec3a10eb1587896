"""Asking a hospital's FHIR server who it is, by a link manager who just wrote its address down."""

from __future__ import annotations

from integrations.fhir.server.door import Door
from integrations.fhir.server.fetching import Fetching
from integrations.fhir.text.values import text
from integrations.smart.client import Tokens
from mdo_portal.exchange import Address, NotPulled


class FhirProber:
    """exchange.Prober. The token goes along, as with everything that is asked there; who it is, a server tells anybody."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._door = Door(tokens)

    def probe(self, address: Address) -> str:
        fetching = Fetching(address, self._door)
        told = fetching.json(fetching.send("GET", "metadata"))
        if told.get("resourceType") not in ("CapabilityStatement", "Conformance"):
            raise NotPulled("answer", again=False)
        return text(told.get("fhirVersion"))
