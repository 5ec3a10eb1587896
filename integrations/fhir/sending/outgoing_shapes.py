"""The shapes a recipient wants (`send.shapes`), made into one request: a transaction, or one document Bundle kept as it is.

| shape | what |
|---|---|
| `document` | DocumentReference with the letter; the entry that a receipt must name |
| `composition` | Composition with the text of the letter, heading by heading |
| `careplan` | Encounter and CarePlan: the discussion and the structured advice |
| `document-bundle` | all of it in one Bundle of type document, kept as one resource; instead of a transaction |
| `task` | afterwards, the requester's own Task gets the letter as its output (afterwards.py) |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from urllib.parse import quote

from integrations.fhir.sending import outgoing_r4, outgoing_stu3
from integrations.fhir.sending.outgoing import Letter, NotSendable, created_once, judged_bytes, pruned
from integrations.fhir.sending.outgoing_people import URI, contained_patient, identifier
from integrations.fhir.text.values import Node

VERSIONS: dict[str, ModuleType] = {"R4": outgoing_r4, "STU3": outgoing_stu3}


@dataclass(frozen=True)
class Request:
    """What is posted, and by what the answer is known to be about it."""

    body: bytes
    kinds: tuple[str, ...]  # of the entries, the letter's own first
    uri: str  # our identifier of the letter's own entry
    path: str = ""  # below the registered address; "" = the address itself
    condition: str = ""  # If-None-Exist of a single resource

    @property
    def kind(self) -> str:
        """What the receipt must name."""
        return self.kinds[0]

    @property
    def is_transaction(self) -> bool:
        return not self.condition

    @property
    def search(self) -> str:
        """Is it there? Asked by our own identifier only: nothing of the patient stands in the address."""
        return f"{self.kind}?identifier={quote(f'{URI}|{self.uri}', safe='')}"


def request_of(letter: Letter) -> Request:
    """Identical input gives identical bytes. Raises NotSendable when fhir.resources refuses it, or no shape is asked for."""
    version = letter.profile.version
    if letter.has("document-bundle"):
        uri = letter.own("document-bundle")
        body = judged_bytes(document_bundle(letter), version, is_trial=letter.decision.is_trial)
        return Request(body, ("Bundle",), uri, "Bundle", f"identifier={quote(f'{URI}|{uri}', safe='')}")
    entries = list(_entries(letter))
    if not entries:
        raise NotSendable("the profile asks for no shape")
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [created_once(one, uri) for uri, one in entries]}
    body = judged_bytes(bundle, version, is_trial=letter.decision.is_trial)
    return Request(body, tuple(one["resourceType"] for _, one in entries), entries[0][0])


def _entries(letter: Letter) -> Iterator[tuple[str, Node]]:
    """(our identifier, resource), the letter's own first."""
    made = VERSIONS[letter.profile.version]
    if letter.has("document"):
        yield letter.uri, pruned(made.document(letter))
    if letter.has("composition"):
        yield letter.own("composition"), pruned(made.composition(letter))
    if letter.has("careplan"):
        yield letter.own("careplan"), pruned(made.careplan(letter))
        yield letter.encounter_uri, pruned(made.encounter(letter))


def document_bundle(outside: Letter) -> Node:
    """One document: the text first, and everything it rests on beside it, the PDF included. It never changes."""
    letter = replace(outside, patient_url=outside.own("patient"))
    made = VERSIONS[letter.profile.version]
    patient = {key: value for key, value in contained_patient(letter.decision.patient).items() if key != "id"}
    parts = [(letter.patient_url, patient), (letter.uri, made.document(letter))]
    pointed = [("Brief", letter.uri)]
    if letter.has("careplan"):
        parts += [(letter.encounter_uri, made.encounter(letter)), (letter.own("careplan"), made.careplan(letter))]
        pointed.append(("Behandelplan", letter.own("careplan")))
    told = made.composition(letter)
    told["section"] = [*told["section"], *({"title": title, "entry": [{"reference": url}]} for title, url in pointed)]
    entries = [(letter.own("composition"), told), *parts]
    return {
        "resourceType": "Bundle",
        "identifier": identifier(URI, letter.own("document-bundle")),
        "type": "document",
        **made.stamp(letter),
        "entry": [{"fullUrl": url, "resource": pruned(one)} for url, one in entries],
    }
