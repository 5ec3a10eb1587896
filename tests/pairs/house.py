"""Where one of the two does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from mdo_portal.database import Database
from tests.pairs.world import World
from tests.people import Region
from tests.web.portal import CSRF, signed_in

WHO = ("Aisha", "Bram", "Bilal", "Dirk", "Petra", "Carla", "Ada")


@dataclass
class House:
    """Where one of the two does it, with browsers of their own."""

    app: Flask
    database: Database
    region: Region
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def post(self, who: str, path: str, **fields: Any) -> str:
        answer = self.clients[who].post(path, data=fields | {"csrf_token": CSRF})
        return str(answer.status_code)

    def ready(self) -> None:
        """Everybody is signed in: that is not what they do."""
        for who in WHO:
            if who not in self.clients:
                self.clients[who] = signed_in(self.app, self.database, self.region, who)


Doing = Callable[[House, World], object]
