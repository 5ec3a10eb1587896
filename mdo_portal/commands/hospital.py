"""`mdo-portal hospital`: adding one, and trying how a message of one is read, without keeping anything."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import select

from mdo_portal import wiring
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Hospital, Level, Link
from mdo_portal.domain.inbound import UNREADABLE_REASONS
from mdo_portal.exchange import IncomingAnswer, IncomingNotice, IncomingReferral, Unreadable, Wire
from mdo_portal.services.hospitals import hash_token


def add(database: Database, *, code: str, name: str, profile: str, sending_application: str) -> dict[str, Any]:
    """A hospital with its link. Without a profile it starts at level 0: web form in, printed letter out.

    Gives what the hospital must be told; the token is shown once and kept only as its hash.
    """
    token = secrets.token_urlsafe(32) if profile and wiring.wire_of(profile) is Wire.FHIR else ""
    with database.transaction() as session:
        hospital = Hospital(code=code, name=name)
        session.add(hospital)
        session.flush()
        session.add(
            Link(
                hospital_id=hospital.id,
                level=_level(profile),
                profile_in=profile,
                sending_applications=[sending_application] if sending_application else [],
                token_in_hash=hash_token(token) if token else "",
                channel_out=Channel.PAPER,
            )
        )
    return {"hospital": code, "profile": profile, "level": _level(profile).value, "token": token}


def _level(profile: str) -> Level:
    if not profile:
        return Level.FORM
    return Level.FHIR if wiring.wire_of(profile) is Wire.FHIR else Level.HL7V2


def profile_of(database: Database, code: str) -> tuple[str, str]:
    """(profile, charset) of the link of this hospital. Raises KeyError when there is none."""
    with database.transaction() as session:
        query = (
            select(Link.profile_in, Link.charset_in).join(Hospital, Hospital.id == Link.hospital_id).where(Hospital.code == code)
        )
        row = session.execute(query).one_or_none()
    if row is None or not row[0]:
        raise KeyError(code)
    return row[0], row[1]


def check(path: Path, *, profile: str, charset: str = "") -> dict[str, Any]:
    """How this message would be read: every field that was found, what was left over, or why it cannot be read."""
    raw, reader = path.read_bytes(), wiring.readers()[wiring.wire_of(profile)]
    try:
        header = reader.header(raw)
        incoming = reader.read(raw, profile, charset)
    except Unreadable as unreadable:
        sentence = UNREADABLE_REASONS.get(unreadable.reason, "")
        return {"readable": False, "reason": unreadable.reason, "place": unreadable.where, "sentence": sentence}
    found: dict[str, Any] = {"readable": True, "kind": header.kind, "control_id": header.control_id, "profile": profile}
    if isinstance(incoming, IncomingReferral):
        return found | _referral(incoming)
    if isinstance(incoming, IncomingAnswer):
        return found | {"referral": incoming.referral_number, "answer": incoming.text, "facts": len(incoming.facts)}
    if isinstance(incoming, IncomingNotice):
        return found | {"notice": incoming.number, "workflow_task": incoming.workflow_task, "fetches": list(incoming.fetches)}
    return found | {"change": incoming.event}


def _referral(referral: IncomingReferral) -> dict[str, Any]:
    patient = referral.patient
    return {
        "patient": {
            "name": patient.name.shown,
            "birth_on": str(patient.birth_on or ""),
            "sex": patient.sex,
            "local_number": patient.local_number,
            "bsn": "found" if patient.bsn else "missing",
        },
        "number": referral.number,
        "board_hint": referral.board_hint,
        "questions": {
            "board": referral.question_board,
            "radiology": referral.question_radiology,
            "pathology": referral.question_pathology,
        },
        "referrer": referral.referrer.name or referral.referrer.organisation,
        "latest_useful_on": str(referral.latest_useful_on or ""),
        "facts": [{"section": fact.section.value, "label": fact.label, "text": fact.text} for fact in referral.facts],
        "documents": [
            {"title": one.title, "kind": one.kind, "media_type": one.media_type, "bytes": len(one.content)}
            for one in referral.documents
        ],
        "unmapped": list(referral.unmapped),
        "quarantined": list(referral.quarantined),
    }
