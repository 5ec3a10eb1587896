"""C3: everything that could send us somewhere else, in a world where every address answers. Only the registered server is ever called."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any, NamedTuple

from integrations.oidc.metadata import discover, gate_of
from integrations.oidc.provider import Provider, Refused
from tests.faults.house import House, environment, running
from tests.faults.networks import World
from tests.faults.processes import worker
from tests.faults.pulls import (
    Node,
    Open,
    Page,
    Server,
    Told,
    bsn_of,
    condition,
    facts_of,
    hand_in,
    linked,
    notice,
    outcomes,
    pages,
    searchset,
)
from tests.integrations.out.certificates import Authority

Figures = dict[str, Any]
HOSPITAL, NUMBER = "fhir.deltamond.example", "93.184.215.14"
OTHER, EVIL = "fhir.kreek.example", "evil.example"
BASE = f"https://{HOSPITAL}/fhir"
DOORS = (22, 80, 443, 2575, 5432, 6379, 8080, 8443)
"""Where somebody listens at every address of this world."""
NAMES: dict[str, list[str]] = {
    HOSPITAL: [NUMBER], OTHER: ["93.184.215.15"], EVIL: ["93.184.215.66"], f"{HOSPITAL}.{EVIL}": ["93.184.215.66"],
    "metadata.google.internal": ["169.254.169.254"], "inside.example": ["10.0.0.5"],
}  # fmt: skip
#: an address that is not the registered one, however it is written; {path} is where on it
ELSEWHERE = [
    "http://127.0.0.1/{path}", "https://127.0.0.1/{path}", "http://127.0.0.1:8080/{path}", "https://localhost/{path}", "https://[::1]/{path}",
    "https://[::ffff:127.0.0.1]/{path}", "https://[::ffff:7f00:1]/{path}", "https://[64:ff9b::7f00:1]/{path}", "https://0/{path}", "https://0.0.0.0/{path}",
    "https://2130706433/{path}", "https://0x7f000001/{path}", "https://0177.0.0.1/{path}", "https://127.1/{path}", "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254/{path}", "https://[fd00:ec2::254]/{path}", "https://metadata.google.internal/{path}", "https://inside.example/{path}",
    f"https://{HOSPITAL}@{EVIL}/fhir/{{path}}", f"https://{HOSPITAL}:443@{EVIL}/fhir/{{path}}", f"https://{HOSPITAL}\\@{EVIL}/fhir/{{path}}",
    f"https://{HOSPITAL}%40{EVIL}/fhir/{{path}}", f"https://{EVIL}#@{HOSPITAL}/fhir/{{path}}", f"https://{EVIL}/{HOSPITAL}/fhir/{{path}}",
    f"//{EVIL}/fhir/{{path}}", f"https:/{EVIL}/fhir/{{path}}", f"https:{EVIL}/{{path}}", f"https://{HOSPITAL}.{EVIL}/fhir/{{path}}", f"https://{OTHER}/fhir/{{path}}",
    f"http://{HOSPITAL}/fhir/{{path}}", f"https://{HOSPITAL}:8443/fhir/{{path}}", f"https://{HOSPITAL}/fhir/../admin/{{path}}",
    f"https://{HOSPITAL}/fhir/%2e%2e/admin/{{path}}", f"https://{HOSPITAL}/fhir/..%2fadmin/{{path}}", f"https://{HOSPITAL}/fhirs/{{path}}", f"https://{HOSPITAL}/admin",
    "Patient/../../admin", "../admin/{path}", "/admin", "file:///etc/passwd", f"ftp://{EVIL}/{{path}}", f"gopher://{EVIL}:6379/_{{path}}", f"HTTPS://{EVIL}/{{path}}",
    f"https://{EVIL}/fhir/{{path}}\r\nHost: {HOSPITAL}", f"https://{HOSPITAL}\t.{EVIL}/{{path}}", "urn:uuid:7b0f1c52-0c5e-4d0e-9a6e-2f1f6f0d8a11",
]  # fmt: skip


class Heard(NamedTuple):
    """Somebody was called who should not have been."""

    address: str
    port: int
    words: bytes


class Ears:
    """Listens at every address of the world, but for the hospital's own door."""

    def __init__(self, world: World) -> None:
        self.heard: list[Heard] = []
        self._doors: list[socket.socket] = []
        with world.entered():
            for port in DOORS:
                for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
                    door = socket.socket(family)
                    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                    if family is socket.AF_INET6:
                        door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    door.bind((anywhere, port))
                    door.listen(64)
                    self._doors.append(door)
                    threading.Thread(target=self._listen, args=(door,), daemon=True).start()

    def _listen(self, door: socket.socket) -> None:
        while True:
            try:
                caller, _ = door.accept()
            except OSError:
                return
            address, port = caller.getsockname()[:2]
            caller.settimeout(0.3)
            words = b""
            with suppress(OSError), caller:
                words = caller.recv(4096)
            self.heard.append(Heard(address, port, words))

    def close(self) -> None:
        for door in self._doors:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            door.close()


