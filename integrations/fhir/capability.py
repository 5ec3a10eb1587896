"""What our FHIR endpoint says it can do: no more than it does, and no less."""

from __future__ import annotations

from integrations.fhir.meaning.request import KINDS
from integrations.fhir.text.values import Node

FHIR_VERSIONS = {"R4": "4.0.1", "STU3": "3.0.2"}
_BOTH = ("Bundle", "DiagnosticReport", "DocumentReference", "Observation", "QuestionnaireResponse", "Task")
TAKEN = {"R4": (*_BOTH, "ServiceRequest"), "STU3": (*_BOTH, "ReferralRequest")}
"""What may be handed in by itself, per version; everything else travels in a Bundle."""


def capability_statement(*, url: str, version: str, software_version: str) -> Node:
    """The CapabilityStatement of one endpoint; `version` is "R4" or "STU3", `url` its base address.

    Raises KeyError for another version.
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-29",
        "kind": "instance",
        "software": {"name": "MDO portal", "version": software_version},
        "implementation": {"description": "Referrals to a multidisciplinary tumour board", "url": url},
        "fhirVersion": FHIR_VERSIONS[version],
        **({"acceptUnknown": "extensions"} if version == "STU3" else {}),
        "format": ["application/fhir+json", "application/fhir+xml"],
        "rest": [
            {
                "mode": "server",
                "documentation": _TOLD,
                "security": _security(url),
                "resource": [_resource(kind) for kind in sorted(TAKEN[version])],
                "interaction": [{"code": "transaction", "documentation": _HOW}, {"code": "batch", "documentation": _HOW}],
                "operation": [_operation(version)],
            }
        ],
    }


def _resource(kind: str) -> Node:
    made: Node = {"type": kind, "documentation": _KINDS.get(kind, _ADDS), "interaction": [{"code": "create"}]}
    if kind == "Task":
        made["interaction"] = [{"code": "create"}, {"code": "update"}, {"code": "read", "documentation": _READ}]
        return made | {
            "versioning": "no-version",
            "conditionalCreate": True,
            "conditionalUpdate": True,
        }
    if kind in KINDS.values():
        made["interaction"] = [
            {"code": "create"},
            {"code": "update", "documentation": _AT},
            {"code": "delete", "documentation": _GONE},
        ]
        both = {"conditionalCreate": True, "conditionalUpdate": True, "conditionalDelete": "single"}
        return made | {"versioning": "no-version", "updateCreate": True, **both}
    return made | {"conditionalCreate": True}


def _operation(version: str) -> Node:
    """STU3 points at the definition, R4 names it; only R4 has a place for words."""
    where = "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"
    if version == "STU3":
        return {"name": "process-message", "definition": {"reference": where}}
    return {"name": "process-message", "definition": where, "documentation": _MESSAGES}


def _security(url: str) -> Node:
    service = {
        "coding": [{"system": "http://hl7.org/fhir/restful-security-service", "code": "SMART-on-FHIR"}],
        "text": "SMART Backend Services (private_key_jwt), or the fixed bearer token of the link",
    }
    uris = {
        "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
        "extension": [{"url": "token", "valueUri": f"{url}/token"}],
    }
    return {
        "extension": [uris],
        "service": [service],
        "description": f"Keys and addresses: {url}/.well-known/smart-configuration",
    }


_TOLD = (
    "Write only, the state of one's own Tasks excepted: a referral is POSTed to the base address as one Bundle of type transaction, "
    "batch, collection or message, in JSON or XML. Nothing can be searched here. Answers are JSON, or XML when Accept or _format "
    "asks for it. The FHIR version is that of the link; a fhirVersion in the media type that says another is refused."
)
_HOW = (
    "The whole Bundle is kept and answered before it is read (202/201); it needs one Patient and one request for a tumour board. "
    "References are resolved inside the Bundle only. The same Bundle again gets the same answer. An entry that is no valid resource is "
    "set aside and named on the case; the others are taken. An entry of a batch in which nothing can be done has a status of its own "
    "(400, 405). With Prefer: return=minimal only what is wrong has an outcome."
)
_MESSAGES = (
    "The same as POST to the base address of a Bundle of type message. The answer is an OperationOutcome at once, also without async: "
    "no response message follows."
)
_ADDS = "Belongs to a referral that was sent before: it names the referral's identifier (basedOn or context.related)."
_RESULT = (
    "A result: it belongs to the referral whose identifier it names (basedOn), else it joins the open cases of its patient, where it "
    "says by number who that is. Of a patient who has none, nothing is kept."
)
_AT = (
    "At the address that it has on your server; it becomes one here if it was none. Told again there it is the same referral, also without "
    "an identifier. 400 when its id is not the one in the address; else 202, and it is read afterwards. Or under its number "
    "(?identifier=system|number), as when it is POSTed; 412 when it has another. If-Match is not looked at, and the answer says so."
)
_GONE = "The referral of that address, or under that number (?identifier=system|number), is taken back."
_KINDS = {
    "DiagnosticReport": _RESULT,
    "Observation": _RESULT,
    "Bundle": "The same as POST to the base address.",
    "ServiceRequest": "A referral needs its patient too: in one Bundle, contained, or by number (subject.identifier).",
    "ReferralRequest": "A referral needs its patient too: in one Bundle, contained, or by number (subject.identifier).",
    "Task": (
        "A notification that data lie ready (TA Notified Pull: authorization-base, get-workflow-task, or queries), or the answer to a "
        "question of a board: it carries the identifier of our Task, or names the referral's identifier. Cancelled, or asking to abort, "
        "it takes that referral back; without its identifier, the one that came with the same Task of your server, or with that in focus."
    ),
}
_READ = "How one's own Task stands: received, accepted, rejected with statusReason, or cancelled. No other element comes back."
