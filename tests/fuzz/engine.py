"""Mutation fuzzing without a compiler: inputs that reach new lines of our code are kept and mutated further.

Coverage is what `sys.settrace` sees of the files under test, for a sample of the inputs (tracing costs thirty times); the slowest
input is timed without it. What a target raises, other than what it promises, is a crash; so is an input of more than a second.
"""

from __future__ import annotations

import json
import random
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

SLOW_SECONDS = 1.0
LARGEST = 65_536
_TRACED = 8  # one in so many is traced


@dataclass(frozen=True)
class Target:
    """What is fuzzed. `act` raises nothing but what it should; `seeds` are where it begins, `words` what is worth putting in."""

    number: int
    name: str
    act: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    words: tuple[bytes, ...] = ()
    files: tuple[str, ...] = ()  # parts of file names whose lines count as coverage


@dataclass
class Found:
    """What came of it."""

    target: str
    seconds: float = 0.0
    inputs: int = 0
    crashes: int = 0
    slowest_ms: float = 0.0
    corpus: int = 0
    lines: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.crashes == 0 and self.inputs > 0

    def line(self) -> str:
        told: dict[str, Any] = {"fuzz": self.target, "inputs": self.inputs, "crashes": self.crashes}
        told |= {
            "slowest_ms": round(self.slowest_ms, 1),
            "corpus": self.corpus,
            "lines": self.lines,
            "seconds": round(self.seconds),
        }
        return json.dumps(told | ({"kinds": self.kinds} if self.kinds else {}) | {"ok": self.ok})


def run(target: Target, seconds: float, *, keep: Path | None = None, seed: int = 1) -> Found:
    """Fuzz for so many seconds. Inputs that crash it are written to `keep`, with the traceback beside them."""
    dice, found = random.Random(seed), Found(f"{target.number}-{target.name}")
    corpus = [one[:LARGEST] for one in target.seeds()] or [b""]
    lines: set[tuple[str, int]] = set()
    began = time.monotonic()
    for one in corpus:
        lines |= _traced(target, one, found, keep)
    while (passed := time.monotonic() - began) < seconds:
        one = mutated(dice, corpus, target.words)
        if found.inputs % _TRACED:
            _timed(target, one, found, keep)
            continue
        reached = _traced(target, one, found, keep)
        if not reached <= lines and len(one) <= LARGEST:
            lines |= reached
            corpus.append(one)
    found.seconds, found.corpus, found.lines = passed, len(corpus), len(lines)
    return found


def _timed(target: Target, one: bytes, found: Found, keep: Path | None) -> None:
    found.inputs += 1
    began = time.process_time()
    try:
        target.act(one)
    except Exception as trouble:
        _crashed(found, type(trouble).__name__, one, traceback.format_exc(), keep)
    took = time.process_time() - began
    if took > SLOW_SECONDS:
        took = min(took, _again(target, one))
    found.slowest_ms = max(found.slowest_ms, took * 1000)
    if took > SLOW_SECONDS:
        _crashed(found, "slow", one, f"{took:.2f} s", keep)


def _again(target: Target, one: bytes) -> float:
    """What this input takes by itself: what was imported for it, or collected as garbage meanwhile, is not its doing."""
    began = time.process_time()
    with suppress(Exception):
        target.act(one)
    return time.process_time() - began


def _traced(target: Target, one: bytes, found: Found, keep: Path | None) -> set[tuple[str, int]]:
    reached: set[tuple[str, int]] = set()
    found.inputs += 1

    def local(frame: FrameType, event: str, _: Any) -> Any:
        reached.add((frame.f_code.co_filename, frame.f_lineno))
        return local

    def watch(frame: FrameType, event: str, _: Any) -> Any:
        return local if any(part in frame.f_code.co_filename for part in target.files) else None

    sys.settrace(watch if target.files else None)
    try:
        target.act(one)
    except Exception as trouble:
        sys.settrace(None)
        _crashed(found, type(trouble).__name__, one, traceback.format_exc(), keep)
    finally:
        sys.settrace(None)
    return reached


def _crashed(found: Found, kind: str, one: bytes, why: str, keep: Path | None) -> None:
    found.crashes += 1
    found.kinds[kind] = found.kinds.get(kind, 0) + 1
    if keep is not None and found.kinds[kind] <= 5:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{found.target}-{kind}-{found.kinds[kind]}.bin").write_bytes(one)
        (keep / f"{found.target}-{kind}-{found.kinds[kind]}.txt").write_text(why)


def mutated(dice: random.Random, corpus: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """One input of the corpus, changed one to eight times."""
    data = bytearray(dice.choice(corpus))
    for _ in range(dice.randint(1, 8)):
        dice.choice(_WAYS)(dice, data, corpus, words)
    return bytes(data[:LARGEST])


def _place(dice: random.Random, data: bytearray) -> int:
    return dice.randint(0, len(data))


def _flip(dice: random.Random, data: bytearray, corpus: Sequence[bytes], words: Sequence[bytes]) -> None:
    if data:
        data[dice.randrange(len(data))] = dice.randrange(256)


def _cut(dice: random.Random, data: bytearray, corpus: Sequence[bytes], words: Sequence[bytes]) -> None:
    start = _place(dice, data)
    del data[start : start + dice.choice((1, 2, 8, 64, 1024))]


def _word(dice: random.Random, data: bytearray, corpus: Sequence[bytes], words: Sequence[bytes]) -> None:
    at = _place(dice, data)
    data[at:at] = dice.choice(words) if words else bytes([dice.randrange(256)])


def _over(dice: random.Random, data: bytearray, corpus: Sequence[bytes], words: Sequence[bytes]) -> None:
    word = dice.choice(words) if words else b"\xff"
    at = _place(dice, data)
    data[at : at + len(word)] = word


def _repeat(dice: random.Random, data: bytearray, corpus: Sequence[bytes], words: Sequence[bytes]) -> None:
    start = _place(dice, data)
    part = bytes(data[start : start + dice.choice((1, 3, 16, 128))])
    data[start:start] = part * dice.choice((1, 2, 10, 200))


def _splice(dice: random.Random, data: bytearray, corpus: Sequence[bytes], words: Sequence[bytes]) -> None:
    other = dice.choice(corpus)
    start = dice.randint(0, len(other))
    data[_place(dice, data) :] = other[start:]


_WAYS = (_flip, _flip, _cut, _word, _word, _over, _repeat, _splice)
