"""What stands for somebody's first names: initials, or names in full. Dutch senders put initials there, others names."""

from __future__ import annotations

import re

_PARTS = re.compile(r"([^\W\d_]+)(\.?)[\s.-]*")
_MOST = 3
"""Letters of one initial (`Chr.`), and of initials that are written as one word (`JPM`)."""


def given_names(first: str, others: str) -> tuple[str, str]:
    """(initials, names) of XPN.2 and XPN.3: initials only when all of it is, for a name cut into letters is nobody's."""
    letters, more = initials(first), initials(others)
    if (letters or not first) and (more or not others):
        return letters + more, ""
    if f"{others} ".casefold().startswith(f"{first} ".casefold()):  # all names stand in XPN.3, the first once more
        return "", others
    return "", " ".join(filter(None, (first, others)))


def initials(text: str) -> str:
    """The letters of `J.Th.`, `J P` or `JPM`; "" when it is a name."""
    parts = _PARTS.findall(text)
    letters = "".join(part for part, _ in parts)
    if not parts or _PARTS.sub("", text):
        return ""
    if all(dot for _, dot in parts[:-1]) and "." in text:
        are = (len(part) <= _MOST and (part.isupper() or (dot and part[:1].isupper())) for part, dot in parts)
        return letters if all(are) else ""
    is_spaced = all(len(part) == 1 for part, _ in parts)
    return letters if letters.isupper() and (is_spaced or len(letters) <= _MOST) else ""
