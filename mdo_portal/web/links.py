"""One hospital's link: how it runs, what the vendor must fill in, its settings and who changed them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Set
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal import wiring_profiles
from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.link import Link
from mdo_portal.domain.policy import Act
from mdo_portal.errors import Incomplete, NotFound
from mdo_portal.exchange import Wire
from mdo_portal.services.access_log import audit
from mdo_portal.services.inbox import offering, who_answers
from mdo_portal.services.links import lines, link_claims, link_form, link_history, links, listening, particulars, refused_calls
from mdo_portal.services.meetings import boards
from mdo_portal.services.oversight import launches, link_status
from mdo_portal.services.referrals import participation
from mdo_portal.settings import NOWHERE, host_port, is_loopback
from mdo_portal.web import confirming, link_words, links_seen
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.links_proof import confirmed, who_again

blueprint = Blueprint("links", __name__, url_prefix="/links")
LINES = link_form.LINE_WIRES
#: levels that no profile says
BY_HAND = (Level.DOCUMENT, Level.PULL)


@blueprint.get("/new")
@may(Act.HOSPITAL_ADD)
def new() -> str:
    return _new({}, {}, set())


def _new(form: dict[str, str], errors: dict[str, str], chosen: Set[uuid.UUID]) -> str:
    with transaction() as db:
        every = boards.names(db) if viewer().may(Act.BOARD_MANAGE) else []
    return render_template("links/new.html", form=form, errors=errors, boards=every, chosen=chosen)


def chosen_boards() -> frozenset[uuid.UUID]:
    """The boards that are ticked on the form; what is no id is no board."""
    said = request.form.getlist("board")
    return frozenset(uuid.UUID(one) for one in said if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one))


@blueprint.post("/new")
@may(Act.HOSPITAL_ADD)
def add() -> ResponseReturnValue:
    """A hospital at level 0; then on to its page, which says what it can do already and what the next step takes."""
    try:
        with transaction() as db:
            hospital = links.add_hospital(db, request.form, viewer=viewer(), now=now())
            log(db, Act.HOSPITAL_ADD, hospital.id, "added")
            if viewer().may(Act.BOARD_MANAGE):
                participation.choose(db, viewer(), hospital.id, chosen_boards(), now=now())
            hospital_id = hospital.id
    except Incomplete as missing:
        return _new(request.form.to_dict(), missing.fields, chosen_boards()), 422
    flash(
        gettext(
            "Het ziekenhuis is toegevoegd. Nodig mensen uit voor het webformulier, of maak de koppeling; de volgorde is vrij."
        ),
        "success",
    )
    return redirect(url_for("links.page", hospital_id=hospital_id), 303)


def log(db: Session, act: Act, hospital_id: uuid.UUID, detail: str = "", object_type: str = "link") -> None:
    """The line in the access log: which hospital's link, never what stood in a message."""
    audit.record(db, viewer(), act, now=now(), object_type=object_type, object_id=hospital_id, detail=detail)


@blueprint.get("/<uuid:hospital_id>")
@may(Act.LINK_READ)
def page(hospital_id: uuid.UUID) -> str:
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_READ, hospital_id)
        shown = _running(db, hospital, link) | {
            "history": link_history.history(db, hospital.id),
            "differences": link_words.differences,
        }
    return render_template("links/page.html", **shown)


@blueprint.get("/<uuid:hospital_id>/now")
@may(Act.LINK_READ)
def piece(hospital_id: uuid.UUID) -> str:
    """How it runs by now, for a page that is open."""
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_READ, hospital_id)
        shown = _running(db, hospital, link)
    return render_template("links/_now.html", **shown)


