"""What is agreed about opening the portal from a hospital's EPD, and as what such an EPD is met.

A link manager writes it down on a page, the administrator on the command line; both hear these rules. What names an address is asked or
is where a browser is sent: nothing that an EPD says later leads anywhere else.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.launch import Launch
from mdo_portal.domain.link import Link
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete
from mdo_portal.exchange import LaunchServer, Wire, profile_of_link
from mdo_portal.services.links import hospitals, link_history
from mdo_portal.services.links.link_form import NO_URL, Profiles, is_url
from mdo_portal.services.oversight.agreements import LONGEST_ID, LONGEST_SCOPES, NO_ID

LONGEST_URL = 300
_NEEDED = {
    "iss": N_("Vul het adres in dat het EPD meegeeft (iss): alleen dat adres mag openen."),
    "authorize_url": N_("Vul het aanmeldadres in: daar gaat de browser van de specialist heen."),
    "token_url": N_("Vul het tokenadres in."),
    "client_id": N_("Vul de client-id in die het EPD ons gaf."),
    "profile": N_("Kies met welk profiel de patiënt wordt gelezen."),
}


@dataclass(frozen=True)
class Agreed:
    """What to write down; None = leave as it is, empty = no more."""

    is_on: bool | None = None
    iss: str | None = None
    authorize_url: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    signs: bool | None = None
    scopes: str | None = None
    profile: str | None = None


def of_link(session: Session, link_id: uuid.UUID) -> Launch | None:
    return session.get(Launch, link_id)


def as_agreed(session: Session, link: Link, profiles: Profiles) -> Agreed:
    """How it stands now; before anything was agreed, what fits the link."""
    stood = of_link(session, link.id)
    if stood is None:
        return Agreed(False, "", "", "", "", False, "", _usual(link, profiles))
    return Agreed(**{one.name: getattr(stood, one.name) for one in fields(Agreed)})


def _usual(link: Link, profiles: Profiles) -> str:
    """The FHIR profile that the link reads or writes with already; none for a link of another wire."""
    return next((one for one in (link.profile_in, link.profile_out) if profiles.wires.get(one) is Wire.FHIR), "")


def save(
    session: Session,
    hospital: Hospital,
    link: Link,
    said: Agreed,
    profiles: Profiles,
    *,
    viewer: Viewer | None,
    now: datetime,
    loopback: bool,
) -> None:
    """Write it down, and who did (None: the command line). Raises Incomplete with a sentence per field; then nothing changed.

    `loopback`: an address on this machine may go without TLS.
    """
    stood = as_agreed(session, link, profiles)
    then = replace(stood, **{one.name: value for one in fields(said) if (value := getattr(said, one.name)) is not None})
    if wrong := _wrong(then, profiles, loopback=loopback):
        raise Incomplete(wrong)
    row = of_link(session, link.id) or Launch(link_id=link.id, hospital_id=hospital.id)
    before = _as_text(row)
    for one in fields(then):
        setattr(row, one.name, getattr(then, one.name))
    session.add(row)
    session.flush()
    link_history.remember_settings(session, hospital.id, before, _as_text(row), viewer=viewer, now=now)


def _as_text(row: Launch) -> str:
    return "\n".join(f"launch_{one.name}: {getattr(row, one.name) or ''}" for one in fields(Agreed))


def _wrong(then: Agreed, profiles: Profiles, *, loopback: bool) -> dict[str, str]:
    found = {name: sentence for name, sentence in _NEEDED.items() if then.is_on and not getattr(then, name)}
    for name in ("iss", "authorize_url", "token_url"):
        text = getattr(then, name)
        if text and (len(text) > LONGEST_URL or not is_url(text, loopback=loopback)):
            found[name] = NO_URL
    if not _is_plain(then.client_id or "", LONGEST_ID):
        found["client_id"] = NO_ID
    if not _is_plain(then.scopes or "", LONGEST_SCOPES):
        found["scopes"] = N_("Hoogstens 500 gewone letters, cijfers en tekens, met een spatie ertussen.")
    if then.profile and profiles.wires.get(then.profile) is not Wire.FHIR:
        found["profile"] = _NEEDED["profile"]
    return found


def _is_plain(text: str, longest: int) -> bool:
    return len(text) <= longest and text.isascii() and text.isprintable()


def server_of(session: Session, hospital_id: uuid.UUID, iss: str) -> LaunchServer | None:
    """The EPD of this hospital that opens us by that name, when that is agreed and on; else None.

    To the letter: a slash more or another case is another server, and one of another hospital is none.
    """
    query = select(Launch, Link).join(Link, Link.id == Launch.link_id)
    found = session.execute(query.where(Launch.hospital_id == hospital_id, Launch.iss == iss, Launch.is_on)).one_or_none()
    if found is None or not iss:
        return None
    launch, link = found
    otherwise = link.otherwise if launch.profile == link.profile_in else ""
    _, address = hospitals.address_of(session, hospital_id)
    return LaunchServer(
        address=replace(
            address, profile=profile_of_link(launch.profile, otherwise), url=launch.iss, token="", token_url=launch.token_url,
            client_id=launch.client_id, scopes=launch.scopes,
        ),
        iss=launch.iss,
        authorize_url=launch.authorize_url,
        signs=launch.signs,
    )  # fmt: skip
