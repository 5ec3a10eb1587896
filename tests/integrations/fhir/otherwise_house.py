"""Messages that are said in two ways, and who is in them."""

from __future__ import annotations

import json
from typing import Any

from integrations.fhir.reader import FhirReader
from mdo_portal.exchange import IncomingReferral

from .make import Node, bundle

Tree = dict[str, Any]
NUMBER = {"system": "http://fhir.nl/fhir/NamingSystem/agb-z", "value": "03012345"}
HOUSE = {"system": "http://fhir.nl/fhir/NamingSystem/ura", "value": "00001234"}
OOST = {"resourceType": "Practitioner", "id": "oost", "identifier": [NUMBER], "name": [{"text": "dr. Oost"}]}


def tree(*resources: Node) -> Tree:
    made: Tree = json.loads(bundle(*resources))
    return made


def referral(message: Tree, profile: str = "generic-r4") -> IncomingReferral:
    found = FhirReader().read(json.dumps(message).encode(), profile)
    assert isinstance(found, IncomingReferral)
    return found
