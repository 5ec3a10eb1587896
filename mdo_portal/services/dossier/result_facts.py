"""Results of a case that are told anew: the newest word of the sender stands, what it takes the place of stays to be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from mdo_portal.domain.case import CaseFact
from mdo_portal.exchange import Fact, IncomingResult
from mdo_portal.services.dossier import over_before
from mdo_portal.services.dossier.over_before import ANNOUNCED, GONE
from mdo_portal.services.dossier.telling import Telling
from mdo_portal.services.dossier.told_index import Index

_COUNT = re.compile(r"#\d+$")


def add(telling: Telling, result: IncomingResult) -> set[str]:
    """Add the results. Returns the events."""
    known = of_case(telling)
    present = [one for one in known if one.superseded_at is None]
    happened: set[str] = set()
    for order in result.withdrawn:
        taken_back = [one for one in present if is_under(one.source_key, order) and telling.is_after(one)]
        over_before.order_is_over(telling, order, known)
        happened |= {"result.withdrawn"} if withdraw(telling, taken_back) else set()
    index, ended = Index(known, present), over_before.among(known)
    for fact in result.facts:
        happened |= _told(telling, fact, index, ended)
    if supersede(telling, _left_out(present, result)):
        happened.add("result.corrected")
    supersede(telling, _arrived(present, result.facts))
    return happened


def of_case(telling: Telling) -> list[CaseFact]:
    """Every fact of the case, those that are superseded included."""
    return list(telling.session.scalars(select(CaseFact).where(CaseFact.case_id == telling.case.id)))


def is_under(key: str, name: str) -> bool:
    """Whether `key` is of the order or document `name`."""
    return bool(name) and (key == name or key.startswith(f"{name}/"))


def said(status: str, noun: str, *, known: bool) -> str:
    """The event of something that came."""
    if status == GONE:
        return f"{noun}.withdrawn"
    return f"{noun}.corrected" if known or status == "corrected" else f"{noun}.received"


def withdraw(telling: Telling, rows: Iterable[CaseFact]) -> bool:
    """They are taken back. Returns whether there were any."""
    changed = [one for one in rows if one.superseded_at is None]
    for one in changed:
        one.superseded_at, one.status = telling.source.at, GONE
    return bool(changed)


def supersede(telling: Telling, rows: Iterable[CaseFact]) -> bool:
    """Something else took their place, unless they are the newer word. Returns whether there were any."""
    changed = [one for one in rows if one.superseded_at is None and telling.is_after(one)]
    for one in changed:
        one.superseded_at = telling.source.at
    return bool(changed)


def _told(telling: Telling, fact: Fact, index: Index, ended: Sequence[CaseFact]) -> set[str]:
    same = _same(index, fact) or _told_without_name(telling, index, fact)
    if known_as := next((one for one in same if _is_told(one, fact)), None):
        if fact.key and not known_as.source_key:
            index.name(known_as, fact.key)
        return set()
    if fact.status_only and same:
        return _status(telling, same, fact.status)
    ever = index.ever(fact.key) if fact.key else same
    newer = [one for one in ever if not telling.is_after(one)]
    if any(_is_told(one, fact) for one in newer):
        return set()  # the same old word once more
    row = telling.add(fact)
    if over := over_before.over(telling, fact.key, ended) if fact.key else None:
        row.superseded_at, row.status = over.superseded_at, GONE if over.status == GONE else row.status
        return {"result.received"}
    if newer:
        row.superseded_at = max(one.received_at for one in newer)
        return {"result.received"}
    for one in same:
        one.superseded_at = one.superseded_at or telling.source.at
    if fact.status == GONE:
        row.superseded_at = telling.source.at
    return {said(fact.status, "result", known=bool(same))}


def _same(index: Index, fact: Fact) -> Sequence[CaseFact]:
    """What the hospital told before about the same thing: by its own key, else by label and day when it says that it corrects."""
    if fact.key:
        return index.under(fact.key)
    same = index.labelled(fact)
    return same if fact.status in ("corrected", GONE) else [one for one in same if one.text == fact.text]


def _is_told(row: CaseFact, fact: Fact) -> bool:
    """Whether it says so already; of another day it does not."""
    return (row.text, row.status) == (fact.text, fact.status) and fact.dated_on in (None, row.dated_on)


def _told_without_name(telling: Telling, index: Index, fact: Fact) -> list[CaseFact]:
    """What this hospital's referral told, which has no name of the laboratory: the one of that label and day, where it says the same or is
    what is corrected or taken back. Of several nobody can tell which.
    """
    ends = fact.status in ("corrected", GONE)
    rows = [one for one in index.labelled(fact) if fact.key and not one.source_key and telling.is_after(one)]
    found = [one for one in rows if one.hospital_id == telling.source.hospital.id and (ends or one.text == fact.text)]
    return found if len(found) == 1 else []


def _status(telling: Telling, rows: Sequence[CaseFact], status: str) -> set[str]:
    """The value stands as it was told; what the hospital calls it is new."""
    changed = [one for one in rows if one.status != status and telling.is_after(one)]
    for one in changed:
        one.status = status
    return {"result.corrected"} if changed else set()


def _left_out(present: Sequence[CaseFact], result: IncomingResult) -> list[CaseFact]:
    """Lines of before of what is told whole now, that did not come again."""
    whole, told = set(result.whole), {fact.key for fact in result.facts}
    return [one for one in present if one.source_key and one.source_key not in told and _is_of(one.source_key, whole)]


def _is_of(key: str, whole: set[str]) -> bool:
    name = _COUNT.sub("", key)
    return name in whole or name.rpartition("/")[0] in whole


def _arrived(present: Sequence[CaseFact], facts: Sequence[Fact]) -> list[CaseFact]:
    """Announcements of documents whose words are here now."""
    told = [fact.key for fact in facts if fact.text]
    waiting = [one for one in present if one.label == ANNOUNCED and one.source_key]
    return [one for one in waiting if any(key != one.source_key and is_under(key, one.source_key) for key in told)]
