"""The same said in other elements: coded or in words, one moment in another zone, a reference with more beside it, bytes folded."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from integrations.fhir.location import root

from .tree import Node, Rewriting, each_object, each_resource, entries, mapped, objects

_REQUESTS = ("ServiceRequest", "ReferralRequest", "ProcedureRequest")


def _is_concept(own: Node) -> bool:
    return isinstance(own.get("coding"), list) and all(isinstance(one, dict) for one in own["coding"]) and bool(own["coding"])


def _is_coding(own: Node) -> bool:
    return "code" in own and "system" in own and "value" not in own and "resourceType" not in own


def _is_reference(own: Node) -> bool:
    return isinstance(own.get("reference"), str)


# Codes


def _unknown_code_last(own: Node) -> Node:
    if (_is_concept(own) and any(one.get("display") for one in own["coding"])) or (_is_concept(own) and own.get("text")):
        own["coding"] = [*own["coding"], {"system": "urn:oid:2.25.99", "code": "ZZ-9"}]
    return own


def _words_of_the_code(own: Node) -> Node:
    """`text` with what the first code that says anything is called."""
    if (
        _is_concept(own)
        and "text" not in own
        and "_text" not in own
        and len(own["coding"]) == 1
        and own["coding"][0].get("display")
    ):
        own["text"] = own["coding"][0]["display"]
    return own


def _versioned_codes(own: Node) -> Node:
    if _is_coding(own):
        own |= {"version": "http://snomed.info/sct/11000146104/version/20260331", "userSelected": True}
    return own


def _translated(own: Node) -> Node:
    if _is_coding(own) and own.get("display") and "_display" not in own:
        inner = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": "In English"}]
        own["_display"] = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": inner}]}
    return own


# References


def _with_type(own: Node) -> Node:
    found = re.search(r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]+(?:/_history/.*)?$", own["reference"]) if _is_reference(own) else None
    if found and "type" not in own:
        own["type"] = found[1]
    return own


def _with_display(tree: Node) -> Node | None:
    """Every reference that is resolved in the message gets words as well."""
    known = {
        f"{one['resource'].get('resourceType')}/{one['resource'].get('id')}"
        for one in entries(tree)
        if isinstance(one.get("resource"), dict)
    }
    known |= {one["fullUrl"] for one in entries(tree) if isinstance(one.get("fullUrl"), str)}

    def shown(own: Node) -> Node:
        is_known = _is_reference(own) and "/_history/" not in own["reference"] and own["reference"] in known
        return own | {"display": "Zie daar"} if is_known and "display" not in own else own

    return _changed(tree, shown)


def _changed(tree: Node, change: Callable[[Node], Node]) -> Node | None:
    return each_object(change)(tree)


# Times

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def _each_text(change: Callable[[str], str]) -> Callable[[Node], Node]:
    def changed(own: Node) -> Node:
        for name, value in own.items():
            if name in ("div", "data"):
                continue
            if isinstance(value, str):
                own[name] = change(value)
            elif isinstance(value, list):
                own[name] = [change(one) if isinstance(one, str) else one for one in value]
        return own

    return changed


def _at_offset(hours: int) -> Callable[[str], str]:
    """The same moment as another place writes it, where its day stays the same there."""

    def moved(said: str) -> str:
        if not _UTC.fullmatch(said):
            return said
        at = datetime.fromisoformat(said)
        there = at.astimezone(timezone(timedelta(hours=hours)))
        return there.isoformat() if there.date() == at.date() and said.endswith(("+01:00", "+02:00")) else said

    return moved


def _with_fraction(said: str) -> str:
    if not _UTC.fullmatch(said) or "." in said:
        return said
    return said[:19] + ".000" + said[19:]


_TIMED = {"effectiveDateTime": "effectivePeriod", "onsetDateTime": "onsetPeriod", "performedDateTime": "performedPeriod"}


def _begun(own: Node) -> Node:
    """A moment as the beginning of a period of which nobody says that it ended."""
    for name, period in _TIMED.items():
        if isinstance(own.get(name), str) and own.get("resourceType") in (
            "Observation",
            "DiagnosticReport",
            "Condition",
            "Procedure",
        ):
            return {(period if key == name else key): ({"start": value} if key == name else value) for key, value in own.items()}
    return own


def _on_one_day(own: Node) -> Node:
    for name, period in _TIMED.items():
        if isinstance(own.get(name), str) and own.get("resourceType") in ("Observation", "DiagnosticReport", "Procedure"):
            return {
                (period if key == name else key): ({"start": value, "end": value} if key == name else value)
                for key, value in own.items()
            }
    return own


# Bytes


def _is_file(own: Node) -> bool:
    return isinstance(own.get("data"), str) and "contentType" in own


def _folded(own: Node) -> Node:
    if _is_file(own):
        sent = own["data"]
        own["data"] = "\r\n".join(sent[at : at + 76] for at in range(0, len(sent), 76)) + "\r\n"
    return own


def _server(tree: Node) -> str:
    """Where the first entry that lives anywhere lives."""
    known = (root(str(one.get("fullUrl", ""))) for one in entries(tree))
    return next(filter(None, known), "")


def _beside_it(address: Callable[[str], str], full_url: Callable[[str, str], str]) -> Rewriting:
    """The bytes of every attachment as a Binary in the same Bundle."""

    def rewritten(tree: Node) -> Node | None:
        more: list[Node] = []

        def moved(own: Node) -> Node:
            if not _is_file(own) or own.get("resourceType") or "url" in own:
                return own
            number = f"bin-{len(more)}"
            binary = {"resourceType": "Binary", "id": number, "contentType": own["contentType"], "data": own["data"]}
            more.append({"fullUrl": full_url(_server(tree), number), "resource": binary})
            return {name: value for name, value in own.items() if name != "data"} | {"url": address(number)}

        made = _changed(tree, moved) if _is_open(tree) else None
        return made | {"entry": [*made["entry"], *more]} if made and more else None

    return rewritten


def _is_open(tree: Node) -> bool:
    return tree.get("resourceType") == "Bundle" and tree.get("type") != "history" and bool(entries(tree))


def _contained_binaries(tree: Node) -> Node | None:
    def moved(own: Node) -> Node:
        more: list[Node] = []

        def out(one: Node) -> Node:
            if not _is_file(one) or one.get("resourceType") or "url" in one:
                return one
            number = f"bin-{len(more)}"
            more.append({"resourceType": "Binary", "id": number, "contentType": one["contentType"], "data": one["data"]})
            return {name: value for name, value in one.items() if name != "data"} | {"url": f"#{number}"}

        made = mapped(own, out)
        return made | {"contained": [*(made.get("contained") or []), *more]} if more else own

    return each_resource(moved)(tree)


def _in_its_address(own: Node) -> Node:
    """`data:application/pdf;base64,…`, as browsers write it."""
    if _is_file(own) and not own.get("resourceType") and "url" not in own:
        sent = own.pop("data")
        own["url"] = f"data:{own['contentType']};base64,{sent}"
    return own


# What says nothing


def _about_itself(own: Node) -> Node:
    """What a server says of a resource."""
    if own.get("resourceType") and isinstance(own.get("meta", {}), dict):
        meta = {"versionId": "7", "lastUpdated": "2026-03-02T10:11:12.345+01:00", "profile": ["http://x.example/p"]}
        meta |= {"tag": [{"system": "urn:x", "code": "t"}], "security": [{"system": "urn:x", "code": "N"}]}
        own["meta"] = meta | own.get("meta", {})
    return own


def _summarised(own: Node) -> Node:
    """A narrative that its server made out of the fields."""
    if own.get("resourceType") and "text" not in own and own["resourceType"] not in ("Binary", "Bundle", "Parameters"):
        div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p><b>{own["resourceType"]}</b></p></div>'
        own["text"] = {"status": "generated", "div": div}
    return own


def _numbered(own: Node) -> Node:
    """Every element with an id of its own, as Firely's and Smile's servers keep them."""
    if "resourceType" not in own and "id" not in own and "reference" not in own and own:
        own["id"] = "e1"
    return own


def _emptied(own: Node) -> Node:
    """What some write for what they have not."""
    if own.get("resourceType") and own["resourceType"] not in ("Binary", "Bundle", "Parameters"):
        own |= {
            name: value
            for name, value in (("extension", []), ("contained", []), ("meta", {}), ("language", None))
            if name not in own
        }
    return own


def _of_unknown_reason(own: Node) -> Node:
    """A primitive that says why there is no value, beside one that has none."""
    absent = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
    if own.get("resourceType") == "Patient":
        return {"_" + name: absent for name in ("gender", "birthDate") if name not in own and f"_{name}" not in own} | own
    if own.get("resourceType") in _REQUESTS:
        return {"_" + name: absent for name in ("authoredOn",) if name not in own and f"_{name}" not in own} | own
    return own


def _padded(own: Node) -> Node:
    """Blanks around a number, as Epic sends them."""
    if set(own) >= {"system", "value"} and isinstance(own["value"], str) and "code" not in own:
        own["value"] = f" {own['value']} "
    return own


_MORE_OF_THE_PATIENT = {
    "active": True, "multipleBirthBoolean": False, "maritalStatus": {"text": "gehuwd"}, "language": "nl-NL",
    "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "nl-NL"}]}, "preferred": True}],
}  # fmt: skip


def _more_of_the_patient(own: Node) -> Node:
    return _MORE_OF_THE_PATIENT | own if own.get("resourceType") == "Patient" else own


def _former_names(own: Node) -> Node:
    """The names of before come along."""
    if own.get("resourceType") in ("Patient", "Practitioner") and isinstance(own.get("name"), list) and own["name"]:
        before = [
            {"use": "old", "family": "Vroeger"},
            {"use": "maiden", "family": "Voorheen"},
            {"use": "nickname", "given": ["Bobby"]},
        ]
        if own["resourceType"] == "Patient" and any(
            one.get("family") and one.get("use") not in ("old", "maiden", "temp") for one in own["name"]
        ):
            own["name"] = [*before, *own["name"]]
    return own


_BSN = ("http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3")


def _bsn_by_oid(own: Node) -> Node:
    return own | {"system": _BSN[1]} if own.get("system") == _BSN[0] else own


def _typed_identifiers(own: Node) -> Node:
    if own.get("system") in _BSN and "type" not in own:
        own["type"] = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NNNLD"}]}
    return own


def _shifted(tree: Node) -> Node | None:
    return each_object(_each_text(_at_offset(0)))(copy.deepcopy(tree))


SAID: dict[str, Rewriting] = {
    "with an unknown code behind": each_object(_unknown_code_last),
    "with the words of the code as text": each_object(_words_of_the_code),
    "with the versions of codes": each_object(_versioned_codes),
    "with names in English": each_object(_translated),
    "with the type of what is pointed at": each_object(_with_type),
    "with words at every reference": _with_display,
    "in another zone": _shifted,
    "with fractions of a second": each_object(_each_text(_with_fraction)),
    "as a period that began": each_resource(_begun),
    "as a period of one moment": each_resource(_on_one_day),
    "with folded bytes": each_object(_folded),
    "with its bytes in a Binary": _beside_it(
        lambda name: f"Binary/{name}", lambda server, name: f"{server}/Binary/{name}" if server else ""
    ),
    "with its bytes in a Binary by uuid": _beside_it(lambda name: f"urn:uuid:{name}", lambda server, name: f"urn:uuid:{name}"),
    "with its bytes in a Binary without an address": _beside_it(lambda name: f"Binary/{name}", lambda server, name: ""),
    "with its bytes in a contained Binary": _contained_binaries,
    "with its bytes in the address": each_object(_in_its_address),
    "with what its server says": each_resource(_about_itself),
    "with a summary of its server": each_resource(_summarised),
    "with ids at elements": each_object(_numbered),
    "with empty lists": each_resource(_emptied),
    "with reasons why there is no value": each_resource(_of_unknown_reason),
    "with blanks around numbers": each_object(_padded),
    "with more of the patient": each_resource(_more_of_the_patient),
    "with the names of before": each_resource(_former_names),
    "with the BSN under its OID": each_object(_bsn_by_oid),
    "with types of numbers": each_object(_typed_identifiers),
}
__all__ = ["SAID", "objects"]
