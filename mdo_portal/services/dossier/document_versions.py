"""Which documents of a case are over by what a referral or addition tells: replaced, told anew under one name, taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence, Set
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer

from mdo_portal.domain.case import Case
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.files import clean_title
from mdo_portal.exchange import IncomingDocument
from mdo_portal.services.dossier.over_before import GONE


def digest_of(content: bytes) -> str:
    """By which the same bytes are known."""
    return hashlib.sha256(content).hexdigest()


def settle(
    session: Session, case: Case, told: Sequence[IncomingDocument], *, gone: Sequence[str], known: Set[str], at: datetime
) -> set[str]:
    """`told` stands on the case already; `known` are the digests of before. Returns the events of what is over.

    A message that came before those says nothing new of them; of its own what a newer one took the place of is over.
    """
    over = _Over(told, gone, known)
    rows = _called(session, case, over.names)
    newer = [one for one in rows if one.received_at > at]
    happened: set[str] = set()
    for one in (one for one in rows if one.received_at <= at):
        if over.came(one):
            is_late = any(over.is_told_anew(later) and _share_a_name(one, later) for later in newer)
            one.superseded_at = at if is_late or over.is_replaced(one) else one.superseded_at
        elif over.is_taken_back(one) and one.status != GONE:
            one.status, one.superseded_at = GONE, one.superseded_at or at
            happened.add("document.withdrawn")
        elif (over.is_replaced(one) or over.is_told_anew(one)) and one.superseded_at is None:
            one.superseded_at = at
            happened.add("document.corrected")
    return happened


class _Over:
    """What one message says of the documents of before, by their names."""

    def __init__(self, told: Sequence[IncomingDocument], gone: Sequence[str], known: Set[str]) -> None:
        # Several documents of one message may share its number.
        self._digests = {digest_of(document.content) for document in told}
        standing = [document for document in told if document.status != GONE]
        # Taken back as it was told, it is known by its bytes; else by its names: some leave a page without words in its place.
        changed = [one for one in told if one.status == GONE and digest_of(one.content) not in known]
        self._gone = {*gone, *(name for one in changed for name in (one.reference, one.known_as))} - {""}
        self._numbers = {one.reference for one in standing if one.replaces == one.reference} - {""}
        self._addresses = {(one.known_as, clean_title(one.title)) for one in standing if one.known_as}
        self._replaced = {one.replaces for one in standing if one.replaces != one.reference} - {""}

    @property
    def names(self) -> set[str]:
        return self._gone | self._numbers | self._replaced | {address for address, _ in self._addresses}

    def came(self, row: CaseDocument) -> bool:
        return row.sha256 in self._digests

    def is_taken_back(self, row: CaseDocument) -> bool:
        return any(is_called(row, name) for name in self._gone)

    def is_replaced(self, row: CaseDocument) -> bool:
        """Another document says that it takes its place, in the same message or later."""
        return any(is_called(row, name) for name in self._replaced)

    def is_told_anew(self, row: CaseDocument) -> bool:
        """Under its number; or under its address by the same title, for an address that tells of something else was given out twice."""
        return row.reference in self._numbers or (row.known_as, row.title) in self._addresses


def is_called(row: CaseDocument, name: str) -> bool:
    """By its number or its address; one without an address (of before those were kept) by the id in it as well."""
    return name in (row.reference, row.known_as) or (not row.known_as and row.reference != "" and _id(name) == row.reference)


_TYPES = ("DocumentReference", "DiagnosticReport", "Binary")


def _id(name: str) -> str:
    """The id in the address of what carries documents; "" of any other name: numbers have strokes, too."""
    kind, _, number = name.partition("/")
    return number if kind in _TYPES else ""


def _share_a_name(one: CaseDocument, other: CaseDocument) -> bool:
    return bool({one.reference, one.known_as} & ({other.reference, other.known_as} - {""}))


def _called(session: Session, case: Case, names: Set[str]) -> Sequence[CaseDocument]:
    """The documents of the case under these names; as the database has them, without their bytes."""
    if not names:
        return ()
    ids = names | {_id(name) for name in names} - {""}
    is_one = or_(CaseDocument.reference.in_(ids), CaseDocument.known_as.in_(names))
    query = select(CaseDocument).where(CaseDocument.case_id == case.id, is_one)
    fresh = query.options(defer(CaseDocument.content_sealed)).execution_options(populate_existing=True)
    return session.scalars(fresh).all()
