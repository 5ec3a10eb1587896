"""What stands where nothing reads, by the places under which a profile could read it: never dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from integrations.hl7v2.message.received import Received
from integrations.hl7v2.message.roles import is_judge
from integrations.hl7v2.message.worded_lines import lines_at
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import HEADERS, LargeSegment, Repetition, Segment

MOST_FIELDS, MOST_REPEATED, MOST_COMPONENTS, MOST_SUBS = 60, 8, 20, 6
MOST_TEXT = 200
"""Characters of one value that are shown."""
_FIELD = re.compile(r"[A-Z][A-Z0-9]{2}(?:\(\d+\))?-\d+(?:\(\d+\))?")
_OCCURRENCE = re.compile(r"[A-Z][A-Z0-9]{2}(?:\((\d+)\))?")
_PATH = re.compile(_FIELD.pattern + r"(?:-\d+){0,2}")
_NAMELESS = "?"
"""How a line is called that is no segment."""


def left_of(received: Received, meaning: str, read: Collection[str] = ()) -> tuple[str, ...]:
    """The segments that this kind of message (`segments` of a profile) does not use, nor `read`, in order, each name once; of a sender's
    own (Z…) in which the profile has places, those of the rest (`ZMD-4`). They stay in the raw message.

    Of a segment of the standard its name is enough: it has dozens of fields that mean nothing here.
    """
    message, segments = received.message, received.profile["segments"]
    used = {*segments["placed"], *segments[meaning], *read, *(("PRT",) if all(map(is_judge, message.all("PRT"))) else ())}
    every = dict.fromkeys(one.name or _NAMELESS for one in message.segments if one.name or one.line.strip())
    names = [name for name in every if name not in used]
    own = _own_places(received, is_referral=meaning == "referral") if any(name.startswith("Z") for name in names) else ()
    left: list[str] = []
    for name in names:
        paths = [path for path in own if path.startswith((f"{name}-", f"{name}("))] if name.startswith("Z") else []
        left += [place for place, _ in parts(message, name) if not _is_read(place, paths)] if paths else [name]
    return tuple(left)


def parts(message: Message, place: str) -> list[tuple[str, str]]:
    """(place, value) of what stands at a place or in the segments of that name; of a large document nothing."""
    wanted = _OCCURRENCE.match(place)
    only = int(wanted[1] or 0) if wanted and len(place) > 3 else None
    segments = [(n, segment) for n, segment in enumerate(message.all(place[:3])) if only in (None, n)]
    every = (one for n, segment in segments for one in _of_segment(_counted(place[:3], n), segment))
    return [(at, value[:MOST_TEXT]) for at, value in every if at == place or len(place) == 3 or at.startswith(f"{place}-")]


def parts_of(segment: Segment, place: str) -> list[tuple[str, str]]:
    """The same of one segment that stands at this place (`DG1(1)`)."""
    return [(at, value[:MOST_TEXT]) for at, value in _of_segment(place, segment)]


def _own_places(received: Received, *, is_referral: bool) -> frozenset[str]:
    """Every plain path that the profile reads in this message: of what is no referral the patient's, and its number."""
    profile, referral = received.profile, received.profile["referral"]
    tables: list[Mapping[str, object]] = [profile["patient"]]
    tables += [referral, *profile["contacts"].values()] if is_referral else [{"number": referral["number"]}]
    lists = (paths for table in tables for paths in table.values() if isinstance(paths, list))
    every = [str(path) for paths in lists for path in paths]
    lines = (at for path in every for at in lines_at(received.message, path))
    return frozenset(path.replace("(0)", "") for path in (*every, *lines) if _PATH.fullmatch(path))


def _is_read(place: str, read: Iterable[str]) -> bool:
    """Whether one of these paths reads it. One without a component reads all of its field."""
    return any(
        path in (place, f"{place}-1") or (_FIELD.fullmatch(path) and place.startswith((f"{path}-", f"{path}("))) for path in read
    )


def _counted(name: str, n: int) -> str:
    """Occurrences and repetitions count from 0; the first needs no number."""
    return f"{name}({n})" if n else name


def _of_segment(name: str, segment: Segment) -> Iterator[tuple[str, str]]:
    if isinstance(segment, LargeSegment) or segment.name in HEADERS:
        return
    for n in range(1, min(len(segment.split()), MOST_FIELDS + 1)):
        if n == 1 and segment.component(1).isdigit() and len(segment.component(1)) < 4:
            continue  # which of its kind it is (Set ID), and nothing else
        repetitions = segment.repetitions(n, MOST_REPEATED)
        for r, repetition in enumerate(repetitions[:MOST_REPEATED]):
            yield from _of_repetition(_counted(f"{name}-{n}", r), repetition, is_alone=len(repetitions) == 1)


def _of_repetition(place: str, repetition: Repetition, *, is_alone: bool) -> Iterator[tuple[str, str]]:
    """Each value by the path that reads it and nothing else: without a component one reads the whole field."""
    first, is_plain = repetition.component(1), not (repetition.is_parted or repetition.has(2))
    if is_alone and (is_plain or first == repetition.text):
        yield from [(place, first.strip())] if first.strip() else []
        return
    for c in range(1, MOST_COMPONENTS + 1):
        if not repetition.has(c):
            break
        for sub in range(1, (MOST_SUBS if repetition.is_parted else 1) + 1):
            if value := repetition.component(c, sub).strip():
                yield (f"{place}-{c}" if sub == 1 else f"{place}-{c}-{sub}"), value
