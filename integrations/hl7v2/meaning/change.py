"""What a patient feed (ADT) tells: changed particulars, two numbers that are one patient, two numbers that are linked."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.hl7v2.message.left import left_of
from integrations.hl7v2.message.patient import is_bsn, patient, patient_of
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.numbers import numbers, ungrouped
from integrations.hl7v2.text.segment import Segment
from mdo_portal.exchange import MergedNumbers, PatientChange, PatientLink, PatientMerge, Unreadable

UNLINKS = ("A37",)


def change(received: Received) -> PatientChange:
    """What changed. Raises Unreadable: no_patient, broken."""
    return PatientChange(
        patient=patient_of(received),
        event=received.event,
        sent_at=received.sent_at,
        unmapped=left_of(received, "patient"),
    )


def merge(received: Received) -> PatientMerge:
    """Who is merged. Each MRG belongs to the PID above it. Raises Unreadable: no_patient, broken when it does not say what is merged."""
    merged = tuple(_merged(received, pid, mrg) for pid, mrg in _pairs(received.message))
    if not merged:
        raise Unreadable("broken", "MRG-1")
    return PatientMerge(
        merged,
        event=received.event,
        sent_at=received.sent_at,
        unmapped=(*left_of(received, "merge"), *_other_names(received.message)),
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


def _merged(received: Received, pid: Segment, mrg: Segment) -> MergedNumbers:
    """MRG-1 is the list of before; before 2.3 the number stood in MRG-4 (prior patient id). It may be a BSN and nothing else."""
    before = numbers(mrg, 1) or numbers(mrg, 4)
    rules = received.profile["patient"]
    own = tuple(one[:2] for one in before if not is_bsn(one, rules) and one.kind not in rules["other_types"])
    bsn = next((ungrouped(one.number) for one in before if is_bsn(one, rules)), "")
    if not own and not bsn:
        raise Unreadable("broken", "MRG-1")
    return MergedNumbers(patient(received, pid), own, previous_bsn=bsn)


def link(received: Received) -> PatientLink:
    """Two patients that are linked, or unlinked. Raises Unreadable: broken when there are not exactly two."""
    found = received.message.all("PID")
    if len(found) != 2:
        raise Unreadable("broken", "PID")
    one, other = (patient(received, pid) for pid in found)
    return PatientLink(
        (one, other),
        linked=received.event not in UNLINKS,
        event=received.event,
        sent_at=received.sent_at,
        unmapped=left_of(received, "patient"),
    )
