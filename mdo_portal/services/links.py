"""Hospitals and their links as a link manager keeps them: adding, changing, and who did what."""

from __future__ import annotations

import difflib
import re
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Changed, Channel, Hospital, Level, Link, LinkChange
from mdo_portal.domain.policy import Act, Viewer
from mdo_portal.errors import N_, Incomplete, NotFound
from mdo_portal.exchange import Wire
from mdo_portal.services.hospitals import TOKEN_PURPOSE, hash_token
from mdo_portal.services.sealed import sealer

LONGEST_OTHERWISE = 20_000
SHORT_TEXTS = ("name", "city", "phone", "epd")
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_DIGITS = re.compile(r"[0-9]{8}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?")
_CHARSETS = ("", "8859/1", "8859/15", "UNICODE UTF-8", "windows-1252")
_ORDER = (Level.FORM, Level.DOCUMENT, Level.HL7V2, Level.FHIR, Level.PULL)


@dataclass(frozen=True)
class Profiles:
    """Which profiles there are, by name: what people call them and their wire; from the integrations."""

    titles: Mapping[str, str]
    wires: Mapping[str, Wire]

    def of_wire(self, *wires: Wire) -> list[tuple[str, str]]:
        return [(name, title) for name, title in self.titles.items() if self.wires[name] in wires]


def hospital_for(session: Session, viewer: Viewer, act: Act, hospital_id: uuid.UUID) -> tuple[Hospital, Link | None]:
    """The hospital and its link, if this viewer may do `act` with it; otherwise it does not exist."""
    hospital = session.get(Hospital, hospital_id)
    if hospital is None or not viewer.may(act, hospital_id=hospital_id):
        raise NotFound()
    return hospital, session.scalars(select(Link).where(Link.hospital_id == hospital_id)).one_or_none()


def add_hospital(session: Session, form: Mapping[str, str], *, viewer: Viewer | None, now: datetime) -> Hospital:
    """A hospital at level 0: web form in, printed letters out. Raises Incomplete with a sentence per field."""
    said = _particulars(form)
    said["code"] = form.get("code", "").strip().upper()
    fields = _wrong_particulars(said)
    if not _CODE.fullmatch(said["code"]):
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
    _remember(session, hospital.id, Changed.MADE, "", said["name"], viewer=viewer, now=now)
    return hospital


def _particulars(form: Mapping[str, str]) -> dict[str, str]:
    return {name: form.get(name, "").strip() for name in (*SHORT_TEXTS, "ura", "agb")}


def _wrong_particulars(said: Mapping[str, str]) -> dict[str, str]:
    fields = {name: N_("Vul hoogstens 120 tekens in.") for name in SHORT_TEXTS if len(said[name]) > 120}
    if not said["name"]:
        fields["name"] = N_("Vul de naam in zoals die op brieven staat.")
    fields |= {name: N_("Dit zijn acht cijfers.") for name in ("ura", "agb") if said[name] and not _DIGITS.fullmatch(said[name])}
    return fields


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
    said, particulars = _settings(form, profiles), _particulars(form)
    fields = _wrong_particulars(particulars) | _wrong_settings(session, hospital, said, profiles, loopback=loopback)
    if fields:
        raise Incomplete(fields)
    made = link or Link(hospital_id=hospital.id)
    before = _as_text(hospital, link)
    for name, text in particulars.items():
        setattr(hospital, name, text)
    if said["profile_in"] != made.profile_in:
        made.otherwise = ""  # places of another profile mean nothing here; the history has them
    for name in said.keys() - {"token_out"}:
        setattr(made, name, said[name])
    if said["token_out"]:
        made.token_out_sealed = sealer(session).seal(said["token_out"].encode(), purpose=TOKEN_PURPOSE)
    session.add(made)
    session.flush()
    after = _as_text(hospital, made)
    if before != after or said["token_out"]:
        _remember(session, hospital.id, Changed.SETTINGS, *_differing(before, after), viewer=viewer, now=now)
    return made


