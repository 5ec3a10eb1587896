"""How the simulated hospital behaves towards the portal: normal, or one of the faults that real ones have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from integrations.simulator.store import Store

LONGEST = 600.0


class Mode(StrEnum):
    NORMAL = "normaal"
    SLOW = "traag"
    SILENT = "stil"
    REFUSE = "weigert"
    DOUBLE = "dubbel"
    KEEP = "bewaart"


EXPLAINED = {
    Mode.NORMAL: "Brieven worden opgeborgen en meteen bevestigd.",
    Mode.SLOW: "Brieven worden opgeborgen, maar het antwoord komt pas na het aantal seconden hieronder.",
    Mode.SILENT: "Het EPD hangt: er wordt niets opgeborgen en niets geantwoord.",
    Mode.REFUSE: "Elke brief wordt geweigerd (AE of 422) en niet opgeborgen.",
    Mode.KEEP: "Brieven worden aangenomen (CA of 202), maar de toepassing zegt niets meer: niets komt in het dossier.",
    Mode.DOUBLE: "Elke aanmelding gaat twee keer de deur uit; HL7-brieven worden twee keer bevestigd.",
}


@dataclass(frozen=True)
class Behaviour:
    mode: Mode = Mode.NORMAL
    seconds: float = 20.0  # how slow "traag" is


def load(store: Store) -> Behaviour:
    """As it was set last, also before a restart."""
    found = {row["name"]: row["value"] for row in store.rows("SELECT name, value FROM setting")}
    usual = Behaviour()
    return Behaviour(Mode(found.get("mode", usual.mode)), float(found.get("seconds", usual.seconds)))


def change(store: Store, mode: str, seconds: float | None = None) -> Behaviour:
    """From now on. Raises ValueError for an unknown mode or a time outside 0 to 600 seconds."""
    wanted = Behaviour(Mode(mode), load(store).seconds if seconds is None else float(seconds))
    if not 0 <= wanted.seconds <= LONGEST:
        raise ValueError(f"seconds must lie between 0 and {LONGEST:.0f}")
    with store.transaction() as db:
        values = [("mode", wanted.mode.value), ("seconds", str(wanted.seconds))]
        db.executemany("INSERT INTO setting VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value", values)
    return wanted
