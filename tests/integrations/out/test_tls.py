"""What TLS asks of others is ours to say: it does not change with the Python of the machine."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import certifi
import pytest

from integrations.out import tls
from tests.integrations.out.certificates import Authority
from tests.test_house_rules import OURS, name


def test_nothing_of_ours_asks_whatever_this_python_asks_by_itself() -> None:
    """Python 3.13 refuses an authority without key identifiers, as many hospitals made theirs; 3.11 takes it."""
    assert [name(path) for path in OURS if "ssl.create_default_context(" in path.read_text()] == []


@pytest.mark.parametrize("beside_public", [True, False])
def test_the_roots_of_a_link_stand_instead_of_the_public_ones_or_beside_them(beside_public: bool) -> None:
    own, public = Authority().pem, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    public.load_verify_locations(cafile=certifi.where())

    made = tls.context(trust=own, beside_public=beside_public)

    assert len(made.get_ca_certs()) == 1 + beside_public * len(public.get_ca_certs())
    assert (made.verify_mode, made.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_nothing_of_our_key_stays_open_behind_it(tmp_path: Path) -> None:
    ours = Authority().write(tmp_path, "mdo.portal.example").read_text()
    tls.context.cache_clear()
    before = os.listdir("/proc/self/fd")

    tls.context(ours)

    assert os.listdir("/proc/self/fd") == before
