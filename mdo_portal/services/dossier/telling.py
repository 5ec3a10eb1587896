"""One message of a hospital about one case, and whether it is a newer word than what stands there."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.exchange import Fact
from mdo_portal.services.common import moments
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import case_facts

SENT_AT = "sent_at"
"""Under this name a timeline event says when the sender told it: what came at that moment is as old as that."""


class Telling:
    """What comes in, when, from whom. `sent_at` is the sender's clock, never believed when it is ahead of ours."""

    def __init__(self, session: Session, case: Case, source: Source, *, sent_at: datetime | None = None) -> None:
        self.session, self.case, self.source = session, case, source
        self.said = moments.said(sent_at, source.at)
        sent = moments.likely(sent_at)
        self.details: dict[str, Any] = {SENT_AT: self.said.isoformat()} if sent else {}

    @cached_property
    def _said_at(self) -> dict[datetime, datetime]:
        """Moment of arrival -> when the sender said that."""
        sent = CaseEvent.details.op("->>")(SENT_AT)
        query = select(CaseEvent.at, sent).where(CaseEvent.case_id == self.case.id, sent.is_not(None))
        found: dict[datetime, datetime] = {}
        for at, text in self.session.execute(query):
            found[at] = max(datetime.fromisoformat(text), found.get(at, datetime.fromisoformat(text)))
        return found

    def is_after(self, row: CaseFact | CaseDocument) -> bool:
        """Whether this is a newer word than the last one on `row`; where the sender gave no time, what arrived later is newer."""
        return all(self._is_after(at) for at in (row.received_at, row.superseded_at) if at is not None)

    def _is_after(self, at: datetime) -> bool:
        said = self._said_at.get(at)
        return at <= self.source.at if said is None else (said, at) <= (self.said, self.source.at)

    def add(self, fact: Fact) -> CaseFact:
        """The fact as a row of the case."""
        row = case_facts.fact_row(self.case, fact, self.source)
        self.session.add(row)
        return row
