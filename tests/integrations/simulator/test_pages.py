"""The page of a simulated hospital: it says what it is, works without JavaScript, and listens to nobody from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from integrations.hl7v2.sending.sender import MllpSender
from integrations.simulator.config import Config, Endpoint
from integrations.simulator.process import Running
from tests.integrations.simulator.make import HERE, Portal, address, decision, hospital, mllp_portal, post, state, until


def page(running: Running, path: str = "/", **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(f"{running.url}{path}", headers=headers)) as answer:
        return str(answer.read().decode())


def press(running: Running, path: str, **fields: str) -> str:
    with urllib.request.urlopen(f"{running.url}{path}", urllib.parse.urlencode(fields).encode()) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("code", ["ZEED", "DELT", "MERW", "ODUL", "KREE"])
def test_a_page_says_first_that_it_is_simulated(code: str, tmp_path: Path) -> None:
    with hospital(code, tmp_path) as running:
        shown = page(running)

    assert shown.index("Gesimuleerd EPD") < shown.index("<h1>")
    assert "style=" not in shown
    assert "<script>" not in shown


def test_the_buttons_work_without_javascript(tmp_path: Path) -> None:
    portal = Portal()
    with mllp_portal(portal) as at, hospital("ZEED", tmp_path, portal_mllp=at) as running:
        assert "nog niet verstuurd" in page(running)
        press(running, "/send", case="all")
        until(lambda: state(running)["counts"]["acknowledged"] == 12, seconds=20)
        shown = press(running, "/behaviour", mode="stil", seconds="3")

    assert shown.count("bevestigd ") == 12
    assert 'value="stil" checked' in shown


def test_a_letter_stands_in_the_file_with_its_doubles_and_its_pdf(tmp_path: Path) -> None:
    with hospital("ZEED", tmp_path) as running:
        for _ in range(2):
            MllpSender().send(decision("ZEED"), address(running, "hix"))
        shown = page(running)

    assert "1× dubbel ontvangen" in shown
    assert 'href="/letters/1.pdf"' in shown
    assert "PSA elk half jaar &amp; MRI &lt; 1 jaar" in shown


def test_a_letter_about_somebody_unknown_is_kept_apart(tmp_path: Path) -> None:
    stranger = decision("DELT")
    with hospital("ZEED", tmp_path) as running:
        MllpSender().send(stranger, address(running, "hix"))
        shown = page(running)

    assert "Nog te koppelen" in shown


def test_a_paper_hospital_shows_what_to_type_and_sends_nothing(tmp_path: Path) -> None:
    with hospital("ODUL", tmp_path) as running:
        shown = page(running)
        cases = json.loads(page(running, "/api/cases"))
        pdf = urllib.request.urlopen(running.url + cases[0]["documents"][0]["address"]).read()
        with pytest.raises(urllib.error.HTTPError) as refused:
            post(running, "/api/send", {"cases": "all"})

    assert "brieven komen per post" in shown
    assert len(cases) == 8
    assert cases[0]["fields"]["question_board"] in shown.replace("&#39;", "'")
    assert pdf.startswith(b"%PDF")
    assert refused.value.code == 409


def test_another_name_or_another_site_is_turned_away(tmp_path: Path) -> None:
    with hospital("ZEED", tmp_path) as running:
        with pytest.raises(urllib.error.HTTPError) as by_name:
            page(running, Host="epd.example")
        with pytest.raises(urllib.error.HTTPError) as by_site:
            post(running, "/api/behaviour", {"mode": "stil"}, Origin="http://127.0.0.1:8000")
        own = post(running, "/api/behaviour", {"mode": "stil"}, Origin=running.url)

    assert (by_name.value.code, by_site.value.code, own["mode"]) == (421, 403, "stil")


@pytest.mark.parametrize(
    "wrong", [{"mode": "boos"}, {}, [1], {"mode": "traag", "seconds": -1}, {"mode": "traag", "seconds": "x"}]
)
def test_an_unknown_behaviour_changes_nothing(wrong: object, tmp_path: Path) -> None:
    with hospital("ZEED", tmp_path) as running:
        with pytest.raises(urllib.error.HTTPError) as refused:
            post(running, "/api/behaviour", wrong)
        found = state(running)["mode"]

    assert (refused.value.code, found) == (400, "normaal")


def test_a_door_outside_this_machine_is_never_opened(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Config(hospital="ZEED", page=Endpoint("0.0.0.0", 8101), state_dir=tmp_path)
    with pytest.raises(KeyError):
        Config(hospital="NONE", page=HERE, state_dir=tmp_path)


def test_the_process_starts_and_ends_when_told(tmp_path: Path) -> None:
    child = started(tmp_path)
    first = child.stdout.readline() if child.stdout else ""
    child.send_signal(signal.SIGTERM)

    assert "Sint Odulphus Gasthuis (gesimuleerd EPD): http://127.0.0.1:" in first
    assert child.wait(timeout=5) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent ended")
def test_the_process_ends_with_its_parent(tmp_path: Path) -> None:
    words = [*command(tmp_path)]
    parent = f"import subprocess,sys,time; p=subprocess.Popen({words!r}); print(p.pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as above:
        assert above.stdout
        pid = int(above.stdout.readline())
        above.stdout.readline()
        above.kill()
    until(lambda: is_gone(pid))


def started(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(command(folder), stdout=subprocess.PIPE, text=True)


def command(folder: Path) -> list[str]:
    module = [sys.executable, "-m", "integrations.simulator"]
    return [*module, "--hospital", "ODUL", "--page", "127.0.0.1:0", "--state-dir", str(folder)]


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"  # ended, and nobody has looked yet
