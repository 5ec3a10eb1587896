"""What says in its name that it registers somebody for a board: an order, or the title of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from integrations.hl7v2.message.documents import title_inside
from integrations.hl7v2.message.headed import below
from integrations.hl7v2.message.items import Item, name_of, ordered_as
from integrations.hl7v2.message.notification import Notification
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import said
from integrations.hl7v2.text.words import holds_any


def asks_board(received: Received, order: Segment) -> bool:
    """Whether an order refers, or names a board."""
    name, recognised = name_of(order), received.recognised
    return recognised.is_registration(order.component(4), name) or recognised.names_board(name)


def title_above(received: Received, order: Segment | None) -> str:
    """What says that all texts below an order are the letter: that it is for a board, or that all of the message refers."""
    if order is None and received.kind.startswith(("REF", "CCR", "SRM")):
        return received.kind
    ordered = name_of(order) if order and (received.kind.startswith(("ORM", "OM")) or received.is_referral) else ""
    return ordered if received.recognised.names_board(ordered) else ""


def is_examination(received: Received, order: Segment) -> bool:
    """Whether what is ordered is a scan, a biopsy, a test or a scopy, by what it is called or by who does it (OBR-24)."""
    placed = received.sections.matching(order.component(4), ordered_as(order))
    return (placed or received.profile["result"]["services"].get(said(order, 24), "")) in EXAMINATIONS


EXAMINATIONS = ("imaging", "pathology", "marker", "course")


def asking_title(received: Received, values: Iterable[Item]) -> str:
    """The title of a document (MDM), or of a clinical one inside any message, that says both that it refers and to a tumour board;
    "" when none does.

    Letters of every kind come as MDM. One word of the two is not enough: a letter to a colleague refers, a report names the board.
    """
    names_board, refers = received.recognised.names_board, received.recognised.refers
    said = next((title for title in _titles(received, values) if names_board(title) and refers(title)), "")
    if said or received.notification is None:
        return said
    told = (*received.notification.titles, _file_title(received.notification))
    return next((one for one in told if may_ask(received, one, values)), "")


def may_ask(received: Received, title: str, values: Iterable[Item]) -> bool:
    """Whether something is called so that it may refer to a board, and a question stands in it under its heading, or as a value."""
    if not received.recognised.may_refer(title):
        return False
    labels, heads, outcomes = received.labels, received.labels.headings("board"), received.recognised.rules["outcomes"]
    told = list(values)
    texts = [item.text for item in told if not item.is_document]
    if any(holds_any(one.label.casefold(), outcomes) for one in told) or any(_is_outcome(text, outcomes) for text in texts):
        return False
    return any(labels.answered(one) == "board" for one in told) or any(below(text, heads) for text in texts)


def _is_outcome(text: str, outcomes: Iterable[str]) -> bool:
    """Whether a line of it is headed by what a board says."""
    heads = (line.partition(":")[0].strip().casefold() for line in text.split("\n") if ":" in line)
    return any(head.startswith(tuple(outcomes)) for head in heads)


def _titles(received: Received, values: Iterable[Item]) -> Iterator[str]:
    message, notification = received.message, received.notification
    if notification is not None:
        yield from (notification.segment.component(n, c) for n, c in ((2, 2), (2, 1), (25, 1)))
    if notification is not None or message.get("MSH-9-1").strip().upper() == "MDM":  # some leave the notification out
        yield from (one.segment.component(3, 2, 0) for one in values)
        yield from map(name_of, message.all("OBR"))
    if notification is not None:
        yield _file_title(notification)  # where nothing else says it
    yield from map(title_inside, values)


def _file_title(notification: Notification) -> str:
    """The name of its file, as a title."""
    return _FILE.sub("", notification.file_name).replace("_", " ")


_FILE = re.compile(r"\.\w{2,5}$")
