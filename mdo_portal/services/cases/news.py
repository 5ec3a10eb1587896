"""What came in on a case since registration, since the last discussion, or since this person last looked: old and new as they were sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mdo_portal.domain.inbound import WAITS_TOO_LONG
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.exchange import ORDERED, Section
from mdo_portal.services.cases.case_rows import CaseView, DocumentRow, FactRow
from mdo_portal.services.dossier.earlier_told import EARLIER, written
from mdo_portal.services.dossier.event_rows import EventRow
from mdo_portal.services.history import timeline


class Since(StrEnum):
    """From which moment."""

    LOOK = "look"  #: this person's last look, before this sitting
    DISCUSSION = "discussion"  #: the last time it was discussed or listed
    REGISTRATION = "intake"


@dataclass(frozen=True)
class Change:
    """One thing that came in. `before` empty: it is new; `after` None: what came is in `document` or in `event`."""

    at: datetime
    hospital: str = ""
    hospital_code: str = ""
    section: Section | None = None
    label: str = ""
    before: tuple[str, ...] = ()
    after: str | None = None
    document: DocumentRow | None = None
    #: an earlier document of that hospital with the same title
    replaces: DocumentRow | None = None
    event: EventRow | None = None
    #: when it entered the case, if that was later than it came: it had waited, and who looked before then did not see it
    entered_at: datetime | None = None

    @property
    def new_at(self) -> datetime:
        """From when a person could read it."""
        return self.entered_at or self.at

    @property
    def waited(self) -> bool:
        """So long that it must be said; a message that nothing holds up is in its case within seconds."""
        return self.new_at - self.at > WAITS_TOO_LONG


@dataclass(frozen=True)
class Choice:
    """One of the three moments; `at` None: there was no such moment yet."""

    since: Since
    at: datetime | None
    count: int


@dataclass(frozen=True)
class News:
    """What the block shows: newest first."""

    since: Since
    at: datetime
    changes: tuple[Change, ...]
    choices: tuple[Choice, ...]


def of(view: CaseView, looked: datetime | None, *, wanted: str = "", default: tuple[Since, ...] = tuple(Since)) -> News:
    """What came in since the moment that was asked for; else since the first of `default` that there was."""
    everything = sorted(_entered(view), key=lambda change: change.new_at, reverse=True)
    discussed = [one.known_until for one in view.rounds if one.outcome in (RoundOutcome.DISCUSSED, RoundOutcome.LISTED)]
    moments = {Since.LOOK: looked, Since.DISCUSSION: max(discussed, default=None), Since.REGISTRATION: view.received_at}
    counts = {since: sum(change.new_at > at for change in everything) if at else 0 for since, at in moments.items()}
    asked = Since(wanted) if wanted in moments else None
    since = asked if asked and moments[asked] else next(one for one in (*default, Since.REGISTRATION) if moments[one])
    at = moments[since] or view.received_at
    return News(
        since=since,
        at=at,
        changes=tuple(change for change in everything if change.new_at > at),
        choices=tuple(Choice(one, moments[one], counts[one]) for one in Since),
    )


def unseen(view: CaseView) -> tuple[Change, ...]:
    """What came in after the discussion and nobody of the board saw, newest first."""
    since = view.unseen_since
    return tuple(
        sorted((one for one in _entered(view) if since and one.new_at >= since), key=lambda one: one.new_at, reverse=True)
    )


def _entered(view: CaseView) -> Iterator[Change]:
    """All changes, with the moment at which what came then entered the case."""
    entered = {event.at: event.entered_at for event in view.events if event.entered_at}
    for change in _changes(view, entered):
        yield replace(change, entered_at=entered.get(change.at))


def _changes(view: CaseView, entered: Mapping[datetime, datetime]) -> Iterator[Change]:
    """Everything that came after the registration itself, or entered the case after it."""

    def is_later(at: datetime) -> bool:
        return entered.get(at, at) > view.received_at

    facts = [fact for group in view.facts.values() for fact in group]
    earlier = [one for one in view.superseded if one.label in _EARLIER and one.superseded_at == one.received_at]
    yield from _told_anew(view, earlier)
    told = [*facts, *(one for one in view.superseded if one not in earlier)]
    fresh = [fact for fact in told if is_later(fact.received_at) and not _is_told_otherwise(fact, told, view.documents)]
    yield from (change for change in (_of_fact(fact, told) for fact in fresh) if not _is_respelled(change))
    for document in view.documents:
        if is_later(document.received_at):
            older = [one for one in view.documents if _same_title(one, document) and one.received_at < document.received_at]
            newest = max(older, key=lambda one: one.received_at, default=None)
            yield Change(
                document.received_at,
                hospital=document.hospital,
                hospital_code=document.hospital_code,
                label=document.title,
                document=document,
                replaces=newest,
            )
    for event in view.events:
        if event.what in _ALONE and is_later(event.at):
            yield Change(event.at, hospital=event.details.get("hospital", ""), event=event)
    for request in view.requests:
        if request.answered_at:
            yield Change(request.answered_at, hospital=view.hospital, label=request.text, after=request.answer)


def _is_told_otherwise(fact: FactRow, told: Sequence[FactRow], documents: Sequence[DocumentRow]) -> bool:
    """Whether something else that came with it says it: the words of a letter are the letter, an order is told by its results."""

    def came_along(one: FactRow | DocumentRow) -> bool:
        return (one.received_at, one.hospital_code) == (fact.received_at, fact.hospital_code)

    along = [document for document in documents if came_along(document)]
    if fact.label == ORDERED:
        return bool(along) or any(came_along(one) and one.label != ORDERED for one in told)
    return bool(fact.label) and any(document.title == fact.label for document in along)


def _is_respelled(change: Change) -> bool:
    """Whether the old value is the new one in another spelling of its unit (ug/L, µg/l): as sent on the page, but no news."""
    return bool(change.before) and {_spelled(one) for one in change.before} == {_spelled(change.after or "")}


def _spelled(value: str) -> str:
    return " ".join(value.translate(_MICRO).replace("/L", "/l").split())


_MICRO = str.maketrans("\u00b5\u03bc", "uu")
"""Two signs for micro, and the letter that stands for them. Capitals are not let go of: mU and MU differ."""

_ALONE = timeline.NEWS - {
    "referral.updated", "case.answered", "document.added", "document.received", "document.corrected", "result.received",
    "result.corrected",
}  # fmt: skip
"""What nothing but the event itself tells: the others are a fact, a document or an answer."""

_OF_NUMBERS = ("referrer_number", "request_task")  # for systems: among the earlier values, and no news
_EARLIER = {label: column for column, label in EARLIER.items()}


def _told_anew(view: CaseView, earlier: list[FactRow]) -> Iterator[Change]:
    """A question, urgency or referrer that was told anew: what it was, and what it became."""
    for label, column in _EARLIER.items():
        if column in _OF_NUMBERS:
            continue
        asked = sorted((one for one in earlier if one.label == label), key=lambda one: one.received_at)
        became = [*(one.text for one in asked[1:]), written(getattr(view.patient if column == "cautions" else view, column))]
        for one, after in zip(asked, became, strict=False):
            source, code = one.hospital, one.hospital_code
            yield Change(one.received_at, hospital=source, hospital_code=code, label=column, before=(one.text,), after=after)


def _of_fact(fact: FactRow, told: list[FactRow]) -> Change:
    same = (fact.section, fact.label, fact.dated_on)
    replaced = [
        one.text for one in told if one.superseded_at == fact.received_at and (one.section, one.label, one.dated_on) == same
    ]
    return Change(
        fact.received_at,
        hospital=fact.hospital,
        hospital_code=fact.hospital_code,
        section=fact.section,
        label=fact.label,
        before=tuple(replaced) if fact.label else (),
        after=fact.text,
    )


def _same_title(one: DocumentRow, other: DocumentRow) -> bool:
    return (one.title, one.hospital_code) == (other.title, other.hospital_code) and one.id != other.id
