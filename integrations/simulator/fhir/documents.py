"""Documents of a referral as DocumentReference, the PDF inside."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from integrations.simulator.fhir.elements import LOINC, Node, Sheaf, coded
from mdo_portal.exchange import IncomingDocument

_KINDS = {"referral letter": "57133-1", "pathology report": "11526-1", "radiology report": "18748-4"}


def document(sheaf: Sheaf, one: IncomingDocument, subject: Node, *, at: datetime) -> Node:
    on = one.dated_on.isoformat() if one.dated_on else ""
    written = f"{on}T12:00:00+01:00" if on else at.isoformat(timespec="seconds")
    dates = {"date": written} if sheaf.is_r4 else {"created": on, "indexed": written}
    return sheaf.add(
        {
            "resourceType": "DocumentReference",
            "masterIdentifier": {"value": one.reference},
            "status": "current",
            "type": coded(one.title, _KINDS.get(one.kind, ""), LOINC),
            "subject": subject,
        }
        | dates
        | {"description": one.title, "content": [{"attachment": _attachment(one, on)}]}
    )


def _attachment(one: IncomingDocument, on: str) -> Node:
    """The hash is SHA-1, as R4 and STU3 say."""
    digest = hashlib.sha1(one.content, usedforsecurity=False).digest()
    return {
        "contentType": one.media_type,
        "data": base64.b64encode(one.content).decode(),
        "size": len(one.content),
        "hash": base64.b64encode(digest).decode(),
        "title": one.title,
        "creation": on,
    }