def _settings(form: Mapping[str, str], profiles: Profiles) -> dict[str, Any]:
    profile = form.get("profile_in", "").strip()
    level = form.get("level", "")
    return {
        "level": Level(level) if level in _ORDER else _level_of(profiles.wires.get(profile)),
        "profile_in": profile,
        "profile_out": form.get("profile_out", "").strip(),
        "charset_in": form.get("charset_in", "").strip(),
        "sending_applications": _names(form.get("sending_applications", "")),
        "sending_facilities": _names(form.get("sending_facilities", "")),
        "channel_out": Channel(form["channel_out"]) if form.get("channel_out") in set(Channel) else Channel.PAPER,
        "host_out": form.get("host_out", "").strip().lower(),
        "port_out": _port(form.get("port_out", "")),
        "url_out": form.get("url_out", "").strip().rstrip("/"),
        "token_out": form.get("token_out", "").strip(),
    }


def _level_of(wire: Wire | None) -> Level:
    return {Wire.HL7V2: Level.HL7V2, Wire.FHIR: Level.FHIR, Wire.PAPER: Level.DOCUMENT}.get(wire or Wire.FORM, Level.FORM)


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in re.split(r"[\n,]", text) if one.strip()))


def _port(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _wrong_settings(
    session: Session, hospital: Hospital, said: Mapping[str, Any], profiles: Profiles, *, loopback: bool
) -> dict[str, str]:
    fields = {}
    for name in ("profile_in", "profile_out"):
        if said[name] and said[name] not in profiles.titles:
            fields[name] = N_("Dit profiel bestaat niet. Kies er een uit de lijst.")
    if said["charset_in"] not in _CHARSETS:
        fields["charset_in"] = N_("Kies een tekenset uit de lijst, of laat MSH-18 beslissen.")
    names = [*said["sending_applications"], *said["sending_facilities"]]
    if len(names) > 40 or any(len(name) > 120 or not name.isprintable() for name in names):
        fields["sending_applications"] = N_("Hoogstens veertig namen, elk op een regel.")
    elif _claimed(session, hospital.id, said["sending_applications"], said["sending_facilities"]):
        fields["sending_applications"] = CLAIMED
    return fields | _wrong_address(said, profiles, loopback=loopback)


CLAIMED = N_("Een andere koppeling stuurt al onder deze naam. Vul ook MSH-4 in, zodat beide uit elkaar te houden zijn.")


def _wrong_address(said: Mapping[str, Any], profiles: Profiles, *, loopback: bool) -> dict[str, str]:
    fields: dict[str, str] = {}
    channel, wire = said["channel_out"], profiles.wires.get(said["profile_out"])
    if channel is Channel.MLLP:
        if not _HOST.fullmatch(said["host_out"]):
            fields["host_out"] = N_("Vul de naam of het adres in van de computer die brieven aanneemt.")
        if not 0 < said["port_out"] < 65_536:
            fields["port_out"] = N_("Vul een poort in tussen 1 en 65535.")
    if channel is Channel.FHIR and not _is_url(said["url_out"], loopback=loopback):
        fields["url_out"] = N_("Dit moet een https-adres zijn, zonder vraagteken of hekje.")
    if (channel is Channel.MLLP and wire is not Wire.HL7V2) or (channel is Channel.FHIR and wire is not Wire.FHIR):
        fields.setdefault("profile_out", N_("Kies een profiel dat bij deze weg hoort: HL7 v2 of FHIR."))
    if len(said["token_out"]) > 4_000 or not said["token_out"].isascii():
        fields["token_out"] = N_("Een token is hoogstens 4000 tekens, zonder bijzondere letters.")
    return fields


def _is_url(text: str, *, loopback: bool) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text and not (parts.query or parts.fragment or parts.username)
    return plain and bool(parts.hostname) and (parts.scheme == "https" or (loopback and parts.scheme == "http"))


def _claimed(session: Session, hospital_id: uuid.UUID, applications: Sequence[str], facilities: Sequence[str]) -> bool:
    """Whether a message could be this hospital's and another's: then it would be nobody's (hospitals.sender_of)."""
    for other in session.scalars(select(Link).where(Link.hospital_id != hospital_id)):
        same_name = set(applications) & set(other.sending_applications)
        both = not facilities or not other.sending_facilities or set(facilities) & set(other.sending_facilities)
        if same_name and both:
            return True
    return False


def add_sender(
    session: Session, hospital: Hospital, link: Link, application: str, facility: str, *, viewer: Viewer, now: datetime
) -> None:
    """Let the hospital send under this name too (MSH-3, and MSH-4 when the link looks at it). Raises Incomplete when another does."""
    facilities = [facility] if facility and link.sending_facilities else []
    good = application and len(application) <= 120 and len(facility) <= 120 and (application + facility).isprintable()
    if not good:
        raise Incomplete({}, N_("Dit bericht noemt geen afzender (MSH-3). Er is niets veranderd."))
    wanted = [*link.sending_facilities, *facilities]
    if _claimed(session, hospital.id, [application], wanted):
        raise Incomplete({}, CLAIMED)
    link.sending_applications = list(dict.fromkeys([*link.sending_applications, application]))
    link.sending_facilities = list(dict.fromkeys(wanted))
    _remember(session, hospital.id, Changed.SENDER, "", f"{application} {facility}".strip(), viewer=viewer, now=now)


def new_token(session: Session, hospital: Hospital, link: Link, *, viewer: Viewer | None, now: datetime) -> str:
    """A new bearer token for the FHIR door, to be shown once; the old one stops working at this commit."""
    token = secrets.token_urlsafe(32)
    was_there = bool(link.token_in_hash)
    link.token_in_hash = hash_token(token)
    _remember(session, hospital.id, Changed.TOKEN, "token" if was_there else "", "token", viewer=viewer, now=now)
    return token


def save_otherwise(session: Session, hospital: Hospital, link: Link, text: str, *, viewer: Viewer | None, now: datetime) -> bool:
    """Keep what this hospital puts elsewhere; the caller had it checked against the schema. False when nothing changed."""
    text = text.replace("\r\n", "\n").strip()
    if text == link.otherwise:
        return False
    before, link.otherwise = link.otherwise, text
    _remember(session, hospital.id, Changed.OTHERWISE, before, text, viewer=viewer, now=now)
    return True


def history(session: Session, hospital_id: uuid.UUID, *, limit: int = 50) -> list[LinkChange]:
    """Who changed what, newest first."""
    query = select(LinkChange).where(LinkChange.hospital_id == hospital_id)
    return list(session.scalars(query.order_by(LinkChange.at.desc(), LinkChange.id.desc()).limit(limit)))


def _remember(
    session: Session, hospital_id: uuid.UUID, what: Changed, before: str, after: str, *, viewer: Viewer | None, now: datetime
) -> None:
    by_id, by_name = (viewer.person_id, viewer.name) if viewer else (None, "")
    session.add(LinkChange(hospital_id=hospital_id, at=now, by_id=by_id, by_name=by_name, what=what, before=before, after=after))
    session.flush()


def _as_text(hospital: Hospital, link: Link | None) -> str:
    """The settings as lines, for the history: no token in it."""
    lines = [f"{name}: {getattr(hospital, name)}" for name in (*SHORT_TEXTS, "ura", "agb")]
    if link is not None:
        names = ("level", "profile_in", "profile_out", "charset_in", "channel_out", "host_out", "port_out", "url_out")
        lines += [f"{name}: {getattr(link, name) or ''}" for name in names]
        lines += [f"MSH-3: {', '.join(link.sending_applications)}", f"MSH-4: {', '.join(link.sending_facilities)}"]
    return "\n".join(lines)


def _differing(before: str, after: str) -> tuple[str, str]:
    """Only the lines that differ."""
    marks = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return "\n".join(one[2:] for one in marks if one.startswith("- ")), "\n".join(
        one[2:] for one in marks if one.startswith("+ ")
    )
