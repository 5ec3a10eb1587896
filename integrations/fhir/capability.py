"""What our FHIR endpoint says it can do: no more than it does."""

from __future__ import annotations

from integrations.fhir.values import Node

FHIR_VERSIONS = {"R4": "4.0.1", "STU3": "3.0.2"}


def capability_statement(*, url: str, version: str, software_version: str) -> Node:
    """The CapabilityStatement of one endpoint; `version` is "R4" or "STU3", `url` its base address.

    Raises KeyError for another version.
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "kind": "instance",
        **({"acceptUnknown": "extensions"} if version == "STU3" else {}),
        "software": {"name": "MDO portal", "version": software_version},
        "implementation": {"description": "Referrals to a multidisciplinary tumour board", "url": url},
        "fhirVersion": FHIR_VERSIONS[version],
        "format": ["application/fhir+json"],
        "rest": [{"mode": "server", "documentation": _TOLD, "interaction": [{"code": "transaction", "documentation": _HOW}]}],
    }


_TOLD = (
    "Write only: a referral is POSTed to the base address as one Bundle of type transaction, collection or message, in JSON. "
    "Nothing can be read or searched here; XML, batch and single resources are refused."
)
_HOW = (
    "The whole Bundle is kept and answered before it is read (202/201); it needs one Patient and one request for a tumour board. "
    "References are resolved inside the Bundle only. The same Bundle again gets the same answer."
)
