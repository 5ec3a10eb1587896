"""The button *Open in MDO-portaal* of an invented EPD: the portal's own launcher gets the patient of that line, once."""

from __future__ import annotations

import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.out import LOOPBACK
from integrations.simulator.pages.opening import CLIENT
from integrations.smart.client import Tokens
from integrations.smart.keys import OwnKey
from integrations.smart.launch import EhrLauncher
from mdo_portal.exchange import Address, LaunchServer, NotLaunched
from tests.integrations.simulator.make import hospital, state
from tests.integrations.smart.ehr import sent_back

PORTAL = "http://127.0.0.1:9"
BACK = f"{PORTAL}/launch/back/1"


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_the_button_of_a_patient_gives_the_portal_that_patient_and_no_other(tmp_path: Path) -> None:
    launcher = EhrLauncher(Tokens(OwnKey(b"k" * 32)))
    with hospital("DELT", tmp_path) as running:
        code = state(running)["cases"][0]["code"]
        begun = sent_back(f"{running.url}/open/{code}?")
        assert begun.startswith(f"{PORTAL}/launch?")
        asked = query(begun)
        epd = Address("DELT", "epic", url=asked["iss"], token_url=f"{running.url}/epd/token", client_id=CLIENT, inside=LOOPBACK)
        at = LaunchServer(epd, asked["iss"], launcher.look(asked["iss"], epd).authorize_url, signs=False)

        url, attempt = launcher.start(at, launch=asked["launch"], back_to=BACK)
        answer = query(sent_back(url))
        told = launcher.finish(at, attempt, answer, back_to=BACK)

        page = urllib.request.urlopen(running.url).read().decode()
        assert f"nr. {told.patient.local_number}" in page.partition(f"/open/{code}")[0].rpartition('<li class="case')[2]
        with pytest.raises(NotLaunched):
            launcher.finish(at, attempt, answer, back_to=BACK)
        assert "error=invalid_request" in sent_back(url)
