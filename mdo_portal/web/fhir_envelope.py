"""What the envelope of a FHIR message says of it: its media type, and the FHIR version it claims."""

from __future__ import annotations

import re

from flask import Response, request
from werkzeug.datastructures import MIMEAccept
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
    """Our answer (FHIR JSON) in the form that `_format` or Accept asks for, under the name that the request came with; who asks for
    nothing gets JSON.
    """
    is_xml = _wants_xml()
    answer = Response(wiring.fhir_xml(body) if is_xml and body else body, status=status, mimetype=XML if is_xml else JSON)
    if _NAME.fullmatch(named := request.headers.get("X-Request-Id", "")):
        answer.headers["X-Request-Id"] = named
    return answer


_NAME = re.compile(r"[\x21-\x7e]{1,200}")


def _wants_xml() -> bool:
    """By the address, which goes before Accept (the plus of `application/fhir+xml` is a blank there); else by Accept.

    What stands behind a type (`charset`, `fhirVersion`) chooses nothing here.
    """
    asked = _bare(request.args.get("_format", "").replace(" ", "+"))
    for kind, short in ((XML, "xml"), (JSON, "json")):
        if asked in (short, *_WANTED[kind]):
            return kind == XML
    accepted = MIMEAccept([(_bare(name), quality) for name, quality in request.accept_mimetypes])
    as_json, as_xml = (max(accepted.quality(kind) for kind in kinds) for kinds in _WANTED.values())
    return as_xml > as_json


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
