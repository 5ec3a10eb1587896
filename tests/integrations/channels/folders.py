"""A letter laid in a folder: where it goes, and what lies there then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from integrations.channels.folder import FolderSender
from mdo_portal.exchange import Address, Receipt
from tests.integrations.fhir.make import DELIVERY, decision

NAME = f"urn_oid_2.25.900_{DELIVERY.replace('-', '')}"


def there(folder: Path | str, profile: str = "paper") -> Address:
    return Address("GP", profile, folder=str(folder))


def lay(folder: Path | str, profile: str = "paper", **more: Any) -> Receipt:
    return FolderSender().send(decision(**more), there(folder, profile))


def shown(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
