"""One exchange: the number that was judged is the number that is called, and nothing else is believed."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from integrations.out import LOOPBACK, NoReply, NotRegistered, Reach, Reply, connect, exchange
from integrations.out.numbers import judged
from tests.integrations.fhir.make import Told, server
from tests.integrations.out.certificates import Authority

NAME = "fhir.deltamond.example"


def ask(url: str, reach: Reach, **more: Any) -> Reply:
    return exchange("GET", url, reach=reach, headers={}, seconds=5, **more)


def refusal(url: str, reach: Reach, **more: Any) -> str:
    with pytest.raises(NoReply) as caught:
        ask(url, reach, **more)
    return caught.value.code


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A name server of our own: for each name the answers to come, one after another."""
    answers: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host not in answers:
            return real(host, port, *args, **kwargs)
        told = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in told]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return answers


@contextmanager
def secure(authority: Authority, folder: Path, *, asks_certificate: bool = False) -> Iterator[tuple[int, list[str]]]:
    """An https server for NAME; gives its port and what it was asked (Host headers)."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            return

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.write(folder, NAME))
    if asks_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=authority.pem)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running.server_address[1], asked
        running.shutdown()


def test_a_name_that_changes_its_mind_gains_nothing(names: dict[str, list[list[str]]], tmp_path: Path) -> None:
    """DNS rebinding: the first look-up gives the hospital, every later one our own database host. Only the first is used."""
    names[NAME] = [["127.0.0.1"], ["10.0.0.5"]]
    authority = Authority()
    with secure(authority, tmp_path) as (port, asked):
        url = f"https://{NAME}:{port}/r4"
        reach = Reach((f"https://{NAME}:{port}/r4",), LOOPBACK)

        assert ask(url, reach, trust=authority.pem).status == 200
        assert refusal(url, reach, trust=authority.pem) == "address"

    assert asked == [f"{NAME}:{port}"]


@pytest.mark.parametrize("inside", ["169.254.169.254", "10.0.0.5", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe"])
def test_a_name_with_two_faces_is_not_trusted(names: dict[str, list[list[str]]], inside: str) -> None:
    names[NAME] = [["93.184.215.14", inside]]

    assert refusal(f"https://{NAME}/r4", Reach((f"https://{NAME}/r4",))) == "address"


def test_a_name_on_the_internet_is_called_except_over_a_plain_line(names: dict[str, list[list[str]]]) -> None:
    names[NAME] = [["93.184.215.14"]]

    assert judged(NAME, 443, Reach(()), seconds=1) == ["93.184.215.14"]
    with pytest.raises(NotRegistered):
        judged(NAME, 2575, Reach(()), seconds=1, within=True)


@pytest.mark.parametrize("odd", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_odd_spellings_of_this_machine_are_judged_by_what_they_stand_for(odd: str) -> None:
    with server(Told()) as url:
        there = url.replace("127.0.0.1", odd).replace("http:", "https:")

        assert refusal(there, Reach((there,))) == "address"


def test_a_redirect_is_an_answer_and_nobody_follows_it() -> None:
    told, elsewhere = Told(302, b""), Told(200, b"{}")
    with server(told) as url, server(elsewhere) as other:
        told.headers["Location"] = other

        assert ask(url, Reach((url, other), LOOPBACK)).status == 302
    assert elsewhere.asked == []


def test_the_environment_cannot_put_a_proxy_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Told()
    with server(proxy) as between, server(Told(200, b"{}")) as url:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, between)

        assert ask(url, Reach((url,), LOOPBACK)).status == 200
    assert proxy.asked == []


def test_a_certificate_of_somebody_else_ends_the_conversation_and_is_called_that(
    names: dict[str, list[list[str]]], tmp_path: Path
) -> None:
    names[NAME] = [["127.0.0.1"]]
    with secure(Authority(), tmp_path) as (port, asked):
        url = f"https://{NAME}:{port}/r4"

        assert refusal(url, Reach((url,), LOOPBACK)) == "certificate"
        assert refusal(url, Reach((url,), LOOPBACK), trust=Authority().pem) == "certificate"
        assert asked == []


def test_we_show_our_certificate_where_the_link_has_one(names: dict[str, list[list[str]]], tmp_path: Path) -> None:
    names[NAME] = [["127.0.0.1"]]
    authority = Authority()
    ours = authority.write(tmp_path, "mdo.portal.example").read_text()
    with secure(authority, tmp_path, asks_certificate=True) as (port, _):
        url = f"https://{NAME}:{port}/r4"

        assert ask(url, Reach((url,), LOOPBACK), trust=authority.pem, certificate=ours).status == 200
        assert refusal(url, Reach((url,), LOOPBACK), trust=authority.pem) in {"cut", "no_connection"}
        assert refusal(url, Reach((url,), LOOPBACK), certificate="no PEM") == "certificate"


def test_when_the_first_number_is_dead_the_next_is_tried(names: dict[str, list[list[str]]]) -> None:
    names["localhost"] = [["127.0.0.3", "127.0.0.1"]]
    with server(Told(200, b"{}")) as url:
        there = url.replace("127.0.0.1", "localhost")

        assert ask(there, Reach((there,), LOOPBACK)).status == 200


def test_more_than_agreed_is_not_read() -> None:
    with server(Told(200, b"x" * 2000)) as url:
        assert refusal(url, Reach((url,), LOOPBACK), limit=1000) == "too_large"


def test_a_small_answer_that_swells_is_not_unpacked() -> None:
    told = Told(200, b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    with server(told) as url:
        assert refusal(url, Reach((url,), LOOPBACK)) == "compressed"


class _SlowHands(ssl.SSLContext):
    """Shakes hands until after the deadline, as a peer can make us do."""

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        made = super().wrap_socket(*args, **kwargs)
        time.sleep(0.5)
        return made


def test_a_peer_that_shakes_hands_until_the_time_is_over_cannot_drip_its_answer_for_hours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, sent = Authority(), []
    ours = _SlowHands(ssl.PROTOCOL_TLS_CLIENT)
    ours.load_verify_locations(cadata=authority.pem)
    monkeypatch.setattr("integrations.out.tls.context", lambda *_: ours)

    class Drip(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "300")
            self.end_headers()
            for n in range(300):
                self.wfile.write(b"x")
                sent.append(n)
                time.sleep(0.01)

        def log_message(self, *_: object) -> None:
            return

    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(authority.write(tmp_path, "localhost"))
    with ThreadingHTTPServer(("127.0.0.1", 0), Drip) as running:
        running.socket = theirs.wrap_socket(running.socket, server_side=True)
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        url = f"https://localhost:{running.server_address[1]}/"
        with pytest.raises(NoReply):
            exchange("GET", url, reach=Reach((url,), LOOPBACK), headers={}, seconds=0.3)
        running.shutdown()

    assert len(sent) < 300


def test_a_name_that_stands_for_nothing_is_nobody_there(names: dict[str, list[list[str]]]) -> None:
    names[NAME] = [[]]

    with pytest.raises(NoReply) as http:
        ask(f"https://{NAME}/fhir", Reach((f"https://{NAME}/fhir",), LOOPBACK))
    with pytest.raises(NoReply) as line:
        connect(NAME, 2575, inside=LOOPBACK, seconds=1, encrypted=True)

    assert (http.value.code, http.value.was_sent) == ("no_connection", False)
    assert (line.value.code, line.value.was_sent) == ("unreachable", False)


@pytest.mark.parametrize(("certificate", "code"), [("no PEM", "certificate"), ("", "unreachable")])
def test_a_line_on_which_no_hands_are_shaken_is_nobody_there(certificate: str, code: str) -> None:
    """A certificate of ours that does not open, and a receiver that hangs up at our first word: not one byte of a letter left."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        ended = threading.Thread(target=lambda: door.accept()[0].close(), daemon=True)
        ended.start()
        with pytest.raises(NoReply) as silence:
            connect("127.0.0.1", door.getsockname()[1], inside=LOOPBACK, seconds=2, encrypted=True, certificate=certificate)

    assert (silence.value.code, silence.value.was_sent) == (code, False)
