"""Rechten: the periodic review per board and hospital, and what somebody can see and why."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain.identifiers import typed_number
from mdo_portal.domain.policy import Act
from mdo_portal.domain.rights import Verdict
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, NotFound
from mdo_portal.services.access_log import audit
from mdo_portal.services.people import people
from mdo_portal.services.people.people_rows import PersonPage
from mdo_portal.services.rights import explaining, memberships, rights_due, rights_reviews
from mdo_portal.services.rights.explaining import ActRow
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.csv import as_csv
from mdo_portal.web.guard import may
from mdo_portal.web.log_words import ACT_WORDS
from mdo_portal.web.navigation_counts import forget
from mdo_portal.web.role_words import ODD_WORDS, WORDS, place_of, role_word

blueprint = Blueprint("rights", __name__, url_prefix="/rights")
VERDICT_WORDS = {Verdict.OPEN: N_("nog te beslissen"), Verdict.KEEP: N_("behouden"), Verdict.END: N_("beëindigd")}

#: how acts are put together for reading: by the first word of the act; one that is not here stands last
GROUP_WORDS: dict[str, tuple[str, ...]] = {
    N_("Patiënten en casussen"): ("worklist", "case", "document", "glass"),
    N_("Vergadering en advies"): ("meeting", "room", "note", "round", "decision"),
    N_("Brieven en koppelingen"): ("letter", "patient_letter", "letter_template", "post", "link", "inbox", "provider"),
    N_("Mensen, rechten en logboek"): ("people", "board", "rights", "log", "retention", "destroy"),
}
OTHER = N_("Eigen account en het overige")


@blueprint.get("")
@may(Act.RIGHTS_REVIEW)
def page() -> str:
    with transaction() as db:
        due = rights_due.due_list(db, viewer(), now=now())
        audit.record(db, viewer(), Act.RIGHTS_REVIEW, now=now(), object_type="rights_review")
    return render_template("rights/list.html", due=due, viewer=viewer())


@blueprint.post("/<any(board, hospital):kind>/<uuid:place_id>/start")
@may(Act.RIGHTS_REVIEW)
def start(kind: str, place_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        place = memberships.place_for(db, viewer(), Act.RIGHTS_REVIEW, place_of(kind, place_id)).place
        review = rights_reviews.start(db, viewer(), place, now=now())
    return redirect(url_for("rights.review", review_id=review.id))


@blueprint.get("/reviews/<uuid:review_id>")
@may(Act.RIGHTS_REVIEW)
def review(review_id: uuid.UUID) -> str:
    with transaction() as db:
        found = rights_reviews.review_for(db, viewer(), review_id)
        audit.record(db, viewer(), Act.RIGHTS_REVIEW, now=now(), object_type="rights_review", object_id=review_id)
    return render_template("rights/review.html", page=found, viewer=viewer(), verdict_words=VERDICT_WORDS, **WORDS)


@blueprint.post("/reviews/<uuid:review_id>/lines/<uuid:line_id>/<any(keep, end):what>")
@may(Act.RIGHTS_REVIEW)
def decide(review_id: uuid.UUID, line_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        found = rights_reviews.review_for(db, viewer(), review_id, lock=True)
        rights_reviews.decide(db, viewer(), found, line_id, Verdict(what), now=now())
    return redirect(url_for("rights.review", review_id=review_id, _anchor=f"line-{line_id}"))


@blueprint.post("/reviews/<uuid:review_id>/<any(plain, sign):what>")
@may(Act.RIGHTS_REVIEW)
def finish(review_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """Keep what has nothing odd, or sign off."""
    with transaction() as db:
        found = rights_reviews.review_for(db, viewer(), review_id, lock=True)
        if what == "plain":
            rights_reviews.keep_the_plain(db, viewer(), found, now=now())
        else:
            rights_reviews.sign(db, viewer(), found, now=now())
    forget()
    flash(gettext("Afgetekend. De volgende keer komt vanzelf.") if what == "sign" else gettext("Bewaard."), "success")
    return redirect(url_for("rights.review", review_id=review_id))


@blueprint.get("/reviews/<uuid:review_id>/csv")
@may(Act.RIGHTS_REVIEW)
def export(review_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        found = rights_reviews.review_for(db, viewer(), review_id)
        audit.record(db, viewer(), Act.RIGHTS_REVIEW, now=now(), object_type="rights_review", object_id=review_id, detail="csv")
    head = [gettext("Naam"), gettext("Rol"), gettext("Gegeven"), gettext("Laatst gezien"), gettext("Valt op"), gettext("Besluit")]
    rows = [
        [
            line.person_name, gettext(role_word(line.role, found.place.place)), line.given_at, line.last_seen_at,
            ", ".join(gettext(ODD_WORDS[odd]) for odd in line.odd), gettext(VERDICT_WORDS[line.verdict]),
        ]
        for line in found.lines
    ]  # fmt: skip
    return as_csv([head, *rows], name="rechten")


@blueprint.get("/explain")
@may(Act.RIGHTS_EXPLAIN)
def explain_whom() -> str:
    """Choose about whom to ask."""
    with transaction() as db:
        found = memberships.explainable(db, viewer(), now=now())
        audit.record(db, viewer(), Act.RIGHTS_EXPLAIN, now=now(), object_type="people")
    return render_template("rights/whom.html", people=found, viewer=viewer())


@blueprint.get("/explain/<uuid:person_id>")
@may(Act.RIGHTS_EXPLAIN)
def explain(person_id: uuid.UUID) -> str:
    with transaction() as db:
        shown = _explained(db, person_id, request.args.get("hospital", ""))
    return render_template("rights/explain.html", **shown)


@blueprint.post("/explain/<uuid:person_id>")
@may(Act.RIGHTS_EXPLAIN)
def explain_more(person_id: uuid.UUID) -> str:
    """With one case, by a number that so stays out of the address; or which cases of the own hospital are open to this person."""
    number = typed_number(request.form.get("number", ""))
    with transaction() as db:
        shown = _explained(db, person_id, request.form.get("hospital", ""))
        subject: Viewer = shown["subject"]  # type: ignore[assignment]
        shown |= _about_case(db, subject, number, person_id) if number else _open_cases(db, subject, person_id)
    return render_template("rights/explain.html", **shown)


def _explained(db: Session, person_id: uuid.UUID, asked: str) -> dict[str, object]:
    """Every act with its reasons, for the hospital asked about, else the first they work for."""
    page: PersonPage = memberships.person_for(db, viewer(), Act.RIGHTS_EXPLAIN, person_id, now=now())
    works = people.hospitals_of(db, person_id, now=now())
    at = next((one for one, _ in works if str(one) == asked), works[0][0] if works else viewer().hospital_id)
    subject = explaining.subject(db, person_id, at, now=now())
    audit.record(db, viewer(), Act.RIGHTS_EXPLAIN, now=now(), object_type="person", object_id=person_id)
    acts = explaining.acts(subject, page.row.roles)
    may_ask = memberships.asks_for_hospital(viewer()) or bool(viewer().boards_for(Act.RIGHTS_EXPLAIN))
    return WORDS | {
        "person": page, "works": works, "at": at, "subject": subject, "acts": acts, "groups": _grouped(acts),
        "act_words": ACT_WORDS, "viewer": viewer(), "officer": explaining.is_privacy_officer(viewer()), "may_ask": may_ask,
        "answers": None, "cases": None,
    }  # fmt: skip


def _grouped(acts: list[ActRow]) -> list[tuple[str, list[ActRow]]]:
    words = {first: group for group, firsts in GROUP_WORDS.items() for first in firsts}
    found: dict[str, list[ActRow]] = {group: [] for group in (*GROUP_WORDS, OTHER)}
    for one in acts:
        found[words.get(one.act.value.partition(":")[0], OTHER)].append(one)
    return list(found.items())


def _about_case(db: Session, subject: Viewer, number: str, person_id: uuid.UUID) -> dict[str, object]:
    try:
        case = explaining.find_case(db, viewer(), number)
    except NotFound as error:
        return {"number": number, "number_error": gettext(error.sentence)}
    answers = explaining.about_case(db, subject, case, now=now())
    audit.record(db, viewer(), Act.RIGHTS_EXPLAIN, now=now(), case=case, object_type="person", object_id=person_id, detail="case")
    return {"number": number, "answers": answers}


def _open_cases(db: Session, subject: Viewer, person_id: uuid.UUID) -> dict[str, object]:
    if not explaining.is_privacy_officer(viewer()):
        raise NotFound()
    found, asked = explaining.could_open(db, viewer(), subject, now=now())
    audit.record(
        db, viewer(), Act.RIGHTS_EXPLAIN, now=now(), object_type="person", object_id=person_id, hits=len(found), detail="cases"
    )
    return {"cases": found, "asked": asked}
