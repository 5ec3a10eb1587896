"""Signing: freeze what the letter will say, and put one letter per recipient in the outbox, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.decision import DOCUMENT_NUMBERS, Decision, hash_of, main
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.common import changes
from mdo_portal.services.decisions import signing_warnings
from mdo_portal.services.decisions.decision_content import content_of, of_round
from mdo_portal.services.decisions.decision_refusals import refuse_again, refuse_form, refuse_unread
from mdo_portal.services.follow_up import follow_ups
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.letters import recipients
from mdo_portal.services.meetings import meetings
from mdo_portal.services.room import conclusions, rooms
from mdo_portal.zone import AMSTERDAM

SIGNABLE = (RoundOutcome.DISCUSSED, RoundOutcome.LISTED)


@dataclass(frozen=True)
class Preview:
    """What the chair sees before signing: exactly what will be frozen, who gets it, and what is still missing."""

    content: dict[str, Any]
    content_hash: str
    recipients: tuple[recipients.Destination, ...]
    #: what stops the signature
    missing: tuple[str, ...]
    #: what the reader of the letter will miss, and the chair may accept
    warnings: tuple[str, ...]
    version: int
    supersedes: Decision | None
    #: signed already, and no correction begun: there is nothing to sign
    is_signed: bool


def preview(session: Session, round_: Round, case: Case, *, network: str, viewer: Viewer, now: datetime) -> Preview:
    """Build what would be frozen now. The hash in the form makes a signature of a changed text impossible."""
    texts = conclusions.texts_of(session, round_.id)
    signed = of_round(session, round_.id)
    patient = session.get_one(Patient, case.patient_id)
    content = content_of(session, round_, case, texts, signed, network=network, viewer=viewer, now=now)
    before = main(signed)
    return Preview(
        content=content,
        content_hash=hash_of(content),
        recipients=recipients.destinations(session, case, DecisionForm(content["form"]), before),
        missing=_missing(round_, texts, content["advice"]["items"]),
        warnings=(
            *signing_warnings.of_advice(session, round_, content, case, before),
            *signing_warnings.of_letter(content, case, patient),
        ),
        version=content["version"],
        supersedes=before,
        is_signed=before is not None and conclusions.is_frozen(session, round_.id),
    )


def _missing(round_: Round, texts: dict[NoteSection, str], items: Sequence[object]) -> tuple[str, ...]:
    missing = []
    if round_.outcome not in SIGNABLE:
        missing.append(N_("Geef eerst aan hoe de bespreking eindigde: besproken of hamerstuk."))
    if not texts[NoteSection.ADVICE].strip() and not items:
        missing.append(N_("Het advies is nog leeg."))
    return tuple(missing)


def sign(
    session: Session,
    round_: Round,
    case: Case,
    *,
    seen_hash: str,
    reason: str,
    network: str,
    viewer: Viewer,
    now: datetime,
) -> Decision:
    """Freeze and put in the outbox. Overtaken when the text is no longer what the chair saw; one of two chairs wins."""
    meeting = rooms.lock(session, round_)
    signed = of_round(session, round_.id)
    refuse_again(signed, seen_hash, done=bool(signed) and conclusions.is_frozen(session, round_.id))
    texts = conclusions.freeze(session, round_.id, now=now)
    content = content_of(session, round_, case, texts, signed, network=network, viewer=viewer, now=now)
    refuse_unread(signed, hash_of(content), seen_hash)
    if missing := _missing(round_, texts, content["advice"]["items"]):
        raise Incomplete({"advice": missing[0]}, missing[0])
    about = main(signed)
    if about is not None and not reason.strip():
        raise IllegalMove(N_("Geef een reden voor de herziening. Er is niet getekend."))
    form = DecisionForm(content["form"])
    decision = keep(session, round_, case, content, form=form, about=about, reason=reason, viewer=viewer, now=now)
    if about is None or case.state is CaseState.DELIVERED:
        case.move(CaseState.DECIDED, now=now)  # a correction of a case that went on does not call it back
    what = "decision.corrected" if about else "decision.signed"
    tell(session, meeting, case, what, viewer=viewer, now=now)
    return decision


def keep(
    session: Session,
    round_: Round,
    case: Case,
    content: dict[str, Any],
    *,
    form: DecisionForm,
    about: Decision | None,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> Decision:
    """Freeze this content as a decision of this form, and put its letters in the outbox. The round is locked by who calls."""
    decision = Decision(
        round_id=round_.id,
        case_id=case.id,
        hospital_id=case.hospital_id,
        version=content["version"],
        form=form,
        supersedes_id=about.id if about else None,
        correction_reason=reason.strip() if about else "",
        document_number=_document_number(session, about, content["version"], now=now),
        content=content,
        content_hash=hash_of(content),
        signed_by=viewer.person_id,
        signed_at=now.replace(microsecond=0),  # as the letter says it
    )
    session.add(decision)
    session.flush()
    recipients.post(session, decision, case, now=now)
    follow_ups.begin(session, decision, case, now=now)
    return decision


def tell(session: Session, meeting: Meeting, case: Case, what: str, *, viewer: Viewer, now: datetime) -> None:
    """Something was signed: on the timeline, the agenda, the post and the work list."""
    timeline.happened(session, case, what, at=now, person_id=viewer.person_id, person=viewer.name)
    meetings.changed(session, meeting)
    changes.announce(session, "post", case.hospital_id)
    standing.changed(session, case)


def _document_number(session: Session, about: Decision | None, version: int, *, now: datetime) -> str:
    """`MDO-2026-000123`, with `-v2` behind it for what is signed second about it."""
    if about is not None:
        first = about.document_number.rpartition("-v")[0] or about.document_number
        return f"{first}-v{version}"
    number = session.scalar(select(DOCUMENT_NUMBERS.next_value()))
    return f"MDO-{now.astimezone(AMSTERDAM).year}-{number:06d}"


def start_correction(session: Session, round_: Round, case: Case) -> None:
    """Open the notes for a corrected decision; the signed one stays as it is until a new one supersedes it."""
    refuse_form(of_round(session, round_.id), DecisionForm.CORRECTION)
    meeting = rooms.lock(session, round_)
    conclusions.thaw(session, round_.id)
    meetings.changed(session, meeting)
    standing.changed(session, case)
