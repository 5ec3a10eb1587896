"""A machine that writes its letters as DOS did (code page 850) and says 8859/1, or nothing."""

from __future__ import annotations

import re


def is_of_dos(raw: bytes) -> bool:
    """Whether a word has letters of DOS where Windows has a quotation mark or nothing (`Ren‚e`), and none has one of Windows."""
    return _IN_DOS.search(raw) is not None and _IN_WINDOWS.search(raw) is None


_IN_DOS = re.compile(rb"(?<=[A-Za-z])[\x82\x84\x88-\x8b](?=[a-z])|\x81(?=[a-z])|(?<=[A-Z])[\x90\x99\x9a](?=[A-Z])")
"""é, ä, ê, ë, è, ï and ü; É, Ö and Ü: between letters, but for ü, which is nothing in Windows."""
_IN_WINDOWS = re.compile(
    rb"(?<=[A-Za-z])[\xe0\xe2-\xe5\xe7-\xef\xf1-\xf6\xf9-\xfd]|[\xc0-\xcf\xd1-\xd6\xd9-\xdd](?=[a-z])|\x93[A-Za-z]"
)
"""Its letters beside another, but for those that are ß, µ and ° in DOS; and a word between quotation marks."""
