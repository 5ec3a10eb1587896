"""What a message that was tried showed becomes the link's own: its profile, its sender, and where it puts things."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from operator import itemgetter

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from mdo_portal import wiring_profiles
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.domain.link_fields import LABELS, PLACEABLE, URGENCIES
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_, Incomplete
from mdo_portal.exchange import Section, WrongProfile
from mdo_portal.services.dossier import routing
from mdo_portal.services.links import links
from mdo_portal.services.meetings import boards
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.links import log, wire_of
from mdo_portal.web.links_places import as_path, no_place, sentence
from mdo_portal.web.links_proof import own
from mdo_portal.web.links_try import held_on_to, shown

blueprint = Blueprint("taking", __name__, url_prefix="/links/<uuid:hospital_id>/try")
NOTHING_CHOSEN = N_("Kies wat iets is, of waar het staat. Er is niets veranderd.")
NO_URGENCY = N_("Kies wat dit woord betekent. Er is niets veranderd.")
MOST_LETTERS = 120
NO_BOARD = N_("Kies welk MDO bedoeld is. Er is niets veranderd.")
TWICE = N_("U koos twee plaatsen voor „%(field)s”. Er is niets veranderd; kies er één.")
OTHER_PROFILE = N_("Dit bericht is met een ander profiel gelezen dan deze koppeling heeft. Er is niets veranderd.")


def _read_by(db: Session, hospital_id: uuid.UUID) -> tuple[Hospital, Link]:
    """The link that the message was read by as it is. Raises Incomplete when that was another profile, or the link has none yet."""
    hospital, link = own(db, hospital_id, lock=True)
    if request.form.get("profile") not in ("", None, link.profile_in) or wire_of(link) is None:
        raise Incomplete({}, OTHER_PROFILE)
    return hospital, link


@blueprint.post("/adopt")
@may(Act.LINK_MANAGE)
def adopt(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """The profile it was read with, and the name in it, are this hospital's from now on; both or neither."""
    profile, application, facility = (request.form.get(name, "").strip() for name in ("profile", "application", "facility"))
    known = wiring_profiles.known_profiles()
    try:
        with transaction() as db:
            hospital, link = own(db, hospital_id, lock=True)
            lapses = bool(link.otherwise) and profile not in ("", link.profile_in)
            if profile:
                links.take_profile(db, hospital, link, profile, profiles=known, viewer=viewer(), now=now())
            if application or not profile:
                links.add_sender(db, hospital, link, application, facility, viewer=viewer(), now=now())
            log(db, Act.LINK_MANAGE, hospital_id, "adopted" if profile else "sender")
    except Incomplete as refused:
        flash(gettext(refused.sentence), "error")
    else:
        flash(_adopted(profile, application, lapses=lapses), "success")
    return _read_again(hospital_id)


def _adopted(profile: str, application: str, *, lapses: bool) -> str:
    said = [
        gettext("De koppeling leest voortaan met dit profiel.") if profile else "",
        gettext("Deze afzender is toegevoegd: berichten onder deze naam worden nu aangenomen.") if application else "",
        gettext("Wat elders stond hoorde bij het vorige profiel en is vervallen.") if lapses else "",
    ]
    return " ".join(filter(None, said))


