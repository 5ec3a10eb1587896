"""What a signature freezes: an advice, something about one, or the message that a discussion ended without one. Never edited."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from collections.abc import Sequence as ListOf
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import ForeignKey, ScalarSelect, Sequence, UniqueConstraint, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column

from mdo_portal.database import Base
from mdo_portal.domain.identifiers import new_id
from mdo_portal.exchange import DecisionForm

DOCUMENT_NUMBERS = Sequence("document_numbers", metadata=Base.metadata)


class Decision(Base):
    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("round_id", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rounds.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    #: the owner hospital (tenant)
    hospital_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hospitals.id"))
    #: 1 for the first; whatever is signed after it in this round, in whichever form, has the next number
    version: Mapped[int]
    #: what it is to the one before it
    form: Mapped[DecisionForm] = mapped_column(default=DecisionForm.FIRST)
    #: the decision it is about: which it corrects, adds to or withdraws. An addendum alone leaves that one standing (REPLACES)
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decisions.id"), index=True)
    #: why it was corrected, added to or withdrawn
    correction_reason: Mapped[str] = mapped_column(default="")
    #: number printed on the letter: MDO-2026-000123-1
    document_number: Mapped[str] = mapped_column(unique=True)
    #: everything the letter says, as signed: sections, outcome, participants, quorum, question, names
    content: Mapped[dict[str, Any]]
    #: SHA-256 of `content` in canonical JSON
    content_hash: Mapped[str]
    #: the chair who signed
    signed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    #: moment of signing
    signed_at: Mapped[datetime]


_ANY = frozenset({DecisionForm.CORRECTION, DecisionForm.ADDENDUM, DecisionForm.WITHDRAWAL})
#: what may be signed in a round after what was signed last in it; None = nothing yet
FORM_MOVES: Mapping[DecisionForm | None, frozenset[DecisionForm]] = {
    None: frozenset({DecisionForm.FIRST, DecisionForm.OUTCOME}),
    DecisionForm.FIRST: _ANY,
    DecisionForm.CORRECTION: _ANY,
    DecisionForm.ADDENDUM: _ANY,
    DecisionForm.WITHDRAWAL: frozenset(),  # what the board decides next is decided in another round
    DecisionForm.OUTCOME: frozenset({DecisionForm.OUTCOME, DecisionForm.RECALL}),
    DecisionForm.RECALL: frozenset({DecisionForm.FIRST, DecisionForm.OUTCOME}),  # as if nothing was signed: no advice stood
}
#: after one of these, what was signed before in the round no longer holds
REPLACES = (DecisionForm.CORRECTION, DecisionForm.WITHDRAWAL, DecisionForm.OUTCOME, DecisionForm.RECALL)
WHOLE = (DecisionForm.FIRST, DecisionForm.CORRECTION)
"""Forms that hold a whole advice, and not something about one."""
NO_ADVICE = tuple(form for form in DecisionForm if not form.has_advice)
"""Forms that say that there is no advice: no recommendation, no objection, no patient's letter and no state of a case hangs on them."""


class Signed(Protocol):
    """A decision, or a row of one: where it stands in its round, and what it is to the one before."""

    @property
    def version(self) -> int: ...
    @property
    def form(self) -> DecisionForm: ...


One = TypeVar("One", bound=Signed)


def main(signed: ListOf[One]) -> One | None:
    """The newest whole advice of a round, whether it still holds or was withdrawn. `signed`: all of the round, in order of version."""
    return next((one for one in reversed(signed) if one.form in WHOLE), None)


def standing(signed: ListOf[One]) -> ListOf[One]:
    """What holds now of what was signed in a round: the newest whole advice and what was added to it; nothing once it is withdrawn."""
    whole = main(signed)
    if whole is None or signed[-1].form is DecisionForm.WITHDRAWAL:
        return []
    return [one for one in signed if one.version >= whole.version]


def message(signed: ListOf[One]) -> One | None:
    """What the referrer was told of a round that ended without an advice, as far as it holds; `signed` as in `main`."""
    return signed[-1] if signed and signed[-1].form is DecisionForm.OUTCOME else None


def last_form(round_id: InstrumentedAttribute[uuid.UUID]) -> ScalarSelect[DecisionForm]:
    """In a statement over rounds: the form of what was signed last in each; NULL where nothing was."""
    last = aliased(Decision)
    return select(last.form).where(last.round_id == round_id).order_by(last.version.desc()).limit(1).scalar_subquery()


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of the frozen content as canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
