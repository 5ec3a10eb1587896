"""What a hospital puts elsewhere than its profile says: data that its link manager keeps, checked before it is kept."""

from __future__ import annotations

import re
import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal import wiring_profiles
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.link_fields import LABELS, PLACEABLE, PROFILE_PROBLEMS
from mdo_portal.domain.message_kinds import AS_PROFILE, MEANINGS, NO_KIND, NOTHING, OFFERED, kind_named
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, PortalError
from mdo_portal.exchange import Wire, WrongProfile, profile_of_link
from mdo_portal.services.inbox import unknown_kinds
from mdo_portal.services.links import link_history, links
from mdo_portal.web import links_seen
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.links import log, told_before, wire_of

blueprint = Blueprint("places", __name__, url_prefix="/links/<uuid:hospital_id>/places")
NO_LINE = N_(
    "Deze koppeling heeft nog geen profiel voor HL7 v2 of FHIR. Er is niets veranderd; kies er eerst een bij de instellingen."
)
NO_PLACE = N_(
    "„%(value)s” is geen plaats in een bericht. Er is niets veranderd; "
    "schrijf bijvoorbeeld PID-3-1 (HL7 v2) of Patient.identifier.value (FHIR)."
)
NO_KINDS = N_("Soorten berichten zijn er alleen bij HL7 v2. Er is niets veranderd.")
_CHOSEN = {**{name: name for name in OFFERED}, NOTHING: "", AS_PROFILE: None}
"""What a person chooses -> what the link says; None = what its profile says."""
WHICH_OF_SEVERAL = N_(
    "Van %(kind)s kunnen er meer in een bericht staan, en in het volgende in een andere volgorde. Er is niets veranderd; "
    "schrijf %(kind)s zonder nummer als er altijd één in staat."
)
_NUMBERED = re.compile(r"^(Patient|ServiceRequest|ReferralRequest)/\d+\.")
"""A resource by its place in one message: where it stands in the next one nobody knows, but it is the patient or what is asked."""
_ONE_OF_SEVERAL = re.compile(r"([A-Z][A-Za-z]{2,40})/\d+(?:#.*)?\..*")
_HL7_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9]{2}(?:\(\d+\))?(?:[-.]\d+(?:\(\d+\))?){1,3}")


@blueprint.get("")
@may(Act.LINK_MANAGE)
def page(hospital_id: uuid.UUID) -> str:
    return _page(hospital_id)


def _page(hospital_id: uuid.UUID, *, otherwise: str | None = None, error: str = "", seen: str = "", **one: str) -> str:
    """`one`: the field and the place that were asked for, and what is wrong with that place."""
    with transaction() as db:
        shown = seen or request.form.get("seen", "") or links_seen.seen(db, hospital_id, *links_seen.PLACES)
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
        history = link_history.history(db, hospital_id)
        unknown = unknown_kinds.unknown_kinds(db, hospital_id)
        before = told_before(db, hospital)
    wire = wire_of(link)
    looked = _looked(link) if link and wire else {}
    return render_template(
        "links/places.html", hospital=hospital, link=link, told_before=before, wire=wire.value if wire else "", labels=LABELS,
        choices=[(name, gettext(LABELS[name])) for name in PLACEABLE],
        looked=looked, otherwise=(link.otherwise if link else "") if otherwise is None else otherwise, error=error,
        kinds=_kinds(link) if link and wire is Wire.HL7V2 else {}, unknown=unknown, meanings=MEANINGS,
        offered=[(name, gettext(MEANINGS[name])) for name in OFFERED],
        **{"field": "", "place": "", "place_error": "", "kind": request.args.get("kind", "")[:60], "meaning": "",
           "kind_error": "", "meaning_error": "", **one},
        history=[one for one in history if one.what == "otherwise"], seen=shown,
    )  # fmt: skip


@blueprint.get("/keys")
@may(Act.LINK_MANAGE)
def keys(hospital_id: uuid.UUID) -> str:
    """Every key that this hospital may say otherwise: what docs/koppelprofielen.md says, for who cannot open the source."""
    with transaction() as db:
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id)
    wire = wire_of(link)
    if wire is None:
        raise PortalError(NO_LINE)
    return render_template(
        "links/keys.html", hospital=hospital, wire=wire.value, keys=wiring_profiles.own_keys(wire),
        places=wiring_profiles.written_places(wire),
    )  # fmt: skip


def _looked(link: Link) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Per field: where the profile looks, and where this link does; what cannot be read any more counts as the profile's."""
    own = profile_of_link(link.profile_in, link.otherwise)
    try:
        return {
            name: (wiring_profiles.places_of(link.profile_in, key), wiring_profiles.places_of(own, key))
            for name, key in PLACEABLE.items()
        }
    except WrongProfile:
        return {name: (wiring_profiles.places_of(link.profile_in, key),) * 2 for name, key in PLACEABLE.items()}


def _kinds(link: Link) -> dict[str, tuple[str, bool]]:
    """Per kind of message what it is here ("" = nothing), and whether the link says so itself; own words first."""
    base = wiring_profiles.kinds_of(link.profile_in)
    try:
        all_of_them = wiring_profiles.kinds_of(profile_of_link(link.profile_in, link.otherwise))
    except WrongProfile:
        all_of_them = base
    found = {kind: (meaning, meaning != base.get(kind, "")) for kind, meaning in all_of_them.items()}
    return dict(sorted(found.items(), key=lambda one: (not one[1][1], one[0])))