@blueprint.post("/places")
@may(Act.LINK_MANAGE)
def places(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """What was left over is what somebody chose for it, and what stood elsewhere stands where they typed; all of it or nothing."""
    return _learnt(hospital_id, lambda db, hospital, link: _placed(link, *_chosen()))


@blueprint.post("/board")
@may(Act.BOARD_MANAGE)
def board(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """The word by which the message names its board is a name of the board that was chosen, from now on and for everybody."""
    chosen = request.form.get("board", "")
    try:
        with transaction() as db:
            hospital, _ = links.hospital_for(db, viewer(), Act.LINK_TRY, hospital_id)
            own = {str(one.id): one for one in routing.boards_of(db, hospital)}
            if chosen not in own:
                raise Incomplete({}, NO_BOARD)
            name = boards.call_too(db, viewer(), own[chosen].id, request.form.get("word", ""), now=now()).name
    except Incomplete as refused:
        flash(gettext(refused.sentence) % refused.params, "error")
    else:
        flash(gettext("Opgeslagen: met dit woord wordt voortaan het MDO %(board)s bedoeld.", board=name), "success")
    return _read_again(hospital_id)


@blueprint.post("/own-board")
@may(Act.LINK_MANAGE)
def own_board(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """The word by which this hospital's messages name a board means that board, in its messages and nobody else's."""
    return _learnt(hospital_id, _board_said)


def _board_said(db: Session, hospital: Hospital, link: Link) -> str:
    word, chosen = " ".join(request.form.get("word", "").split()), request.form.get("board", "")
    mine = {str(one.id): one for one in routing.boards_of(db, hospital)}
    if not word or chosen not in mine:
        raise Incomplete({}, NO_BOARD)
    if len(word) > boards.MOST_LETTERS or not word.isprintable():  # a sentence is another one in the next message
        raise Incomplete({}, boards.NO_NAME)
    others = routing.called_elsewhere(db, word, but={one.id for one in mine.values()})
    named = others[0] if others else routing.one_called([*mine.values()], word)  # of two own ones somebody may say which
    if named and named.id != mine[chosen].id:
        raise Incomplete({}, boards.NAMES_ANOTHER, board=named.name)
    return wiring_profiles.board_otherwise(link.profile_in, link.otherwise, word, mine[chosen].code)


@blueprint.post("/urgency")
@may(Act.LINK_MANAGE)
def urgency(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """What this hospital means by its own word for how urgent something is."""
    return _learnt(hospital_id, _urgency_said)


def _urgency_said(db: Session, hospital: Hospital, link: Link) -> str:
    word, means = request.form.get("word", "").strip()[:MOST_LETTERS], request.form.get("means", "")
    if not word or means not in URGENCIES:
        raise Incomplete({}, NO_URGENCY)
    return wiring_profiles.urgency_otherwise(link.profile_in, link.otherwise, word, means)


def _learnt(hospital_id: uuid.UUID, say: Callable[[Session, Hospital, Link], str]) -> ResponseReturnValue:
    """The link says from now on what `say` makes of what it said, or nothing changes and the page says why."""
    try:
        with transaction() as db:
            hospital, link = _read_by(db, hospital_id)
            if links.save_otherwise(db, hospital, link, say(db, hospital, link), viewer=viewer(), now=now()):
                log(db, Act.LINK_MANAGE, hospital_id, "places")
    except WrongProfile as wrong:
        flash(no_place(wrong.value) if wrong.problem == "bad_place" else sentence(wrong), "error")
    except Incomplete as refused:
        flash(gettext(refused.sentence) % refused.params, "error")
    else:
        flash(gettext("Opgeslagen. Nieuwe berichten worden zo gelezen; hieronder ziet u dit bericht opnieuw."), "success")
    return _read_again(hospital_id)


def _chosen() -> tuple[dict[str, str], dict[str, str]]:
    """(field -> the one place that was chosen or typed for it, code or name of a value -> its column). Raises Incomplete."""
    picked = [tuple(one.split(" ", 1)) for one in request.form.getlist("is") if " " in one]
    typed = [(name, as_path(request.form.get(f"at.{name}", "").strip())) for name in PLACEABLE]
    every = wiring_profiles.in_lines([(name, place) for name, place in (*picked, *typed) if name in PLACEABLE and place])
    said = (one.partition(" ") for one in request.form.getlist("section"))
    sections = {word: section for section, _, word in said if word and section in tuple(Section)}
    if not every and not sections:
        raise Incomplete({}, NOTHING_CHOSEN)
    name, times = max(Counter(name for name, _ in every).items(), key=itemgetter(1), default=("", 0))
    if times > 1:
        raise Incomplete({}, TWICE, field=gettext(LABELS[name]))
    return dict(every), sections


def _placed(link: Link, places: dict[str, str], sections: dict[str, str]) -> str:
    text = link.otherwise
    for name, place in places.items():
        text = wiring_profiles.placed_otherwise(link.profile_in, text, PLACEABLE[name], place)
    for word, section in sections.items():
        text = wiring_profiles.section_otherwise(link.profile_in, text, word, section)
    return text


def _read_again(hospital_id: uuid.UUID) -> ResponseReturnValue:
    """The message that the page held on to; one that was too large for that has to be chosen once more."""
    raw = held_on_to()
    if not raw:
        flash(gettext("Kies het bestand opnieuw: het was te groot om op de pagina te blijven."), "info")
        return redirect(url_for("trying.page", hospital_id=hospital_id), 303)
    return shown(hospital_id, raw, pasted=bool(request.form.get("message")))
