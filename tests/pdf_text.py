"""What a PDF says, page by page, read through its own ToUnicode maps: as a screen reader or a search would."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

_RANGE = re.compile(rb"<([0-9A-F]+)>\s*<([0-9A-F]+)>\s*<([0-9A-F]{4})>")
_PAIR = re.compile(rb"<([0-9A-F]+)>\s*<([0-9A-F]+)>")


def pages(pdf: bytes) -> list[str]:
    """One text per page in the order of the content; another line or another element starts a new line."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return ["\n".join(line.rstrip() for line in "".join(_pieces(page)).splitlines()) for page in document.pages]


def whole(pdf: bytes) -> str:
    return "\n".join(pages(pdf))


def joined(text: str) -> str:
    """Without any white space, to find text that was broken over lines."""
    return re.sub(r"\s+", "", text)


def _pieces(page: Any) -> Iterator[str]:
    maps = {str(name): _to_unicode(font) for name, font in page.Resources.Font.items()}
    font, down, line, element = "", 0.0, 0.0, 0
    before: tuple[float, int, str] | None = None
    for step in pikepdf.parse_content_stream(page):
        operands: Any = step.operands
        match str(step.operator):
            case "Tf":
                font = str(operands[0])
            case "cm":
                down = float(operands[5])
            case "Tm":
                line = round(down - float(operands[5]), 1)
            case "BDC":
                element += 1
            case "Tj" | "TJ":
                shown = _decoded(operands[0], maps[font])
                yield _gap(before, line, element) + shown
                before = (line, element, shown)


def _gap(before: tuple[float, int, str] | None, line: float, element: int) -> str:
    """A new line where the text moved down, a space where another element goes on beside it."""
    if before is None or before[:2] == (line, element):
        return ""
    if before[0] != line:
        return "\n"
    return "" if before[2].endswith(" ") else " "


def _decoded(shown: Any, letters: dict[int, str]) -> str:
    strings = [shown] if isinstance(shown, pikepdf.String) else [part for part in shown if isinstance(part, pikepdf.String)]
    codes = [data[at : at + 2] for data in map(bytes, strings) for at in range(0, len(data), 2)]
    return "".join(letters.get(int.from_bytes(code, "big"), "\ufffd") for code in codes)


def _to_unicode(font: Any) -> dict[int, str]:
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in _mapped(font.ToUnicode.read_bytes())
    }


def _mapped(cmap: bytes) -> Iterator[tuple[bytes, bytes]]:
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        yield from _PAIR.findall(block)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):  # as Chromium writes what follows one another
        for first, last, text in _RANGE.findall(block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                yield b"%04X" % (int(first, 16) + step), b"%04X" % (int(text, 16) + step)
