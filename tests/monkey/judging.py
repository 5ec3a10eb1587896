"""What must hold at any moment on one screen, and what must hold of all screens when it has been quiet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.monkey.deeds import People
from tests.monkey.desks import Desk, Sight
from tests.monkey.meeting import Held, Stored


def at_any_moment(held: Held, sight: Sight, rounds: dict[str, str]) -> Iterator[str]:
    """`rounds`: of each note that was seen stored, whose it is."""
    if not sight["isRoom"]:
        return
    whose = (
        set(sight["pieces"]) | {rounds[note["id"]] for note in sight["notes"] if note["id"] in rounds} | ({sight["round"]} - {""})
    )
    if len(whose) > 1:
        yield f"one patient's case beside another's: {[held.names.get(one, one) for one in sorted(whose)]}"
    name = held.names.get(sight["round"], "")
    if sight["banner"] and name not in sight["banner"]:
        yield f"the name of {sight['banner']!r} above the case of {name}"
    if sight["blocks"] != len(sight["notes"]):
        yield f"{sight['blocks']} places for texts, and {len(sight['notes'])} texts"
    if any(note["isEditor"] and note["editors"] != 1 for note in sight["notes"]):
        yield "a text without its editor, or with two"


def meanwhile(before: Sight, now: Sight) -> Iterator[str]:
    """What others did takes nobody from their text or their dialog; who asked for something may get it."""
    if not before["isRoom"] or before["where"] != now["where"] or before["asks"] or before["isCovered"] or now["isCovered"]:
        return
    if before["types"] and before["focus"] != now["focus"]:
        yield f"others took focus from {before['focus']!r} to {now['focus']!r}"
    if before["dialog"] and before["dialog"] != now["dialog"]:
        yield f"others closed {before['dialog']}, or opened {now['dialog']!r}"


def when_quiet(held: Held, desks: list[Desk], people: People) -> Iterator[str]:
    stored = held.stored()
    sights = {desk.name: desk.sees() for desk in desks}
    for desk in desks:
        sight = sights[desk.name]
        for wrong in _screen(held, desk, sight, stored):
            yield f"{desk.name}: {wrong}"
    yield from _alike(sights)
    yield from _words(stored, desks, people)


def _screen(held: Held, desk: Desk, sight: Sight, stored: Stored) -> Iterator[str]:
    if not sight["isRoom"]:
        if desk.seat.is_wall:
            yield f"the wall shows {sight['where']}"
        return
    if sight["isCovered"] or sight["live"] != "on":
        yield f"covered {sight['isCovered']}, live {sight['live']!r}"
    yield from at_any_moment(held, sight, stored.rounds)
    yield from _texts(sight, stored)
    yield from _place(held, desk, sight, stored)


def _texts(sight: Sight, stored: Stored) -> Iterator[str]:
    for note in sight["notes"]:
        text = stored.texts.get(note["id"], "")
        if note["saved"] == "no" and note["state"] != "refused":
            yield f"{note['id']} is not stored"
        if note["text"] is not None and note["state"] != "refused" and note["text"].strip() != text.strip():
            yield f"{note['id']} shows {note['text']!r}, stored is {text!r}"
    for form in sight["forms"]:
        if form["state"] in ("conflict", "refused"):
            continue
        for name, value in form["fields"]:
            if name in stored.fields and stored.fields[name] != value.strip():
                yield f"{name} shows {value!r}, stored is {stored.fields[name]!r}"


def _place(held: Held, desk: Desk, sight: Sight, stored: Stored) -> Iterator[str]:
    if not sight["follows"] and (desk.seat.is_wall or not desk.chose):
        yield f"looks at {held.names.get(sight['round'])} without having chosen to"
    if sight["follows"] and sight["round"] != stored.current and not sight["isCalled"]:
        yield f"stands at {held.names.get(sight['round'])}, the chair at {held.names.get(stored.current)}, bars: {sight['bars']}"


def _alike(sights: dict[str, Sight]) -> Iterator[str]:
    """Screens of the same case say the same of its outcome; all say the same of the agenda and of who is there."""
    rooms = {name: sight for name, sight in sights.items() if sight["isRoom"]}
    for what in ("marks", "people", "meeting"):
        said = {str(sight[what]) for sight in rooms.values()}
        if len(said) > 1:
            yield f"{what}: { ({name: sight[what] for name, sight in rooms.items()}) }"
    outcomes: dict[str, set[str]] = {}
    for sight in rooms.values():
        if sight["outcome"]:
            outcomes.setdefault(sight["round"], set()).add(sight["outcome"])
    for round_id, said in outcomes.items():
        if len(said) > 1:
            yield f"outcome of {round_id}: {said}"


def _words(stored: Stored, desks: list[Desk], people: People) -> Iterator[str]:
    """What was typed stands once where it was typed, or its writer saw that it is not stored."""
    refused = {desk.name: desk.refused for desk in desks}
    for word, (place, who) in people.words.items():
        kind, _, target = place.partition(" ")
        found = [note for note, text in stored.texts.items() for _ in range(_times(word, text, people))]
        if word in people.broken or (kind == "note" and target in refused[who]):
            continue
        if kind == "note" and found != [target]:
            yield f"{word!r} of {who} for {target}: stored in {found}; there stands {stored.texts.get(target)!r}"
        if kind == "form" and found:
            yield f"{word!r} of {who}, typed in a recommendation, stands in a text"
        if kind == "form" and target in stored.fields and word not in stored.fields[target]:
            yield f"{word!r} of {who} for {target}: there stands {stored.fields[target]!r}"
    for place, text in (stored.texts | stored.fields).items():
        yield from _leaked(place, text, people)


def _times(word: str, text: str, people: People) -> int:
    """How often it stands there; who begins at the end of a word that another still types comes between its letters."""
    if word in text:
        return text.count(word)
    left, before = "".join(text.split()), ""
    while left != before:  # in one that came between, another may have come
        before = left
        for other in people.words:
            left = left.replace(other, "") if other != word else left
    return left.count(word)


def _leaked(place: str, text: str, people: People) -> Iterator[str]:
    """A key that was to do something, and became a letter."""
    left = text
    for word in sorted(people.words, key=len, reverse=True):
        left = left.replace(word, "")
    known = "".join([*people.broken, *people.words])
    if keys := [part for part in re.findall(r"[a-z]+", left) if part not in known]:
        yield f"keys became letters in {place}: {keys} in {text!r}"
