"""A report of that patient, and what is added to it later."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from tests import make
from tests.pairs.halting import beforehand
from tests.pairs.house import House
from tests.pairs.world import World
from tests.reception_house import hand_in, understand_all


def _told(house: House, world: World, order: str, words: str) -> None:
    raw = make.hl7_change(f"{world.number}-{uuid.uuid4().hex[:6]}", patient=world.number).replace(
        b"ADT^A08^ADT_A01", b"ORU^R01^ORU_R01"
    )
    told = f"OBR|1|P{world.number}|F{world.number}|PA^{order}^L\rOBX|1|FT|C^Conclusie^L||{words}||||||F\r"
    hand_in(house.database, house.region, raw + told.encode(), now=datetime.now(UTC))


def has_a_report(house: House, world: World) -> object:
    _told(house, world, "Pathologie", "Carcinoom graad 2")
    understand_all(house.database, now=datetime.now(UTC))
    return "understood"


def has_an_addendum(house: House, world: World) -> object:
    with beforehand():
        _told(house, world, "Addendum 1", "HER2 3+")
    understand_all(house.database, now=datetime.now(UTC))
    return "understood"
