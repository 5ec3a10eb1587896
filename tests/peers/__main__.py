"""`python -m tests.peers`: sekmet-fhir, a FHIR server and client that nobody here wrote, beside a portal of real processes.

As a client it hands in a referral as JSON, as XML, and with a token for its own signed assertion; as a server it is asked what is new
(services/inbox/polls.py), and tells it by a Subscription of ours (services/inbox/subscriptions.py). One JSON line each; exit 1 when a promise did not hold. Its environment stands in var/peers: its libraries are
pinned to other versions than ours, which is why it is no test of the suite.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from mdo_portal.commands import hospital_fhir
from mdo_portal.commands.hospital_fhir import Agreed
from mdo_portal.commands.process import configure_logging
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.inbound import InboundMessage
from tests.bench.house import ROOT, House, free_port, hospital, house, postgres
from tests.integrations.fhir.make import sample
from tests.peers import tells

PINNED = "sekmet-fhir==0.1.1"
HOME = ROOT / "var" / "peers"
PYTHON = HOME / "venv" / "bin" / "python"
SECONDS = 60.0
Told = dict[str, Any]


def made() -> None:
    """sekmet's environment, once."""
    if not (HOME / "venv" / "bin" / "sekmet").exists():
        HOME.mkdir(parents=True, exist_ok=True)
        venv.create(HOME / "venv", with_pip=True, clear=True)
        subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", PINNED], check=True, stdout=sys.stderr)


def handed_in(found: House, database: Database, name: str, auth: Told, form: str) -> Told:
    """sekmet hands in a referral under a number of its own; it must become a case."""
    bundle, number = _referral(f"SEK-{name}")
    settings = HOME / f"{name}.yaml"  # JSON is YAML
    peer = {"base_url": f"{found.web}/fhir", "auth": auth, "format": form}
    settings.write_text(json.dumps({"peers": {name: peer}, "data_dir": str(HOME / "data")}))
    (HOME / "referral.json").write_text(json.dumps(bundle))
    command = [str(PYTHON), str(Path(__file__).with_name("hands_in.py")), str(settings), name, str(HOME / "referral.json")]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=HOME, text=True).stdout.splitlines()[-1])
    is_case = _until(lambda: _is_case(database, number))
    right = told["capabilities"] == "4.0.1" and told["status"] == 200 and told["form"] == f"application/fhir+{form}"
    return {"peer": f"sekmet, {name}", **told, "case": is_case, "ok": bool(right and is_case)}


def asked(found: House, database: Database) -> Told:
    """sekmet's server is asked what is new; what stands there becomes a case, and a newer version is taken once more."""
    with _serving() as base:
        hospital_fhir.agree(
            found.database(),
            "ZEED",
            Agreed(url=base, profile_out="generic-r4", search="ServiceRequest?status=active", every=30),
        )
        server = httpx.Client(base_url=base, trust_env=False, headers={"Content-Type": "application/fhir+json"}, timeout=30)
        patient = _put(
            server,
            "Patient",
            identifier=[{"system": "urn:oid:2.25.1", "value": "7001"}],
            name=[{"family": "Voorbeeld"}],
            birthDate="1960-02-03",
        )
        subject = {"reference": f"Patient/{patient}"}
        condition = _put(server, "Condition", subject=subject, code={"text": "Prostaatcarcinoom"})
        wanted = {
            "status": "active", "intent": "order", "identifier": [{"value": "SEK-asked"}], "subject": subject, "code": {"text": "MDO Uro-prostaat"},
            "reasonReference": [{"reference": f"Condition/{condition}"}], "note": [{"text": "Operatie of bestraling?"}],
        }  # fmt: skip
        request = _put(server, "ServiceRequest", **wanted)
        notice = {"Authorization": "Bearer bench-token-ZEED"}
        httpx.post(f"{found.web}/fhir/Subscription/notice", headers=notice, trust_env=False).raise_for_status()
        is_case = _until(lambda: _is_case(database, "SEK-asked"))
        server.put(
            f"/ServiceRequest/{request}", json={"resourceType": "ServiceRequest", "id": request, **wanted, "priority": "urgent"}
        ).raise_for_status()
        httpx.post(f"{found.web}/fhir/Subscription/notice", headers=notice, trust_env=False).raise_for_status()
        versions = _until(lambda: _polled(database) == 2)
    return {"peer": "sekmet, asked what is new", "case": is_case, "second_version": versions, "ok": is_case and versions}


def told(found: House) -> Iterator[Told]:
    """sekmet's server tells by itself."""
    for topic in ("", tells.TOPIC):
        with _serving() as base:
            yield tells.told(found.database(), base, _until, topic=topic)


@contextmanager
def _serving() -> Iterator[str]:
    port = free_port()
    base = f"http://127.0.0.1:{port}/fhir"
    settings = HOME / "server.yaml"
    settings.write_text(json.dumps({"base_url": base, "data_dir": str(HOME / f"data-{port}")}))
    command = [str(PYTHON.with_name("sekmet")), "serve", "--config", str(settings), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert _until(lambda: _answers(base)), "sekmet does not answer"
        yield base
    finally:
        process.terminate()
        process.wait()


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/metadata", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _put(server: httpx.Client, kind: str, **resource: Any) -> str:
    answer = server.post(f"/{kind}", json={"resourceType": kind, **resource})
    answer.raise_for_status()
    return str(answer.json()["id"])


def _referral(number: str) -> tuple[Told, str]:
    bundle: Told = json.loads(sample("referral-r4.json"))
    bundle.pop("identifier", None)
    bundle["id"] = number
    request = next(one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "ServiceRequest")
    request["identifier"] = [{"value": number}]
    return bundle, number


def _is_case(database: Database, number: str) -> bool:
    with database.transaction() as session:
        return session.scalar(select(Case.id).where(Case.referral_number == number)) is not None


def _polled(database: Database) -> int:
    with database.transaction() as session:
        return len(session.scalars(select(InboundMessage.id).where(InboundMessage.kind == "Bundle/poll")).all())


def _until(done: Callable[[], bool]) -> bool:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if done():
            return True
        time.sleep(0.2)
    return False


def _smart(database: Database) -> Told:
    """sekmet makes a key; its public half is registered, and it asks for a token itself."""
    key = HOME / "key.pem"
    command = [str(PYTHON.with_name("sekmet")), "keys", "generate", "--force", "--alg", "ES384", "--out", str(key)]
    printed = subprocess.run(command, check=True, capture_output=True, cwd=HOME, text=True).stdout
    keys = printed[printed.index("{") : printed.rindex("}") + 1]
    hospital_fhir.agree(database, "ZEED", Agreed(their_client_id="sekmet", their_keys=keys))
    return {"type": "smart", "client_id": "sekmet", "private_key_path": str(key), "alg": "ES384", "scope": "system/*.write"}


def main() -> int:
    configure_logging()
    made()
    with postgres() as url, house(url) as found:
        database = found.database()
        with database.transaction() as session:
            hospital(session, profile="generic-r4", channel_out=Channel.PAPER)
        found.portal("web", core=None)
        found.portal("work", core=None)
        bearer = {"type": "bearer", "token": "bench-token-ZEED"}
        lines = [
            handed_in(found, database, "json", bearer, "json"),
            handed_in(found, database, "xml", bearer, "xml"),
            handed_in(found, database, "smart", _smart(database), "json"),
            asked(found, database),
            *told(found),
        ]
        for line in lines:
            print(json.dumps(line), flush=True)
    return 0 if all(line["ok"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
