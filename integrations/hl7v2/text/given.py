"""What stands for somebody's first names: initials, or names in full. Dutch senders put initials there, others names."""

from __future__ import annotations

import re

_PARTS = re.compile(r"([^\W\d_]+)(\.?)[\s.-]*")
_MOST = 3
"""Letters of one initial (`Chr.`), and of initials that are written as one word (`JPM`)."""
_NAMES = """
ADA AMY ANN ANS ARI ARY BAS BEA BEN BEP BOB BOY COR DAN DIK EEF EEP ELS EMY ENO EVA EVE FAY FIA FOP GEA GER
GUS IAN IDA IES INA INE ISA IVO JAN JAP JEF JEN JET JIM JOB JOE JON JOP JOS KAY KEA KEE KIM LEA LEO LEX LIA LIZ LOU LUC
MAX MIA MIK NEL NIA NIK NOL OLE PIA PIM PIT RIA RIE RIK ROB ROM RON ROY SEF SIA SJA SUE SYB TEA TED TEO TIA TIL TIM TOM
TON TOR UNA URS UTA WIL WIM YKE ZOE
"""
"""First names of three letters in a message in capitals: `WIM` is a name and `JAM` are initials, which only a list can tell.

None that the usual initials (…A.M., …E.M.) spell too: `PAM`, `TAM`, `LEM`.
"""
_KNOWN = frozenset(_NAMES.split())


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
    is_word = len(letters) <= _MOST and letters not in _KNOWN
    return letters if letters.isupper() and (is_spaced or is_word) else ""
