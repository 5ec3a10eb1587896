"""What the envelope of a FHIR message says of it: its media type, and the FHIR version it claims."""

from __future__ import annotations

from flask import Response, request
from werkzeug.http import parse_options_header

from mdo_portal import wiring

READ = {
    "application/fhir+json", "application/json", "application/json+fhir",
    "application/fhir+xml", "application/xml+fhir", "application/xml", "text/xml",
}  # fmt: skip
JSON, XML = "application/fhir+json", "application/fhir+xml"
_WANTED = {
    JSON: ("application/fhir+json", "application/json", "application/json+fhir"),
    XML: ("application/fhir+xml", "application/xml", "application/xml+fhir", "text/xml"),
}
VERSIONS = {"3.0": "STU3", "3.0.1": "STU3", "3.0.2": "STU3", "4.0": "R4", "4.0.0": "R4", "4.0.1": "R4"}


def trouble(agreed: str) -> str:
    """Code of a body that is compressed, of a media type that is no FHIR, or of a version that is not the one agreed; "" when all is
    well.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        return "coded"
    if request.mimetype not in READ:
        return "media_type"
    told = parse_options_header(request.headers.get("Content-Type"))[1].get("fhirversion", "")
    return "wrong_version" if told and agreed and VERSIONS.get(told, told) != agreed else ""


def said(body: bytes, status: int = 200) -> Response:
    """Our answer (FHIR JSON) in the form that Accept asks for; who asks for nothing gets JSON."""
    if _wants_xml():
        return Response(wiring.fhir_xml(body), status=status, mimetype=XML)
    return Response(body, status=status, mimetype=JSON)


def _wants_xml() -> bool:
    accepted = request.accept_mimetypes
    as_json, as_xml = (max(accepted.quality(kind) for kind in kinds) for kinds in _WANTED.values())
    return as_xml > as_json