class Names:
    """The name server of the world. A name with several numbers gets another one each time it is asked."""

    def __init__(self, world: World) -> None:
        self.asked: list[str] = []
        with world.entered():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind(("127.0.0.53", 53))
        self.rebinding: dict[str, Iterator[str]] = {}
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                question, caller = self._socket.recvfrom(4096)
            except OSError:
                return
            if not question:  # it was shut
                return
            name, end = _name(question)
            kind = struct.unpack("!H", question[end : end + 2])[0]
            self.asked.append(name)
            numbers = self._numbers(name) if kind == 1 else []
            answers = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + socket.inet_aton(one) for one in numbers)
            head = question[:2] + b"\x81\x80" + struct.pack("!HHHH", 1, len(numbers), 0, 0)
            self._socket.sendto(head + question[12 : end + 4] + answers, caller)

    def _numbers(self, name: str) -> list[str]:
        return [next(self.rebinding[name])] if name in self.rebinding else NAMES.get(name, [])

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _name(question: bytes) -> tuple[str, int]:
    at, labels = 12, list[str]()
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode("latin-1"))
        at += 1 + length
    return ".".join(labels).lower(), at + 1


# Where an address can be smuggled in


def _document(n: str, url: str) -> Node:
    return {
        "resourceType": "DocumentReference", "id": f"d-{n}", "status": "current", "type": {"text": "Brief"}, "indexed": "2026-11-01T10:00:00Z",
        "subject": {"reference": f"Patient/p-{n}"}, "content": [{"attachment": {"contentType": "application/pdf", "url": url}}],
    }  # fmt: skip


def _redirect(url: str) -> Callable[[int], Told]:
    where = url.replace("\r", "").replace("\n", "")
    return lambda time_: Told((301, 302, 303, 307, 308)[len(where) % 5], {"Location": where, "Content-Length": "0"})


def _task(n: str, url: str, place: str) -> Node:
    task = pages(n, bsn="")[f"Task/w-{n}"]
    assert isinstance(task, dict)
    return task | (
        {"focus": {"reference": url}} if place == "focus" else {"input": [{"type": {"text": "q"}, "valueString": url}]}
    )


#: name -> (pages that are otherwise, what the notice itself says)
Way = Callable[[str, str], tuple[dict[str, Page], dict[str, Any]]]
WAYS: dict[str, Way] = {
    "notice: task": lambda n, url: ({}, {"workflow": url.format(path=f"Task/w-{n}")}),
    "notice: reference": lambda n, url: ({}, {"fetches": [url.format(path=f"Patient/p-{n}")]}),
    "task: focus": lambda n, url: ({"task": _task(n, url.format(path=f"ReferralRequest/r-{n}"), "focus")}, {}),
    "task: query": lambda n, url: ({"task": _task(n, url.format(path=f"Patient?_id=p-{n}"), "query")}, {}),
    "next page": lambda n, url: ({"conditions": searchset(condition(n), further=url.format(path=f"Condition?page=2-{n}"))}, {}),
    "document": lambda n, url: ({"conditions": searchset(condition(n), _document(n, url.format(path=f"Binary/b-{n}")))}, {}),
    "redirect": lambda n, url: ({"conditions": _redirect(url.format(path=f"Condition?code={n}"))}, {}),
}
"""Not here, because the portal has none: XDS repositories, `jku` and keys by URL of a hospital's client (its keys are registered)."""


