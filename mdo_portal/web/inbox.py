"""Links and their inbox: for the link manager of a hospital, and the administrator."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, NotFound, PortalError
from mdo_portal.exchange import Reader, Wire
from mdo_portal.services.access_log import audit
from mdo_portal.services.inbox import inbox, inbox_rows, replaying, who_answers
from mdo_portal.services.inbox.inbox_rows import WAITING, Asked
from mdo_portal.services.links import listening
from mdo_portal.services.oversight import link_cards
from mdo_portal.services.patients import conflict_rows
from mdo_portal.web import inbox_asked, link_words
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.wire_lines import readable

blueprint = Blueprint("inbox", __name__)
LEAST_REASON = 10
NO_REASON = N_("Schrijf in een zin waarom u de inhoud nodig hebt. Er is niets getoond.")


@blueprint.get("/links")
@may(Act.LINK_READ)
def links() -> str:
    return render_template("inbox/links.html", **_links(), may_add=viewer().may(Act.HOSPITAL_ADD))


@blueprint.get("/links/now")
@may(Act.LINK_READ)
def links_piece() -> str:
    """How they run by now, for a page that is open."""
    return render_template("inbox/_links.html", is_piece=True, **_links())


def _links() -> dict[str, object]:
    with transaction() as db:
        cards = link_cards.link_cards(db, viewer(), now=now())
        counts = inbox.counts(db, viewer())
        questions = conflict_rows.waiting(db, viewer(), now=now())
        waits = who_answers.waits(db, viewer(), now=now())
        is_deaf = listening.missed(db, viewer())
    return {
        "is_deaf": is_deaf,
        "waits": waits,
        "viewer": viewer(),
        "cards": cards,
        "moment": now(),
        "counts": counts,
        "questions": questions,
        "titles": link_words.profiles().titles,
    }


@blueprint.get("/inbox")
@may(Act.INBOX_READ)
def page() -> str:
    return render_template("inbox/page.html", **_rows())


@blueprint.get("/inbox/rows")
@may(Act.INBOX_READ)
def rows() -> str:
    return render_template("inbox/_rows.html", is_piece=True, **_rows())


@blueprint.post("/inbox/find")
@may(Act.INBOX_READ)
def find() -> str:
    """Every message of one number, however old; posted, so that what was typed stands in no address and no log."""
    return render_template("inbox/page.html", **_rows())


def _back(asked: Asked) -> ResponseReturnValue:
    """To the same choice of rows: who chose a hospital or a reason goes on with it."""
    return redirect(url_for("inbox.page", **inbox_asked.kept(asked)), 303)


def _rows() -> dict[str, object]:
    asked = inbox_asked.asked()
    with transaction() as db:
        asked_for = inbox.rows(db, viewer(), asked=asked, limit=inbox_rows.MOST_ROWS)
        found = inbox.with_names(db, viewer(), asked_for[: inbox_rows.MOST_ROWS], now=now())
        named = sum(1 for row in found if row.who)
        audit.record(db, viewer(), Act.INBOX_READ, now=now(), object_type="inbox", hits=named)
        shown = {
            "counts": inbox.counts(db, viewer(), hospital_id=asked.hospital_id),
            "reasons": inbox.reasons(db, viewer(), hospital_id=asked.hospital_id),
            "alarms": inbox.alarms(db, viewer(), now=now(), hospital_id=asked.hospital_id),
            "questions": conflict_rows.waiting(db, viewer(), now=now()),
            "asks": who_answers.questions_of(db, viewer(), [row.id for row in found if row.shown == WAITING]),
            "waits": who_answers.waits(db, viewer(), now=now(), hospital_id=asked.hospital_id),
            "feed": inbox.feed_days(db, viewer(), now=now(), hospital_id=asked.hospital_id),
            "houses": link_cards.hospitals_of(db, viewer()),
        }
    may = {"raw": viewer().may(Act.INBOX_RAW), "answer": viewer().may_for_own_hospital(Act.IDENTITY_READ)}
    older = found[-1].id if len(asked_for) > len(found) else None
    return {
        "rows": found,
        "older": older,
        "may": may,
        "viewer": viewer(),
        "asked": asked,
        "until": inbox_asked.minute_of(asked),
        "state": asked.state,
        "moment": now(),
        "most_counted": inbox_rows.MOST_COUNTED,
        **shown,
    }


def numbers(wire: Wire, raw: bytes, profile: str) -> tuple[tuple[str, str], ...]:
    readers: dict[Wire, Reader] = current_app.extensions["mdo_readers"]
    return readers[wire].numbers(raw, profile) if wire in readers else ()


@blueprint.post("/inbox/<uuid:message_id>/<any(replay, ignore):what>")
@may(Act.INBOX_REPLAY)
def act_on(message_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        message = inbox.message_for(db, viewer(), Act.INBOX_REPLAY, message_id)
        if what == "replay":
            found = replaying.replay(db, message, now=now())
            replaying.number_anew(db, found, numbers)
        else:
            found = [message.id]
            replaying.ignore(db, message, now=now())
        log_each(db, found, what)
    flash(gettext("Het bericht wordt opnieuw gelezen.") if what == "replay" else gettext("Het bericht is terzijde gelegd."))
    return _back(inbox_asked.asked())


def log_each(db: Session, found: Sequence[uuid.UUID], detail: str) -> None:
    for message_id in found:
        audit.record(db, viewer(), Act.INBOX_REPLAY, now=now(), object_type="message", object_id=message_id, detail=detail)


@blueprint.post("/inbox/<any(replay, ignore):what>")
@may(Act.INBOX_REPLAY)
def act_on_reason(what: str) -> ResponseReturnValue:
    """All that could not be read for one reason, once more or put aside; each has its own line in the log."""
    asked = inbox_asked.asked()
    if not asked.reason:
        raise PortalError(N_("Kies om welke reden. Er is niets veranderd."))
    with transaction() as db:
        chosen = (asked.reason, asked.hospital_id)
        if what == "replay":
            kind = request.form.get("kind", "").strip().upper()  # as it came: one that cannot be named is no reason to read all
            found = replaying.replay_all(db, viewer(), Act.INBOX_REPLAY, *chosen, kind, now=now())
            replaying.number_anew(db, found, numbers)
        else:
            found = replaying.ignore_all(db, viewer(), Act.INBOX_REPLAY, *chosen, now=now())
        log_each(db, found, f"{'ignore ' if what == 'ignore' else ''}all {asked.reason}")
    if what == "replay":
        flash(ngettext("%(num)d bericht wordt opnieuw gelezen.", "%(num)d berichten worden opnieuw gelezen.", len(found)))
    else:
        flash(ngettext("%(num)d bericht is terzijde gelegd.", "%(num)d berichten zijn terzijde gelegd.", len(found)))
    return _back(Asked(InboundState.UNREADABLE, hospital_id=asked.hospital_id))


@blueprint.post("/inbox/<uuid:message_id>/raw")
@may(Act.INBOX_RAW)
def raw(message_id: uuid.UUID) -> str:
    """The message as it came, for whoever says why; posted, so that no link or history opens it again."""
    reason = " ".join(request.form.get("reason", "").split())
    with transaction() as db:
        message = inbox.message_for(db, viewer(), Act.INBOX_RAW, message_id)
        if len(reason) < LEAST_REASON:
            raise PortalError(NO_REASON)
        audit.record(
            db, viewer(), Act.INBOX_RAW, now=now(), object_type="message", object_id=message_id, categories=["case"], detail=reason[:200]
        )  # fmt: skip
        body, row = inbox.raw_of(db, message), inbox.row_of(db, viewer(), message_id)
    if row is None:
        raise NotFound()
    lines, cut = readable(body)
    return render_template("inbox/raw.html", row=row, lines=lines, cut=cut, is_gone=not body)
