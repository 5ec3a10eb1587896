"""What the document of an MDM is, in the words of its notification (TXA)."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.hl7v2.text.segment import Segment

CODE = 4
"""Table 0270 has codes of two letters; hospitals write longer words in its place."""


def titles(notification: Segment | None) -> tuple[str, ...]:
    """What a document is, in words: its kind (TXA-2) and its title (TXA-25, v2.7); none without a TXA."""
    if notification is None:
        return ()
    code = notification.component(2)
    kind = notification.component(2, 2) or (code if is_words(code) else "")
    return tuple(dict.fromkeys(filter(None, (kind, notification.component(25)))))


def is_words(code: str) -> bool:
    """Whether what stands in the place of a code (TXA-2) is a word: longer than one, and with a letter, which LOINC has none of."""
    return len(code) > CODE and any(map(str.isalpha, code))


def of_document(shown: str, said: Iterable[str]) -> list[str]:
    """Which of the words for a document do not stand in the name of a part of it already."""
    return [one for one in said if one.casefold() not in shown.casefold()]
