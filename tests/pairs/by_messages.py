"""What hospitals tell of that patient, and what workers do by themselves, as they do it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from mdo_portal import dispatch
from mdo_portal.database import once_more
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.retention import Kind
from mdo_portal.domain.told import Merge
from mdo_portal.exchange import IncomingAnswer, PatientLink, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.identity import carrying_out
from mdo_portal.services.keeping import purging
from mdo_portal.services.patients import deciding, patient_feed
from mdo_portal.services.referrals import questions, referrals
from tests import make
from tests.identity_questions import merge
from tests.outbox_house import AA, Receiver
from tests.pairs.halting import beforehand
from tests.pairs.house import House
from tests.pairs.world import World, third
from tests.reception_house import hand_in, understand_all

YEARS = timedelta(days=9_000)
"""After so many the term of what is over is over too."""


def _in_one(house: House, act: Callable[[Session, Hospital], object]) -> object:
    """As the worker takes one message."""

    def done() -> object:
        with house.database.transaction() as session:
            return act(session, session.get_one(Hospital, house.region.hospitals["ZEED"]))

    once_more(done)
    return "understood"


def is_told_again(house: House, world: World) -> object:
    told = make.referral(make.identity(world.number), number=world.numbers["table"], question_board="Toch bestraling?")
    now = datetime.now(UTC)
    return _in_one(house, lambda session, zeed: referrals.register(session, told, Source(zeed, now, Wire.HL7V2)))


def is_cancelled(house: House, world: World, name: str = "table") -> object:
    told = make.referral(make.identity(world.number), number=world.numbers[name], cancelled=True)
    now = datetime.now(UTC)
    return _in_one(house, lambda session, zeed: referrals.cancel(session, told, Source(zeed, now, Wire.HL7V2)))


def answers_by_message(house: House, world: World) -> object:
    told = IncomingAnswer(patient=make.identity(world.number), referral_number=world.numbers["waits"], text="Ja.")
    now = datetime.now(UTC)
    return _in_one(house, lambda session, zeed: questions.answered(session, told, Source(zeed, now, Wire.FHIR, uuid.uuid4())))


def links(house: House, world: World) -> object:
    told = PatientLink((make.identity(world.number), make.identity(third(world))), linked=True, event="A24")
    now = datetime.now(UTC)
    return _in_one(house, lambda session, zeed: patient_feed.link(session, told, Source(zeed, now, Wire.HL7V2)))


def is_merged(house: House, world: World) -> object:
    with beforehand():
        hand_in(house.database, house.region, merge(f"M{uuid.uuid4().hex[:12]}", third(world), world.number))
    understand_all(house.database, now=datetime.now(UTC))
    return "understood"


def is_unmerged(house: House, world: World) -> object:
    with beforehand(), house.database.transaction() as session:
        deciding.ask_undo(session, session.get_one(Merge, world.merge_id), person_id=uuid.uuid4(), now=datetime.now(UTC))

    def done() -> bool:
        with house.database.transaction() as session:
            return carrying_out.carry_out_next(session, now=datetime.now(UTC))

    while once_more(done):
        pass
    return "undone"


def is_called_otherwise(house: House, world: World) -> object:
    raw = make.hl7_change(f"M{uuid.uuid4().hex[:12]}", patient=world.number, family="van Anders")
    with beforehand():
        hand_in(house.database, house.region, raw)
    understand_all(house.database, now=datetime.now(UTC))
    return "understood"


def has_a_result(house: House, world: World) -> object:
    raw = make.hl7_change(f"M{uuid.uuid4().hex[:12]}", patient=world.number).replace(b"ADT^A08^ADT_A01", b"ORU^R01^ORU_R01")
    with beforehand():
        hand_in(house.database, house.region, raw + b"OBX|1|NM|2857-1^PSA^LN||47.11|ug/L|||||F|||20260302\r")
    understand_all(house.database, now=datetime.now(UTC))
    return "understood"


def sends(house: House, world: World) -> object:
    receiver = Receiver([AA])
    later = datetime.now(UTC) + timedelta(minutes=1)
    while dispatch.send_next(house.database, {Channel.MLLP: receiver, Channel.FHIR: receiver}, clock=lambda: later):
        pass
    return "sent"


def purges(house: House, world: World) -> object:
    with house.database.transaction() as session:
        gone = purging.purge(session, Kind.CASE, now=datetime.now(UTC) + YEARS)
    return f"purged {gone}"
