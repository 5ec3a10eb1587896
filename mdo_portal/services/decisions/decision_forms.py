"""What is signed about a decision that stands: an addition, or its withdrawal. Each is a decision with a letter of its own.

That there is no advice: services/decisions/outcome_messages.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision, hash_of, main
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.decisions import decisions, signing_warnings
from mdo_portal.services.decisions.decision_content import content_about, of_round
from mdo_portal.services.decisions.decision_refusals import refuse_again, refuse_form, refuse_unread
from mdo_portal.services.dossier import waiting
from mdo_portal.services.letters import recipients
from mdo_portal.services.room import conclusions, rooms

LONGEST_TEXT, LONGEST_REASON = 6_000, 400
_DECIDED = (CaseState.DECIDED, CaseState.DELIVERED, CaseState.FOLLOWED_UP)
_EVENT = {DecisionForm.ADDENDUM: "decision.added", DecisionForm.WITHDRAWAL: "decision.withdrawn"}


class Then(StrEnum):
    """What becomes of a case whose advice is withdrawn: the chair chooses."""

    AGAIN = "again"  #: to be discussed again: back on the work list, to be planned
    CLOSED = "closed"  #: not any more


@dataclass(frozen=True)
class Written:
    """What the chair wrote about what was signed before."""

    form: DecisionForm
    #: what is added, or why there is no advice; empty for a withdrawal and a recall
    text: str
    reason: str
    #: a value of Then; empty for an addendum, or when nothing was chosen
    then: str


@dataclass(frozen=True)
class FormPreview:
    """What would be frozen: exactly what the letter will say, who gets it, and what is still missing."""

    content: dict[str, Any]
    content_hash: str
    recipients: Sequence[recipients.Destination]
    #: the advice or message it is about; None = a first message that there is no advice
    about: Decision | None
    #: field -> what stops the signature
    missing: dict[str, str]
    warnings: Sequence[str]
    #: whether a withdrawal moves the case: not when it went on since
    moves_case: bool


def preview(session: Session, round_: Round, case: Case, written: Written, *, network: str, viewer: Viewer) -> FormPreview:
    """Build what would be frozen now. Raises IllegalMove when nothing stands that this could be about."""
    signed = of_round(session, round_.id)
    refuse_form(signed, written.form)
    if written.form is DecisionForm.ADDENDUM and not conclusions.is_frozen(session, round_.id):
        raise IllegalMove(N_("Er is een herziening begonnen. Schrijf de aanvulling daarin; er is niets getekend."))
    about, moves_case = main(signed), is_last_word(session, round_, case)
    assert about is not None  # the moves begin with a whole advice
    then = written.then if written.form is DecisionForm.WITHDRAWAL and moves_case else ""
    content = content_about(
        session, round_, case, written.form, text=written.text.strip(), then=then, network=network, viewer=viewer
    )
    return FormPreview(
        content=content,
        content_hash=hash_of(content),
        recipients=recipients.destinations(session, case, written.form, about),
        about=about,
        missing=_missing(written, moves_case=moves_case),
        warnings=signing_warnings.of_letter(content, case, session.get_one(Patient, case.patient_id)),
        moves_case=moves_case,
    )


def is_last_word(session: Session, round_: Round, case: Case) -> bool:
    """Whether the case still stands where this round left it: not planned, discussed or asked anew since."""
    newest = session.scalar(select(func.max(Round.number)).where(Round.case_id == case.id))
    return newest == round_.number and case.state in _DECIDED


def _missing(written: Written, *, moves_case: bool) -> dict[str, str]:
    is_addendum = written.form is DecisionForm.ADDENDUM
    found = {
        "text": (is_addendum and not written.text.strip(), N_("Schrijf wat u aan het advies toevoegt.")),
        "reason": no_reason(written),
        "then": (
            not is_addendum and moves_case and written.then not in Then._value2member_map_,
            N_("Kies wat er met de casus gebeurt."),
        ),
    }
    return stops(found, text=(written.text, LONGEST_TEXT), reason=(written.reason, LONGEST_REASON))


def no_reason(written: Written) -> tuple[bool, str]:
    """For `stops`: whether the reason is missing, and the sentence that says so."""
    return not written.reason.strip(), N_("Geef een reden; die staat in de brief.")


def stops(found: Mapping[str, tuple[bool, str]], **typed: tuple[str, int]) -> dict[str, str]:
    """Field -> what stops the signature: the sentences of `found` that hold, and what is typed longer than its most characters."""
    long = {name: (True, N_("Deze tekst is te lang.")) for name, (text, longest) in typed.items() if len(text) > longest}
    return {name: sentence for name, (holds, sentence) in {**found, **long}.items() if holds}


def read_again(
    session: Session, round_: Round, seen_hash: str, shown_now: Callable[[], FormPreview]
) -> tuple[Meeting, FormPreview]:
    """The meeting, held until the commit, and what is signed: the same that the chair read, with nothing missing.

    Raises AlreadySigned for the same text once more, Overtaken when another signed in between, Incomplete for a field.
    """
    meeting = rooms.lock(session, round_)
    signed = of_round(session, round_.id)
    refuse_again(signed, seen_hash, done=False)
    shown = shown_now()
    refuse_unread(signed, shown.content_hash, seen_hash)
    if shown.missing:
        raise Incomplete(shown.missing, N_("Er is nog niet getekend; vul de gemarkeerde velden in."))
    return meeting, shown


def sign(
    session: Session,
    round_: Round,
    case: Case,
    written: Written,
    *,
    seen_hash: str,
    network: str,
    viewer: Viewer,
    now: datetime,
) -> Decision:
    """Freeze it and put its letters in the outbox; the case moves as far as it stands where this round left it.

    Raises as read_again does.
    """
    meeting, shown = read_again(
        session,
        round_,
        seen_hash,
        lambda: preview(session, round_, case, written, network=network, viewer=viewer),
    )
    conclusions.freeze(session, round_.id, now=now)  # a correction that was begun ends with a withdrawal
    decision = decisions.keep(
        session, round_, case, shown.content, form=written.form, about=shown.about, reason=written.reason, viewer=viewer, now=now
    )
    _move(session, case, written, shown, now=now)
    decisions.tell(session, meeting, case, _EVENT[written.form], viewer=viewer, now=now)
    return decision


def _move(session: Session, case: Case, written: Written, shown: FormPreview, *, now: datetime) -> None:
    if written.form is DecisionForm.ADDENDUM:
        if case.state is CaseState.DELIVERED:
            case.move(CaseState.DECIDED, now=now)  # until this letter has arrived too
    elif shown.content["then"] == Then.AGAIN:
        case.move(waiting.state_of(session, case), now=now)
    elif shown.content["then"] == Then.CLOSED:
        case.move(CaseState.CLOSED, now=now)
