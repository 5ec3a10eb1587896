"""The same words in another data type, another form of a name or of a number."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

from integrations.fhir.text.moments import HERE

from .tree import Node, Rewriting, each_object, each_resource

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d")
_DAYS = ("effectiveDateTime", "onsetDateTime", "performedDateTime", "recordedDate", "assertedDate", "authored")


def _coded_words(own: Node) -> Node:
    """Words with a code of the sender's own instead of words alone."""
    for name in ("code", "valueCodeableConcept", "medicationCodeableConcept", "bodySite", "method", "outcome"):
        one = own.get(name)
        if isinstance(one, dict) and set(one) == {"text"} and isinstance(one["text"], str) and one["text"]:
            own[name] = {"coding": [{"system": "urn:oid:2.25.98", "code": "eigen-1", "display": one["text"]}]}
    return own


def _words_as_a_concept(own: Node) -> Node:
    if own.get("resourceType") == "Observation" and isinstance(own.get("valueString"), str) and own["valueString"].strip():
        return {
            ("valueCodeableConcept" if name == "valueString" else name): ({"text": value} if name == "valueString" else value)
            for name, value in own.items()
        }
    return own


def _with_units_coded(own: Node) -> Node:
    if "value" in own and isinstance(own.get("unit"), str) and "code" not in own and "system" not in own and own["unit"]:
        own |= {"system": "http://unitsofmeasure.org", "code": "{x}"}
    return own


def _here(said: str) -> str:
    """A moment as UTC, where it was told as the clocks here tell it."""
    if not _MOMENT.fullmatch(said):
        return said
    at = datetime.fromisoformat(said)
    if at.astimezone(HERE).utcoffset() != at.utcoffset():
        return said
    return datetime.strftime(at.astimezone(datetime.fromisoformat("2000-01-01T00:00:00+00:00").tzinfo), "%Y-%m-%dT%H:%M:%SZ")


def _in_utc(own: Node) -> Node:
    return {
        name: _here(value) if isinstance(value, str) and name not in ("div", "data") else value for name, value in own.items()
    }


def _at_midnight(own: Node) -> Node:
    """A day as the midnight with which it begins here."""
    if not own.get("resourceType"):
        return own
    for name in _DAYS:
        if isinstance(own.get(name), str) and re.fullmatch(r"\d{4}-\d\d-\d\d", own[name]):
            at = datetime.fromisoformat(own[name]).replace(tzinfo=HERE)
            own[name] = at.isoformat()
    return own


def _loud_types(own: Node) -> Node:
    if (isinstance(own.get("contentType"), str) and "data" in own) or ("url" in own and isinstance(own.get("contentType"), str)):
        own["contentType"] = own["contentType"].upper()
    return own


def _sized(own: Node) -> Node:
    if isinstance(own.get("data"), str) and "contentType" in own and "resourceType" not in own:
        own |= {"size": 12, "language": "nl"}
    return own


def _turned_numbers(own: Node) -> Node:
    """The numbers of a patient in the opposite order, where their kinds tell them apart."""
    many = own.get("identifier")
    if own.get("resourceType") == "Patient" and isinstance(many, list) and len(many) == 2:
        systems = [one.get("system") for one in many if isinstance(one, dict)]
        if sum(str(one).endswith(("bsn", "2.16.840.1.113883.2.4.6.3")) for one in systems) == 1:
            own["identifier"] = many[::-1]
    return own


def _whole_names(own: Node) -> Node:
    """A name in words as well as in parts."""
    if own.get("resourceType") == "Patient" and isinstance(own.get("name"), list):
        own["name"] = [
            one | {"text": "Zoals geschreven"} if isinstance(one, dict) and one.get("family") and "text" not in one else one
            for one in own["name"]
        ]
    return own


def _named_formally(own: Node) -> Node:
    if own.get("resourceType") == "Patient" and isinstance(own.get("name"), list):
        own["name"] = [
            one | {"prefix": ["Dhr."], "period": {"start": "1990-01-01"}}
            if isinstance(one, dict) and "prefix" not in one and "period" not in one
            else one
            for one in own["name"]
        ]
    return own


def _grouped(own: Node) -> Node:
    """The questions of a form in a group that has no heading."""
    if own.get("resourceType") == "QuestionnaireResponse" and isinstance(own.get("item"), list) and own["item"]:
        own["item"] = [{"linkId": "groep-0", "item": own["item"]}]
    return own


def _decomposed(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFD", value)
    if isinstance(value, list):
        return [_decomposed(one) for one in value]
    if isinstance(value, dict):
        return {name: _decomposed(one) for name, one in value.items()}
    return value


def decomposed(tree: Node) -> Node | None:
    """Letters and their accents apart, as a Mac writes them."""
    made: Node = _decomposed(tree)
    return None if made == tree else made


def _unmodified(own: Node) -> Node:
    """An empty list of what would turn the meaning round."""
    return {"modifierExtension": []} | own if own.get("resourceType") and own["resourceType"] != "Binary" else own


def _as_java(own: Node) -> Node:
    """Moments without the seconds that are zero, and without the colon in their zone."""
    return {name: _hurried(value) if isinstance(value, str) and name.endswith(_TIMES) else value for name, value in own.items()}


_TIMES = ("DateTime", "Date", "On", "start", "end", "issued", "authored", "started", "indexed", "date")


def _hurried(said: str) -> str:
    return re.sub(r":00(?:\.0+)?(Z|[+-]\d\d):?(\d\d)?$", r"\1\2", said) if "T" in said else said


WORDED: dict[str, Rewriting] = {
    "with clocks as Java writes them": each_object(_as_java),
    "with codes of its own": each_object(_coded_words),
    "with words as a concept": each_resource(_words_as_a_concept),
    "with codes of units": each_object(_with_units_coded),
    "in UTC": each_object(_in_utc),
    "with days as midnights": each_resource(_at_midnight),
    "with loud types of files": each_object(_loud_types),
    "with sizes of files": each_object(_sized),
    "with its numbers turned round": each_resource(_turned_numbers),
    "with names in words too": each_resource(_whole_names),
    "with titles and periods at names": each_resource(_named_formally),
    "with its questions in a group": each_resource(_grouped),
    "with accents apart": decomposed,
    "with nothing that modifies": each_resource(_unmodified),
}
