"""Mensen: who is what for a hospital and on a board; adding people, giving and ending roles."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal.domain import granting
from mdo_portal.domain.granting import Place
from mdo_portal.domain.identifiers import typed_number
from mdo_portal.domain.policy import Act
from mdo_portal.errors import Incomplete, NotFound, Stale
from mdo_portal.services.access_log import audit
from mdo_portal.services.people.people_rows import PlaceRow, vacant
from mdo_portal.services.rights import colleagues, credentials, memberships, roles
from mdo_portal.services.rights.colleagues import NewPerson
from mdo_portal.web import as_read
from mdo_portal.web.context import now, settings, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.role_words import WORDS, asked_id, asked_role, asked_term, place_of

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.get("")
@may(Act.PEOPLE_READ)
def page() -> ResponseReturnValue:
    """The first place this viewer may see; the others stand beside it."""
    with transaction() as db:
        places = memberships.places(db, viewer(), Act.PEOPLE_READ)
    if not places:
        raise NotFound()
    first = next((one for one in places if one.place.is_board or one.place.id == viewer().hospital_id), places[0])
    return redirect(url_for("people.at", kind="board" if first.place.is_board else "hospital", place_id=first.place.id))


@blueprint.get("/<any(board, hospital):kind>/<uuid:place_id>")
@may(Act.PEOPLE_READ)
def at(kind: str, place_id: uuid.UUID) -> str:
    return _list(place_of(kind, place_id))


def _list(place: Place, **shown: Any) -> str:
    """The people of one place, with the form for somebody more."""
    with transaction() as db:
        here = memberships.place_for(db, viewer(), Act.PEOPLE_READ, place)
        found = memberships.at_place(db, place, now=now())
        audit.record(db, viewer(), Act.PEOPLE_READ, now=now(), object_type="people", object_id=place.id)
        listed = {
            "viewer": viewer(),
            "here": here,
            "people": found,
            "vacant": [granting.NOBODY_IS[role] for role in vacant(place, found)],
            "places": memberships.places(db, viewer(), Act.PEOPLE_READ),
            "hospitals": memberships.hospitals_in(db, place.id) if place.is_board else [],
            "choices": granting.roles_to_give(viewer(), place, has_chair=roles.has_chair(db, place, now=now())),
        }
    return render_template("people/list.html", **WORDS, **listed, **({"form": {}, "errors": {}, "known": None} | shown))


@blueprint.post("/<any(board, hospital):kind>/<uuid:place_id>/add")
@may(Act.PEOPLE_MANAGE)
def add(kind: str, place_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody by address: a colleague who exists is offered first, nobody is made twice."""
    place = place_of(kind, place_id)
    new = _new_person()
    try:
        with transaction() as db:
            memberships.place_for(db, viewer(), Act.PEOPLE_MANAGE, place)
            known = colleagues.known(db, viewer(), place, new.email)
            made = known or colleagues.add_person(db, viewer(), place, new, asked_role(), asked_term(), now=now())
    except Incomplete as error:
        return _list(place, form=request.form, errors=error.fields), error.status
    if known:
        return _list(place, form=request.form, known=known)
    flash(gettext("%(name)s is toegevoegd. Stuur nu de uitnodiging.", name=made.name), "success")
    return redirect(url_for("people.person", person_id=made.id))


def _new_person() -> NewPerson:
    typed = {name: request.form.get(name, "").strip() for name in ("name", "email", "discipline")}
    return NewPerson(typed["name"], typed_number(typed["email"]).casefold(), typed["discipline"], asked_id("hospital_id"))


@blueprint.post("/<any(board, hospital):kind>/<uuid:place_id>/roles")
@may(Act.PEOPLE_MANAGE)
def give(kind: str, place_id: uuid.UUID) -> ResponseReturnValue:
    place = place_of(kind, place_id)
    person_id = asked_id("person_id")
    with transaction() as db:
        memberships.place_for(db, viewer(), Act.PEOPLE_MANAGE, place)
        if person_id is None or not colleagues.is_known(db, viewer(), place, person_id):
            raise NotFound()
        roles.give(db, viewer(), place, person_id, asked_role(), asked_term(), now=now())
    flash(gettext("De rol is gegeven en geldt vanaf de begindatum."), "success")
    return redirect(url_for("people.person", person_id=person_id))


@blueprint.get("/<uuid:person_id>")
@may(Act.PEOPLE_READ)
def person(person_id: uuid.UUID) -> str:
    return _person(person_id)


