"""What a hospital sent in error is over where it told it before: found by what it says, however much is taken back at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.fact_labels import bare
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Fact, Section
from mdo_portal.services.dossier.told_index import Name, grouped, label_of


def take_back(session: Session, case: Case, facts: Sequence[Fact], hospital: Hospital, *, now: datetime) -> bool:
    """What was sent in error is over where it was told before, in the same words. Returns whether it was told.

    Some take back without the value: then what this hospital told under that name of that day, if it is one thing; or by the address
    that a resource has at the sender: then all that was told under it.
    """
    query = select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None), CaseFact.received_at <= now)
    present = list(session.scalars(query)) if facts else []
    gone = {one.id: one for one in _said_again(present, facts)}
    own = [one for one in present if one.hospital_id == hospital.id and one.id not in gone]
    names = {fact.key for fact in facts if not fact.text} - {""}
    gone |= {one.id: one for one in own if one.source_key in names}
    answers = {_at_address(fact, fact.key) for fact in facts if fact.key and fact.text}
    gone |= {one.id: one for one in own if one.source_key and _at_address(one, one.source_key) in answers}
    gone |= {one.id: one for one in _meant(own, facts)}
    for one in gone.values():
        one.superseded_at, one.status = now, "withdrawn"
    return bool(gone)


def _at_address(one: CaseFact | Fact, key: str) -> tuple[str, Section, str, str]:
    """The same words under the same address: what else was told with it may have given it another name."""
    return key, one.section, bare(one.label), one.text


def are_told(session: Session, case: Case, facts: Sequence[Fact]) -> bool:
    """Whether one of these stands on the case, in these words."""
    if not any(fact.text for fact in facts):
        return False
    told = select(CaseFact).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None))
    return any(True for _ in _said_again(session.scalars(told), facts))


def _said_again(rows: Iterable[CaseFact], facts: Iterable[Fact]) -> Iterator[CaseFact]:
    """Those that say the same thing about the same day; with a status of then behind it, it is still the same."""
    told = {(label_of(fact), fact.text) for fact in facts if fact.text}
    return (one for one in rows if any((label_of(one), text) in told for text in _without_status(one.text)))


def _without_status(text: str) -> Iterator[str]:
    """The words, and all that may be the words before `(a status)`."""
    yield text
    at = text.find(" (")
    while at > 0:
        yield text[:at]
        at = text.find(" (", at + 1)


def _meant(own: Sequence[CaseFact], facts: Iterable[Fact]) -> Iterator[CaseFact]:
    """What is taken back without a value, by its name or code of that day; or in the words of some day, without a day. One thing only."""
    by_words = grouped(own, lambda one: (one.section, one.label, one.text))
    by_code = grouped(own, lambda one: (one.dated_on, one.code, one.code_system))
    by_name = grouped(own, lambda one: (one.dated_on, one.label))

    for fact in facts:
        if fact.text:
            found = [_two(by_words, (fact.section, fact.label, fact.text))] if fact.dated_on is None else []
        else:
            found = [_two(by_code, (fact.dated_on, fact.code, fact.code_system))] if fact.code else []
            found += [_two(by_name, (fact.dated_on, fact.label))] if fact.label else []
        alone = {one.id: one for one in chain.from_iterable(found)}
        yield from alone.values() if len(alone) == 1 else ()


def _two(rows: Mapping[Name, Sequence[CaseFact]], name: Name) -> Sequence[CaseFact]:
    """Of two nobody can tell which is meant: more need not be looked at."""
    return rows.get(name, ())[:2]
