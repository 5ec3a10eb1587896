"""What a patient feed (ADT) tells: changed particulars, two numbers that are one patient, two numbers that are linked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from integrations.hl7v2.message.people import is_bsn, patient, patient_of, sender
from integrations.hl7v2.message.unplaced import unplaced
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.events import event_of
from integrations.hl7v2.text.numbers import numbers, ungrouped
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import sent
from mdo_portal.exchange import MergedNumbers, PatientChange, PatientLink, PatientMerge, Profile, Unreadable

UNLINKS = ("A37",)


def change(message: Message, profile: Profile) -> PatientChange:
    """The change in `message`. Raises Unreadable: no_patient, broken."""
    return PatientChange(
        patient=patient_of(message, profile),
        event=event_of(message),
        sent_at=sent_at(message, profile),
        unmapped=unplaced(message, profile, "patient"),
    )


def merge(message: Message, profile: Profile) -> PatientMerge:
    """Who is merged. Each MRG belongs to the PID above it. Raises Unreadable: no_patient, broken when it does not say what is merged."""
    merged = tuple(_merged(pid, mrg, profile, sender(message)) for pid, mrg in _pairs(message))
    if not merged:
        raise Unreadable("broken", "MRG-1")
    return PatientMerge(
        merged,
        event=event_of(message),
        sent_at=sent_at(message, profile),
        unmapped=(*unplaced(message, profile, "merge"), *_other_names(message)),
    )


def _pairs(message: Message) -> Iterator[tuple[Segment, Segment]]:
    pid: Segment | None = None
    for segment in message.segments:
        if segment.name == "PID":
            pid = segment
        elif segment.name == "MRG":
            if pid is None:
                raise Unreadable("no_patient", "PID")
            yield pid, segment


def _other_names(message: Message) -> Iterator[str]:
    """Where a name of before stands (MRG-7) that is not the patient's: who judges the merge may want to know it."""
    for n, (pid, mrg) in enumerate(_pairs(message)):
        before, now = (" ".join(segment.component(field, c) for c in (1, 2)).strip() for segment, field in ((mrg, 7), (pid, 5)))
        if before and before.casefold() != now.casefold():
            yield f"MRG({n})-7" if n else "MRG-7"


def _merged(pid: Segment, mrg: Segment, profile: Profile, by: str) -> MergedNumbers:
    """MRG-1 is the list of before; before 2.3 the number stood in MRG-4 (prior patient id). It may be a BSN and nothing else."""
    before = numbers(mrg, 1) or numbers(mrg, 4)
    rules = profile["patient"]
    own = tuple(one[:2] for one in before if not is_bsn(one, rules) and one.kind not in rules["other_types"])
    bsn = next((ungrouped(one.number) for one in before if is_bsn(one, rules)), "")
    if not own and not bsn:
        raise Unreadable("broken", "MRG-1")
    return MergedNumbers(patient(pid, profile, by), own, previous_bsn=bsn)


def link(message: Message, profile: Profile) -> PatientLink:
    """Two patients that are linked, or unlinked. Raises Unreadable: broken when there are not exactly two."""
    found = message.all("PID")
    if len(found) != 2:
        raise Unreadable("broken", "PID")
    one, other = (patient(pid, profile, sender(message)) for pid in found)
    event = event_of(message)
    return PatientLink(
        (one, other),
        linked=event not in UNLINKS,
        event=event,
        sent_at=sent_at(message, profile),
        unmapped=unplaced(message, profile, "patient"),
    )


def sent_at(message: Message, profile: Profile) -> datetime | None:
    """MSH-7; None when it has no time, makes no sense, or may be either of two."""
    return sent(message.get("MSH-7-1"), ZoneInfo(profile["timezone"]))