def _person(
    person_id: uuid.UUID,
    *,
    invitation: str = "",
    is_repeated: bool = False,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    is_stale: bool = False,
) -> str:
    with transaction() as db:
        found = memberships.person_for(db, viewer(), Act.PEOPLE_READ, person_id, now=now())
        audit.record(db, viewer(), Act.PEOPLE_READ, now=now(), object_type="person", object_id=person_id)
        manages = memberships.places(db, viewer(), Act.PEOPLE_MANAGE) if person_id != viewer().person_id else []
        choices = [(one, granting.roles_to_give(viewer(), one.place, has_chair=_chaired(db, one))) for one in manages]
        shown: dict[str, Any] = {
            "may_whole": colleagues.may_whole_person(db, viewer(), person_id, now=now()),
            "may_invite": colleagues.may_invite(db, viewer(), person_id, now=now()),
        }
        newest = shown["newest"] = credentials.newest_invitation(db, person_id)
        shown["newest_stands"] = newest is not None and credentials.stands(db, newest, now=now())
    shown |= {"person": found, "choices": choices, "is_self": person_id == viewer().person_id, "invitation": invitation}
    shown |= {"is_repeated": is_repeated, "now": now(), "form": form or {}, "errors": errors or {}}
    seen = as_read.mark({field: getattr(found.row, field) for field in colleagues.CORRECTED})
    shown |= {"seen": request.form.get("seen", seen) if errors else seen, "is_stale": is_stale}
    return render_template(
        "people/person.html", **WORDS, **shown, viewer=viewer(), manages=lambda place: place.may(viewer(), Act.PEOPLE_MANAGE)
    )


def _chaired(db: Session, one: PlaceRow) -> bool:
    return roles.has_chair(db, one.place, now=now())


@blueprint.post("/roles/<any(board, hospital):kind>/<uuid:membership_id>/<any(end, term):what>")
@may(Act.PEOPLE_MANAGE)
def change(kind: str, membership_id: uuid.UUID, what: str) -> ResponseReturnValue:
    """End a role, or give it other days."""
    with transaction() as db:
        row, place = roles.row_for(db, viewer(), membership_id, is_board=kind == "board")
        if what == "end":
            roles.end(db, viewer(), row, place, now=now())
        else:
            roles.set_term(db, viewer(), row, place, asked_term(), now=now())
    flash(
        gettext("De rol is beëindigd; de toegang is meteen dicht.") if what == "end" else gettext("De datums zijn bewaard."),
        "success",
    )
    return redirect(url_for("people.person", person_id=row.person_id))


@blueprint.post("/<uuid:person_id>/correct")
@may(Act.PEOPLE_MANAGE)
def correct(person_id: uuid.UUID) -> ResponseReturnValue:
    """Another name, address or specialism; what was typed stays when something is wrong."""
    try:
        with transaction() as db:
            memberships.person_for(db, viewer(), Act.PEOPLE_MANAGE, person_id, now=now())
            as_read.check(colleagues.particulars(db, person_id))
            invitation_ended = colleagues.correct(db, viewer(), person_id, _new_person(), now=now())
    except Incomplete as error:
        return _person(person_id, form=request.form, errors=error.fields), error.status
    except Stale as error:
        return _person(person_id, form=request.form, is_stale=True), error.status
    flash(gettext("De gegevens zijn bewaard. Wat al getekend is houdt de naam van toen."), "success")
    if invitation_ended:
        flash(
            gettext("De uitnodiging die nog openstond werkt niet meer: zij kan bij het vorige adres liggen. Maak een nieuwe."),
            "warning",
        )
    return redirect(url_for("people.person", person_id=person_id))


@blueprint.post("/<uuid:person_id>/<any(disable, enable):what>")
@may(Act.PEOPLE_MANAGE)
def block(person_id: uuid.UUID, what: str) -> ResponseReturnValue:
    with transaction() as db:
        memberships.person_for(db, viewer(), Act.PEOPLE_MANAGE, person_id, now=now())
        act = colleagues.disable if what == "disable" else colleagues.enable
        act(db, viewer(), person_id, now=now())
    sentence = (
        gettext("Geblokkeerd en overal afgemeld.") if what == "disable" else gettext("Deze persoon kan zich weer aanmelden.")
    )
    flash(sentence, "success")
    return redirect(url_for("people.person", person_id=person_id))


@blueprint.post("/<uuid:person_id>/invite")
@may(Act.PEOPLE_MANAGE)
def invite(person_id: uuid.UUID) -> str:
    """A link with which this person makes the account: shown once, on the answer itself, and nowhere kept readable.

    A new one ends the one before. So the page that is loaded anew, or that is older than the newest link, makes none.
    """
    with transaction() as db:
        memberships.person_for(db, viewer(), Act.PEOPLE_MANAGE, person_id, now=now())
        colleagues.check_invitation(db, viewer(), person_id, now=now())
        token = "" if _knows_less(db, person_id) else _token(db, person_id)
    if not token:
        return _person(person_id, is_repeated=True)
    return _person(person_id, invitation=settings().public_url.rstrip("/") + url_for("invitations.arrive", token=token))


def _token(db: Session, person_id: uuid.UUID) -> str:
    token = credentials.invite(db, person_id, made_by=viewer().person_id, now=now())
    audit.record(db, viewer(), Act.PEOPLE_MANAGE, now=now(), object_type="person", object_id=person_id, detail="invited")
    return token


def _knows_less(db: Session, person_id: uuid.UUID) -> bool:
    """Whether a link was made since the page with the button was drawn; two that are asked at once wait for each other."""
    roles.locked(db, person_id)
    newest = credentials.newest_invitation(db, person_id)
    return request.form.get("after", "") != (str(newest.id) if newest else "")
