"""What may stand under a key of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Key:
    """One key. `kind` is a word of checks.CHECKS; `keys` are those of a table, `of` is what a free table holds."""

    kind: str
    words: str = ""
    keys: Mapping[str, Key] = field(default_factory=dict)
    of: Key | None = None
    among: tuple[str, ...] = ()
    #: what a link may say otherwise than its profile
    is_own: bool = True


def table(words: str, keys: Mapping[str, Key], *, is_own: bool = True) -> Key:
    return Key("table", words, keys, is_own=is_own)


def free(words: str, of: Key, *, among: tuple[str, ...] = ()) -> Key:
    """A table whose keys are the sender's codes, or names from `among`."""
    return Key("free", words, of=of, among=among)


def text(words: str = "", *, is_own: bool = True) -> Key:
    return Key("text", words, is_own=is_own)


def texts(words: str = "", *, among: tuple[str, ...] = (), is_own: bool = True) -> Key:
    return Key("texts", words, among=among, is_own=is_own)


def one_of(words: str, *among: str, is_own: bool = True) -> Key:
    return Key("one_of", words, among=among, is_own=is_own)


def number(words: str) -> Key:
    return Key("number", words, is_own=False)


def places(words: str) -> Key:
    return Key("places", words)
