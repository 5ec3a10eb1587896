"""Results and documents that a hospital sends after the referral: they join a case that is there; a correction supersedes visibly."""

from __future__ import annotations

from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import ConflictKind
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import IncomingResult, Unreadable
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_columns, earlier_told, known_referrals, result_documents, result_facts, taken_back
from mdo_portal.services.dossier.telling import Telling
from mdo_portal.services.history import loose_values, standing
from mdo_portal.services.patients import families, identification, rulings
from mdo_portal.services.patients.rulings import Conflict
from mdo_portal.services.referrals import referrals


def add(session: Session, result: IncomingResult, source: Source) -> Case | None:
    """Add what is new to the patient's open cases, or else to the newest; what is told anew also to the cases that have it already.

    None when the patient has no case: it is not ours to keep.

    Raises Unreadable("identity_conflict", "waits_for_identity" or "objection") when a person must look first.
    """
    hospital, now = source.hospital, source.at
    patient = identification.of_message(session, hospital.id, result.patient) or _by_referral(session, result, hospital)
    cases = standing.cases_of(session, patient) if patient else []
    if patient is None or not cases:
        return None
    if families.objects(session, patient):
        raise Unreadable("objection")
    touched = standing.chosen(cases)
    touched = [case for case in cases if case in touched or _has(session, case, result)]
    for case in touched:
        telling = Telling(session, case, source, sent_at=result.sent_at)
        happened = result_facts.add(telling, result) | result_documents.add(telling, result)
        happened |= {"result.withdrawn"} if taken_back.take_back(session, case, result.taken_back, hospital, now=now) else set()
        details = telling.details | ({loose_values.ONLY: "1"} if loose_values.are_all(result, happened) else {})
        for what in sorted(happened):
            standing.happened(session, [case], what, now=now, hospital=hospital.name, **details)
        before = case_columns.beware(case, result.unmapped)
        earlier_told.keep(session, case, before, source)
        referrals.assess(session, case, now=now)
    return touched[-1]


def _by_referral(session: Session, result: IncomingResult, hospital: Hospital) -> Patient | None:
    """Whose referral it names, when no number finds anybody: told alike and without a number, it is of that patient.

    Raises Conflict when told alike under a number that nobody has here: a laboratory has numbers of its own, and forgotten it were lost.
    """
    case = known_referrals.meant(session, hospital, result.referral_number, result.referral_at)
    before = session.get_one(Patient, case.patient_id) if case is not None else None
    if before is None or not identification.is_alike(before, result.patient):
        return None
    if referrals.is_alike(session, before, result.patient):
        return identification.undisputed(session, before)
    if identification.speaks_against(session, before, result.patient):
        return None
    number, told = rulings.number_of(result), result.patient
    raise Conflict(ConflictKind.REFERRAL_NUMBER, "PID-3", before.id, told, previous=number)


def _has(session: Session, case: Case, result: IncomingResult) -> bool:
    """Whether it is told of this case's referral, or this case has an earlier word of it: that must not stand there as if it held.

    A case that was decided is not among the open ones, and a correction must reach who decided, whatever is open elsewhere.
    """
    named = (result.referral_number, case.referral_number), (result.referral_at, case.known_as)
    if any(told and told == known for told, known in named):
        return True
    if taken_back.are_told(session, case, result.taken_back):
        return True
    under = {*result.withdrawn, *result.whole, *result.adds_to}
    under |= {name for document in result.documents for name in (document.reference, document.replaces)}
    names = {fact.key for fact in result.facts} | under
    parts = [CaseFact.source_key.startswith(f"{name}/", autoescape=True) for name in under - {""}]
    facts = select(CaseFact.id).where(CaseFact.case_id == case.id, or_(CaseFact.source_key.in_(names - {""}), *parts))
    papers = [CaseDocument.reference.startswith(f"{name}/", autoescape=True) for name in under - {""}]
    is_among = or_(CaseDocument.reference.in_(under - {""}), *papers)
    files = select(CaseDocument.id).where(CaseDocument.case_id == case.id, is_among)
    return session.execute(union_all(facts, files).limit(1)).first() is not None
