"""One portal of real processes for all live tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mdo_portal.commands.postgres_databases import clone_database, drop_database
from tests.conftest import copy_name
from tests.live.portal import Portal, portal


@pytest.fixture(scope="package")
def live(postgres: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    name = copy_name("live")
    with portal(clone_database(postgres, name, template=migrated), tmp_path_factory.mktemp("live")) as running:
        yield running
    drop_database(postgres, name)
