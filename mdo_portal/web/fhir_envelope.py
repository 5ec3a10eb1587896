"""What the envelope of a FHIR message says of it: its media type, and the FHIR version it claims."""

from __future__ import annotations

from flask import request
from werkzeug.http import parse_options_header

READ = {
    "application/fhir+json", "application/json", "application/json+fhir",
    "application/fhir+xml", "application/xml+fhir", "application/xml", "text/xml",
}  # fmt: skip
VERSIONS = {"3.0": "STU3", "3.0.1": "STU3", "3.0.2": "STU3", "4.0": "R4", "4.0.0": "R4", "4.0.1": "R4"}


def trouble(agreed: str) -> str:
    """Code of a media type that is no FHIR, or of a version that is not the one agreed; "" when all is well."""
    if request.mimetype not in READ:
        return "media_type"
    told = parse_options_header(request.headers.get("Content-Type"))[1].get("fhirversion", "")
    return "wrong_version" if told and agreed and VERSIONS.get(told, told) != agreed else ""
