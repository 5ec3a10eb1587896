"""Signing: freeze what the letter will say, and put one letter per recipient in the outbox, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.decision import DOCUMENT_NUMBERS, Decision, Delivery, DeliveryState, hash_of
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, Stale
from mdo_portal.services import changes, conclusions, follow_ups, hospitals, meetings, rooms, standing, timeline
from mdo_portal.services.decision_content import content_of, newest

SIGNABLE = (RoundOutcome.DISCUSSED, RoundOutcome.LISTED)


class AlreadySigned(IllegalMove):
    """Somebody signed in the meantime, or pressed twice."""

    sentence = N_("Dit advies is al getekend. Er is niet nog eens getekend.")


class Destination(NamedTuple):
    """One recipient of the letter, over which channel, and how that channel has been doing."""

    name: str
    channel: str
    city: str
    phone: str
    #: letters to this hospital that have not arrived
    not_arrived: int
    #: when this hospital last said that it has a letter of ours
    last_received_at: datetime | None


@dataclass(frozen=True)
class Preview:
    """What the chair sees before signing: exactly what will be frozen, who gets it, and what is still missing."""

    content: dict[str, Any]
    content_hash: str
    recipients: tuple[Destination, ...]
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
    before = newest(session, round_.id)
    content = content_of(session, round_, case, texts, network=network, viewer=viewer, now=now)
    return Preview(
        content=content,
        content_hash=hash_of(content),
        recipients=tuple(_destination(session, hospital, channel) for hospital, channel in _recipients(session, case)),
        missing=_missing(round_, texts, content["advice"]["items"]),
        warnings=_warnings(content, case, session.get_one(Patient, case.patient_id)),
        version=before.version + 1 if before else 1,
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


def _warnings(content: dict[str, Any], case: Case, patient: Patient) -> tuple[str, ...]:
    """Counts what the letter lacks; judges nothing clinical."""
    sections = content["sections"]
    found = (
        (not sections[NoteSection.DIAGNOSIS].strip(), N_("Diagnose en stadium is leeg; de brief laat dat kopje weg.")),
        (not content["question"].strip(), N_("Er is geen vraagstelling meegestuurd; de brief laat dat kopje weg.")),
        (not content["quorum"]["met"], N_("Het quorum was niet voltallig; de brief vermeldt wie ontbrak.")),
        (not content["recipient"], N_("Er is geen verwijzer of behandelaar bekend; de brief gaat naar het ziekenhuis zelf.")),
        (not patient.local_number, N_("Het ziekenhuis gaf geen patiëntnummer; het EPD kan de brief misschien niet plaatsen.")),
        (patient.bsn_doubtful, N_("Het BSN voldoet niet aan de elfproef; laat de verwijzer het nakijken.")),
        (case.state is CaseState.DELIVERED, N_("De verwijzer heeft het vorige advies al ontvangen en krijgt nu een herziening.")),
    )
    return tuple(sentence for holds, sentence in found if holds)


def _destination(session: Session, hospital: Hospital, channel: str) -> Destination:
    not_arrived = func.count().filter(Delivery.state != DeliveryState.RECEIVED)
    query = select(not_arrived, func.max(Delivery.received_at)).where(Delivery.hospital_id == hospital.id)
    waiting, received_at = session.execute(query).one()
    return Destination(hospital.name, channel, hospital.city, hospital.phone, waiting, received_at)


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
    """Freeze and put in the outbox. Stale when the text is no longer what the chair saw; one of two chairs wins."""
    meeting = rooms.lock(session, round_)
    if newest(session, round_.id) is not None and conclusions.is_frozen(session, round_.id):
        raise AlreadySigned()
    conclusions.freeze(session, round_.id, now=now)
    shown = preview(session, round_, case, network=network, viewer=viewer, now=now)
    if shown.content_hash != seen_hash:
        raise Stale(
            N_("De tekst is gewijzigd nadat u hem las, of iemand anders tekende al. Er is niet getekend; lees de nieuwe tekst.")
        )
    if shown.missing:
        raise Incomplete({"advice": shown.missing[0]}, shown.missing[0])
    if shown.supersedes is not None and not reason.strip():
        raise IllegalMove(N_("Geef een reden voor de herziening. Er is niet getekend."))
    decision = _freeze(session, round_, case, shown, reason=reason, viewer=viewer, now=now)
    _post(session, decision, case, now=now)
    follow_ups.begin(session, decision, case, now=now)
    if shown.supersedes is None or case.state is CaseState.DELIVERED:
        case.move(CaseState.DECIDED, now=now)  # a correction of a case that went on does not call it back
    what = "decision.corrected" if shown.supersedes else "decision.signed"
    timeline.happened(session, case, what, at=now, person_id=viewer.person_id, person=viewer.name)
    meetings.changed(session, meeting)
    changes.announce(session, "post", case.hospital_id)
    standing.announce(session, case)
    return decision


def _freeze(
    session: Session, round_: Round, case: Case, shown: Preview, *, reason: str, viewer: Viewer, now: datetime
) -> Decision:
    decision = Decision(
        round_id=round_.id,
        case_id=case.id,
        hospital_id=case.hospital_id,
        version=shown.version,
        supersedes_id=shown.supersedes.id if shown.supersedes else None,
        correction_reason=reason if shown.supersedes else "",
        document_number=_document_number(session, shown, now=now),
        content=shown.content,
        content_hash=shown.content_hash,
        signed_by=viewer.person_id,
        signed_at=now.replace(microsecond=0),  # as the letter says it
    )
    session.add(decision)
    session.flush()
    return decision


def _document_number(session: Session, shown: Preview, *, now: datetime) -> str:
    """`MDO-2026-000123`, with `-2` behind it for the second version."""
    if shown.supersedes is not None:
        first = shown.supersedes.document_number.rpartition("-v")[0] or shown.supersedes.document_number
        return f"{first}-v{shown.version}"
    number = session.scalar(select(DOCUMENT_NUMBERS.next_value()))
    return f"MDO-{now.year}-{number:06d}"


def _post(session: Session, decision: Decision, case: Case, *, now: datetime) -> None:
    for hospital, channel in _recipients(session, case):
        session.add(
            Delivery(
                decision_id=decision.id,
                case_id=case.id,
                hospital_id=hospital.id,
                document_number=decision.document_number,
                version=decision.version,
                channel=channel,
                state=DeliveryState.WAITING,
                created_at=now,
                next_attempt_at=now,
            )
        )
    session.flush()
    changes.wake(session, "deliver")


def _recipients(session: Session, case: Case) -> list[tuple[Hospital, str]]:
    """Who gets the letter: the referring hospital, over the channel of its link."""
    hospital = session.get_one(Hospital, case.hospital_id)
    channel, _ = hospitals.address_of(session, hospital.id)
    return [(hospital, channel.value)]


def start_correction(session: Session, round_: Round, case: Case) -> None:
    """Open the notes for a corrected decision; the signed one stays as it is until a new one supersedes it."""
    if newest(session, round_.id) is None:
        raise IllegalMove(N_("Er is nog niets getekend om te herzien."))
    meeting = rooms.lock(session, round_)
    conclusions.thaw(session, round_.id)
    meetings.changed(session, meeting)
    standing.announce(session, case)