@blueprint.post("")
@may(Act.LINK_MANAGE)
def save(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """The whole of it, as text. Nothing is kept that the readers could not use."""
    text = request.form.get("otherwise", "")[: links.LONGEST_OTHERWISE]
    try:
        with transaction() as db:
            hospital, link = _with_line(db, hospital_id)
            overtaken = links_seen.overtaken(db, hospital_id, *links_seen.PLACES)
            seen = links_seen.seen(db, hospital_id, *links_seen.PLACES)
            wiring_profiles.check_otherwise(link.profile_in, text)
            if not overtaken:
                _keep(db, hospital, link, text)
    except WrongProfile as wrong:
        return _page(hospital_id, otherwise=text, error=sentence(wrong)), 422
    return (_page(hospital_id, otherwise=text, error=overtaken, seen=seen), 409) if overtaken else _done(hospital_id)


@blueprint.post("/one")
@may(Act.LINK_MANAGE)
def place_one(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """One field stands elsewhere; an empty place gives it back to the profile."""
    field, place = request.form.get("field", ""), as_path(request.form.get("place", "").strip())
    if field not in PLACEABLE:
        return _page(hospital_id, error=gettext("Kies een veld. Er is niets veranderd."), place=place), 422
    try:
        with transaction() as db:
            hospital, link = _with_line(db, hospital_id)
            text = wiring_profiles.placed_otherwise(link.profile_in, link.otherwise, PLACEABLE[field], place)
            _keep(db, hospital, link, text)
    except WrongProfile as wrong:
        if wrong.problem == "bad_place" and wrong.value == place:
            return _page(hospital_id, field=field, place=place, place_error=no_place(place)), 422
        return _page(hospital_id, error=sentence(wrong), field=field, place=place), 422
    return _done(hospital_id)


@blueprint.post("/kind")
@may(Act.LINK_MANAGE)
def say_kind(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """What a kind of message is at this hospital."""
    asked, meaning = request.form.get("kind", "").strip()[:60], request.form.get("meaning", "")
    kind = kind_named(asked)
    if not kind:
        return _page(hospital_id, kind=asked, meaning=meaning, kind_error=gettext(NO_KIND, value=asked)), 422
    if meaning not in _CHOSEN:
        return _page(hospital_id, kind=kind, meaning_error=gettext("Kies wat het is. Er is niets veranderd.")), 422
    try:
        with transaction() as db:
            hospital, link = _with_line(db, hospital_id)
            if wire_of(link) is not Wire.HL7V2:
                raise PortalError(NO_KINDS)
            text = wiring_profiles.kind_otherwise(link.profile_in, link.otherwise, kind, _CHOSEN[meaning])
            _keep(db, hospital, link, text)
            waits = any(one.kind == kind for one in unknown_kinds.unknown_kinds(db, hospital_id))
    except WrongProfile as wrong:
        at = "meaning_error" if wrong.problem == "never_a_case" else "error"
        return _page(hospital_id, **{at: sentence(wrong)}, kind=kind, meaning=meaning), 422
    if not waits:
        return _done(hospital_id, "kind")
    flash(gettext("Opgeslagen. Nieuwe berichten worden zo gelezen; laat die van deze soort hier opnieuw lezen."), "success")
    return redirect(url_for("places.page", hospital_id=hospital_id, _anchor="unknown"), 303)


def as_path(place: str) -> str:
    """`pid.3.1`, as vendors write it, is PID-3-1; `Patient/0.birthDate`, as our own pages say where it stood, is Patient.birthDate."""
    return place.upper().replace(".", "-") if _HL7_PLACE.fullmatch(place) else _NUMBERED.sub(r"\1.", place)


def _with_line(db: Session, hospital_id: uuid.UUID) -> tuple[Hospital, Link]:
    """Locked: two people may place two fields of one text at once."""
    hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id, lock=True)
    if link is None or wire_of(link) is None:
        raise PortalError(NO_LINE)
    return hospital, link


def _keep(db: Session, hospital: Hospital, link: Link, text: str) -> None:
    if links.save_otherwise(db, hospital, link, text, viewer=viewer(), now=now()):
        log(db, Act.LINK_MANAGE, hospital.id, "places")


def no_place(typed: str) -> str:
    """Why what somebody typed for a place is none."""
    several = _ONE_OF_SEVERAL.fullmatch(typed)
    return str(gettext(WHICH_OF_SEVERAL, kind=several[1]) if several else gettext(NO_PLACE, value=typed))


def sentence(wrong: WrongProfile) -> str:
    """What is wrong with a place or a key, in the reader's language."""
    words = {"key": wrong.key, "value": wrong.value, "known": ", ".join(wrong.known[:20])}
    return str(gettext(PROFILE_PROBLEMS.get(wrong.problem, PROFILE_PROBLEMS["no_toml"]), **words))


def _done(hospital_id: uuid.UUID, anchor: str | None = None) -> ResponseReturnValue:
    flash(
        gettext("Opgeslagen. Nieuwe berichten worden zo gelezen; laat oude opnieuw lezen bij de binnengekomen berichten."),
        "success",
    )
    return redirect(url_for("places.page", hospital_id=hospital_id, _anchor=anchor), 303)
