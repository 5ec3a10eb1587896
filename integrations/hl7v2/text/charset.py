"""Character sets of HL7 v2: the names of table 0211 and the decision which one a message is written in."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from integrations.hl7v2.text.dos import is_of_dos
from integrations.hl7v2.text.line_ends import parted
from integrations.hl7v2.text.marks import Marks
from mdo_portal.exchange import Unreadable

LONGEST_HEADER = 32_768
"""Bytes in which MSH is looked for, and its end."""

HL7_TO_CODEC = {
    "ASCII": "ascii",
    "8859/1": "iso8859-1",
    "8859/2": "iso8859-2",
    "8859/3": "iso8859-3",
    "8859/4": "iso8859-4",
    "8859/5": "iso8859-5",
    "8859/6": "iso8859-6",
    "8859/7": "iso8859-7",
    "8859/8": "iso8859-8",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
    "ISO IR6": "ascii",
    "ISO IR100": "iso8859-1",
    "ISO IR192": "utf-8",
    "CP850": "cp850",
    "IBM850": "cp850",
    "CP858": "cp858",
    "CP437": "cp437",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
}
"""Table 0211 and the spellings seen in the wild, those of DOS among them. UTF-16 and UTF-32 are turned into UTF-8 before this is asked."""

_CODEC_TO_HL7 = {"ascii": "ASCII", "utf-8": "UNICODE UTF-8", "cp1252": "8859/1"} | {
    codec: name for name, codec in HL7_TO_CODEC.items() if name.startswith("8859/")
}
_ANY_BYTE = frozenset(codec for codec in HL7_TO_CODEC.values() if codec not in ("ascii", "utf-8")) | {"cp1252"}
_OTHER_SCRIPTS = frozenset({"GB18030", "BIG5", "KSX1001", "CNS11643"})
"""Of table 0211 those in which a byte of a letter may be a separator: nobody is called what these bytes are in cp1252."""
_C1 = re.compile(rb"[\x80-\x9f]")
_MARK = b"\xef\xbb\xbf"
_WIDE_STARTS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"M\0S\0", "utf-16-le"), (b"\0M\0S", "utf-16-be"))


@lru_cache(maxsize=256)
def codec_named(name: str) -> str:
    """Python's codec for an HL7 or IANA name (`8859/1`, `UTF-8`, `windows-1252`); "" when we do not read it."""
    wanted = name.strip().upper().replace("ISO_IR", "ISO IR").replace("ISO IR ", "ISO IR")
    if wanted in HL7_TO_CODEC:
        return HL7_TO_CODEC[wanted]
    try:
        found = codecs.lookup(wanted).name if wanted else ""
    except (LookupError, ValueError):
        return ""
    return found if found in _CODEC_TO_HL7 else ""


def codec_read(name: str) -> str:
    """As `codec_named`, with the character sets of other Windows (`CP1250`), which are read when a sender says so and never written."""
    try:
        found = codec_named(name) or codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return ""
    return found if codec_named(name) or _WINDOWS.fullmatch(found) else ""


_WINDOWS = re.compile(r"cp125\d")


def hl7_name(name: str) -> str:
    """What MSH-18 says for a codec or IANA name. Raises ValueError for one we do not write."""
    codec = codec_named(name)
    if codec not in _CODEC_TO_HL7:
        raise ValueError("a character set we do not write")
    return _CODEC_TO_HL7[codec]


def narrow(raw: bytes) -> bytes:
    """The same message with ASCII as single bytes and its segments parted: UTF-16 becomes UTF-8, a UTF-8 byte order mark goes.

    Usually `raw` itself.
    """
    if raw[:3] == b"MSH":
        return parted(raw)
    if raw[:3] == _MARK:
        return parted(raw[3:])
    for start, codec in _WIDE_STARTS:
        if raw.startswith(start):
            try:
                return parted(raw.decode(codec).encode("utf-8"))
            except UnicodeError:
                raise Unreadable("undecodable", "MSH-18") from None
    return raw


