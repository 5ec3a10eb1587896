"""Many referrals in one transaction: those that are new to us are stored together, one statement per table.

What each of them does is said in services/referrals/referrals.py and nowhere else; here stands only that they wait for each other.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import IncomingReferral
from mdo_portal.services.common import many_rows
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_facts, documents, known_referrals
from mdo_portal.services.dossier.latest_word import word_of
from mdo_portal.services.history import timeline
from mdo_portal.services.patients import identification, patients
from mdo_portal.services.referrals import referrals


@dataclass(frozen=True)
class Told:
    """One referral as a hospital told it."""

    referral: IncomingReferral
    source: Source

    @property
    def names(self) -> set[tuple[uuid.UUID, str]]:
        """Everything by which another referral could be about the same patient or the same case."""
        patient = self.referral.patient
        numbers = (patient.local_number, patient.bsn, self.referral.number, *(number for _, number in patient.other_numbers))
        return {(self.source.hospital.id, number) for number in numbers if number}


def register_all(session: Session, told: Sequence[Told]) -> list[Case]:
    """The same as `referrals.register` for each of them in order. Raises Unreadable as that does; then nothing may stay."""
    cases: list[Case] = []
    fresh: list[tuple[Told, Patient, Case]] = []
    seen: set[tuple[uuid.UUID, str]] = set()
    for one, is_known in zip(told, _known(session, told), strict=True):
        if is_known or not seen.isdisjoint(one.names):
            _store(session, fresh)
            fresh = []
            case = referrals.register(session, one.referral, one.source)
        else:
            source, told_at = one.source, one.referral.sent_at
            patient = patients.composed(session, source.hospital.id, one.referral.patient, now=source.at, sent_at=told_at)
            case = referrals.composed(session, one.referral, source, patient)
            fresh.append((one, patient, case))
        seen |= one.names
        cases.append(case)
    _store(session, fresh)
    return cases


def _known(session: Session, told: Sequence[Told]) -> list[bool]:
    """Whether patient or case of each is known here before the first of them is stored."""
    if not told:
        return []
    people = identification.known_among(session, [(one.source.hospital.id, one.referral.patient) for one in told])
    numbered = [(one.source.hospital.id, one.referral.number) for one in told]
    cases = known_referrals.numbered_among(session, numbered)
    return [at in people or number in cases for at, number in enumerate(numbered)]


def _store(session: Session, fresh: Sequence[tuple[Told, Patient, Case]]) -> None:
    if not fresh:
        return
    many_rows.store_composed(session, [patient for _, patient, _ in fresh])
    many_rows.store_composed(session, [case for _, _, case in fresh])
    facts: list[case_facts.Row] = []
    files: list[documents.Row] = []
    with timeline.together(session):
        for one, _, case in fresh:
            facts += case_facts.first_rows(case, one.referral, one.source)
            files += [documents.row(session, case, document, one.source) for document in one.referral.documents]
            referrals.tell(session, case, "referral.received", one.source, word=word_of(one.referral))
    case_facts.store(session, facts)
    documents.store(session, files)
