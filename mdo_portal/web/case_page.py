"""What a page about a case shows: the case as this reader may see it, and which buttons stand there."""

from __future__ import annotations

import uuid

from flask import request
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.link_fields import CODE_WORDS, SECTION_LABELS
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.letters.letter_outcome import pieces
from mdo_portal.letters.letter_words import entered
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases, news, other_cases, told_rows
from mdo_portal.services.cases.case_rows import CaseView
from mdo_portal.services.common import access
from mdo_portal.services.common.access import Grant
from mdo_portal.services.decisions import rounds
from mdo_portal.services.history import case_looks
from mdo_portal.services.letters import patient_letters, post
from mdo_portal.services.meetings import agenda_walk, meeting_rows, meetings
from mdo_portal.services.people import grants, people
from mdo_portal.services.referrals import questions
from mdo_portal.web import follow_ups
from mdo_portal.web.context import now, viewer

BUTTONS = (
    Act.CASE_PLAN,
    Act.CASE_ASK,
    Act.CASE_ANSWER,
    Act.CASE_ROUTE,
    Act.CASE_WITHDRAW,
    Act.CASE_CLEAR,
    Act.CASE_SEEN,
    Act.CASE_REOPEN,
    Act.CASE_PREPARE,
    Act.DOCUMENT_ADD,
    Act.DOCUMENT_READ,
    Act.LETTER_READ,
    Act.PATIENT_LETTER_READ,
    Act.DECISION_READ,
    Act.DECISION_SIGN,
    Act.POST_CONFIRM,
    Act.POST_RESEND,
    Act.CASE_GRANT,
    Act.CASE_OBJECT,
    Act.IDENTITY_DECIDE,
    Act.FOLLOW_READ,
    Act.FOLLOW_CLOSE,
    Act.CASE_EXPORT,
)

#: headings; the web form puts the same as questions
SECTION_WORDS = SECTION_LABELS
#: how referrers say that it cannot wait; an EPD's own words are shown as they were sent
URGENCY_WORDS = CODE_WORDS["urgency"]


def load(db: Session, act: Act, case_id: uuid.UUID, *, detail: str = "", lock: bool = False) -> Grant:
    """The case for this act, with its line in the access log; what this viewer may not see is not found."""
    grant = access.case_for(db, viewer(), act, case_id, now=now(), lock=lock)
    audit.record(db, viewer(), act, now=now(), case=grant.case, relation=grant.relation, detail=detail)
    return grant


def page_of(db: Session, grant: Grant, *, looks: bool) -> dict[str, object]:
    """Everything the case page and its live pieces show. `looks`: the person reads all of it now, it is not new to them any more."""
    case = grant.case
    view = cases.view(db, case, reduced=grant.reduced)
    before = case_looks.look(db, viewer(), case, now=now()) if looks else case_looks.looked_before(db, viewer(), case)
    asked = request.args.get("document", "")
    may = access.may_each(db, viewer(), BUTTONS, case, now=now())
    return {
        "case": view,
        "viewer": viewer(),
        "may": {act.value: allowed for act, allowed in may.items()},
        "meetings": meetings_for(db, case),
        "stop": _stop(db, view),
        "others": [] if grant.reduced else other_cases.of_case(db, viewer(), case, now=now()),
        "reaches": questions.reaches(db, case, now=now()),
        "letters": post.rows(db, viewer(), everything=True, case_id=case.id),
        "patient_letter": _patient_letter(db, case),
        "boards": people.boards_of_hospital(db, case.hospital_id),
        "texts": {} if grant.reduced else rounds.open_conclusion(db, case),
        "grants": grants.of_case(db, case.id),
        "readers": grants.possible_readers(db, case, now=now()) if may[Act.CASE_GRANT] else ([], []),
        "emergency_until": grants.emergency_until(db, viewer(), case.id, now=now())
        if grant.relation is Relation.EMERGENCY
        else None,
        "now": now(),
        "entered_of": entered,
        "pieces": pieces,
        "section_words": SECTION_WORDS,
        "urgency_words": URGENCY_WORDS,
        "since": before,
        **follow_ups.on_case(db, view),
        "news": news.of(view, before, wanted=request.args.get("since", "")),
        "particular_words": told_rows.PARTICULAR_WORDS,
        "appointment_words": told_rows.APPOINTMENT_WORDS,
        "document": next((one for one in view.documents if str(one.id) == asked), view.documents[0] if view.documents else None),
    }


def _stop(db: Session, view: CaseView) -> agenda_walk.Stop | None:
    """Where it stands on the agenda of its board, for who may read that agenda."""
    live = view.live_round
    reads = live is not None and viewer().may(Act.MEETING_READ, board_id=live.board_id)
    return agenda_walk.stop(db, live.meeting_id, view.id) if live and reads else None


def _patient_letter(db: Session, case: Case) -> patient_letters.VersionLine | None:
    """How far the letter to the patient is, for the patient's own hospital."""
    seen = access.may(db, viewer(), Act.PATIENT_LETTER_READ, case, now=now())
    return patient_letters.standing_of(db, case.id) if seen else None


def meetings_for(db: Session, case: Case) -> list[meeting_rows.MeetingRow]:
    """The meetings into which this case can still be planned."""
    return meetings.plannable(db, case.board_id, now=now())
