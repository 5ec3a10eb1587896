"""A signed decision on its way to a FHIR server: its own identifiers, and the one place that makes bytes of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from integrations.fhir.sending.outgoing_people import URI, contained_patient, subject
from integrations.fhir.text.judge import problem
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, node
from mdo_portal.exchange import DecisionForm, OutgoingDecision

CONSULT_NOTE = {"coding": [{"system": "http://loinc.org", "code": "85232-7", "display": "Tumor board Consult note"}]}
_REASONS = {"R4": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "STU3": "http://hl7.org/fhir/v3/ActReason"}
NO_ADVICE = "Bericht zonder advies"
"""No code was found for a board's word that there is no advice: the code says whose letter it is, the words what it is."""
RELATED = {
    DecisionForm.CORRECTION: "replaces",
    DecisionForm.ADDENDUM: "appends",
    DecisionForm.WITHDRAWAL: "replaces",
}
"""What the letter is to the earlier one; a withdrawal's letter stands in its place."""


class NotSendable(ValueError):
    """The decision makes no valid resource; the text names the element, never a value."""


@dataclass(frozen=True)
class Letter:
    """One decision with what both versions need of it."""

    decision: OutgoingDecision
    profile: Profile
    patient_url: str = ""  # inside a document the patient is an entry; elsewhere every resource holds the patient itself

    @property
    def uri(self) -> str:
        """Our own identifier: a receiver sees a double by it, and we find the document back by it."""
        return document_uri(self.decision.delivery_id)

    def own(self, part: str) -> str:
        """Our identifier of the Composition, CarePlan, … of this delivery."""
        return _part_uri(self.decision.delivery_id, part)

    @property
    def form(self) -> DecisionForm:
        """What it is to this recipient."""
        return self.decision.form_there if self.decision.replaces_delivery_id else DecisionForm.FIRST

    @property
    def earlier_uri(self) -> str:
        """Our identifier of the earlier version at this recipient, or ""."""
        return document_uri(self.decision.replaces_delivery_id) if self.decision.replaces_delivery_id else ""

    def earlier(self, part: str) -> str:
        return _part_uri(self.decision.replaces_delivery_id, part) if self.decision.replaces_delivery_id else ""

    @property
    def encounter_uri(self) -> str:
        """Of the discussion: the same for every version of what was decided there, so a receiver has it once."""
        return _part_uri(self.decision.round_id or self.decision.delivery_id, "encounter")

    @property
    def signed(self) -> str:
        return instant(self.decision.signed_at)

    @property
    def contained(self) -> list[Node]:
        return [] if self.patient_url else [contained_patient(self.decision.patient)]

    @property
    def subject(self) -> Node:
        return subject(self.decision.patient) | ({"reference": self.patient_url} if self.patient_url else {})

    def has(self, shape: str) -> bool:
        """Whether this recipient gets the decision in this shape.

        Without an advice there is no plan, and no Encounter: the receiver keeps the first one it got of a discussion, and that must
        be the one of the advice. Who takes only that gets the letter.
        """
        wanted = self.profile.words("send", "shapes")
        if self.decision.form.has_advice or shape == "task":
            return shape in wanted
        left = set(wanted) - {"careplan", "task"} or {"document"}
        return shape in left

    @property
    def kind(self) -> Node:
        """What it is called: the board's letter, in words when there is no advice in it."""
        return CONSULT_NOTE if self.decision.form.has_advice else CONSULT_NOTE | {"text": NO_ADVICE}

    def canonical(self, name: str) -> str:
        """The address of a profile or extension of our own; "" where this recipient wants none."""
        root = self.profile.word("send", "canonical")
        return f"{root.rstrip('/')}/{name}" if root else ""


def document_uri(delivery_id: str) -> str:
    """`urn:uuid:…` of one delivery. Raises NotSendable when the id is no uuid."""
    try:
        return UUID(delivery_id).urn
    except ValueError:
        raise NotSendable("delivery_id is no uuid") from None


def _part_uri(number: str, part: str) -> str:
    document_uri(number)
    return uuid5(UUID(number), part).urn


def judged_bytes(resource: Node, version: str, *, is_trial: bool) -> bytes:
    """The bytes on the wire; the same resource always gives the same bytes. Raises NotSendable when the judge refuses it.

    What is only tried says so in every resource (HTEST): a server keeps them one by one.
    """
    entries = resource["entry"] if resource["resourceType"] == "Bundle" else [{"resource": resource}]
    for entry in entries:
        if is_trial:
            tag = {"system": _REASONS[version], "code": "HTEST"}
            entry["resource"] |= {"meta": node(entry["resource"].get("meta")) | {"tag": [tag]}}
        if found := problem(entry["resource"], version):
            raise NotSendable(f"{entry['resource']['resourceType']}: {found}")
    try:
        return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise NotSendable("a character that does not exist") from None


def created_once(resource: Node, uri: str) -> Node:
    """An entry that a receiver creates only when it does not know our identifier yet: sending again is harmless."""
    kind = str(resource["resourceType"])
    request = {"method": "POST", "url": kind, "ifNoneExist": f"identifier={URI}|{uri}"}
    return {"fullUrl": uri, "resource": resource, "request": request}


def pruned(value: Any) -> Any:
    """Without empty strings, lists and objects: FHIR knows no empty value."""
    if isinstance(value, dict):
        kept = {key: pruned(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in ("", None, [], {})}
    if isinstance(value, list):
        return [item for item in map(pruned, value) if item not in ("", [], {})]  # null only aligns `_given` with `given`
    return value


def legal(words: str) -> str:
    """What a person typed, without the signs that FHIR forbids in a text: a blank in their place."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", " ", words)


def instant(at: datetime) -> str:
    """Raises NotSendable without a zone: a naive time means another moment elsewhere."""
    if at.tzinfo is None:
        raise NotSendable("a time without zone")
    return at.isoformat(timespec="seconds")
