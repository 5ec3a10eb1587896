"""What the pages and the JSON show, as frozen rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from integrations.simulator import behaviour, heard, letters, outbox
from integrations.simulator.config import Config
from integrations.simulator.courier import ZONE, own_cases
from integrations.simulator.letters import Filed
from integrations.simulator.outbox import Sent
from integrations.simulator.region import CaseSeed, region
from integrations.simulator.store import Store

_PENDING = {
    "unreachable": "het portaal is niet bereikbaar",
    "no_connection": "het portaal is niet bereikbaar",
    "401": "het portaal kent het token niet",
    "timeout": "nog geen antwoord",
    "": "wacht op antwoord",
}


@dataclass(frozen=True)
class CaseRow:
    """One referral in the list on the left."""

    code: str
    number: str
    patient: str
    patient_number: str
    born: str
    board: str
    tumour: str
    urgency: str
    documents: tuple[str, ...]
    kinds: str
    state: str
    words: str

    @property
    def may_send(self) -> bool:
        return self.state not in ("queued", "sent")


@dataclass(frozen=True)
class PatientRow:
    """One patient file on the right; `name` is empty for a number nobody knows here."""

    number: str
    name: str
    born: str
    letters: tuple[Filed, ...]


def case_rows(config: Config, store: Store) -> list[CaseRow]:
    known = outbox.states(store)
    return [_case_row(case, known.get(case.code, Sent())) for case in own_cases(config)]


def _case_row(case: CaseSeed, sent: Sent) -> CaseRow:
    return CaseRow(
        code=case.code,
        number=case.number,
        patient=case.patient.name.shown,
        patient_number=case.patient.local_number,
        born=f"{case.patient.birth_on:%d-%m-%Y}" if case.patient.birth_on else "",
        board=region().board(case.board).name,
        tumour=case.tumour,
        urgency={"routine": "gewoon", "urgent": "met spoed", "asap": "zo snel mogelijk"}.get(case.urgency, case.urgency),
        documents=tuple(one.title for one in case.documents),
        kinds=", ".join(sent.kinds),
        state=sent.state,
        words=_words(sent),
    )


def _words(sent: Sent) -> str:
    again = f" (poging {sent.attempts})" if sent.attempts > 1 else ""
    return {
        "new": "nog niet verstuurd",
        "queued": "in de wachtrij",
        "sent": f"verstuurd {clock(sent.at)}, {_PENDING.get(sent.code, f'antwoord {sent.code}, later opnieuw')}{again}",
        "acknowledged": f"bevestigd {sent.code} {clock(sent.at)}",
        "refused": f"geweigerd {sent.code}: {sent.text or 'zonder reden'}",
    }[sent.state]


def patient_rows(config: Config, store: Store) -> list[PatientRow]:
    """Patients with letters first, in order of the newest; then the others."""
    found: dict[str, list[Filed]] = {}
    for letter in letters.filed(store):
        found.setdefault(letter.patient_number, []).append(letter)
    known = {one.patient.local_number: one.patient for one in own_cases(config)}
    rows = []
    for number in dict.fromkeys([*found, *known]):
        patient = known.get(number)
        born = f"{patient.birth_on:%d-%m-%Y}" if patient and patient.birth_on else ""
        rows.append(PatientRow(number, patient.name.shown if patient else "", born, tuple(found.get(number, ()))))
    return rows


def counts(cases: Iterable[CaseRow], filed: Iterable[Filed], store: Store) -> dict[str, int]:
    """Cases by state, messages that left, letters and doubles."""
    states = [one.state for one in cases]
    kept = list(filed)
    return {
        "cases": len(states),
        "sent": sum(state in ("sent", "acknowledged", "refused") for state in states),
        "acknowledged": states.count("acknowledged"),
        "refused": states.count("refused"),
        "letters": len(kept),
        "doubles": sum(one.doubles for one in kept),
        "transmissions": outbox.transmissions(store),
        "application_acks": len(heard.codes(store)),
    }


def state(config: Config, store: Store) -> dict[str, Any]:
    """GET /api/state."""
    now = behaviour.load(store)
    cases, filed = case_rows(config, store), letters.filed(store)
    totals = counts(cases, filed, store)
    told = [{"code": one.code, "number": one.number, "state": one.state, "words": one.words} for one in cases]
    return {
        "hospital": config.hospital,
        "wire": config.wire,
        "mode": now.mode.value,
        "seconds": now.seconds,
        "revision": store.revision,
        "counts": totals,
        **{name: totals[name] for name in ("sent", "acknowledged", "refused", "doubles")},
        "cases": told,
        "letters": [asdict(one) for one in filed],
    }


def clock(text: str) -> str:
    """`14:32`, with the day before it when that is not today; as people in the hospital read it."""
    if not text:
        return ""
    at = datetime.fromisoformat(text).astimezone(ZONE)
    return f"{at:%H:%M}" if at.date() == datetime.now(ZONE).date() else f"{at:%d-%m %H:%M}"
