"""Clients that nobody here wrote, against our listener: python-hl7's, and three of npm. Each keeps its connection and sends twenty."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import hl7
import hl7.mllp
import pytest

from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.listener import MllpListener
from mdo_portal.exchange import Answer, Caller, Verdict

from .samples import ADT

ROOT = Path(__file__).resolve().parents[3]
MANY = 20
PEERS = ("simple-hl7", "node-hl7-client", "@medplum/hl7")


def texts() -> list[str]:
    """Original mode: these clients take the first answer there is for the one."""
    message = ADT.decode("latin-1").replace("|||AL|NE", "")
    return [message.replace("M0002", f"M{n}") for n in range(MANY)]


async def talked(*, name: str = "", folder: Path | None = None) -> tuple[list[str], list[str]]:
    """(control ids that came in, those that the acknowledgements name)."""
    came: list[str] = []

    async def receive(raw: bytes, caller: Caller) -> Answer:
        came.append(Message.parse(raw).get("MSH-10"))
        return Answer(Verdict.STORED, came[-1])

    listener = MllpListener(receive, host="127.0.0.1", port=0)
    await listener.start()
    try:
        answers = await (_node(name, listener.port, folder) if folder else _python(listener.port))
    finally:
        await listener.stop(1.0)
    told = [Message.parse(answer.encode()) for answer in answers]
    assert {one.get("MSA-1")[1:] for one in told} == {"A"}
    return came, [one.get("MSA-2") for one in told]


async def _python(port: int) -> list[str]:
    reader, writer = await hl7.mllp.open_hl7_connection("127.0.0.1", port, encoding="utf-8")
    answers = []
    for text in texts():
        writer.writemessage(hl7.parse(text))
        await writer.drain()
        answers.append(str(await asyncio.wait_for(reader.readmessage(), 10)))
    writer.close()
    return answers


async def _node(name: str, port: int, folder: Path) -> list[str]:
    file = folder / "messages.json"
    file.write_text(json.dumps(texts()))
    script = Path(__file__).with_name("peers.cjs")
    process = await asyncio.create_subprocess_exec(
        str(ROOT / "scripts" / "node"), str(script), name, str(port), str(file),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, trouble = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode == 0, trouble.decode()
    found: list[str] = json.loads(out.decode().splitlines()[-1])
    return found


def test_python_hl7_sends_twenty_and_hears_its_own_number_each_time() -> None:
    came, named = asyncio.run(talked())

    assert came == named == [f"M{n}" for n in range(MANY)]


@pytest.mark.parametrize("name", PEERS)
def test_a_client_of_npm_sends_twenty_and_hears_its_own_number_each_time(name: str, tmp_path: Path) -> None:
    came, named = asyncio.run(talked(name=name, folder=tmp_path))

    assert came == named == [f"M{n}" for n in range(MANY)]
