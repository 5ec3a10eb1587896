"""Numbers of the patient that stand where one profile or link says, in a message that nobody parsed yet."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.hl7v2.text.charset import narrow
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.header import WINDOW, header_at, opened
from integrations.hl7v2.text.header_numbers import end_of_line, lines_called
from integrations.hl7v2.text.tidy import as_read, cleaned
from mdo_portal.exchange import Unreadable


def numbers_at(raw: bytes, places: Sequence[str]) -> list[str]:
    """The values at these paths (`PID-18-1`): of the first megabyte, and of the lines the paths name, nothing else is read."""
    window = narrow(raw[:WINDOW] if len(raw) > WINDOW else raw)
    try:
        at = header_at(window)
        marks = opened(window[at : end_of_line(window, at)]).marks
    except Unreadable:
        return []
    read = as_read(window)
    few = Message.of_lines(lines_called({one[:3] for one in places}, read, at if read is window else 0, marks), marks)
    return [value for one in places if (value := cleaned(few.get(one)).strip())]
