"""Which request a message is about, of all that it holds; and that it holds no second referral."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.requests import orders_of_results
from integrations.fhir.entries.task import ENDED
from integrations.fhir.entries.withdrawal import is_request_taken_back, tasks_about
from integrations.fhir.meaning.patient import is_other
from integrations.fhir.meaning.request import ALL_KINDS, KINDS, PROCEDURE, number_of
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import codings, concept, nodes, text
from mdo_portal.exchange import Unreadable

_MEANINGS = ("category", "code", "type", "serviceRequested", "orderDetail")


def choose_request(where: Addresses, profile: Profile) -> Entry:
    """The request this message is about: a tumour-board review before others, one that holds before one that was taken back, the focus
    of a message before the rest, what a Task asks for before what none does, what says why before what does not.

    Raises Unreadable("no_request"), or "wrong_version" when the message holds the request of the other FHIR version.
    """
    kinds = {entry.kind for entry in where.entries}
    wanted = KINDS[profile.version]
    found = list(where.of_kind(wanted))
    found = found or [entry for entry in where.entries if _asks_for_a_board(entry, profile)]
    if not found and kinds & set(KINDS.values()):
        raise Unreadable("wrong_version", f"link is {profile.version}")
    asking = _asking(found, where, profile)
    if found and not asking:
        raise Unreadable("no_request", f"{found[0].place} {text(found[0].resource.get('status'))}")
    meant = [entry for entry in asking if entry.resource.get("doNotPerform") is not True]
    if not meant:
        raise Unreadable("no_request", f"{found[0].place}.doNotPerform" if found else wanted)
    focus = _focus(where)
    return (
        meant[0] if len(meant) == 1 else min(meant, key=lambda entry: (*_rank(entry, profile, focus), *_tie(entry, meant, where)))
    )


def _asking(found: list[Entry], where: Addresses, profile: Profile) -> list[Entry]:
    """The requests that are more than an order for what was done upon it."""
    done = orders_of_results(where)
    return [entry for entry in found if entry.place not in done or _how_clear(entry, profile) < 2 or _has_a_task(entry, where)]


def are_orders(where: Addresses, profile: Profile) -> bool:
    """Whether every request in the message is the order for a result beside it; so where there is none."""
    return not _asking([entry for entry in where.entries if entry.kind in ALL_KINDS], where, profile)


def _rank(entry: Entry, profile: Profile, focus: set[str]) -> tuple[bool, ...]:
    is_over = text(entry.resource.get("status")) == "completed"
    asks = _how_clear(entry, profile)
    return (asks > 0, is_request_taken_back(entry.resource), is_over, entry.place not in focus, asks > 1)


def _tie(entry: Entry, others: list[Entry], where: Addresses) -> tuple[bool, ...]:
    """Of requests that are as clear: one that a Task asks for, that is no part of what another asks, that says why."""
    rests_on = {one.place for one in where.all(entry.resource.get("basedOn") or [], entry)}
    is_part = any(other.place in rests_on for other in others)
    return (not _has_a_task(entry, where), is_part, not any(entry.resource.get(name) for name in _WHY))


_WHY = ("note", "description", "reasonCode", "reasonReference")


def _has_a_task(entry: Entry, where: Addresses) -> bool:
    """Whether a Task that goes on asks for it: of requests that are as clear, it is the one that is meant."""
    return any(text(one.resource.get("status")) not in ENDED for one in tasks_about(entry, where))


def _how_clear(entry: Entry, profile: Profile) -> int:
    """0: it asks for a tumour board by code; 1: in words; 2: it does not say so."""
    if is_review(entry, profile):
        return 0
    words = [concept(one).casefold() for name in _MEANINGS for one in nodes(entry.resource.get(name))]
    return 1 if any(word in said for said in words for word in profile.words("request", "words")) else 2


def refuse_a_second(request: Entry, patient: Entry, where: Addresses, profile: Profile) -> None:
    """Raises Unreadable("split") when the message holds a second referral: one of another patient, or for another board of this one.

    A message is one referral here. A second one is never read past: a person asks the sender for a message each.
    """
    own, clear, focus = number_of(request.resource), _how_clear(request, profile), _focus(where)
    gone = {one.place for one in replaced(request, where)}
    is_pointed_out = request.place in focus
    for other in where.entries:
        if other.kind != request.kind or other.place == request.place or other.resource.get("doNotPerform") is True:
            continue
        if is_other(other.resource.get("subject"), patient, where, other):
            raise Unreadable("split", f"{request.place}, {other.place}")
        is_equal = _how_clear(other, profile) <= min(clear, 1) and text(other.resource.get("status")) != "completed"
        is_same = other.place in gone or (bool(own) and number_of(other.resource) == own)
        if is_equal and not is_same and (other.place in focus or not is_pointed_out):
            raise Unreadable("split", f"{request.place}, {other.place}")


def replaced(request: Entry, where: Addresses) -> list[Entry]:
    """The requests that this one takes the place of, where those say themselves that they were taken back."""
    before = where.all(request.resource.get("replaces") or [], request)
    return [one for one in before if one.kind == request.kind and is_request_taken_back(one.resource)]


def is_review(entry: Entry, profile: Profile) -> bool:
    """Whether the request says by code that it asks for a tumour board."""
    asked = {code for name in _MEANINGS for _, code in codings(entry.resource.get(name) or [])}
    return bool(asked & set(profile.words("request", "codes")))


def has_request(entries: Iterable[Entry], profile: Profile) -> bool:
    """Whether there is a request among them, of whichever version."""
    return any(entry.kind in KINDS.values() or _asks_for_a_board(entry, profile) for entry in entries)


def with_contained(entries: tuple[Entry, ...], profile: Profile) -> tuple[Entry, ...]:
    """The entries; when no request is among them, those that are contained in one of them too (in a Task, as some send it).

    In a result, a bill or a visit a request is what was done upon: it asks for nothing any more, unless it is for a tumour board.
    """
    if has_request(entries, profile):
        return entries
    inside = ((entry, one) for entry in entries for one in Addresses([entry]).contained(entry))
    found = (one for entry, one in inside if has_request([one], profile) and (entry.kind in _ASKING or _asks(one, profile)))
    return (*entries, *found)


_ASKING = {"Task", "QuestionnaireResponse", "Composition", "MessageHeader", "Communication", "CommunicationRequest"}


def _asks(entry: Entry, profile: Profile) -> bool:
    return _how_clear(entry, profile) < 2 and text(entry.resource.get("status")) != "completed"


def _asks_for_a_board(entry: Entry, profile: Profile) -> bool:
    if entry.kind != PROCEDURE or profile.version != "STU3":
        return False
    words = [concept(one).casefold() for name in ("code", "category") for one in nodes(entry.resource.get(name))]
    return is_review(entry, profile) or any(word in said for said in words for word in profile.words("request", "words"))


def _focus(where: Addresses) -> set[str]:
    headers = where.of_kind("MessageHeader")
    return {entry.place for header in headers for entry in where.all(header.resource.get("focus"), header)}