def _running(db: Session, hospital: Hospital, link: Link | None) -> dict[str, Any]:
    wire = wire_of(link)
    status = link_status.status(db, hospital, link, now=now())
    return {
        "hospital": hospital,
        "link": link,
        "wire": wire.value if wire else "",
        "status": status,
        "steps": link_status.steps(link.level if link else link_status.LADDER[0], has_understood=status.has_understood),
        "told_before": told_before(db, hospital),
        "waits": who_answers.waits(db, viewer(), now=now(), hospital_id=hospital.id),
        "profiles": link_words.profiles(),
        "told": told(link),
        "is_shut": is_loopback(host_port(settings().mllp_bind)[0]),
        "launch": launches.of_link(db, link.id) if link else None,
        "line": lines.line_of(db, link.id, now=now()) if link else None,
        "called": lines.called(db, now=now()) if wire is Wire.HL7V2 else [],
        "is_alike": link is not None and link_claims.is_shared(db, link),
        "refused_calls": refused_calls.lately(db, wire, now=now()),
        "moment": now(),
        "is_deaf": wire is Wire.HL7V2 and not listening.is_anybody(db),
        "takes_part": bool(participation.boards_of(db, hospital.id)),
        "has_referrer": participation.has_referrer(db, hospital.id, now=now()),
        "may_invite": viewer().may(Act.PEOPLE_MANAGE, hospital_id=hospital.id),
        "reads_post": viewer().may_for_own_hospital_or_board(Act.POST_READ),
        "may_join": viewer().may(Act.BOARD_MANAGE),
        "goes_by_line": link is not None and link.channel_out in (Channel.MLLP, Channel.FHIR),
        "may_manage": viewer().may(Act.LINK_MANAGE, hospital_id=hospital.id),
        "viewer": viewer(),
    }


def told_before(db: Session, hospital: Hospital) -> int:
    """How many referrals were read before this link was mended, for whoever may have them read again."""
    may_read = viewer().may(Act.INBOX_REPLAY, hospital_id=hospital.id)
    return offering.told_before(db, hospital.id, now=now()) if may_read else 0


def wire_of(link: Link | None) -> Wire | None:
    """Over which line this hospital's messages come; None without one."""
    wire = wiring_profiles.known_profiles().wires.get(link.profile_in) if link else None
    return wire if wire in LINES else None


def told(link: Link | None) -> dict[str, str]:
    """What the vendor must fill in at the hospital's side."""
    host, port = urlsplit(settings().public_url).hostname or "", host_port(settings().mllp_bind)[1]
    fhir = f"{settings().public_url.rstrip('/')}/fhir"
    version = wiring_profiles.version_of(link.profile_in) if link and link.profile_in else ""
    with_tls = settings().mllp_tls_bind
    tls_port = "" if with_tls == NOWHERE else str(host_port(with_tls)[1])
    return {"host": host, "port": str(port), "tls_port": tls_port, "fhir": fhir, "version": version}


@blueprint.get("/<uuid:hospital_id>/settings")
@may(Act.LINK_MANAGE)
def edit(hospital_id: uuid.UUID) -> str:
    with transaction() as db:
        seen = links_seen.seen(db, hospital_id, *links_seen.SETTINGS)
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
        form = _as_form(hospital, link) | {"seen": seen}
    return _form(hospital_id, hospital.name, form, {})


def _form(
    hospital_id: uuid.UUID, name: str, form: dict[str, str], errors: dict[str, str], *, overtaken: str = "", again: str = ""
) -> str:
    known = link_words.profiles()
    # Of the profiles for paper only the one without a line reads something; those of a folder are about letters.
    reads = [
        one
        for one in known.of_wire(*LINES, Wire.PAPER)
        if known.wires[one[0]] in LINES or one[0] in ("paper", form.get("profile_in"))
    ]
    writes = known.of_wire(Wire.HL7V2, Wire.FHIR)
    present = form.get("channel_out", "")
    other_way = present if present not in link_form.LINE_CHANNELS else ""
    shown = {"form": form, "errors": errors, "reads": reads, "writes": writes, "other_way": link_words.way(other_way)}
    proof = confirming.ways(url_for("links.edit", hospital_id=hospital_id)) if again else None
    shown |= {"overtaken": overtaken, "again": again}
    return render_template("links/settings.html", hospital_id=hospital_id, name=name, proof=proof, **shown)


