"""A profile that one hospital has to itself, for as long as a test lasts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from integrations import profiles
from integrations.fhir.text.profile import load_profile
from integrations.hl7v2.reader import _own_places

NAME = "own"


@contextmanager
def own_profile(text: str, *, extends: str = "generic-v2") -> Iterator[str]:
    """The name of a profile on top of `extends` that says `text` otherwise."""
    usual = profiles.FOLDER
    with TemporaryDirectory() as name:
        for path in usual.glob("*.toml"):
            shutil.copy(path, name)
        (Path(name) / f"{NAME}.toml").write_text(f'extends = "{extends}"\n{text}', encoding="utf-8")
        profiles.FOLDER = Path(name)
        _forget()
        try:
            yield NAME
        finally:
            profiles.FOLDER = usual
            _forget()


def _forget() -> None:
    for known in (profiles.load, profiles.names, profiles._named, load_profile, _own_places):
        known.cache_clear()
