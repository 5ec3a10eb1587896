"""Post: what has not arrived and why, all letters with their receipts, and the letters themselves."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.errors import N_, NotAllowed, NotFound, PortalError
from mdo_portal.services.access_log import audit
from mdo_portal.services.decisions import untold
from mdo_portal.services.letters import (
    deliveries,
    handing_over,
    post,
    post_waiting,
    receipt_lists,
    receipts,
    replacing,
    withholding,
)
from mdo_portal.services.letters.post_rows import STUCK
from mdo_portal.services.letters.receipts import OTHER_PATIENT, REPLACED
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.documents import as_file
from mdo_portal.web.entering import own_path
from mdo_portal.web.guard import may
from mdo_portal.web.words import today

blueprint = Blueprint("post", __name__)


@blueprint.get("/post")
@may(Act.POST_READ)
def page() -> str:
    """With the discussions of which no letter goes out at all, as long as nobody signs the message that there is no advice."""
    shown = _rows()
    with transaction() as db:
        without = untold.rows(db, viewer(), now=now())
        on_paper = receipt_lists.how_many(db, viewer(), today())
        if without:
            audit.record(db, viewer(), Act.POST_READ, now=now(), object_type="post", hits=len(without), detail="untold")
    return render_template("post/page.html", untold=without, on_paper=on_paper, **shown)


@blueprint.get("/post/rows")
@may(Act.POST_READ)
def rows() -> str:
    return render_template("post/_rows.html", is_piece=True, **_rows())


def _rows() -> dict[str, object]:
    tab, after = request.args.get("tab", ""), _id(request.args.get("after", ""))
    with transaction() as db:
        asked = post.rows(db, viewer(), everything=tab == "all", held=tab == "held", after=after, limit=post.MOST + 1)
        found = asked[: post.MOST]
        waiting = post_waiting.waiting(db, viewer(), now=now())
        nothing_yet = not found and not after and not post.rows(db, viewer(), everything=True, limit=1)
        refusing = [] if tab or after else post.refusing(db, viewer())
        audit.record(db, viewer(), Act.POST_READ, now=now(), object_type="post", hits=len(found))
    return {
        "rows": found,
        "nothing_yet": nothing_yet,
        "refusing": refusing,
        "tab": tab,
        "after": after,
        "further": found[-1].id if len(asked) > len(found) else None,
        "waiting": waiting,
        "names": may_see_names(),
        "viewer": viewer(),
        "now": now(),
    }


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def may_see_names() -> bool:
    """Whether this viewer treats patients: who only looks after post sees initials and a year."""
    return viewer().may_for_own_hospital_or_board(Act.LETTER_READ)


def letter_for(db: Session, act: Act, delivery_id: uuid.UUID, *, lock: bool = False) -> Delivery:
    """The delivery, if this viewer may do `act` with it: addressed to their hospital, or decided by their board."""
    delivery = db.get(Delivery, delivery_id, with_for_update=lock)
    case = db.get(Case, delivery.case_id if delivery else uuid.UUID(int=0))  # the same steps for somebody else's and for none
    if delivery is None or case is None or not _relations(Act.POST_READ, delivery, case):
        raise NotFound()
    allowed = _relations(act, delivery, case)
    if not allowed:
        raise NotAllowed()
    audit.record(db, viewer(), act, now=now(), case=case, relation=allowed[0], object_type="letter", object_id=delivery.id)
    return delivery


def _relations(act: Act, delivery: Delivery, case: Case) -> list[Relation]:
    return viewer().relations(act, hospital_id=delivery.hospital_id, board_id=case.board_id)


@blueprint.get("/deliveries/<uuid:delivery_id>/letter")
@may(Act.LETTER_READ)
def letter(delivery_id: uuid.UUID) -> ResponseReturnValue:
    with transaction() as db:
        delivery = letter_for(db, Act.LETTER_READ, delivery_id)
        body = deliveries.letter_of(db, delivery)
        if not body and delivery.letter_sha256:
            raise PortalError(
                N_("Onze kopie is na de bewaartermijn verwijderd. De ontvanger heeft de brief in het eigen dossier.")
            )
        if not body:
            raise PortalError(N_("De brief wordt nog gemaakt. Probeer het over een paar seconden opnieuw."))
    return as_file(body, "application/pdf", f"mdo-brief-{delivery_id}", download=request.args.get("download") == "1")


@blueprint.post("/deliveries/<uuid:delivery_id>/<any(resend, paper, printed, confirm):what>")
@may(Act.POST_CONFIRM)
def act_on(delivery_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """Send again, put it on paper instead, say that it was printed and sent, or say that it arrived."""
    with transaction() as db:
        delivery = letter_for(db, Act.POST_RESEND if what in ("resend", "paper") else Act.POST_CONFIRM, delivery_id, lock=True)
        _ACTS[what](db, delivery)
        stays = _stays(db, delivery) if what in ("resend", "paper") else ""
    sentences = {
        "resend": gettext("De brief gaat nu opnieuw weg, onder hetzelfde nummer."),
        REPLACED: gettext(
            "De brief gaat niet opnieuw weg: de brief die deze vervangt is al bij de ontvanger, of kan er zijn. Kijk wat er bij die brief "
            "nog te doen is."
        ),
        OTHER_PATIENT: gettext(receipts.reason(OTHER_PATIENT)),
        "paper": gettext(
            "De brief gaat niet meer via de koppeling. Druk hem af en verstuur hem; meld daarna dat hij verstuurd is."
        ),
        "printed": gettext("Genoteerd: de brief is afgedrukt en verstuurd."),
        "confirm": gettext("Genoteerd: de brief is ontvangen. Vergist? Bij Alle brieven neemt u dat terug."),
    }
    flash(sentences[stays or what])
    wanted = request.form.get("next", "")
    return redirect(own_path(wanted) or url_for("post.page"))


def _stays(db: Session, delivery: Delivery) -> str:
    """Why it does not go, whatever was asked: the code that it has once it had its turn. What replaces a letter keeps nobody from carrying
    the print of it."""
    names_another = withholding.stays(db, delivery)
    is_carried = delivery.channel == Channel.PAPER and delivery.letter_sha256 and not names_another
    if not is_carried and replacing.is_overtaken(db, delivery):
        return REPLACED
    return OTHER_PATIENT if names_another else ""


@blueprint.post("/post/resend")
@may(Act.POST_RESEND)
def resend_all() -> ResponseReturnValue:
    """All that one hospital's system refused, now that it works again: each as if it was sent again by itself, with its own audit line."""
    asked = request.form.get("hospital", "")
    with transaction() as db:
        groups = post.refusing(db, viewer())
        letters = sorted(next((one.letters for one in groups if str(one.hospital_id) == asked), []))
        # in one order: two may push the same button
        locked = [letter_for(db, Act.POST_RESEND, one, lock=True) for one in letters]
        stuck = [delivery for delivery in locked if delivery.state in STUCK]
        for delivery in stuck:
            handing_over.send_again(db, delivery, now=now())
        overtaken = sum(replacing.is_overtaken(db, delivery) for delivery in stuck)
    if not stuck:
        raise PortalError(N_("Hier wacht niets meer om opnieuw te versturen. Er is niets veranderd."))
    _say_again(len(stuck) - overtaken, overtaken)
    return redirect(url_for("post.page"), 303)


def _say_again(going: int, overtaken: int) -> None:
    if going:
        flash(
            ngettext(
                "%(num)d brief gaat nu opnieuw weg.", "%(num)d brieven gaan nu opnieuw weg, elk onder hetzelfde nummer.", going
            )
        )
    if overtaken:
        flash(
            ngettext(
                "%(num)d brief gaat niet opnieuw weg: de brief die hem vervangt is al bij de ontvanger, of kan er zijn.",
                "%(num)d brieven gaan niet opnieuw weg: wat ze vervangt is al bij de ontvanger, of kan er zijn.",
                overtaken,
            )
        )


_ACTS: dict[str, Callable[[Session, Delivery], None]] = {
    "resend": lambda db, delivery: handing_over.send_again(db, delivery, now=now()),
    "paper": lambda db, delivery: handing_over.put_on_paper(db, delivery, now=now()),
    "printed": lambda db, delivery: handing_over.printed(db, delivery, now=now()),
    "confirm": lambda db, delivery: handing_over.confirm_by_hand(db, delivery, viewer=viewer(), now=now()),
}