def _as_form(hospital: Hospital, link: Link | None) -> dict[str, str]:
    """The fields as people type them; a token never comes back."""
    form = {name: getattr(hospital, name) for name in (*particulars.SHORT_TEXTS, *particulars.NUMBERS)}
    if link is not None:
        form |= {
            name: str(getattr(link, name) or "") for name in ("profile_in", "profile_out", "charset_in", "host_out", "port_out")
        }
        form |= {
            "level": link.level.value if link.level in BY_HAND else "",
            "channel_out": link.channel_out.value,
            "url_out": link.url_out,
            "application_ack_out": "1" if link.application_ack_out else "",
        }
        form |= {name: "\n".join(getattr(link, name)) for name in ("sending_applications", "sending_facilities")}
    return form


@blueprint.post("/<uuid:hospital_id>/settings")
@may(Act.LINK_MANAGE)
def save(hospital_id: uuid.UUID) -> ResponseReturnValue:
    name = ""
    unsure = _again(hospital_id)
    try:
        with transaction() as db:
            hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id, lock=True)
            name = hospital.name
            if unsure:
                return _form(hospital_id, name, request.form.to_dict(), {}, again=gettext(unsure)), 422
            if overtaken := links_seen.overtaken(db, hospital_id, *links_seen.SETTINGS):
                again = request.form.to_dict() | {"seen": links_seen.seen(db, hospital_id, *links_seen.SETTINGS)}
                return _form(hospital_id, name, again, {}, overtaken=overtaken), 409
            known, elsewhere = wiring_profiles.known_profiles(), bool(link and link.otherwise)
            saved = links.save(
                db, hospital, link, request.form, profiles=known, viewer=viewer(), now=now(), loopback=settings().demo
            )  # fmt: skip
            lapsed = elsewhere and not saved.otherwise
            log(db, Act.LINK_MANAGE, hospital_id, "settings")
    except Incomplete as missing:
        return _form(hospital_id, name, request.form.to_dict(), missing.fields), 422
    flash(gettext("De koppeling is opgeslagen. Probeer nu een bericht: u ziet meteen hoe het wordt gelezen."), "success")
    if lapsed:
        flash(
            gettext(
                "Wat elders stond is vervallen: het hoorde bij het vorige profiel. Bij Wat elders staat, Vorige versies, staat het nog."
            ),
            "warning",
        )
    return redirect(url_for("links.page", hospital_id=hospital_id), 303)


def _again(hospital_id: uuid.UUID) -> str:
    """Who sends the letters of a hospital elsewhere has just proven who they are."""
    with transaction() as db:
        _, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
        said = link_form.settings_said(request.form, wiring_profiles.known_profiles(), link)
        if not link_form.sends_elsewhere(link, said):
            return ""
    return who_again()


@blueprint.post("/<uuid:hospital_id>/token")
@may(Act.LINK_MANAGE)
def token(hospital_id: uuid.UUID) -> str:
    """A new token, on this answer and nowhere else."""
    confirmed(hospital_id)
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
        if link is None:
            raise NotFound()
        made = links.new_token(db, hospital, link, viewer=viewer(), now=now())
        log(db, Act.LINK_MANAGE, hospital_id, "token")
        name, shown = hospital.name, told(link)
    return render_template("links/token.html", hospital_id=hospital_id, name=name, token=made, told=shown)


@blueprint.post("/<uuid:hospital_id>/token/withdraw")
@may(Act.LINK_MANAGE)
def withdraw_token(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """Nobody comes in by the fixed token any more: of a hospital whose system gets its own, or that stops."""
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id, lock=True)
        if link is None:
            raise NotFound()
        if links.withdraw_token(db, hospital, link, viewer=viewer(), now=now()):
            log(db, Act.LINK_MANAGE, hospital_id, "withdrew the token")
    flash(gettext("Het vaste token is ingetrokken: wat daarmee komt wordt geweigerd (401)."), "success")
    return redirect(url_for("links.page", hospital_id=hospital_id, _anchor="told"), 303)
