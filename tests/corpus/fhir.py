"""FHIR samples, posted to the real web process as a hospital would."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx

from mdo_portal.domain.hospital import Level
from tests.bench.house import TOKEN, House, hospital, house

from . import settled
from .sets import Count, Sample

REQUESTS = {"ServiceRequest", "ReferralRequest", "ProcedureRequest"}
ANSWER_SECONDS = 20.0
KEPT_OR_REFUSED = {200, 201, 202, 400, 413, 415, 422}


def run(url: str, found_sets: list[tuple[str, list[Sample]]], *, detail: bool) -> list[Count]:
    """All sets through one web process, each with a link and a token of its own."""
    with house(url) as found:
        sets = [one for name, samples in found_sets for one in ((name, samples), *_assembled(name, samples))]
        with found.database().transaction() as session:
            for number, (name, _) in enumerate(sets):
                profile = "generic-stu3" if "stu3" in name else "generic-r4"
                hospital(session, profile=profile, applications=[], code=f"S{number}", level=Level.FHIR)
        found.portal("web", core=None)
        return [_set(found, f"S{number}", name, samples, detail=detail) for number, (name, samples) in enumerate(sets)]


def _set(found: House, code: str, name: str, samples: list[Sample], *, detail: bool) -> Count:
    count = Count(f"fhir/{name}", files=len(samples))
    for sample in samples:  # one connection each: what one breaks must not show with another
        _post(found, code, sample, count)
    database = found.database()
    settled.understand(database, count)
    settled.settle(database, count, samples, entries, hospital=code)
    if detail:
        settled.details(database, count.corpus, samples)
    return count


def _post(found: House, code: str, sample: Sample, count: Count) -> None:
    xml = sample.raw.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    headers = {
        "Authorization": f"Bearer {TOKEN}-{code}",
        "Content-Type": "application/fhir+xml" if xml else "application/fhir+json",
    }
    started = time.perf_counter()
    answer = httpx.post(f"{found.web}/fhir", content=sample.raw, headers=headers, timeout=ANSWER_SECONDS, trust_env=False)
    count.took(time.perf_counter() - started)
    said = answer.json().get("resourceType") if answer.headers["content-type"].startswith("application/fhir+json") else ""
    count.answered += said in ("OperationOutcome", "Bundle")
    count.crashed += answer.status_code not in KEPT_OR_REFUSED


def _assembled(name: str, samples: list[Sample]) -> list[tuple[str, list[Sample]]]:
    """A set of single resources around one patient and a request, as the one Bundle they were cut from."""
    resources = [resource for sample in samples if (resource := _json(sample.raw)) and resource.get("resourceType") != "Bundle"]
    kinds = [resource.get("resourceType") for resource in resources]
    if kinds.count("Patient") != 1 or not REQUESTS.intersection(kinds):
        return []
    bundle = {"resourceType": "Bundle", "type": "collection", "id": name, "entry": [_entry(resource) for resource in resources]}
    return [(f"{name} as one Bundle", [Sample("bundle.json", json.dumps(bundle).encode())])]


def _entry(resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": f"https://sample.example/fhir/{resource['resourceType']}/{resource.get('id', '')}", "resource": resource}


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def entries(raw: bytes) -> list[bytes]:
    """The resources of a Bundle, or the one that there is; what is no JSON is one part."""
    tree = _json(raw)
    if tree.get("resourceType") == "Bundle":
        return [json.dumps(entry, sort_keys=True).encode() for entry in tree.get("entry") or []]
    return [json.dumps(tree, sort_keys=True).encode() if tree else raw]
