"""A patient asks to destroy (BW 7:455): one person notes it, another judges it, the database does it once, and the proof stays."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.destruction import TERM_MONTHS, DestroyRequest, Ground, Tombstone, hash_of_numbers
from mdo_portal.domain.identifiers import typed_bsn, typed_number
from mdo_portal.domain.inbound import PATIENT_KEY
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.retention import Shield, months_later
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotAllowed, NotFound, Stale
from mdo_portal.exchange import PatientIdentity, Unreadable
from mdo_portal.services.access_log import audit
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.keeping import destruction
from mdo_portal.services.patients import families, identification, patients
from mdo_portal.zone import day_of

NO_NUMBER = N_("Vul het patiëntnummer of het BSN in. Er is niets gezocht.")
IN_FUTURE = N_("De datum van de brief ligt in de toekomst. Er is niets genoteerd; controleer de datum.")
CHANGED = N_(
    "Een casus veranderde intussen, of een bericht over deze patiënt is nog niet gelezen. Er is niets vernietigd; bekijk het verzoek "
    "over een minuut opnieuw."
)
NO_REFUSAL = N_("Er staat geen uitleg bij. Er is niets veranderd; schrijf op waarom, zo dat de patiënt het kan lezen.")


class Protected(IllegalMove):
    """Something stands in the way of destroying; nothing was destroyed."""

    sentence = N_("Er kan nu niet worden vernietigd: iets staat in de weg. Er is niets vernietigd; los dat eerst op.")


class Moved(IllegalMove):
    """Numbers were merged or taken apart since it was asked: what was asked is no longer what would go. Nothing was destroyed."""

    sentence = N_(
        "Sinds dit verzoek zijn patiëntnummers samengevoegd of uit elkaar gehaald; het gaat niet meer precies over deze casussen. "
        "Er is niets vernietigd. Noteer het verzoek opnieuw voor de juiste patiënt en wijs dit verzoek af."
    )


def find_patient(session: Session, viewer: Viewer, *, number: str, bsn: str) -> Patient:
    """The own hospital's patient with that number, else with that BSN.

    Raises Incomplete when neither was told, NotFound when nobody is called so, also when the two contradict.
    """
    if not number.strip() and not bsn.strip():
        raise Incomplete({"number": NO_NUMBER}, NO_NUMBER)
    try:
        named = PatientIdentity(local_number=typed_number(number), bsn=typed_bsn(bsn))
        found = identification.find(session, viewer.hospital_id, named)
    except Unreadable:
        found = None
    if found is None:
        raise NotFound(N_("Uw ziekenhuis heeft hier geen patiënt met dit nummer of BSN. Controleer wat u invulde."))
    return found


def patient_for(session: Session, viewer: Viewer, patient_id: uuid.UUID) -> Patient:
    """The patient, when it is one of the viewer's own hospital. Raises NotFound."""
    patient = session.get(Patient, patient_id)
    if patient is None or patient.hospital_id != viewer.hospital_id:
        raise NotFound()
    return patient


def cases_of(session: Session, patient_id: uuid.UUID, case_id: uuid.UUID | None = None) -> list[tuple[Case, Shield]]:
    """The cases a request is about, oldest first, and what stands in the way of each."""
    one = (Case.id == case_id,) if case_id else ()
    return destruction.shielded(session, Case.patient_id == patient_id, *one)


def about(session: Session, request: DestroyRequest) -> list[tuple[Case, Shield]]:
    """The cases that were asked for, under whichever patient they stand now; what was merged with them later is not among them."""
    origin = func.coalesce(Case.home_patient_id, Case.patient_id)
    asked = Case.id == request.case_id if request.case_id else origin.in_(request.patient_ids)
    return destruction.shielded(session, Case.hospital_id == request.hospital_id, asked)


def moved(session: Session, request: DestroyRequest) -> bool:
    """Whether the cases that were asked for are no longer exactly this patient's: then a person asks anew, and nothing goes."""
    cases = [case for case, _ in about(session, request)]
    patient = patients.root(session, session.get(Patient, request.patient_id))
    if not cases:
        return False
    if patient is None or {case.patient_id for case in cases} != {patient.id}:
        return True
    others = select(Case.id).where(Case.patient_id == patient.id, Case.id.not_in([case.id for case in cases]))
    return request.case_id is None and session.execute(others.limit(1)).first() is not None


def ask(
    session: Session,
    viewer: Viewer,
    patient: Patient,
    *,
    case_id: uuid.UUID | None,
    letter_on: date,
    reason: str,
    now: datetime,
) -> DestroyRequest:
    """Note what the patient asks. Raises Incomplete, NotFound (the case is not this patient's), IllegalMove when it is noted already."""
    if letter_on > day_of(now):
        raise Incomplete({"letter_on": IN_FUTURE}, IN_FUTURE)
    cases = cases_of(session, patient.id, case_id)
    if not cases:
        raise NotFound()
    request = DestroyRequest(
        hospital_id=patient.hospital_id,
        patient_id=patient.id,
        patient_ids=families.whole(session, patient),
        case_id=case_id,
        letter_on=letter_on,
        reason=reason.strip(),
        requested_by=viewer.person_id,
        requested_at=now,
        due_on=months_later(letter_on, TERM_MONTHS),
    )
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        raise IllegalMove(N_("Dit verzoek staat al genoteerd en wacht op een tweede persoon. Er is niets veranderd.")) from None
    _line(session, viewer, Act.DESTROY_REQUEST, request, cases, now=now, detail="asked")
    return request


