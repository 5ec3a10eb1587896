"""Which of the profile's questions an OBX or a note answers, by what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from integrations.hl7v2.message.documents import title_inside
from integrations.hl7v2.message.items import Item, name_of
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import label
from integrations.hl7v2.text.words import folded_all, holds_any
from integrations.profiles import asked_of
from mdo_portal.exchange import Profile


def asked(item: Item, profile: Profile) -> str:
    """Which of the profile's labels an OBX answers: `board`, `radiology`, …; "" when none."""
    found = labelled(label(item.segment), profile, item.segment.component(3))
    return found or (_URGENCY if _says_how_urgent(item, profile) else "")


def _says_how_urgent(item: Item, profile: Profile) -> bool:
    """Whether what is called `Urgentie` and no more says how soon: of the bladder it is a complaint, and says yes or no."""
    said = item.text.strip().upper() if label(item.segment).strip(" :?").casefold() == "urgentie" else ""
    return len(said) > len("YES") and said in profile["referral"]["codes"]["urgency"]


_URGENCY = "urgency"


def labelled(label: str, profile: Profile, code: str = "") -> str:
    """Which of the profile's labels these words, or this code, are."""
    code, words = code.strip().casefold(), label.casefold().replace("_", " ")
    for name, rule in profile["labels"].items():
        if code in folded_all(tuple(rule["codes"])):
            return str(name)
        if name != "board" and words.rstrip(" :?") in folded_all(tuple(rule.get("headings", ()))):
            return str(name)
        if holds_any(words, folded_all(tuple(rule["words"]))):
            if name in _ASKING and _ABOUT_A_QUESTION.search(words):
                return ""
            return (asked_of(words) if name == "board" else "") or str(name)
    return ""


_ASKING = ("board", "radiology", "pathology", "reason")
_ABOUT_A_QUESTION = re.compile(r"(?<!\w)(?:eerdere?|vorige|vroegere|oude|datum|(?:be)?antwoord\w*|previous)(?!\w)")
"""What was asked before, when it was, or what was answered: nothing of it is asked now."""


def bare_questions(values: Iterable[Item], said: Mapping[int, str], profile: Profile) -> list[Item]:
    """The OBX lines that are called `Vraag`, or `Vraag 2`, and no more, where none says to whom; else those with the word in their name.

    `said`: what each line answers by its name.
    """
    if "board" in said.values():
        return []
    called = folded_all(tuple(profile["labels"].get("board", {}).get("headings", ())))
    lines = [(one, label(one.segment).casefold().rstrip(" :?.*0123456789")) for one in values]
    bare = [one for one, name in lines if name in called]
    return bare or [one for one, name in lines if not said.get(one.position) and _is_question(one, name)]


def _is_question(item: Item, name: str) -> bool:
    """Whether a value is a question by a word of its name (`Kernvraag`, `Vraag van de inbrenger`), and in what it says."""
    is_named = _A_QUESTION.search(name) is not None and not (_ABOUT_A_QUESTION.search(name) or _OF_ANOTHER.search(name))
    return is_named and not item.is_document and " " in item.text.strip()


_A_QUESTION = re.compile(
    r"(?<!\w)(?!(?:aan|na|hulp|zorg|terug|onder|over|op|uit|patiënt\w*|patient\w*)-?vra)[\w-]{0,20}?"
    r"(?:vraag|vragen|vraagst(?:elling(?:en)?)?|vr\. ?stelling)(?!\w)"
)
"""`Aanvraag` and `hulpvraag` ask no board."""
_OF_ANOTHER = re.compile(
    r"(?:aan|van|voor|tbv|t\.b\.v\.) (?:de |het )?(?:pati[eë]nt|famili|huisarts|apothe|laborat|radiolo|patholo)"
)
"""Who asks is the patient, or is asked is no board."""


def asks_board(received: Received, order: Segment) -> bool:
    """Whether an order refers, or names a board."""
    name, recognised = name_of(order), received.recognised
    return recognised.is_registration(order.component(4), name) or recognised.names_board(name)


def asking_title(received: Received, values: Iterable[Item]) -> str:
    """The title of a document (MDM), or of a clinical one inside any message, that says both that it refers and to a tumour board;
    "" when none does.

    Letters of every kind come as MDM. One word of the two is not enough: a letter to a colleague refers, a report names the board.
    """
    names_board, refers = received.recognised.names_board, received.recognised.refers
    return next((title for title in _titles(received, values) if names_board(title) and refers(title)), "")


def _titles(received: Received, values: Iterable[Item]) -> Iterator[str]:
    message, notification = received.message, received.notification
    if notification is not None:
        yield from (notification.segment.component(n, c) for n, c in ((2, 2), (2, 1), (25, 1)))
    if notification is not None or message.get("MSH-9-1").strip().upper() == "MDM":  # some leave the notification out
        yield from (one.segment.component(3, 2, 0) for one in values)
        yield from map(name_of, message.all("OBR"))
    if notification is not None:
        yield _FILE.sub("", notification.file_name).replace("_", " ")  # the name of its file, where nothing else says it
    yield from map(title_inside, values)


_FILE = re.compile(r"\.\w{2,5}$")
