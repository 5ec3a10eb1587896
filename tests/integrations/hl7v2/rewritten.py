"""One message as several systems would write it: changes that mean nothing (HL7 v2.5.1 chapter 2), by name, for tests.

A change gives the message back as another would have sent it, or None where it has nothing to change. `CHANGES` are of the text,
`SENDINGS` of the bytes; `MORE` puts a segment of the standard, or the sender's own, where it may stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.marks import STANDARD, Marks

HEADERS = ("MSH", "FHS", "BHS")
TEXTS = (("OBX", 5), ("NTE", 3))
"""Where a line of blanks is a line, and a repetition is one."""
IN_TIMES = {("MSH", 7), ("OBR", 7), ("OBR", 8), ("OBX", 14), ("EVN", 2), ("SCH", 11), ("AIS", 4), ("TXA", 4)}
DELIMITERS = ("^_\\|&", "$%'@!", "|~^\\&", "*:;!?", "{}[](", "`|^~&", "|^~\\&#", "|@!%$")


@dataclass(frozen=True)
class Written:
    """A message line by line, in its own delimiters."""

    lines: tuple[str, ...]
    marks: Marks

    @classmethod
    def of(cls, raw: bytes, charset: str = "") -> Written:
        message = Message.parse(raw, charset)
        return cls(tuple(segment.line for segment in message.segments), message.marks)

    def octets(self, codec: str = "utf-8", end: str = "\r", last: str | None = None) -> bytes:
        return (end.join(self.lines) + (end if last is None else last)).encode(codec)

    def name(self, n: int) -> str:
        """Of line `n`; "" of one that is no segment, and of one that such a line goes on with."""
        names = [line[:3] if line[3:4] in (self.marks.field, "") else "" for line in self.lines[n : n + 2]]
        return "" if names[1:] == [""] else names[0]

    def fields(self, n: int) -> list[str]:
        """By their number."""
        found = self.lines[n].split(self.marks.field)
        return [found[0], self.marks.field, *found[1:]] if found[0] in HEADERS else found

    def with_fields(self, n: int, fields: list[str]) -> Written:
        kept = [fields[0], *fields[2:]] if fields[0] in HEADERS else fields
        return self.with_lines(n, self.marks.field.join(kept))

    def with_lines(self, n: int, *lines: str) -> Written:
        return replace(self, lines=(*self.lines[:n], *lines, *self.lines[n + 1 :]))

    def header(self, n: int, text: str) -> Written:
        """With `text` as MSH-n."""
        at = next(at for at in range(len(self.lines)) if self.name(at) == "MSH")
        fields = self.fields(at)
        fields += [""] * (n + 1 - len(fields))
        fields[n] = text
        return self.with_fields(at, fields)


Change = Callable[[Written], Written | None]
Sending = Callable[[Written], bytes | None]
Field = Callable[[str, str, int, Marks], str]
"""What becomes of a field: its text, the name of its segment, its number."""


def each_field(change: Field) -> Change:
    """`change` on every field but those of headers."""

    def changed(message: Written) -> Written | None:
        new = message
        for at in range(len(message.lines)):
            if (name := message.name(at)) and name not in HEADERS:
                first, *fields = message.fields(at)
                told = [change(text, name, n, message.marks) for n, text in enumerate(fields, 1)]
                new = new.with_fields(at, [first, *told])
        return new if new != message else None

    return changed


def each_value(change: Callable[[str], str], places: set[tuple[str, int]] | None = None) -> Change:
    """`change` on every value between separators, those of headers only where `places` name them; never inside an escape."""

    def changed(message: Written) -> Written | None:
        new, between = message, f"([{re.escape(message.marks.between)}])"
        for at in range(len(message.lines)):
            name, fields = message.name(at), message.fields(at)
            for n in range(3 if name in HEADERS else 1, len(fields)):
                if name and message.marks.escape not in fields[n] and ((name, n) in places if places else name not in HEADERS):
                    parts = re.split(between, fields[n])
                    fields[n] = "".join(part if k % 2 else change(part) for k, part in enumerate(parts))
            new = new.with_fields(at, fields) if name else new
        return new if new != message else None

    return changed


def each_line(change: Callable[[str, Marks], str]) -> Change:
    def changed(message: Written) -> Written:
        told = (change(line, message.marks) if message.name(n) else line for n, line in enumerate(message.lines))
        return replace(message, lines=tuple(told))

    return changed


def in_marks(signs: str) -> Change:
    """The message in other delimiters, its values escaped accordingly."""

    def changed(message: Written) -> Written:
        new = Marks(*signs)
        return Written(tuple("".join(_signs(line, message.marks, new)) for line in message.lines), new)

    return changed


def _signs(line: str, old: Marks, new: Marks) -> Iterator[str]:
    if line[:3] in HEADERS:
        yield line[:3] + new.field + new.msh2
        line = line[4 + len(old.msh2) :]
    separators = dict(zip(old.field + old.between, new.field + new.between, strict=True))
    for escaped, sign in re.findall(
        re.escape(old.escape) + r"([FSTRE]|\.\w+|[Xx][0-9A-Fa-f]+)" + re.escape(old.escape) + "|(.)", line
    ):
        if escaped and (plain := old.unescaped(old.escape + escaped + old.escape)) not in "\n\r":
            yield new.escaped(plain)
        else:
            yield (
                new.escape + escaped + new.escape
                if escaped
                else separators.get(sign) or (sign if sign == " " else new.escaped(sign))
            )


def _of_parts(text: str, marks: Marks, add: str) -> str:
    """`add` behind every component."""
    whole = (one.split(marks.component) for one in text.split(marks.repetition))
    return marks.repetition.join(marks.component.join(part and part + add for part in one) for one in whole)


def _with_zone(text: str) -> str:
    if not re.fullmatch(r"\d{12}(\d{2})?", text):
        return text
    return text + datetime.strptime(text[:12], "%Y%m%d%H%M").replace(tzinfo=ZoneInfo("Europe/Amsterdam")).strftime("%z")


def _in_hex(text: str) -> str:
    at = len(text) // 2
    return (
        f"{text[:at]}\\X{ord(text[at]):02X}\\{text[at + 1 :]}"
        if text.isascii() and 0 < len(text) < 300 and text != '""'
        else text
    )


def _line_end(sign: str) -> Change:
    return each_line(lambda line, marks: line.replace(f"{marks.escape}.br{marks.escape}", sign.replace("\\", marks.escape)))


def _typed(old: str, new: str) -> Change:
    """Another type of value for OBX-5 (OBX-2)."""
    return each_field(lambda text, name, n, marks: new if (name, n, text) == ("OBX", 2, old) else text)


def _if_empty(say: Callable[[Marks], str]) -> Change:
    """What stands for nothing where nothing stood; PID-30 `""` says that somebody lives."""
    return each_field(lambda text, name, n, marks: text or (say(marks) if (name, n) not in (*TEXTS, ("PID", 30)) else ""))


def _if_said(say: Callable[[Marks], str]) -> Change:
    return each_field(lambda text, name, n, marks: text and text + say(marks))


def _of_version(name: str) -> Change:
    return lambda message: message.header(12, name)


def _at_end(line: str) -> Change:
    return lambda message: replace(message, lines=(*message.lines, in_lines(line, message.marks)))


CHANGES: dict[str, Change] = {
    **{f"delimiters {signs}": in_marks(signs) for signs in DELIMITERS},
    "separators at the end of each segment": each_line(lambda line, marks: line + marks.field * 7),
    "blanks at the end of each segment": each_line(lambda line, marks: line if line[:3] in ("OBX", "NTE") else line + "  "),
    "the null where nothing stood": _if_empty(lambda marks: '""'),
    "empty repetitions where nothing stood": _if_empty(lambda marks: marks.repetition * 2),
    "empty components where nothing stood": _if_empty(lambda marks: marks.component * 3 + marks.sub * 2),
    "an empty subcomponent where nothing stood": _if_empty(lambda marks: marks.sub),
    "a blank where nothing stood": _if_empty(lambda marks: " "),
    "empty components behind every value": _if_said(lambda marks: marks.component * 3 + marks.sub),
    "an empty repetition behind every value": _if_said(lambda marks: marks.repetition),
    "an empty repetition with components behind every value": _if_said(lambda marks: marks.repetition + marks.component * 4),
    "a null repetition behind every value": _if_said(lambda marks: marks.repetition + '""'),
    "an empty subcomponent behind every component": each_field(lambda text, name, n, marks: _of_parts(text, marks, marks.sub)),
    "a sign of every value in hex": lambda message: each_value(_in_hex)(message) if message.marks.escape == "\\" else None,
    "times with their zone": each_value(_with_zone, IN_TIMES),
    "times with a fraction": each_value(lambda text: text + ".000" if re.fullmatch(r"\d{14}", text) else text, IN_TIMES),
    "times without seconds": each_value(lambda text: text[:12] if re.fullmatch(r"\d{12}00", text) else text, IN_TIMES),
    "birth with a time": each_value(lambda text: text + "000000.0000+0100" if len(text) == 8 else text, {("PID", 7)}),
    "types of values in small letters": each_field(lambda text, name, n, marks: text.lower() if (name, n) == ("OBX", 2) else text),
    "text as formatted text": _typed("TX", "FT"),
    "a code that may be another's": _typed("CE", "CWE"),
    **{f"line ends as {sign}": _line_end(sign) for sign in ("\\X0D\\", "\\X0A\\", "\\X0D0A\\", "\\X0D\\\\X0A\\", "\\.BR\\", "\\.sp\\")},
    **{f"version {name}": _of_version(name) for name in ("2.2", "2.3.1", "2.7", "2.8.2")},
    "a profile and a sequence number in the header": lambda message: message.header(21, "LAB-1").header(13, "7"),
    "the type in small letters": lambda message: message.header(9, message.marks.component.join(_type(message).lower().split("^"))),
    "the type without its structure": lambda message: message.header(9, message.marks.component.join(_type(message).split("^")[:2])),
}  # fmt: skip


def _type(message: Written) -> str:
    header = Message.parse(message.octets()).first("MSH")
    return "^".join(filter(None, (header.component(9, n) for n in (1, 2, 3)))) if header else ""


def _with_ends(end: str, last: str | None = None) -> Sending:
    return lambda message: message.octets(end=end, last=last) if all("\n" not in line for line in message.lines) else None


def _in_charset(stated: str, codec: str, mark: bytes = b"") -> Sending:
    def sent(message: Written) -> bytes | None:
        try:
            return mark + message.header(18, stated.replace("/", message.marks.escaped("/"))).octets(codec)
        except UnicodeEncodeError:
            return None

    return sent


def _in_batch(before: tuple[str, ...], behind: tuple[str, ...]) -> Sending:
    def sent(message: Written) -> bytes:
        field = message.marks.field
        headers = "".join(f"{name}{field}{message.marks.msh2}{field}A\r" for name in before)
        return headers.encode() + message.octets() + "".join(line.replace("|", field) + "\r" for line in behind).encode()

    return sent


SENDINGS: dict[str, Sending] = {
    "as it is": Written.octets,
    "LF": _with_ends("\n"),
    "CRLF": _with_ends("\r\n"),
    "CRLF doubled": _with_ends("\r\n\r\n"),
    "no last end": _with_ends("\r", ""),
    "empty and blank lines behind": _with_ends("\r", "\r\r\n  \r\n"),
    "in its frame": lambda message: b"\x0b" + message.octets() + b"\x1c\r",
    "padded with NUL": lambda message: message.octets() + b"\0\0",
    "behind empty lines": lambda message: b"\r\n\r\n" + message.octets(),
    "8859/1": _in_charset("8859/1", "latin-1"),
    "8859/15": _in_charset("8859/15", "iso8859-15"),
    "Windows that says 8859/1": _in_charset("8859/1", "cp1252"),
    "Windows that says nothing": _in_charset("", "cp1252"),
    "DOS": _in_charset("CP850", "cp850"),
    "UTF-8 that says nothing": _in_charset("", "utf-8"),
    "UTF-8 that says 8859/1": _in_charset("8859/1", "utf-8"),
    "UTF-8 with a mark": _in_charset("8859/1", "utf-8", b"\xef\xbb\xbf"),
    "UTF-16": _in_charset("UNICODE UTF-16", "utf-16-le", b"\xff\xfe"),
    "UTF-16 the other way": _in_charset("UNICODE UTF-16", "utf-16-be", b"\xfe\xff"),
    "in a batch": _in_batch(("FHS", "BHS"), ("BTS|1", "FTS|1")),
    "in a batch without trailers": _in_batch(("BHS",), ()),
    "in a batch with another count": _in_batch(("FHS", "BHS"), ("BTS|7", "FTS|2")),
    "before a trailer alone": _in_batch((), ("BTS", "FTS")),
}  # fmt: skip


def _behind(name: str, line: str) -> Change:
    def changed(message: Written) -> Written | None:
        at = next((n for n in range(len(message.lines)) if message.name(n) == name), -1)
        following = message.name(at + 1) if at + 1 < len(message.lines) else ""
        return (
            message.with_lines(at, message.lines[at], in_lines(line, message.marks)) if at >= 0 and following != "NTE" else None
        )

    return changed


def in_lines(line: str, marks: Marks) -> str:
    """A line in the delimiters of a message."""
    return line.translate(str.maketrans(STANDARD.field + STANDARD.between, marks.field + marks.between))


MORE: dict[str, Change] = {
    name: _behind(behind, line)
    for name, behind, line in (
        ("SFT", "MSH", "SFT|Rhapsody^L|6.4|Rhapsody|1"), ("UAC", "MSH", "UAC|KERB^Kerberos^HL70615|ED"),
        ("ARV", "PID", "ARV|1|X^No change^HL70206"), ("GT1", "PID", "GT1|1|7^^^ZEED|Jansen^Piet||Straat 1^^Goes"),
        ("DB1", "PID", "DB1|1|PT||Y"), ("ROL", "PID", "ROL|1|AD|TR^Transcriptionist^HL70443|123^Huis^Arts"), ("PDA", "PID", "PDA|I10&&I10||20260301"),
        ("GT1", "PID", "GT1|1||Jansen^Piet||Straat 1^^Goes"), ("IN1", "PID", "IN1|1|VGZ|7095|VGZ"), ("ZPD", "PID", "ZPD|1|eigen^segment"),
    )
}  # fmt: skip
MORE |= {"ZZZ": _at_end("ZZZ|1|eigen"), "DSC": _at_end("DSC|")}
"""By the name of the segment that is more than there was."""
