"""/openapi.json: what machines may ask of us, in OpenAPI 3.1: the FHIR door and the health of this process."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from mdo_portal import __version__
from mdo_portal.web.context import settings
from mdo_portal.web.guard import public

blueprint = Blueprint("openapi", __name__)
JSON, FHIR = "application/json", "application/fhir+json"
FORM = "application/x-www-form-urlencoded"


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
TASK = {
    "type": "object",
    "required": ["resourceType", "id", "status"],
    "properties": {
        "resourceType": _one_of("Task"),
        "id": {"type": "string"},
        "status": _one_of("received", "accepted", "rejected", "cancelled"),
    },
}
TOKEN = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {"access_token": {"type": "string"}, "token_type": _one_of("bearer"), "expires_in": {"type": "integer"}},
}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
ASKED = {
    "type": "object",
    "required": ["grant_type", "client_assertion_type", "client_assertion"],
    "properties": {
        "grant_type": _one_of("client_credentials"),
        "client_assertion_type": _one_of("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        "client_assertion": {"type": "string"},
        "scope": {"type": "string"},
    },
}
KEYS = {"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": {"type": "object"}}}}
SMART = {"type": "object", "required": ["token_endpoint", "jwks_uri", "capabilities"]}
#: what POST /fhir may answer, and why
STORED = {
    "200": "stored; or stored before, with the same answer",
    "201": "stored",
    "202": "stored; a person looks at what it is",
}
REFUSED = {
    "400": "no JSON or XML, or not what the address says: kept as unreadable, for a person",
    "401": "the bearer token is missing or nobody's",
    "403": "the token's scopes do not cover this",
    "404": "not at this address: see the capability statement",
    "412": "not what its address asks for: kept as unreadable, for a person",
    "413": "larger than agreed",
    "415": "another media type than FHIR JSON or XML, or another FHIR version than agreed: kept, for a person",
    "422": "cannot be taken as it is: kept as unreadable, for a person",
    "429": "too many requests; Retry-After says when",
    "503": "could not be stored now: send again",
}


def _answers(media_type: str, schema: dict[str, Any], codes: dict[str, str]) -> dict[str, Any]:
    return {code: {"description": why, "content": {media_type: {"schema": schema}}} for code, why in codes.items()}


def _get(summary: str, media_type: str, schema: dict[str, Any], codes: dict[str, str]) -> dict[str, Any]:
    return {"get": {"summary": summary, "security": [], "responses": _answers(media_type, schema, codes)}}


def _handed_in(summary: str, named: str = "") -> dict[str, Any]:
    parameters = [{"name": named, "in": "path", "required": True, "schema": {"type": "string"}}] if named else []
    return {
        "summary": summary,
        "security": [{"link": []}],
        "parameters": parameters,
        "requestBody": {"required": True, "content": {FHIR: {"schema": BUNDLE}, JSON: {"schema": BUNDLE}}},
        "responses": _answers(FHIR, ANSWER, STORED) | _answers(FHIR, OUTCOME, REFUSED),
    }


def _token() -> dict[str, Any]:
    refused = {"400": "not asked in this way", "401": "the assertion does not hold, or was used", "429": "too many requests"}
    return {
        "summary": "An access token for a signed assertion (SMART Backend Services)",
        "security": [],
        "requestBody": {"required": True, "content": {FORM: {"schema": ASKED}}},
        "responses": _answers(JSON, TOKEN, {"200": "a token for five minutes"}) | _answers(JSON, ERROR, refused),
    }


def _task() -> dict[str, Any]:
    refused = {code: REFUSED[code] for code in ("401", "403", "404", "429")}
    return {
        "summary": "How a Task stands that was handed in; no patient data",
        "security": [{"link": []}],
        "parameters": [{"name": "resource_id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": _answers(FHIR, TASK, {"200": "its state"}) | _answers(FHIR, OUTCOME, refused),
    }


def _at_its_address() -> dict[str, Any]:
    """Of a request."""
    deleted = _handed_in("A referral is taken back: the request at this address was deleted", "resource_id")
    del deleted["requestBody"]
    return {"put": _handed_in("A referral, or a newer version of it, at its own address", "resource_id"), "delete": deleted}


def _notice(*named: str) -> dict[str, Any]:
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in named]
    refused = {code: REFUSED[code] for code in ("401", "403", "404", "413", "429")}
    return {
        "summary": "Something changed (Subscription, rest-hook): the registered server is asked at once; nothing in the body is believed",
        "security": [{"link": []}],
        "parameters": parameters,
        "responses": {"204": {"description": "heard"}} | _answers(FHIR, OUTCOME, refused),
    }


_BY_NUMBER = "A referral, or a newer version of it, under the number in the address (conditional update)"


def _paths() -> dict[str, Any]:
    return {
        "/fhir": {
            "post": _handed_in("Hand in a referral or a change; it is stored before it is answered, and understood afterwards")
        },
        "/fhir/": {"post": _handed_in("The same: many clients add the stroke")},
        "/fhir/$process-message": {"post": _handed_in("The same for a Bundle of type message (FHIR messaging)")},
        "/fhir/{kind}": {"post": _handed_in("The same for one resource of this kind", "kind")},
        "/fhir/Task": {"put": _handed_in("A newer version of a Task (conditional update)")},
        "/fhir/Task/{resource_id}": {"put": _handed_in("A newer version of a Task", "resource_id"), "get": _task()},
        "/fhir/ServiceRequest": {"put": _handed_in(_BY_NUMBER)},
        "/fhir/ReferralRequest": {"put": _handed_in(_BY_NUMBER)},
        "/fhir/ServiceRequest/{resource_id}": _at_its_address(),
        "/fhir/ReferralRequest/{resource_id}": _at_its_address(),
        "/fhir/Subscription/notice": {"post": _notice()},
        "/fhir/Subscription/notice/{link_id}": {"post": _notice("link_id")},
        "/fhir/Subscription/notice/{kind}/{resource_id}": dict.fromkeys(("put", "delete"), _notice("kind", "resource_id")),
        "/fhir/token": {"post": _token()},
        "/fhir/jwks": _get("The public half of our key", JSON, KEYS, {"200": "a JWKS"}),
        "/fhir/.well-known/smart-configuration": _get("Where and how a token is had", JSON, SMART, {"200": "the configuration"}),
        "/fhir/metadata": _get("What the FHIR door accepts", FHIR, CAPABILITIES, {"200": "the capability statement"}),
        "/health/live": _get("Whether this process runs", JSON, STATUS, {"200": "it does"}),
        "/health/ready": _get("Whether its database answers", JSON, STATUS, {"200": "it does", "503": "it does not"}),
    }


def description(url: str) -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "MDO portal, for machines", "version": __version__},
        "servers": [{"url": url}],
        "components": {"securitySchemes": {"link": {"type": "http", "scheme": "bearer", "description": "the token of the link"}}},
        "paths": _paths(),
    }


@blueprint.get("/openapi.json")
@public("says what machines may ask; no data")
def document() -> Response:
    return jsonify(description(settings().public_url.rstrip("/")))
