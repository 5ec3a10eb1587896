"""What type says in a letter: raised (10^9), lowered (log_10), struck or hidden text must not read as if it stood there plainly."""

from __future__ import annotations

import re
from dataclasses import dataclass

RAISED, STRUCK, HIDDEN, LOWERED = range(4)
_SIGNS = ("\ufdd0\ufdd1", "\ufdd2\ufdd3", "\ufdd4\ufdd5", "\ufdd6\ufdd7")
"""Where each begins and ends while the text is under way: Unicode keeps these from ever being a letter."""

STRUCK_WORD = "doorgehaald"
HIDDEN_WORD = "verborgen"
_EMPTY = re.compile("\ufdd0\\s*\ufdd1|\ufdd2\\s*\ufdd3|\ufdd4\\s*\ufdd5|\ufdd6\\s*\ufdd7")
_LIKE_AN_INDEX = re.compile("(?<=[^\\W\\d_])\ufdd6(\\d{1,2})\ufdd7(?!\\d)")
"""H2O, pT2: as everybody writes them where there is no lowered type."""
_SIGN = re.compile("[\ufdd0-\ufdd7]")

TAGS = {"sup": RAISED, "sub": LOWERED, "del": STRUCK, "s": STRUCK, "strike": STRUCK}
_STYLED = re.compile(
    r"line-through|display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|<[a-z][^<>]*\shidden[\s=>/]", re.IGNORECASE
)

_TOKEN = re.compile(r"\\(?:([a-z]{1,32})(-?\d{1,10})?[ ]?|'..|[^a-z])|([{}])", re.IGNORECASE | re.DOTALL)
_ON_OFF = {
    "super": RAISED,
    "up": RAISED,
    "sub": LOWERED,
    "dn": LOWERED,
    "strike": STRUCK,
    "striked": STRUCK,
    "deleted": STRUCK,
    "v": HIDDEN,
}
_OFF = {
    "plain": (RAISED, STRUCK, HIDDEN, LOWERED), "nosupersub": (RAISED, LOWERED), "sub": (RAISED,), "dn": (RAISED,), "super": (LOWERED,),
    "up": (LOWERED,),
}  # fmt: skip


def without_signs(text: str) -> str:
    """`text` without the signs that are ours."""
    return _SIGN.sub("", text)


def sign_of_tag(name: str, *, closes: bool) -> str:
    """What stands for `<sup>`, `<sub>`, `<del>`, `<s>` or `<strike>` while the text is under way."""
    return _SIGNS[TAGS[name]][closes]


def sign_between(kind: int) -> tuple[str, str]:
    """What stands before and behind text of this kind while it is under way."""
    return _SIGNS[kind][0], _SIGNS[kind][1]


def is_styled(html: str) -> bool:
    """Whether a style may strike or hide some of this: only a browser knows what, so no words are taken from it."""
    return _STYLED.search(html) is not None


def written_out(text: str) -> str:
    """The signs as a reader sees them: `10^9`, `log_10`, `[doorgehaald: geen]`, `[verborgen: …]`."""
    text = _EMPTY.sub("", text)
    text = re.sub(r"\ufdd1(?=\w)", " ", text.replace("\ufdd0", "^")).replace("\ufdd1", "")
    text = _LIKE_AN_INDEX.sub(r"\1", text)
    text = re.sub(r"(?<=\d)\ufdd7(?=\d)", " ", text.replace("\ufdd6", "_")).replace("\ufdd7", "")
    for kind, word in ((STRUCK, STRUCK_WORD), (HIDDEN, HIDDEN_WORD)):
        text = text.replace(_SIGNS[kind][0], f"[{word}: ").replace(_SIGNS[kind][1], "]")
    return text


@dataclass
class _Type:
    """How the type stands in one group of an RTF."""

    on: tuple[bool, ...] = (False, False, False, False)

    def told(self, word: str, number: str | None) -> _Type:
        """The type behind this control word."""
        changed = self
        for kind in _OFF.get(word, ()):
            changed = changed._with(kind, on=False)
        return changed._with(_ON_OFF[word], on=not (number and int(number) == 0)) if word in _ON_OFF else changed

    def _with(self, kind: int, *, on: bool) -> _Type:
        return _Type(tuple(on if n == kind else one for n, one in enumerate(self.on)))

    def to(self, other: _Type) -> tuple[str, str]:
        """(signs of what ends, signs of what begins) from this type to another, each in a group of its own."""
        ends = [_SIGNS[kind][1] for kind in (RAISED, LOWERED, STRUCK, HIDDEN) if self.on[kind] and not other.on[kind]]
        begins = [_SIGNS[kind][0] for kind in (HIDDEN, STRUCK, LOWERED, RAISED) if other.on[kind] and not self.on[kind]]
        return "".join(f"{{{one}}}" for one in ends), "".join(f"{{{one}}}" for one in begins)


def signed_rtf(source: str) -> str:
    """The RTF with signs where raised, struck and hidden text begins and ends, each in the group that says so."""
    parts: list[str] = []
    outer: list[_Type] = []
    now, at = _Type(), 0
    for token in _TOKEN.finditer(source):
        word, number, brace = token.groups()
        parts.append(source[at : token.start()])
        at = token.end()
        before = now
        if brace == "{":
            outer.append(now)
        elif brace:
            now = outer.pop() if outer else _Type()
        elif word:
            now = now.told(word.lower(), number)
        if now is before:
            parts.append(token[0])
        else:
            ends, begins = before.to(now)
            parts += (ends, token[0], begins)
    return "".join((*parts, source[at:]))
