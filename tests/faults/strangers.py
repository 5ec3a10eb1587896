"""Three readers of HL7 v2 that nobody here wrote: what each finds in a message. None of them knows anything of ours."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hl7  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[2]
_MEANINGS = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", ".br": "\n"}
_ESCAPE = re.compile(r"\\(F|S|T|R|E|\.br|X(?:[0-9A-F]{2})+)\\")


@dataclass(frozen=True)
class Found:
    """What a stranger read, in the words of a person."""

    segments: int
    name: str
    sections: tuple[tuple[str, str], ...]


def meant(raw: str) -> str:
    """The escapes of HL7 v2.5.1 2.7, for a reader that leaves them: written down here anew, not taken from ours."""

    def one(found: re.Match[str]) -> str:
        what = found[1]
        return _MEANINGS[what] if what in _MEANINGS else bytes.fromhex(what[1:]).decode("ascii")

    return _ESCAPE.sub(one, raw)


def python_hl7(text: str) -> Found:
    """With its own unescaping; only the line end is told, for which it takes CR."""
    read = hl7.parse(text)

    def shown(value: Any) -> str:
        return str(read.unescape(str(value), {".br": "\n"}))

    observations = [one for one in read if str(one[0]) == "OBX" and str(one[2]) != "ED"]
    sections = tuple((shown(one[3][0][1]), shown(one[5])) for one in observations)
    return Found(len(read), shown(read.segment("PID")[5][0][0][0]), sections)


def hl7apy(text: str) -> Found:
    """Segment by segment, as it cuts them; it leaves escapes as they stand, and takes a value of blanks alone for none."""
    from hl7apy.parser import parse_segment

    lines = [line for line in text.split("\r") if line]
    version = lines[0].split("|")[11]

    def named(element: Any, name: str) -> Any:
        return next((one for one in element.children if one.name == name), None) if element is not None else None

    def leaf(element: Any) -> str:
        while element is not None and element.children:
            element = element.children[0]
        held = vars(element).get("_value") if element is not None else None  # nothing there: nothing was written
        return meant(str(held.value)) if held is not None else ""

    person = parse_segment(next(line for line in lines if line.startswith("PID|")), version=version)
    observed = [parse_segment(line, version=version) for line in lines if line.startswith("OBX|") and line.split("|")[2] != "ED"]
    sections = tuple((leaf(one.obx_3.obx_3_2), leaf(one.obx_5)) for one in observed)
    return Found(len(lines), leaf(named(named(person.pid_5, "XPN_1"), "FN_1")), sections)


def simple_hl7(texts: list[str]) -> list[Found]:
    """All at once: one process of node. It leaves escapes as they stand."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "messages.json"
        file.write_text(json.dumps(texts), encoding="utf-8")
        script = Path(__file__).with_name("strangers.cjs")
        ran = subprocess.run(
            [str(ROOT / "scripts" / "node"), str(script), str(file)], capture_output=True, text=True, timeout=600, check=True
        )
    read = [json.loads(line) for line in ran.stdout.splitlines()]
    return [
        Found(one["segments"], meant(one["name"]), tuple((meant(heading), meant(words)) for heading, words in one["sections"]))
        for one in read
    ]
