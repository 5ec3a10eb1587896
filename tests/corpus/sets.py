"""Where the samples stand, and what is counted of one set of them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.house import ROOT

FOLDER = Path(os.environ.get("CORPUS_DIR") or ROOT.parent / "shared" / "data")
KINDS = ("hl7v2", "fhir")


@dataclass(frozen=True)
class Sample:
    """One file as it came."""

    name: str
    raw: bytes


@dataclass
class Count:
    """What became of one set. `lost`: segments or entries that were sent, not refused, and stand nowhere."""

    corpus: str
    files: int = 0
    empty: int = 0  # files that say nothing: no message, and nothing to answer
    messages: int = 0  # more than files where a file is a batch
    stored: int = 0
    ignored: int = 0  # feed messages about patients without a case: counted, not kept
    refused: int = 0  # told so by the door, and not kept: larger than agreed
    answered: int = 0
    understood: int = 0
    quarantined: int = 0  # kept, with a reason, for a person
    pending: int = 0
    crashed: int = 0
    lost: int = 0
    slowest_ms: float = 0.0

    @property
    def ok(self) -> bool:
        adds_up = self.stored + self.ignored + self.refused == self._wanted and self.files - self.empty == self.answered
        return adds_up and not (self.crashed or self.lost or self.pending) and self.slowest_ms <= 5000

    @property
    def _wanted(self) -> int:
        return self.messages or self.files - self.empty

    def took(self, seconds: float) -> None:
        self.slowest_ms = max(self.slowest_ms, round(seconds * 1000, 1))

    def print(self) -> None:
        print(json.dumps(asdict(self) | {"ok": self.ok}), flush=True)


def sets(kind: str, wanted: Sequence[str]) -> list[tuple[str, list[Sample]]]:
    """(name, samples) of every folder `kind/*`, or of those that are wanted."""
    folders = sorted(folder for folder in (FOLDER / kind).glob("*") if folder.is_dir()) if (FOLDER / kind).is_dir() else []
    return [(folder.name, _samples(folder)) for folder in folders if not wanted or folder.name in wanted]


def _samples(folder: Path) -> list[Sample]:
    return [Sample(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file()]
