"""Hospitals and their links as a link manager keeps them: adding, changing, and who did what."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.link import Changed, Link
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete, NotFound
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.links import particulars
from mdo_portal.services.links.hospitals import TOKEN_PURPOSE, hash_token
from mdo_portal.services.links.link_claims import CLAIMED, claim_on
from mdo_portal.services.links.link_form import (
    CODE,
    LINE_WIRES,
    Profiles,
    level_of,
    settings_said,
    wrong_settings,
)
from mdo_portal.services.links.link_history import as_text, differing, remember, remember_settings

LONGEST_OTHERWISE = 20_000
SENDERS_APART = "links_senders_apart"
"""PostgreSQL's own name for the rule that one message has one sender (migration 0023)."""


def hospital_for(
    session: Session, viewer: Viewer, act: Act, hospital_id: uuid.UUID, *, lock: bool = False
) -> tuple[Hospital, Link | None]:
    """The hospital and its link, if this viewer may do `act` with it; otherwise it does not exist. To change them, both are locked."""
    if not viewer.may(act, hospital_id=hospital_id):
        raise NotFound()
    hospital = session.get(Hospital, hospital_id, with_for_update=HELD if lock else None)
    if hospital is None:
        raise NotFound()
    query = select(Link).where(Link.hospital_id == hospital_id)
    held = query.with_for_update(**HELD).execution_options(populate_existing=True)
    return hospital, session.scalars(held if lock else query).one_or_none()


def add_hospital(session: Session, form: Mapping[str, str], *, viewer: Viewer | None, now: datetime) -> Hospital:
    """A hospital at level 0: web form in, printed letters out. Raises Incomplete with a sentence per field."""
    said = particulars.said(form)
    said["code"] = form.get("code", "").strip().upper()
    fields = particulars.wrong(said)
    if not CODE.fullmatch(said["code"]):
        fields["code"] = N_("Twee tot twaalf hoofdletters of cijfers, beginnend met een letter, zoals ZEED.")
    elif session.scalar(select(Hospital.id).where(Hospital.code == said["code"])):
        fields["code"] = N_("Deze code is al in gebruik. Kies een andere.")
    if fields:
        raise Incomplete(fields)
    hospital = Hospital(**said)
    session.add(hospital)
    session.flush()
    session.add(Link(hospital_id=hospital.id, profile_in="", channel_out=Channel.PAPER))
    session.flush()
    remember(session, hospital.id, Changed.MADE, "", said["name"], viewer=viewer, now=now)
    return hospital


def save(
    session: Session,
    hospital: Hospital,
    link: Link | None,
    form: Mapping[str, str],
    *,
    profiles: Profiles,
    viewer: Viewer | None,
    now: datetime,
    loopback: bool,
) -> Link:
    """Keep what the form says of the hospital and its link. Raises Incomplete with a sentence per field; then nothing changed."""
    said, told = settings_said(form, profiles, link), particulars.said(form)
    fields = particulars.wrong(told) | wrong_settings(session, hospital, said, profiles, loopback=loopback)
    if fields:
        raise Incomplete(fields)
    made = link or Link(hospital_id=hospital.id)
    before = as_text(hospital, link)
    for name, text in told.items():
        setattr(hospital, name, text)
    lapses = said["profile_in"] != made.profile_in  # places of another profile mean nothing here; the history has them
    for name in said.keys() - {"token_out"}:
        setattr(made, name, said[name])
    if said["token_out"]:
        made.token_out_sealed = sealer(session).seal(said["token_out"].encode(), purpose=TOKEN_PURPOSE)
    session.add(made)
    _flushed(session)
    after = as_text(hospital, made)
    if before != after or said["token_out"]:
        remember(session, hospital.id, Changed.SETTINGS, *differing(before, after), viewer=viewer, now=now)
    if lapses and made.otherwise:
        save_otherwise(session, hospital, made, "", viewer=viewer, now=now)
    return made


