"""/openapi.json: what machines may ask of us, in OpenAPI 3.1: the FHIR door and the health of this process."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from mdo_portal import __version__
from mdo_portal.web.context import settings
from mdo_portal.web.guard import public

blueprint = Blueprint("openapi", __name__)
JSON, FHIR = "application/json", "application/fhir+json"


def _one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


STATUS = {"type": "object", "required": ["status"], "properties": {"status": _one_of("ok", "no database")}}
OUTCOME = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": _one_of("OperationOutcome"),
        "issue": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["severity", "code"],
                "properties": {"severity": _one_of("fatal", "error", "warning", "information"), "code": {"type": "string"}},
            },
        },
    },
}
BUNDLE = {
    "type": "object",
    "description": "A FHIR R4 or STU3 Bundle (transaction, collection, message or document), as agreed for the link.",
    "required": ["resourceType"],
    "properties": {"resourceType": {"type": "string"}, "entry": {"type": "array", "items": {"type": "object"}}},
}
ANSWER = {"type": "object", "required": ["resourceType"], "properties": {"resourceType": _one_of("OperationOutcome", "Bundle")}}
CAPABILITIES = {
    "type": "object",
    "required": ["resourceType", "fhirVersion"],
    "properties": {"resourceType": _one_of("CapabilityStatement"), "fhirVersion": {"type": "string"}},
}
#: what POST /fhir may answer, and why
STORED = {
    "200": "stored; or stored before, with the same answer",
    "201": "stored",
    "202": "stored; a person looks at what it is",
}
REFUSED = {
    "400": "no JSON, or no bundle: kept as unreadable, for a person",
    "401": "the bearer token is missing or nobody's",
    "413": "larger than agreed",
    "415": "another media type than FHIR JSON",
    "422": "cannot be taken as it is: kept as unreadable, for a person",
    "429": "too many requests; Retry-After says when",
    "503": "could not be stored now: send again",
}


def _answers(media_type: str, schema: dict[str, Any], codes: dict[str, str]) -> dict[str, Any]:
    return {code: {"description": why, "content": {media_type: {"schema": schema}}} for code, why in codes.items()}


def _get(summary: str, media_type: str, schema: dict[str, Any], codes: dict[str, str]) -> dict[str, Any]:
    return {"get": {"summary": summary, "security": [], "responses": _answers(media_type, schema, codes)}}


def description(url: str) -> dict[str, Any]:
    """The whole document."""
    receive = {
        "summary": "Hand in a referral or a change; it is stored before it is answered, and understood afterwards",
        "security": [{"link": []}],
        "requestBody": {"required": True, "content": {FHIR: {"schema": BUNDLE}, JSON: {"schema": BUNDLE}}},
        "responses": _answers(FHIR, ANSWER, STORED) | _answers(FHIR, OUTCOME, REFUSED),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "MDO portal, for machines", "version": __version__},
        "servers": [{"url": url}],
        "components": {"securitySchemes": {"link": {"type": "http", "scheme": "bearer", "description": "the token of the link"}}},
        "paths": {
            "/fhir": {"post": receive},
            "/fhir/metadata": _get("What the FHIR door accepts", FHIR, CAPABILITIES, {"200": "the capability statement"}),
            "/health/live": _get("Whether this process runs", JSON, STATUS, {"200": "it does"}),
            "/health/ready": _get("Whether its database answers", JSON, STATUS, {"200": "it does", "503": "it does not"}),
        },
    }


@blueprint.get("/openapi.json")
@public("says what machines may ask; no data")
def document() -> Response:
    return jsonify(description(settings().public_url.rstrip("/")))
