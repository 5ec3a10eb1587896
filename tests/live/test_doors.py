"""Who gets a line (D9): only our own page with a living session; and what is sent over it that no page of ours sends."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

import pytest
import websocket

from tests.live.portal import Portal
from tests.live.typist import Socket

pytestmark = pytest.mark.xdist_group("live")  # one portal of processes for all of them

ORIGINS: dict[str, dict[str, str]] = {
    "evil": {"Origin": "http://evil.example"},
    "null": {"Origin": "null"},
    "evil, forwarded host says so too": {
        "Origin": "http://evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
    },
    "evil, host says so too": {"Origin": "http://evil.example", "Host": "evil.example"},
    "another scheme": {"Origin": "https://127.0.0.1"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "ours with something behind": {"Origin": "OURS.evil.example"},
    "none": {},
}


def handshake(live: Portal, headers: dict[str, str], cookie: str) -> str:
    """What a socket with these headers gets: `refused`, or `connected`."""
    base = live.webs[0].url
    given = {name: value.replace("OURS", base) for name, value in headers.items()}
    host = given.pop("Host", None)
    origin = given.pop("Origin", None)
    try:
        line = websocket.create_connection(
            base.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
            header=[f"{name}: {value}" for name, value in given.items()],
            cookie=cookie,
            origin=origin,
            host=host,
            suppress_origin=origin is None,
            timeout=10,
        )
    except websocket.WebSocketBadStatusException:
        return "refused"
    try:
        line.recv()
        line.send("40")
        return "connected" if str(line.recv()).startswith("40") else "refused"
    except (websocket.WebSocketException, OSError):
        return "refused"
    finally:
        line.close()


def test_only_our_own_page_gets_a_line(live: Portal) -> None:
    cookie = live.cookie(live.email("Wiersma"))

    assert handshake(live, {"Origin": "OURS"}, cookie) == "connected"
    assert {name: handshake(live, headers, cookie) for name, headers in ORIGINS.items()} == dict.fromkeys(ORIGINS, "refused")
    assert handshake(live, {"Origin": "OURS"}, "") == "refused"
    assert handshake(live, {"Origin": "OURS"}, "mdo=nonsense") == "refused"


def test_there_is_no_second_door_by_polling(live: Portal) -> None:
    for headers in ({}, {"Cookie": live.cookie(live.email("Wiersma"))}):
        asked = urllib.request.Request(f"{live.webs[0].url}/socket.io/?EIO=4&transport=polling", headers=headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked, timeout=10)
        assert refused.value.code == 400


def raw(live: Portal) -> websocket.WebSocket:
    base = live.webs[0].url
    line = websocket.create_connection(
        base.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
        cookie=live.cookie(live.email("Wiersma")), origin=base, timeout=10,
    )  # fmt: skip
    line.recv()
    line.send("40")
    assert str(line.recv()).startswith("40")
    return line


def rss(live: Portal) -> int:
    """Kilobytes of the web process and its worker."""
    process = live.webs[0].process
    assert process is not None
    children = f"/proc/{process.pid}/task/{process.pid}/children"
    pids = [process.pid, *map(int, open(children).read().split())]
    return sum(int(line.split()[1]) for pid in pids for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS"))


def closed(line: websocket.WebSocket) -> bool:
    line.settimeout(5)
    try:
        while line.recv():
            pass
    except (websocket.WebSocketException, OSError):
        return True
    return True


def test_a_payload_of_a_megabyte_ends_the_line_and_nothing_else(live: Portal) -> None:
    line = raw(live)

    line.send("42" + json.dumps(["watch", {"topics": ["x" * 1_000_000]}]))

    assert closed(line)
    assert Socket(live.webs[0].url, live.cookie(live.email("Wiersma"))).ask("watch", {"topics": []})["ok"]


def test_half_binary_packets_do_not_fill_the_memory(live: Portal) -> None:
    before = rss(live)
    for _ in range(20):
        line = raw(live)
        try:
            line.send('459-["note:update",' + ",".join(f'{{"_placeholder":true,"num":{n}}}' for n in range(9)) + "]")
            for _ in range(8):
                line.send_binary(b"x" * 100_000)
        except (websocket.WebSocketException, OSError):
            pass
        line.close()

    time.sleep(1)
    grown = rss(live) - before
    print(f"\n20 half packets of 800 kB: RSS {grown:+,} kB")
    assert grown < 30_000
    assert Socket(live.webs[0].url, live.cookie(live.email("Wiersma"))).ask("watch", {"topics": []})["ok"]


def test_ten_thousand_events_are_answered_slowly_and_the_house_stands(live: Portal) -> None:
    before, line, own = rss(live), raw(live), live.cookie(live.email("Wiersma"))
    began = time.monotonic()
    try:
        for n in range(10_000):
            line.send(f'42{n}["watch",{{"topics":[]}}]')
    except (websocket.WebSocketException, OSError):
        pass
    other = Socket(live.webs[0].url, own)
    answered = other.ask("watch", {"topics": []})
    line.close()

    print(f"\n10,000 events in {time.monotonic() - began:.1f} s, RSS {rss(live) - before:+,} kB")
    assert answered["ok"]
    assert rss(live) - before < 60_000
