r"""Ends of segments that a log, a page or a programming language wrote as signs: `\r`, `\x0d`, `<CR>`, the line ends of Unicode.

Who joins a hospital copies his first message from where he can see it, and an engine that is set up wrongly sends it so all day.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 32_768
"""Bytes in which the end of the first segment is looked for."""
_SIGNS = (
    rb"(?:\\[rRnN]|\\[xX]0[dDaA]\\?|[<\[](?:CR|cr|LF|lf|0[xX]0[dD])[>\]]){1,4}"
    rb"|\xe2(?:\x90[\x8d\xa4]|\x80[\xa8\xa9])|\xc2\x85|[\x0b\x0c\x1d-\x1f]"
)
_MOST = 24
"""Bytes of signs at one end of a line."""
_LAST = (
    *(rb"\r", rb"\n", rb"\R", rb"\N", b"0d", b"0D", b"0a", b"0A", b"0d\\", b"0D\\", b"0a\\", b"0A\\", b">", b"]"),
    *(b"\x8d", b"\xa4", b"\xa8", b"\xa9", b"\x85", b"\x0b", b"\x0c", b"\x1d", b"\x1e", b"\x1f"),
)
"""With what such signs end."""
_LAST_BYTES = frozenset(one[-1] for one in _LAST)


def parted(raw: bytes) -> bytes:
    """A message that begins with MSH, its segments ended by CR where its first one is ended by such a sign; nearly always `raw` itself.

    The sign must stand before the name of a segment, there and wherever it is taken for an end: in a text it stays.
    """
    end = raw.find(b"\r", 0, LONGEST)
    if raw[:3] != b"MSH" or (end > 0 and not (raw[end - 1] in _LAST_BYTES and raw.endswith(_LAST, 0, end))):
        return raw
    if end < 0 and (end := raw.find(b"\n", 0, LONGEST)) < 0:
        start, end = 4, min(len(raw), LONGEST)
    else:
        start = max(4, end - _MOST)
    written = _ends(raw[3:4]).search(raw, start, end + 8)
    if written is None or written.start() > end:
        return raw
    return _ends(raw[3:4], written[1]).sub(b"\r", raw)


@lru_cache(maxsize=64)
def _ends(separator: bytes, sign: bytes = b"") -> re.Pattern[bytes]:
    """Such a sign, or this one, before a segment or at the very end, with the true line end behind it when there is one."""
    signs = re.escape(sign) if sign else _SIGNS
    return re.compile(b"(" + signs + rb")[ \t\r\n]*(?=[A-Z][A-Z0-9]{2}" + re.escape(separator) + rb"|\Z)")
