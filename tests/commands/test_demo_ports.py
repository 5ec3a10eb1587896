"""Where the demo runs when its usual ports are taken: a sentence that names them and what they are for, and an option that helps."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mdo_portal.commands.demo import story
from mdo_portal.commands.demo.line import command
from mdo_portal.commands.demo.places import Places, free_ports


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", free_ports(1)[0]))
        somebody.listen()
        yield int(somebody.getsockname()[1])


def _asked(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_a_port_that_is_taken_is_named_with_what_it_is_for_and_what_to_do(taken_port: int, tmp_path: Path) -> None:
    refused = _asked("--port", str(taken_port), "--folder", str(tmp_path))
    assert refused.exit_code == 1 and "Traceback" not in refused.output
    assert f"{taken_port} (the portal)" in refused.output and "--port" in refused.output and 'ARGS="--port' in refused.output
    assert list(tmp_path.iterdir()) == []  # nothing was begun, and nothing thrown away


def test_with_another_port_everything_stands_beside_it_and_nothing_where_it_stood() -> None:
    usual, other = Places(), Places.beside(9000)
    assert other.url == "http://127.0.0.1:9000"
    ports = [port for port, _ in other.named()]
    assert len(set(ports)) == len(usual.named()) and max(ports) < 9010 and min(ports) == 9000


def test_each_port_has_its_own_data_because_the_hospitals_know_where_they_are(tmp_path: Path) -> None:
    """The addresses of the invented hospitals are rows: with the data of another port, letters would go to nobody."""
    assert story.home_of(tmp_path, Places()) == tmp_path.absolute() / "demo"
    assert story.home_of(tmp_path, Places.beside(9000)) == tmp_path.absolute() / "demo-9000"
    assert story.fresh_again(Places()) == "mdo-portal demo --fresh"
    assert story.fresh_again(Places.beside(9000)) == "mdo-portal demo --port 9000 --fresh"
    assert story.fresh_again(Places.beside(9000), Path("my data")) == "mdo-portal demo --port 9000 --folder 'my data' --fresh"


@pytest.mark.parametrize("wrong", ["80", "65535", "http"])
def test_a_port_that_cannot_be_is_refused_with_a_sentence(wrong: str, tmp_path: Path) -> None:
    refused = _asked("--port", wrong, "--folder", str(tmp_path))
    assert refused.exit_code == 2 and "--port" in refused.output and list(tmp_path.iterdir()) == []


def test_the_help_says_it() -> None:
    assert "--port" in _asked("--help").output
