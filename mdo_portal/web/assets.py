"""Addresses of the built front end: `asset("core.js")` is "/static/dist/core-HASH.js". Nothing is built here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"


@dataclass(frozen=True)
class Assets:
    """The manifest that mdo_portal/frontend/build.mjs wrote, read once at the start.

    Without a build the names are given back without a hash: pages stay readable and usable, unstyled
    (tests need no node). `is_built` lets the doctor say so.
    """

    files: dict[str, str] = field(default_factory=dict)
    address: str = "/static/dist/"

    @classmethod
    def read(cls, folder: Path = DIST, *, address: str = "/static/dist/") -> Assets:
        """Reads `manifest.json` in `folder`; a folder without one gives `Assets` that are not built."""
        manifest = folder / "manifest.json"
        files = json.loads(manifest.read_text("utf-8")) if manifest.exists() else {}
        return cls(files=files, address=address)

    @property
    def is_built(self) -> bool:
        """True when there is a manifest that names both entries."""
        return {"core.js", "core.css", "room.js", "room.css"} <= self.files.keys()

    def __call__(self, name: str) -> str:
        """The address of a file by its plain name. KeyError when a build exists and lacks it: a typing error."""
        if not self.files:
            return self.address + name
        return self.address + self.files[name]