def only_the_registered(house: House, *, rounds: int) -> Figures:
    """Every way with every address, by the real worker; then names that change their mind, and keys of a provider that point elsewhere."""
    database, server, authority = house.copy(), Server(), Authority()
    with ExitStack() as stack:
        world = stack.enter_context(closing(World(house.folder)))
        ears, names = stack.enter_context(closing(Ears(world))), stack.enter_context(closing(Names(world)))
        certificate = str(authority.write(house.folder, HOSPITAL))
        with world.entered():
            stack.enter_context(closing(Open(server, (NUMBER, 443), certificate=certificate)))
            with suppress(OSError):
                socket.create_connection(("169.254.169.254", 80), timeout=2).close()
        control = _until_heard(ears)
        linked(database, house, BASE, trust_out=authority.pem, inside_networks=[])
        stack.enter_context(running(worker, environment(database) | world.environment, house.folder))
        tried = list(_tried(rounds))
        for n, bsn, over, told in tried:
            server.pages |= pages(n, bsn=bsn, **over)
            hand_in(database, [notice(n, bsn=bsn, **told)])
        server.pages |= pages("good", bsn=bsn_of(9_000))
        hand_in(database, [notice("good", bsn=bsn_of(9_000))])
        found = outcomes(database, [*(n for n, *_ in tried), "good"], seconds=60 + len(tried))
        rebound = _rebinding(database, house, names, rounds)
        keys = _keys_elsewhere(world)
        outside = [one for one in server.asked if not one.split(" ", 1)[1].startswith("/fhir/")]
    facts = facts_of(database)
    database.close()
    wrong = [f"{one.address}:{one.port}" for one in ears.heard[control:]]
    leaked = sum(b"t0ken" in one.words for one in ears.heard)
    names_asked = set(names.asked) - {HOSPITAL}
    went = sum(state == "never came" for state, _ in found.values())
    return {
        "rounds": rounds,
        "lost": went + ("good" not in facts),
        "duplicates": 0,
        "tried": len(tried) + rebound + keys[0],
        "wrong_connects": len(wrong),
        "to": sorted(set(wrong))[:10],
        "other_paths": sorted(set(outside))[:10],
        "tokens_elsewhere": leaked,
        "names_asked_elsewhere": sorted(names_asked)[:10],
        "key_addresses_taken": keys[1],
        "hospital_asked": len(server.asked),
        "ok": control == 1
        and not wrong
        and not outside
        and leaked == keys[1] == went == 0
        and "good" in facts
        and len(server.asked) > len(tried),
    }


def _until_heard(ears: Ears) -> int:
    """That the ears work: a first call, of our own, was heard."""
    for _ in range(40):
        if ears.heard:
            break
        threading.Event().wait(0.05)
    return len(ears.heard)


def _tried(rounds: int) -> Iterator[tuple[str, str, dict[str, Page], dict[str, Any]]]:
    """So many of the addresses (all of them from fifty on) by every way."""
    at = 0
    step = max(1, len(ELSEWHERE) // rounds)
    for name, way in WAYS.items():
        for address in ELSEWHERE[len(name) % step :: step]:
            at += 1
            over, told = way(f"a{at}", address)
            yield f"a{at}", bsn_of(at), over, told


def _rebinding(database: Any, house: House, names: Names, rounds: int) -> int:
    """The hospital's own name stands now for its number, now for one inside our walls."""
    inside = ["127.0.0.1", "169.254.169.254", "10.0.0.5", "192.168.1.1", "0.0.0.0"]
    names.rebinding[HOSPITAL] = (one for _ in range(100_000) for at in inside for one in (NUMBER, at))
    ids = [f"rebind{at}" for at in range(min(10, rounds))]
    hand_in(database, [notice(n, bsn=bsn_of(9_100 + at)) for at, n in enumerate(ids)])
    outcomes(database, ids, seconds=40)
    return len(ids)


def _keys_elsewhere(world: World) -> tuple[int, int]:
    """(tried, believed): a provider on this machine whose metadata say that its keys, or its tokens, are had elsewhere."""
    server = Server()
    believed = 0
    with world.entered(), closing(Open(server)) as door:
        issuer = f"http://127.0.0.1:{door.port}"
        provider = Provider(issuer=issuer, client_id="mdo", client_secret="s" * 20)
        for address in ELSEWHERE:
            for name in ("jwks_uri", "token_endpoint"):
                own = {one: f"{issuer}/{one}" for one in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
                told = own | {"issuer": issuer, name: address.format(path="jwks")}
                server.pages["/.well-known/openid-configuration"] = told
                with suppress(Refused):
                    discover(provider, gate_of(provider, loopback=True))
                    believed += 1
    return 2 * len(ELSEWHERE), believed