def _line(
    session: Session,
    viewer: Viewer,
    act: Act,
    request: DestroyRequest,
    cases: Sequence[tuple[Case, Shield]],
    *,
    now: datetime,
    detail: str,
) -> None:
    case = cases[0][0] if cases else None
    audit.record(
        session,
        viewer,
        act,
        now=now,
        case=case,
        relation=Relation.OWN_HOSPITAL,
        object_type="destroy_request",
        object_id=request.id,
        detail=detail,
    )


def request_for(session: Session, viewer: Viewer, request_id: uuid.UUID, *, lock: bool = False) -> DestroyRequest:
    """The request, when it is of the viewer's own hospital. Raises NotFound."""
    query = select(DestroyRequest).where(DestroyRequest.id == request_id, DestroyRequest.hospital_id == viewer.hospital_id)
    found = session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def to_judge(session: Session, viewer: Viewer, request_id: uuid.UUID) -> DestroyRequest:
    """The request, locked, when this viewer may judge it. Raises NotAllowed, Stale when it was judged, IllegalMove for who asked it."""
    request = request_for(session, viewer, request_id, lock=True)
    if Role.PRIVACY_OFFICER not in viewer.hospital_roles:
        raise NotAllowed()
    if request.approved_at or request.refused_at:
        raise Stale(N_("Dit verzoek is al beoordeeld. Er is niets veranderd."))
    if request.requested_by == viewer.person_id:
        raise IllegalMove(N_("U noteerde dit verzoek zelf; een tweede persoon beoordeelt het. Er is niets veranderd."))
    return request


def approve(session: Session, viewer: Viewer, request_id: uuid.UUID, *, now: datetime) -> DestroyRequest:
    """Judge it good and destroy, in one transaction: all of it or nothing. Raises Protected and what `to_judge` raises."""
    request = to_judge(session, viewer, request_id)
    cases = about(session, request)
    if moved(session, request):
        raise Moved()
    if any(shield for _, shield in cases):
        raise Protected()
    request.approved_by, request.approved_at = viewer.person_id, now
    _line(session, viewer, Act.DESTROY_APPROVE, request, cases, now=now, detail="approved")
    _destroy(session, request, [case.id for case, _ in cases], now=now)
    return request


def _destroy(session: Session, request: DestroyRequest, case_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    keys, counts = _keys_of(session, request.patient_id), Counter[str]()
    for case_id in case_ids:
        gone = destruction.destroy(session, case_id, now=now, request_id=request.id, keys=keys)
        if gone is None:
            raise Stale(CHANGED)
        counts.update(gone)
    numbers = [paper["number"] for stone in proofs_of(session, request.id) for paper in stone.documents]
    request.executed_at, request.reason, request.counts = now, "", dict(counts)
    request.document_count, request.documents_hash = len(numbers), hash_of_numbers(numbers)
    session.flush()


def _keys_of(session: Session, patient_id: uuid.UUID) -> list[bytes]:
    """The blind keys under which messages about this patient lie, under every number, also those that made no case."""
    patient = session.get(Patient, patient_id)
    if patient is None:
        return []
    rows = [session.get_one(Patient, one) for one in families.whole(session, patient)]
    numbers = {number for row in rows for number in (row.local_number, patients.bsn_of(session, row))} - {""}
    return [sealer(session).blind(number, purpose=PATIENT_KEY) for number in sorted(numbers)]


def refuse(session: Session, viewer: Viewer, request_id: uuid.UUID, *, ground: Ground, refusal: str, now: datetime) -> None:
    """Judge that it is not destroyed, with the ground and words for the patient. Raises Incomplete and what `to_judge` raises."""
    request = to_judge(session, viewer, request_id)
    if not refusal.strip():
        raise Incomplete({"refusal": NO_REFUSAL}, NO_REFUSAL)
    request.refused_by, request.refused_at = viewer.person_id, now
    request.ground, request.refusal, request.reason = ground, refusal.strip(), ""
    cases = about(session, request)
    _line(session, viewer, Act.DESTROY_APPROVE, request, cases, now=now, detail="refused")


def proofs_of(session: Session, request_id: uuid.UUID) -> list[Tombstone]:
    """What stays of the cases that this request destroyed."""
    query = select(Tombstone).where(Tombstone.request_id == request_id).order_by(Tombstone.destroyed_at, Tombstone.case_id)
    return list(session.scalars(query))
