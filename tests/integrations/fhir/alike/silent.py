"""What servers and libraries write beside what is said: where it came from, why there is no value, names and numbers of before."""

from __future__ import annotations

from .tree import Node, Rewriting, each_object, each_resource, mapped

_REQUESTS = ("ServiceRequest", "ReferralRequest", "ProcedureRequest")


def _about_itself(own: Node) -> Node:
    """What a server says of a resource."""
    if own.get("resourceType") and isinstance(own.get("meta", {}), dict):
        meta: Node = {"versionId": "7", "lastUpdated": "2026-03-02T10:11:12.345+01:00", "profile": ["http://x.example/p"]}
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


_INTERNAL = {"url": "https://ehr.example/fhir/StructureDefinition/internal-id", "valueString": "4711"}


def _extended_beside(own: Node) -> Node:
    """What a system keeps for itself at a patient, a name, a number, a telephone and a reference."""
    is_beside = own.get("resourceType") in ("Patient", "Practitioner", "Organization") or "family" in own or "reference" in own
    is_beside = is_beside or ("system" in own and "value" in own and "code" not in own)
    return own | {"extension": [*own.get("extension", []), _INTERNAL]} if is_beside else own


def _timed_notes(own: Node) -> Node:
    """When a note was written."""
    notes = own.get("note")
    if isinstance(notes, list) and own.get("resourceType"):
        own["note"] = [{"time": "2026-03-01T10:00:00+01:00"} | one if isinstance(one, dict) else one for one in notes]
    return own


def _given_out(own: Node) -> Node:
    """Who gave out a number, and since when it holds."""
    if own.get("system") and own.get("value") and "code" not in own and "assigner" not in own and "use" not in own:
        own |= {"use": "usual", "assigner": {"display": "Ziekenhuis"}, "period": {"start": "2001-01-01"}}
    return own


SILENT: dict[str, Rewriting] = {
    "with what a system keeps for itself": each_object(_extended_beside),
    "with times at notes": each_resource(_timed_notes),
    "with who gave out numbers": each_resource(
        lambda own: own | {"identifier": mapped(own["identifier"], _given_out)} if "identifier" in own else own
    ),
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
