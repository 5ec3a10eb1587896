"""Values and documents that a message told a case when it was read before, put right by what it tells now (rereading.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from mdo_portal.domain.case import Case, CaseEvent, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.files import clean_title
from mdo_portal.domain.inbound import OF_A_REFERRAL, InboundMessage
from mdo_portal.exchange import Fact, IncomingDocument, Section
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_facts, document_versions, documents
from mdo_portal.services.dossier.case_facts import word
from mdo_portal.services.dossier.over_before import GONE
from mdo_portal.services.dossier.told_index import label_of

ONE_MOMENT = timedelta(milliseconds=1)
"""Each reading of a message has a moment of its own, so many microseconds after it came: what changed then is told by that (news.py)."""

_TICK = timedelta(microseconds=1)
REREAD = "referral.reread"


@dataclass(frozen=True)
class Told:
    """All that the case was ever told, which of it by this message, and the moment of this reading."""

    #: the message, at the moment of this reading
    source: Source
    #: when it was read first
    received_at: datetime
    #: the last moment before whatever came next: what stood then, stood when this message had been read
    then: datetime
    facts: Sequence[CaseFact]
    files: Sequence[CaseDocument]

    @staticmethod
    def of(session: Session, case: Case, source: Source) -> Told:
        """`source`: the message, when it came."""
        message_id = source.message_id
        facts = session.scalars(select(CaseFact).where(CaseFact.case_id == case.id)).all()
        kept = select(CaseDocument).where(CaseDocument.case_id == case.id)
        files = session.scalars(kept.options(defer(CaseDocument.content_sealed))).all()
        rows: list[CaseFact | CaseDocument] = [*facts, *files]
        first = min((row.received_at for row in rows if row.message_id == message_id), default=source.at)
        others = select(CaseEvent.at).where(CaseEvent.case_id == case.id, CaseEvent.what != REREAD, CaseEvent.at > first)
        came = [*session.scalars(others), *(row.received_at for row in rows if row.message_id != message_id)]
        then = min((one for one in came if first < one < first + ONE_MOMENT), default=first + ONE_MOMENT) - _TICK
        moments = [moment for row in rows for moment in (row.received_at, row.superseded_at) if moment]
        last = max((one for one in moments if first <= one <= then), default=first)
        return Told(source._replace(at=last + _TICK), first, then, facts, files)

    def stood(self, row: CaseFact | CaseDocument) -> bool:
        """Whether it stood when the message had been read. What was put aside since, somebody else put aside."""
        return row.received_at <= self.then and not (row.superseded_at and row.superseded_at <= self.then)

    def is_mine(self, row: CaseFact | CaseDocument) -> bool:
        """Whether this message told it, and it still stands."""
        return row.message_id == self.source.message_id and row.superseded_at is None


def facts(session: Session, case: Case, told_now: Sequence[Fact], told: Told, *, newest: bool) -> bool:
    """What it told and tells no more is over; what it tells for the first time is added, behind whatever came since.

    Returns whether anything changed.
    """
    words = {_words(fact) for fact in told_now}
    gone = [row for row in told.facts if told.is_mine(row) and _words(row) not in words]
    known = {_words(row) for row in told.facts if told.stood(row) or row.superseded_at is None}
    aside = _put_aside(session, case, told)
    fresh = [fact for fact in dict.fromkeys(told_now) if _words(fact) not in known and not _is_over(told, fact, aside)]
    for row in gone:
        row.superseded_at = told.source.at
    session.flush()
    since = [row for row in told.facts if row.superseded_at is None and row.received_at > told.source.at]
    names = {label_of(row) for row in since if row.label}
    older = {fact: label_of(fact) in names for fact in fresh}
    for some, is_newest in (([one for one in fresh if not older[one]], newest), ([one for one in fresh if older[one]], False)):
        case_facts.add_facts(session, case, some, told.source, newest=is_newest)
    return bool(gone or fresh)


def _words(one: CaseFact | Fact) -> tuple[Section, str, str, date | None]:
    """What a fact says, whatever it is called by now: taken back or made final since, it is still what this message told."""
    return word(one)[:4]


def _put_aside(session: Session, case: Case, told: Told) -> list[CaseFact]:
    """What this message told, and what was taken back or corrected since by a message that is not read again beside it."""
    aside = [row for row in told.facts if row.message_id == told.source.message_id and row.superseded_at and told.stood(row)]
    if not aside:
        return []
    again = select(InboundMessage.id).where(InboundMessage.case_id == case.id, InboundMessage.meaning.in_(OF_A_REFERRAL))
    told_again = set(session.scalars(again))
    said_at = {row.received_at for row in told.facts if row.message_id in told_again}
    return [row for row in aside if row.status == GONE or row.superseded_at not in said_at]


def _is_over(told: Told, fact: Fact, aside: Sequence[CaseFact]) -> bool:
    """Whether it is one of what was put aside, and none like it stands: no other reading of the message brings that back."""
    is_aside = any(_is_one(row, fact) for row in aside)
    return is_aside and not any(told.is_mine(row) and _is_one(row, fact) for row in told.facts)


def _is_one(row: CaseFact, fact: Fact) -> bool:
    """Whether both are one thing of which the name, the heading or the words differ."""
    is_named = bool(fact.label) and (row.section, row.label) == (fact.section, fact.label)
    is_kept = bool(fact.key) and row.source_key == fact.key
    return is_kept or ((is_named or row.text == fact.text) and row.dated_on == fact.dated_on)


def files(session: Session, case: Case, told_now: Sequence[IncomingDocument], told: Told) -> bool:
    """The same bytes stay the same document, under the name, kind and day that are read now. Returns whether anything changed."""
    by_digest: dict[str, IncomingDocument] = {}
    for one in told_now:
        by_digest.setdefault(
            document_versions.digest_of(one.content), one
        )  # the same bytes under two names: the first names them
    mine = [row for row in told.files if told.is_mine(row)]
    named = [_name(row, by_digest[row.sha256]) for row in mine if row.sha256 in by_digest]
    gone = [row for row in mine if row.sha256 not in by_digest]
    for row in gone:
        row.superseded_at = told.source.at
    known = {row.sha256 for row in told.files if told.stood(row) or row.superseded_at is None}
    fresh = [one for digest, one in by_digest.items() if digest not in known]
    session.flush()
    documents.add_all(session, case, fresh, told.source)
    return bool(gone or fresh or any(named))


def _name(row: CaseDocument, told: IncomingDocument) -> bool:
    """Give the document the name that is read now. Returns whether it had another."""
    named = {"title": clean_title(told.title), "kind": told.kind, "dated_on": told.dated_on}
    differs = any(getattr(row, column) != value for column, value in named.items())
    for column, value in named.items():
        setattr(row, column, value)
    return differs
