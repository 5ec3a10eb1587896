"""C1: XML that fetches, swells, hides or never ends, at every place where XML could come in."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from integrations.hl7v2.wire.mllp import frame
from mdo_portal import trial
from mdo_portal.errors import PortalError
from mdo_portal.services.links import hospitals
from tests import make
from tests.faults.house import House
from tests.faults.webs import MLLP, Portal, portal

Figures = dict[str, Any]
FHIR = b'xmlns="http://hl7.org/fhir"'
XML = "application/fhir+xml"


def _referral(inside: bytes = b"", *, number: bytes = b"") -> bytes:
    """A good referral in XML, and something more in its patient."""
    patient = (
        b'<Patient><id value="p"/>%s<identifier><system value="urn:oid:2.25.1"/><value value="C1"/></identifier></Patient>'
        % inside
    )
    request = (
        b'<ServiceRequest><id value="r"/><identifier><value value="C1-%s"/></identifier><status value="active"/><intent value="order"/>'
        b'<subject><reference value="Patient/p"/></subject></ServiceRequest>' % number
    )
    entries = b"".join(b"<entry><resource>%s</resource></entry>" % one for one in (patient, request))
    return b'<Bundle %s><type value="collection"/>%s</Bundle>' % (FHIR, entries)


def hostile(file: bytes, web: bytes) -> dict[str, bytes]:
    """Name -> document. `file` and `web`: addresses that nobody may touch."""
    whole, lang = _referral(), b'<language value="&x;"/>'
    bomb = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
    found = {
        f"{name} {kind}": head % where + _referral(lang)
        for kind, where in (("file", file), ("network", web))
        for name, head in {
            "entity": b'<!DOCTYPE Bundle [<!ENTITY x SYSTEM "%s">]>',
            "DTD": b'<!DOCTYPE Bundle SYSTEM "%s">',
            "public DTD": b'<!DOCTYPE Bundle PUBLIC "-//x" "%s">',
            "parameter entity": b'<!DOCTYPE Bundle [<!ENTITY %% p SYSTEM "%s"> %%p;]>',
            "entity after a declaration": b'<?xml version="1.0" encoding="UTF-8" standalone="no"?><!DOCTYPE Bundle [<!ENTITY x SYSTEM "%s">]>',
        }.items()
    }
    found |= {
        "laughs": b'<!DOCTYPE Bundle [<!ENTITY l0 "lol">' + bomb + b"]>" + _referral(b'<language value="&l9;"/>'),
        "quadratic": b'<!DOCTYPE Bundle [<!ENTITY q "'
        + b"q" * 100_000
        + b'">]>'
        + _referral(b'<language value="' + b"&q;" * 50_000 + b'"/>'),
        "deep": b"<Bundle %s>" % FHIR + b"<entry>" * 500_000,
        "many attributes": b"<Bundle %s " % FHIR + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/>",
        "many elements": b"<Bundle %s>" % FHIR + b"<entry/>" * 600_000 + b"</Bundle>",
        "include of a file": _referral(b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="%s"/>' % file),
        "include from the network": _referral(b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="%s"/>' % web),
        "UTF-16": whole.decode().encode("utf-16"),
        "UTF-16 without a mark": whole.decode().encode("utf-16-le"),
        "UTF-16 that hides a DTD": (b'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE Bundle SYSTEM "%s">' % file + whole)
        .decode()
        .encode("utf-16"),
        "UTF-32": whole.decode().encode("utf-32"),
        "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x SYSTEM "%s"+AD4-' % file + whole,
        "says UTF-16": b'<?xml version="1.0" encoding="UTF-16"?>' + _referral(number=b"16"),  # of .NET: read as what it is
        "another version": b'<?xml version="1.1"?><!DOCTYPE Bundle SYSTEM "%s">' % web + whole,
        "EBCDIC": whole.decode().encode("cp037"),
        "endless comment": b"<Bundle %s><!--" % FHIR + b"-" * 5_000_000,
        "half": whole[:-20],
        "two roots": whole + whole,
        "NUL": whole.replace(b"C1-", b"C1-\0"),
    }
    return found


def _harmless(file: bytes, web: bytes, number: bytes) -> dict[str, bytes]:
    """Means nothing to us and does no harm: the document is read as if it were not there."""
    sheet, schema = (
        b'<?xml-stylesheet type="text/xsl" href="%s"?>',
        b' xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="http://hl7.org/fhir %s"',
    )
    return {
        "schema": _referral(number=number + b"s").replace(FHIR, FHIR + schema % web),
        "base": _referral(number=number + b"b").replace(FHIR, FHIR + b' xml:base="%s"' % web),
        "style sheet of a file": sheet % file + _referral(number=number + b"f"),
        "style sheet from the network": sheet % web + _referral(number=number + b"n"),
    }


def fetching(house: House, *, rounds: int) -> Figures:
    """Handed in at the FHIR door in four ways, over MLLP bare and inside a document of a message, and tried on the page of a link."""
    with portal(house) as there:
        first = there.cases()
        file, web = f"file://{there.canary.path}".encode(), b"http://canary.example:8080/x"
        sent = crashed = taken = 0
        for round_ in range(rounds):
            told = hostile(file, web)
            for raw in told.values():
                statuses = list(_handed_in(there, raw))
                sent += len(statuses)
                crashed += sum(status >= 500 for status in statuses)
                taken += _over_mllp(there, raw)
                _tried(there, raw)
            for raw in _harmless(file, web, b"%d" % round_).values():
                crashed += there.post(raw, media_type=XML) >= 500
        huge = there.post(
            iter([b"<Bundle %s>" % FHIR] + [b"x" * 1_000_000] * 200), media_type=XML, length=200_000_000 + 8 + len(FHIR) + 1
        )
        long = there.post(b"<Bundle %s><id value='" % FHIR + b"x" * (30_000_000) + b"'/></Bundle>", media_type=XML)
        left = there.settle(seconds=60 + 20 * rounds)
        rows, made, memory, deaths = there.rows(), there.cases() - first, there.memory_mb, there.deaths
        reads, heard, asked = there.canary.reads(), list(there.ears.heard), list(there.names.asked)
        there.canary.path.read_text()
        hears = there.canary.reads() > 0
    wrong = {
        name
        for name in made
        if not name.startswith("VW-X")
        and name not in {f"C1-{round_}{kind}" for round_ in range(rounds) for kind in "fnsb"} | {"C1-16"}
    }
    figures = {"rounds": rounds, "lost": left, "duplicates": 0, "handed_in": sent, "documents": len(told), "in_messages": taken}
    figures |= {
        "reads": reads,
        "hits": len(heard),
        "names_asked": sorted(set(asked))[:5],
        "taken_for_a_referral": sorted(wrong),
        "server_errors": crashed,
    }
    figures |= {"huge": [huge, long], "deaths": deaths, "memory_mb": round(memory), "rows": dict(rows.most_common(12))}
    harm = reads or heard or asked or wrong or crashed or deaths or left or rows["failed"] or rows["reader_died"]
    return figures | {"ok": not harm and hears and huge in (413, -1) and memory < 700}


def _handed_in(there: Portal, raw: bytes) -> Iterator[int]:
    yield there.post(raw, media_type=XML)
    if len(raw) > 1_000_000:  # once is enough of those
        return
    yield there.post(raw, media_type="application/xml", kind="/Task")
    yield there.post(raw, media_type="text/xml", kind="/Task", method="PUT")
    yield there.post(raw)  # it says JSON and is not


def _over_mllp(there: Portal, raw: bytes) -> bool:
    """As the message itself, and as the document in a message."""
    line = there.line()
    with there.world.entered():
        with socket.create_connection(("127.0.0.1", MLLP), timeout=10) as bare:
            bare.sendall(frame(raw[:1_000_000]))
            bare.recv(65_536)
        control_id = f"X{make.number()}"
        document = base64.b64encode(raw[:200_000])
        more = b"OBX|3|ED|57133-1^Verwijsbrief^LN||^text^xml^Base64^" + document + b"||||||F\r"
        said = line.say(make.hl7_referral(control_id, patient=control_id, referral_number=f"VW-{control_id}") + more, control_id)
    line.close()
    return said == "AA"


def _tried(there: Portal, raw: bytes) -> None:
    """As the manager of a link tries a message on its page, in this process: it must say why not, and soon."""
    with there.database.transaction() as session:
        links = hospitals.links(session)
    link = next(row for row in links if row.hospital_code == "DELT")
    try:
        trial.try_message(raw[: trial.LARGEST], link=link, links=links, now=datetime.now(UTC))
    except PortalError:
        return
