"""Facts of a case as hospitals told them: added, and superseded by a newer word of the same label."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.fact_labels import are_two, bare
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import new_id
from mdo_portal.exchange import NOT_SENT, Fact, IncomingAnswer, IncomingReferral, Section
from mdo_portal.services.common import many_rows
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier.told_index import Standing

Row = dict[str, Any]


def first_rows(case: Case, referral: IncomingReferral, source: Source) -> list[Row]:
    """The facts of a case that has none yet, as they will be stored."""
    return [_row(case, fact, source) for fact in dict.fromkeys(referral.facts)]


def store(session: Session, rows: Sequence[Row]) -> None:
    """Facts of one case or many in one go; the cases are stored already."""
    many_rows.store(session, CaseFact, rows)


Word = tuple[Section, str, str, date | None, str]


def word(one: CaseFact | Fact) -> Word:
    """What a fact says: of two that say the same, one is enough."""
    return (one.section, one.label, one.text, one.dated_on, one.status)


def add_facts(session: Session, case: Case, facts: Sequence[Fact], source: Source, *, newest: bool = True) -> None:
    """Add what is new; of two labelled facts with another text the newer supersedes the older, which stays in the history.

    So it does where only the status is another: what was preliminary is final now. What came after this is no older for being read
    before it.
    """
    query = select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None))
    present = list(session.scalars(query))
    if newest:
        _told_otherwise(present, facts, source)
    known, told = {word(fact) for fact in present}, {word(fact) for fact in facts}
    others = Standing([one for one in present if word(one) not in told])  # of several under one name those told again stay
    for fact in dict.fromkeys(facts):
        if word(fact) in known:
            continue
        row = fact_row(case, fact, source)
        session.add(row)
        alike = others.alike(fact)
        named = (other for other in alike if fact.label and not _is_another(other, fact, source.hospital))
        for other in dict.fromkeys((*named, *(other for other in alike if other.text == fact.text))):
            older, newer = (other, row) if newest and other.received_at <= source.at else (row, other)
            older.superseded_at = newer.received_at


def _is_another(row: CaseFact, fact: Fact, hospital: Hospital) -> bool:
    """Whether it is another thing of that kind (another allergy), or was told under another address of the same hospital: two values of
    one day are two, unless the newer one corrects.
    """
    if are_two(fact.label, (row.code, row.text), (fact.code, fact.text)):
        return True
    both = bool(row.source_key and fact.key) and row.hospital_id == hospital.id
    return both and row.source_key != fact.key and fact.status != "corrected"


def _told_otherwise(present: Sequence[CaseFact], facts: Sequence[Fact], source: Source) -> None:
    """What a resource said that says something else now, and that nothing in the message says any more.

    Under the same name only: an address that tells of a PSA what it told of a haemoglobin was given out twice. Of which of several it
    is may stand behind that name or not, by what else the message holds.
    """
    names = {(fact.key, fact.section, bare(fact.label)) for fact in facts if fact.key}
    if not names:
        return
    told = {(fact.section, fact.label, fact.text, fact.dated_on) for fact in facts}
    for one in present:
        is_of = (one.source_key, one.section, bare(one.label)) in names and one.hospital_id == source.hospital.id
        if is_of and one.received_at <= source.at and (one.section, one.label, one.text, one.dated_on) not in told:
            one.superseded_at = source.at


def arrived(session: Session, case: Case, told: IncomingReferral | IncomingAnswer, source: Source) -> None:
    """That a document was not sent along is over when it comes, under the address that it was named by."""
    came = {document.known_as for document in told.documents} - {""}
    if not came:
        return
    still = {(fact.key, fact.text) for fact in told.facts if fact.label == NOT_SENT}  # another file of it
    query = select(CaseFact).where(
        CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None), CaseFact.received_at <= source.at
    )
    named = query.where(CaseFact.label == NOT_SENT, CaseFact.source_key.in_(came), CaseFact.hospital_id == source.hospital.id)
    for one in session.scalars(named):
        one.superseded_at = one.superseded_at if (one.source_key, one.text) in still else source.at


def fact_row(case: Case, fact: Fact, source: Source) -> CaseFact:
    return CaseFact(**_row(case, fact, source))


def _row(case: Case, fact: Fact, source: Source) -> Row:
    return {
        "id": new_id(),  # given here, so that many go in one statement without asking back
        "case_id": case.id,
        "section": fact.section,
        "label": fact.label,
        "text": fact.text,
        "code": fact.code,
        "code_system": fact.code_system,
        "dated_on": fact.dated_on,
        "hospital_id": source.hospital.id,
        "received_at": source.at,
        "message_id": source.message_id,
        "source_key": fact.key,
        "status": fact.status,
    }
