"""Filling the invented region: hospitals with their links, boards with their series, people with their roles."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.launch import Launch
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import BoardMembership, Membership, Person, Role
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.links.hospitals import TOKEN_PURPOSE, hash_token
from mdo_portal.services.meetings import series
from mdo_portal.services.people import passwords
from mdo_portal.wiring_region import BoardSeed, HospitalSeed, PersonSeed, Region

PASSWORD = "duin-en-delta"
"""Everybody's password in the demo; shown on the page where it is asked."""

#: who is connected how: (level, profile in, MSH-3 names, channel out, profile out)
LINKS: dict[str, tuple[Level, str, list[str], Channel, str]] = {
    "ZEED": (Level.HL7V2, "hix", ["HIX", "ZEED-EPD"], Channel.MLLP, "hix"),
    "DELT": (Level.FHIR, "epic", [], Channel.FHIR, "generic-r4-careplan"),
    "MERW": (Level.PULL, "generic-stu3", [], Channel.FHIR, "generic-stu3"),
    "ODUL": (Level.FORM, "", [], Channel.PAPER, ""),
    "KREE": (Level.HL7V2, "zorgdomein", ["ZorgDomein", "LabOnline"], Channel.PAPER, ""),
    "RIET": (Level.FHIR, "generic-r4", [], Channel.PAPER, ""),
}
LINKED = ("ZEED", "DELT", "MERW")
"""Whose EPD runs in the demo and sends by itself."""
BY_PULL = ("MERW",)
"""Who lays data ready and tells the portal, instead of sending them."""
OUR_NAME = "mdo-portaal"
"""Who we are at a hospital's token address."""
BOARD_ROLES = {"chair": Role.CHAIR, "vice_chair": Role.CHAIR, "secretary": Role.SECRETARY, "scribe": Role.SCRIBE}


def token_of(code: str) -> str:
    """The bearer token of an invented hospital: no secret, and only believed in the demo."""
    return f"demo-token-{code}"


def fill(session: Session, region: Region, *, ports: dict[str, int], now: datetime) -> bool:
    """Put the region in an empty database. False when it was there already."""
    if session.scalar(select(Hospital.id).limit(1)) is not None:
        return False
    hospitals = {seed.code: _hospital(session, seed, ports.get(seed.code, 0)) for seed in region.hospitals}
    boards = {seed.code: _board(session, seed, hospitals, now=now) for seed in region.boards}
    password_hash = passwords.hash_password(PASSWORD)
    for seed in region.persons:
        _person(session, seed, hospitals, boards, password_hash=password_hash, now=now)
    return True


def _hospital(session: Session, seed: HospitalSeed, port: int) -> uuid.UUID:
    hospital = Hospital(
        code=seed.code, name=seed.name, city=seed.city, ura=seed.ura, agb=seed.agb, phone=seed.phone, epd=seed.epd
    )
    session.add(hospital)
    session.flush()
    # Every hospital has one, as those that are added on a page: at level 0 letters go on paper, and a first message can be tried.
    link = (
        _link(session, seed, hospital.id, port)
        if seed.code in LINKS
        else Link(hospital_id=hospital.id, profile_in="", channel_out=Channel.PAPER)
    )
    session.add(link)
    session.flush()
    if port and link.level in (Level.FHIR, Level.PULL):
        session.add(_launch(link, port))
    return hospital.id


def _link(session: Session, seed: HospitalSeed, hospital_id: uuid.UUID, port: int) -> Link:
    level, profile_in, applications, channel, profile_out = LINKS[seed.code]
    token = token_of(seed.code) if level in (Level.FHIR, Level.PULL) else ""
    by_pull = seed.code in BY_PULL
    return Link(
        hospital_id=hospital_id,
        level=level,
        profile_in=profile_in,
        sending_applications=applications,
        sending_facilities=[seed.code] if channel is Channel.MLLP else [],
        token_in_hash=hash_token(token) if token else "",
        channel_out=channel,
        profile_out=profile_out,
        host_out="127.0.0.1" if channel is Channel.MLLP else "",
        port_out=port if channel is Channel.MLLP else 0,
        url_out=f"http://127.0.0.1:{port}/fhir" if channel is Channel.FHIR else "",
        token_out_sealed=sealer(session).seal(token.encode(), purpose=TOKEN_PURPOSE) if token else b"",
        timeout_seconds=10.0,
        inside_networks=["127.0.0.0/8"],  # the invented hospitals live on this machine
        token_url_out=f"http://127.0.0.1:{port}/fhir/token" if by_pull else "",
        client_id_out=OUR_NAME if by_pull else "",
        scopes_out="system/*.read" if by_pull else "",
    )


def _launch(link: Link, port: int) -> Launch:
    """The invented EPD has a button that opens the portal (integrations/simulator/pages/opening.py)."""
    epd = f"http://127.0.0.1:{port}/epd"
    return Launch(
        link_id=link.id, hospital_id=link.hospital_id, is_on=True, iss=epd, authorize_url=f"{epd}/authorize", token_url=f"{epd}/token",
        client_id=OUR_NAME, signs=False, scopes="", profile=link.profile_in,
    )  # fmt: skip


def _board(session: Session, seed: BoardSeed, hospitals: dict[str, uuid.UUID], *, now: datetime) -> uuid.UUID:
    board = Board(
        code=seed.code,
        name=seed.name,
        tumour_group=seed.tumour_group,
        weekday=seed.weekday - 1,
        starts=seed.starts_at,
        minutes=seed.minutes,
        minutes_per_case=seed.minutes_per_case,
        closing_hours=seed.closing_hours,
        place=seed.place,
        video_url=seed.video_url,
        quorum=[{"one_of": list(group.one_of), "hospital": group.hospital} for group in seed.quorum],
        aliases=[],
    )
    session.add(board)
    session.flush()
    session.add_all(BoardHospital(board_id=board.id, hospital_id=hospitals[code]) for code in seed.hospitals)
    series.extend(session, board, now=now)
    return board.id


def _person(
    session: Session,
    seed: PersonSeed,
    hospitals: dict[str, uuid.UUID],
    boards: dict[str, uuid.UUID],
    *,
    password_hash: str,
    now: datetime,
) -> None:
    person = Person(
        name=seed.shown,
        email=seed.email,
        discipline=seed.discipline,
        persona=seed.persona,
        password_hash=password_hash,
        language="nl",
    )
    session.add(person)
    session.flush()
    hospital_id = hospitals[seed.hospital]
    session.add_all(
        Membership(person_id=person.id, hospital_id=hospital_id, role=Role(role), given_at=now) for role in seed.roles
    )
    session.add_all(
        BoardMembership(person_id=person.id, board_id=boards[code], role=BOARD_ROLES.get(role, Role.MEMBER), given_at=now)
        for code, role in seed.boards
    )