def take_profile(
    session: Session, hospital: Hospital, link: Link, profile: str, *, profiles: Profiles, viewer: Viewer, now: datetime
) -> None:
    """Read with this profile from now on; what stood elsewhere lapses with the one before. Raises Incomplete for one without a line."""
    if profiles.wires.get(profile) not in LINE_WIRES:
        raise Incomplete(
            {}, N_("Met dit profiel komt er geen bericht binnen. Er is niets veranderd; kies er een voor HL7 v2 of FHIR.")
        )
    before = as_text(hospital, link)
    lapses, link.profile_in = link.profile_in != profile, profile
    link.level = link.level if link.level is Level.PULL else level_of(profiles.wires[profile])
    session.flush()
    remember_settings(session, hospital.id, before, as_text(hospital, link), viewer=viewer, now=now)
    if lapses and link.otherwise:
        save_otherwise(session, hospital, link, "", viewer=viewer, now=now)


def add_sender(
    session: Session, hospital: Hospital, link: Link, application: str, facility: str, *, viewer: Viewer, now: datetime
) -> None:
    """Let the hospital send under this name too (MSH-3 and MSH-4 together). Raises Incomplete when another does.

    Not MSH-4 when the link has names already and takes each MSH-4 with them: it would then refuse what it takes now.
    """
    takes_any = bool(link.sending_applications) and not link.sending_facilities
    facilities = [facility] if facility and not takes_any else []
    good = application and len(application) <= 120 and len(facility) <= 120 and (application + facility).isprintable()
    if not good:
        raise Incomplete({}, N_("Dit bericht noemt geen afzender (MSH-3). Er is niets veranderd."))
    wanted = [*link.sending_facilities, *facilities]
    if claimed := claim_on(session, hospital.id, [application], wanted):
        raise Incomplete({}, claimed)
    link.sending_applications = list(dict.fromkeys([*link.sending_applications, application]))
    link.sending_facilities = list(dict.fromkeys(wanted))
    _flushed(session)
    remember(session, hospital.id, Changed.SENDER, "", f"{application} {facility}".strip(), viewer=viewer, now=now)


def _flushed(session: Session) -> None:
    """Somebody else may have taken the name since we looked: PostgreSQL lets one of the two have it, the other hears why."""
    try:
        session.flush()
    except IntegrityError as taken:
        if getattr(getattr(taken.orig, "diag", None), "constraint_name", "") != SENDERS_APART:
            raise
        raise Incomplete({"sending_applications": CLAIMED}, CLAIMED) from None


def new_token(session: Session, hospital: Hospital, link: Link, *, viewer: Viewer | None, now: datetime) -> str:
    """A new bearer token for the FHIR door, to be shown once; the old one stops working at this commit."""
    token = secrets.token_urlsafe(32)
    was_there = bool(link.token_in_hash)
    link.token_in_hash = hash_token(token)
    remember(session, hospital.id, Changed.TOKEN, "token" if was_there else "", "token", viewer=viewer, now=now)
    return token


def withdraw_token(session: Session, hospital: Hospital, link: Link, *, viewer: Viewer, now: datetime) -> bool:
    """The fixed token of the FHIR door stops working at this commit, and none takes its place. False when there was none."""
    if not link.token_in_hash:
        return False
    link.token_in_hash = ""
    remember(session, hospital.id, Changed.NO_TOKEN, "token", "", viewer=viewer, now=now)
    return True


def saying(session: Session, what: str) -> list[uuid.UUID]:
    """The hospitals of which what they put elsewhere has these letters in it, in order."""
    query = select(Link.hospital_id).where(Link.otherwise.icontains(what, autoescape=True))
    return list(session.scalars(query.order_by(Link.hospital_id)))


def save_otherwise(session: Session, hospital: Hospital, link: Link, text: str, *, viewer: Viewer | None, now: datetime) -> bool:
    """Keep what this hospital puts elsewhere; the caller had it checked against the schema. False when nothing changed."""
    text = text.replace("\r\n", "\n").strip()
    if text == link.otherwise:
        return False
    before, link.otherwise = link.otherwise, text
    remember(session, hospital.id, Changed.OTHERWISE, before, text, viewer=viewer, now=now)
    return True