def is_marked(raw: bytes) -> bool:
    """Whether its first bytes say that it is Unicode: what `narrow` gives of it is UTF-8, whatever MSH-18 or the link says."""
    return raw[:3] == _MARK or any(raw.startswith(start) for start, _ in _WIDE_STARTS)


def decide(raw: bytes, *, link: str = "", stated: str = "") -> str:
    """Which codec reads `raw`: the link's, else MSH-18 (`stated`), else strict UTF-8, else cp1252.

    A codec that does not fit every byte is passed over: no letter is ever replaced by a question mark. A machine that still writes as
    DOS did says 8859/1 or nothing: where the letters in its words show it, it is read so. Any byte fits 8859/1, so of a sender who
    says that and writes faultless UTF-8 the bytes are believed: nobody is called `Ã‡elik`. What a person set for the link holds.
    Raises Unreadable("undecodable") when none fits.
    """
    return decided(raw, link=link, stated=stated)[0]


def decided(raw: bytes, *, link: str = "", stated: str = "") -> tuple[str, str]:
    """The codec, and who said so: `(link)`, `(MSH-18)`, or `(bytes)` when only the bytes themselves do. As `decide`."""
    if raw.isascii():
        if link and (codec := codec_named(link)):
            return codec, "(link)"
        if stated and (codec := codec_read(stated)):
            return codec, "(MSH-18)"
        return "ascii", "(bytes)"
    said = codec_read(stated)
    if (said in _ANY_BYTE or _WINDOWS.fullmatch(said)) and not codec_named(link) and _fits(raw, "utf-8"):
        return "utf-8", "(bytes)"
    is_other = re.sub(r"[\s_-]|2000$|1992$", "", stated.upper()) in _OTHER_SCRIPTS
    guess = "" if is_other else "cp1252"
    sayings = (
        (codec_named(link), "(link)"),
        (said, "(MSH-18)"),
        ("utf-8", "(bytes)"),
        (guess, "(bytes)"),
    )
    for codec, by in sayings:
        # Bytes 80-9F are no letters in 8859/1; a Windows sender who says 8859/1 means cp1252, and one on DOS what he writes.
        meant = "cp1252" if codec == "iso8859-1" and _C1.search(raw) else codec
        if meant == "cp1252" and by != "(link)" and is_of_dos(raw):
            return "cp850", "(bytes)"
        if meant and _fits(raw, meant):
            return meant, by
    raise Unreadable("undecodable", "MSH-18")


def _fits(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


class Charset:
    """The character set of one message: which codec, decided when something first asks that does not read the same in all of them.

    All that we read are ASCII below 128.
    """

    __slots__ = ("_decided", "_link", "_marks", "_raw")

    def __init__(self, raw: bytes, marks: Marks, link: str = "") -> None:
        """`raw` begins with its header; `link` goes before what that says."""
        self._raw, self._marks, self._link = raw, marks, link
        self._decided: tuple[str, str] | None = None

    @property
    def codec(self) -> str:
        """The codec that reads every byte of the message (`decide`). Raises Unreadable: undecodable."""
        return self.decided()[0]

    def decided(self) -> tuple[str, str]:
        """The codec, and who said so. Raises Unreadable: undecodable."""
        if self._decided is None:
            self._decided = decided(self._raw, link=self._link, stated=_stated(self._raw, self._marks))
        return self._decided

    def text(self, octets: bytes) -> str:
        """A part of the message as text."""
        return octets.decode("ascii" if octets.isascii() else self.codec)


def _stated(raw: bytes, marks: Marks) -> str:
    """MSH-18."""
    at = 0 if raw[:3] == b"MSH" else raw.find(b"\rMSH", 0, LONGEST_HEADER) + 1
    end = raw.find(b"\r", at, at + LONGEST_HEADER)
    fields = raw[at : end if end >= 0 else at + LONGEST_HEADER].split(raw[at + 3 : at + 4], 18)
    if len(fields) < 18 or fields[0] != b"MSH":
        return ""
    return fields[17].decode("latin-1").partition(marks.repetition)[0].partition(marks.component)[0]
