"""A question about who somebody is that is asked anew: nothing that its message told stands, and it is read once more when it is answered.

A case that the message made is of nobody who stood here before, until a person says of whom: it keeps a patient of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, InformationRequest
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import NUMBERS, IdentityConflict
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.services.dossier import appointments
from mdo_portal.services.history import standing
from mdo_portal.services.identity import apart, merges, unmerging
from mdo_portal.services.letters import withholding
from mdo_portal.services.patients import families, held, identification, patients
from mdo_portal.services.patients.identity_papers import Papers
from mdo_portal.services.patients.pile import WAITS
from mdo_portal.services.patients.rulings import Conflict
from mdo_portal.services.referrals import unsaying

ASKED = "identity_conflict"


def again(session: Session, conflict: IdentityConflict, papers: Papers, *, now: datetime) -> None:
    """The answer was taken back: its message waits as when it asked."""
    case = case_made(session, conflict)
    if case is not None:
        if conflict.result_patient_id is None:
            _hold(session, *families.locked_of(session, case))
            _apart(session, conflict, papers, case, now=now)
        return
    for one in unsaying.cases_told(session, conflict.message_id):
        unsaying.unsay(session, one, conflict.message_id, now=now)
    message = session.get(InboundMessage, conflict.message_id)
    if message is None or message.state is InboundState.KEPT:
        return
    if message.meaning == "answer" and message.case_id is not None:
        _unanswer(session, message.case_id, message.came_at)
    is_aside = message.state is InboundState.IGNORED and message.reason != ASKED
    if not is_aside and unsaying.is_readable(message):
        unsaying.waits_anew(message, reason=ASKED)
        say_that_it_waits(session, conflict, [message.id], now=now)


def say_that_it_waits(session: Session, conflict: IdentityConflict, message_ids: Iterable[uuid.UUID], *, now: datetime) -> None:
    """The cases of who they do not fit say so to all who read them, as when they were asked about first."""
    hospital = session.get_one(Hospital, conflict.hospital_id)
    for one in message_ids:
        held.behind_question(session, one, conflict.patient_id, hospital, now=now)


def let_go(session: Session, conflict: IdentityConflict, *, now: datetime) -> list[uuid.UUID]:
    """What came under that answer since was told of somebody else as well: nothing of it stands, and it waits for the answer to come.
    Nor does what its own message said of the patient, a death say.

    A case that it made stands with who came, and stays there. Newest first: each puts back what it took the place of. Gives which wait.
    """
    came = session.scalars(_under(conflict).order_by(InboundMessage.seq.desc()).with_for_update()).all()
    people = unsaying.of_whom(session, [*(one.id for one in came), conflict.message_id])
    _hold(session, *people)
    for message in came:
        if message.meaning != "referral":
            _let_wait(session, message, now=now)
    appointments.untell(session, [*(one.id for one in came), conflict.message_id], unsaying.UNSAID, now=now)
    for message_id in [*(one.id for one in came), conflict.message_id]:
        for patient in people:
            apart.untell(session, patient, message_id, now=now)
    return [one.id for one in reversed(came) if one.settled_at is None]


def of_nobody_anew(session: Session, conflict: IdentityConflict) -> list[uuid.UUID]:
    """What waited for that answer, and was put aside by it as of nobody here, waits for the next one. Gives which."""
    aside = InboundMessage.state == InboundState.IGNORED, InboundMessage.reason == ASKED
    mine = InboundMessage.ruling_id == conflict.id, InboundMessage.id != conflict.message_id
    put_aside = session.scalars(select(InboundMessage).where(*mine, *aside).order_by(InboundMessage.seq).with_for_update())
    waiting = [one for one in put_aside if unsaying.is_readable(one)]
    for message in waiting:
        unsaying.waits_anew(message, reason=WAITS)
    return [one.id for one in waiting]


def _under(conflict: IdentityConflict) -> Select[InboundMessage]:
    mine = InboundMessage.ruling_id == conflict.id, InboundMessage.id != conflict.message_id
    return select(InboundMessage).where(*mine, InboundMessage.state == InboundState.UNDERSTOOD)


def _let_wait(session: Session, message: InboundMessage, *, now: datetime) -> None:
    for case in unsaying.cases_told(session, message.id):
        unsaying.unsay(session, case, message.id, now=now)
    if message.meaning == "answer" and message.case_id is not None:
        _unanswer(session, message.case_id, message.came_at)
    if unsaying.is_readable(message):
        unsaying.waits_anew(message, reason=WAITS)


def asked_beside(session: Session, conflict: IdentityConflict) -> Sequence[IdentityConflict]:
    """What the same message asked because of the answer that was taken back, and nobody answered yet."""
    query = select(IdentityConflict).where(
        IdentityConflict.message_id == conflict.message_id, IdentityConflict.id != conflict.id, IdentityConflict.blocks,
        IdentityConflict.closed_at.is_(None), IdentityConflict.decided_at.is_(None),
    )  # fmt: skip
    return session.scalars(query.with_for_update()).all()


def case_made(session: Session, conflict: IdentityConflict) -> Case | None:
    """The case that its message made; None when it made none (its number was there before), or it is there no more."""
    message = session.get(InboundMessage, conflict.message_id)
    if message is None or message.meaning != "referral" or message.case_id is None or conflict.kind in NUMBERS:
        return None
    return session.get(Case, message.case_id)


def _hold(session: Session, *people: Patient) -> list[Patient]:
    """These patients, then their letters, then their cases, as everybody holds them (ADR 0069). Gives under whom each stands."""
    roots = families.roots_locked(session, people)
    withholding.hold_letters(session, Case.patient_id.in_([one.id for one in roots]))
    standing.cases_of(session, *roots)
    return roots


def bring(session: Session, conflict: IdentityConflict, papers: Papers, *, now: datetime) -> None:
    """The case that the message made stands with the patient whose numbers these are, now that a person corrected them.

    Who does not fit that patient stays apart: the next message about them asks.
    """
    case = case_made(session, conflict)
    alone = session.get(Patient, conflict.result_patient_id) if conflict.result_patient_id else None
    if case is None or alone is None:
        return
    right = papers.corrected
    try:
        found = identification.find(session, conflict.hospital_id, right)
    except Conflict:
        return
    if found is None or found is patients.root(session, alone):
        _number(session, alone, papers, now=now)
        return
    found = _hold(session, found, alone, session.get_one(Patient, conflict.patient_id))[0]  # the last hears of it (_tell)
    conflict.result_patient_id = None
    _stand(session, case, identification.home(session, conflict.hospital_id, right, found) or found.id, now=now)
    unmerging.forget_unused(session, alone)
    patients.tell(session, found, right, now=conflict.received_at, sent_at=papers.sent_at, message_id=conflict.message_id)


def _number(session: Session, row: Patient, papers: Papers, *, now: datetime) -> None:
    """The numbers that nobody else has here are of who stands apart."""
    before, right = patients.stands(row), papers.corrected
    if patients.by_local_number(session, row.hospital_id, right.local_number) is None:
        row.local_number, row.local_authority = right.local_number, right.local_authority
        patients.keep_changes(session, row, before, now=now)
    patients.put_right(session, row, told=papers.told, right=right, now=now)


def _apart(session: Session, conflict: IdentityConflict, papers: Papers, case: Case, *, now: datetime) -> None:
    before = session.get_one(Patient, case.home_patient_id or case.patient_id)
    came = patients.add(session, conflict.hospital_id, papers.told, now=now, sent_at=papers.sent_at)
    conflict.result_patient_id = came.id
    _stand(session, case, came.id, now=now)
    apart.untell(session, before, conflict.message_id, now=now)
    if unmerging.forget_unused(session, before):  # it was made for this message, and may have had the BSN that came
        patients.tell(session, came, papers.told, now=now, sent_at=papers.sent_at)


def _stand(session: Session, case: Case, row_id: uuid.UUID, *, now: datetime) -> None:
    case.home_patient_id = row_id
    session.flush()
    merges.settle(session, [row_id], now=now, person_id=None)
    standing.changed(session, case)


def _unanswer(session: Session, case_id: uuid.UUID, at: datetime) -> None:
    """What was asked is still to be answered."""
    for asked in session.scalars(
        select(InformationRequest).where(InformationRequest.case_id == case_id, InformationRequest.answered_at == at)
    ):
        asked.answered_at, asked.answer = None, ""
