"""The message that a discussion ended without an advice: deferred, redirected or withdrawn, and why. To the referrer alone.

Signed by the chair like an advice, in a form of its own, and never needed for anything: the board goes on without it. It moves no
case. Its words are the reason that the room asked for; restoring it changes that reason with it (docs/decisions/0038).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import WHOLE, Decision, hash_of, message
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.decisions import decisions, signing_warnings
from mdo_portal.services.decisions.decision_content import content_of_outcome, of_round
from mdo_portal.services.decisions.decision_forms import LONGEST_REASON, FormPreview, Written, no_reason, read_again, stops
from mdo_portal.services.decisions.decision_refusals import refuse_form
from mdo_portal.services.decisions.outcomes import NEEDS_REASON
from mdo_portal.services.letters import recipients


def preview(session: Session, round_: Round, case: Case, written: Written, *, network: str, viewer: Viewer) -> FormPreview:
    """Build what would be frozen now: a message, one in its place, or its recall. Raises IllegalMove when there is nothing to tell.

    `written.text` is the reason as the message should say it; of a first message it is the reason that was given in the room.
    """
    signed = of_round(session, round_.id)
    refuse_form(signed, written.form)
    if written.form is DecisionForm.OUTCOME:
        _refuse_outdated(session, round_)
    about = message(signed)
    why = _why(round_, about, written)
    content = content_of_outcome(session, round_, case, written.form, why=why, network=network, viewer=viewer)
    return FormPreview(
        content=content,
        content_hash=hash_of(content),
        recipients=recipients.destinations(session, case, written.form),
        about=about,
        missing=_missing(written, why, about),
        warnings=signing_warnings.of_letter(content, case, session.get_one(Patient, case.patient_id)),
        moves_case=False,
    )


def _why(round_: Round, about: Decision | None, written: Written) -> str:
    return round_.outcome_reason if about is None else written.text.strip()


def _refuse_outdated(session: Session, round_: Round) -> None:
    if round_.outcome not in NEEDS_REASON:
        raise IllegalMove(N_("Deze bespreking is niet doorgeschoven, doorverwezen of ingetrokken; er is niets te melden."))
    later = select(Decision.id).join(Round, Round.id == Decision.round_id)
    later = later.where(Round.case_id == round_.case_id, Round.number > round_.number, Decision.form.in_(WHOLE))
    if session.execute(later.limit(1)).first() is not None:
        raise IllegalMove(N_("In een latere bespreking is een advies getekend; dit bericht zou de verwijzer verwarren."))


def _missing(written: Written, why: str, about: Decision | None) -> dict[str, str]:
    """Field -> what stops the signature. Of a first message nothing is typed."""
    if about is None:
        return {}
    found = {
        "text": (written.form is DecisionForm.OUTCOME and not why, N_("Schrijf waarom er geen advies is.")),
        "reason": no_reason(written),
    }
    return stops(found, text=(why, LONGEST_REASON), reason=(written.reason, LONGEST_REASON))


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
    """Freeze it and put its letter in the outbox. The case stays where it is: it may be planned again, before or after.

    Raises as decision_forms.read_again does.
    """
    meeting, shown = read_again(
        session,
        round_,
        seen_hash,
        lambda: preview(session, round_, case, written, network=network, viewer=viewer),
    )
    decision = decisions.keep(
        session, round_, case, shown.content, form=written.form, about=shown.about, reason=written.reason, viewer=viewer, now=now
    )
    if written.form is DecisionForm.OUTCOME:
        _say_so_here(round_, case, shown.content["outcome_reason"])
    case.revision += 1
    decisions.tell(session, meeting, case, _event(written.form, shown.about), viewer=viewer, now=now)
    return decision


def _say_so_here(round_: Round, case: Case, why: str) -> None:
    """The round, and the case as long as that is where it stands, give the reason that the referrer reads."""
    if case.reason == round_.outcome_reason:
        case.reason = why
    round_.outcome_reason = why


def _event(form: DecisionForm, about: Decision | None) -> str:
    if form is DecisionForm.RECALL:
        return "outcome.recalled"
    return "outcome.retold" if about else "outcome.told"
