"""`er7-read`: parsing and reading fields, against hl7apy, python-hl7 and plain str.split."""

from __future__ import annotations

import base64
from collections.abc import Callable

import hl7
import pybase64
from hl7apy.parser import parse_message

from integrations.hl7v2.text.er7 import Message

from .figures import SERVER_CORE, Figures, interleaved, per_cpu_second, pinned
from .texts import adt, base64_document, mdm, oru

ADT_PATHS = (
    "MSH-9-1", "MSH-9-2", "MSH-10", "PID-3-1", "PID-3(1)-1", "PID-5-2", "PID-7-1", "PID-8-1", "PID-11-3", "PV1-2-1", "PV1-3-1", "DG1-3-1",
)  # fmt: skip
OBX = ((3, 1), (3, 2), (5, 1), (6, 1))
THREE_TIMES_BEST = (
    "3 x simple-hl7, which is 11 (ADT) and 14.6 (ORU) x python-hl7 in knowledge/performance.md 1; not installed here"
)


def ours_adt(raw: bytes) -> list[str]:
    get = Message.parse(raw).get
    return [get(path) for path in ADT_PATHS]


def ours_oru(raw: bytes) -> list[str]:
    return [segment.component(n, c) for segment in Message.parse(raw).all("OBX") for n, c in OBX]


def ours_mdm(raw: bytes) -> list[str]:
    message = Message.parse(raw)
    content = pybase64.b64decode(message.all("OBX")[0].octets(5, 5), validate=True)
    return [message.get("TXA-12-1"), str(len(content))]


def split_adt(raw: bytes) -> list[str]:
    by_name = {line[:3]: line.split("|") for line in raw.decode().split("\r")}
    msh, pid, pv1, dg1 = by_name["MSH"], by_name["PID"], by_name["PV1"], by_name["DG1"]
    kind, numbers = msh[8].split("^"), pid[3].split("~")
    return [
        kind[0], kind[1], msh[9], numbers[0].split("^")[0], numbers[1].split("^")[0], pid[5].split("^")[1], pid[7].split("^")[0],
        pid[8].split("^")[0], pid[11].split("^")[2], pv1[2].split("^")[0], pv1[3].split("^")[0], dg1[3].split("^")[0],
    ]  # fmt: skip


def split_oru(raw: bytes) -> list[str]:
    rows = [line.split("|") for line in raw.decode().split("\r") if line.startswith("OBX")]
    return [row[n].split("^")[c - 1] for row in rows for n, c in OBX]


def split_mdm(raw: bytes) -> list[str]:
    by_name = {line[:3]: line.split("|") for line in raw.decode().split("\r")}
    content = base64.b64decode(by_name["OBX"][5].split("^")[4])
    return [by_name["TXA"][12].split("^")[0], str(len(content))]


def hl7apy_adt(raw: bytes) -> list[str]:
    read = parse_message(raw.decode(), find_groups=False)
    msh, pid, pv1, dg1 = read.msh, read.pid, read.pv1, read.dg1
    fields = (
        msh.msh_9.msg_1, msh.msh_9.msg_2, msh.msh_10, pid.pid_3[0].cx_1, pid.pid_3[1].cx_1, pid.pid_5.xpn_2, pid.pid_7.ts_1,
        pid.pid_8, pid.pid_11.xad_3, pv1.pv1_2, pv1.pv1_3.pl_1, dg1.dg1_3.ce_1,
    )  # fmt: skip
    return [one.to_er7() for one in fields]


def hl7apy_oru(raw: bytes) -> list[str]:
    read = parse_message(raw.decode(), find_groups=False)
    return [one.to_er7() for row in read.obx for one in (row.obx_3.ce_1, row.obx_3.ce_2, row.obx_5, row.obx_6.ce_1)]


def python_hl7_adt(raw: bytes) -> list[str]:
    read = hl7.parse(raw.decode())
    return [_extract(read, path) for path in ADT_PATHS]


def python_hl7_oru(raw: bytes) -> list[str]:
    rows = hl7.parse(raw.decode()).segments("OBX")
    return [str(row(n)(1)(c) if len(row(n)) and not isinstance(row(n)(1), str) else row(n)) for row in rows for n, c in OBX]


def _extract(read: hl7.Message, path: str) -> str:
    name, _, rest = path.partition("-")
    field, _, component = rest.partition("-")
    repetition = 2 if "(1)" in field else 1
    return str(read.extract_field(name, 1, int(field.partition("(")[0]), repetition, int(component or 1)))


def _rates(contenders: dict[str, Callable[[bytes], list[str]]], raw: bytes) -> dict[str, list[float]]:
    """Messages per CPU second. Whoever reads something else than the others is no contender."""
    answers = {name: read(raw) for name, read in contenders.items()}
    for name, answer in answers.items():
        assert answer == answers["ours"], f"{name} reads other values"
    return interleaved({name: lambda read=read: per_cpu_second(lambda: read(raw)) for name, read in contenders.items()})


def measure() -> Figures:
    """Parse and read, in CPU time."""
    figures = Figures("er7-read")
    with pinned(SERVER_CORE):
        letter = base64_document()
        kinds = {
            "ADT 12 fields": (adt("B1", "12345"), ours_adt, split_adt, hl7apy_adt, python_hl7_adt, 33.0),
            "ORU 50 x 4 fields": (oru("B2", "12345"), ours_oru, split_oru, hl7apy_oru, python_hl7_oru, 44.0),
        }
        for what, (raw, ours, split, by_hl7apy, by_python_hl7, best) in kinds.items():
            rates = _rates({"ours": ours, "split": split, "hl7apy": by_hl7apy, "python-hl7": by_python_hl7}, raw)
            figures.against(what, "messages/s", rates["ours"], ("hl7apy", rates["hl7apy"]), at_least=1000)
            figures.against(what, "messages/s", rates["ours"], ("str.split", rates["split"]), at_least=0.35)
            figures.against(
                what, "messages/s", rates["ours"], ("python-hl7", rates["python-hl7"]), at_least=best, note=THREE_TIMES_BEST
            )
        rates = _rates({"ours": ours_mdm, "split": split_mdm}, mdm("B3", "12345", letter))
        peer = ("decode + split + stdlib base64", rates["split"])
        figures.against("MDM 200 kB document", "messages/s", rates["ours"], peer, at_least=20)
    return figures
